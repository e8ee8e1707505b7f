"""The small private endpoint from which the panel keeps itself up to date."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import add_never_cache_headers
from django.views import View
from wagtail.models import Page

from ...models import ZoomLessonMixin
from ...services import permissions
from .state_context import announcement_of, describe_state, render_state


def any_lesson(page_id: int) -> Page:
    """Return the lesson page ``page_id``; whose it is has to be asked. Raises Http404 where there is no such lesson."""
    page = get_object_or_404(Page, pk=page_id).specific
    if not isinstance(page, ZoomLessonMixin):
        raise Http404
    return page


def lesson_for(user: Any, page_id: int) -> Page:
    """Return the lesson page ``page_id`` for somebody who may edit it.

    Raises Http404 where there is no such lesson, PermissionDenied where it is not theirs to edit.
    """
    page = any_lesson(page_id)
    if not permissions.may_edit_lesson(user, page):
        raise PermissionDenied
    return page


class StateView(View):
    """The state of one lesson: its HTML, what a screen reader is told, and when to ask again (milliseconds)."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, page_id: int) -> HttpResponse:
        """Answer from rows alone."""
        page = lesson_for(request.user, page_id)
        draft = page.get_latest_revision_as_object() if page.has_unpublished_changes else page
        context = describe_state(page, request.user, draft=draft)
        response = JsonResponse(
            {
                "html": render_state(context),
                "announcement": announcement_of(context),
                "interval": context["interval"],
            }
        )
        add_never_cache_headers(response)
        return response
