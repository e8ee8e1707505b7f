"""The gate of wagtail-lms before live lessons in its courses: page, Join, Start, calendar and state alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from wagtail import hooks

from wagtail_zoom.frontend.page_guard import to_login
from wagtail_zoom.models import ZoomLessonMixin
from wagtail_zoom.models.lessons import Audience

from . import courses


Serve = Callable[[Any, HttpRequest, Any, Any], HttpResponse]


@hooks.register("on_serve_page")
def check_lesson_access(serve: Serve) -> Serve:
    """Let into a lesson for enrolled people whom wagtail-lms lets in; send the others where they can enrol."""

    def checked(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponse:
        if not isinstance(page, ZoomLessonMixin) or page.zoom_audience != Audience.ENROLLED:
            return serve(page, request, args, kwargs)
        course = courses.course_of(page)
        if course is None:
            return serve(page, request, args, kwargs)
        response = _refusal(page, request, course) or serve(page, request, args, kwargs)
        # Whoever is let in must not fill a cache for those who are not.
        add_never_cache_headers(response)
        return response

    return checked


def _refusal(page: Any, request: HttpRequest, course: Any) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return to_login(request)
    if courses.passes_access_check(request, page, course):
        return None
    words = _("You must be enrolled in this course to open this lesson.")
    messages.error(request, words, fail_silently=True)
    return redirect(course.get_url(request) or "/")
