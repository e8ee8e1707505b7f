"""Courses of wagtail-lms and the live lessons in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.utils.module_loading import import_string
from wagtail.models import AbstractPage, Page, get_page_models
from wagtail_lms import conf
from wagtail_lms.models import CourseEnrollment, CoursePage

from wagtail_zoom.models import ZoomLessonMixin
from wagtail_zoom.models.lessons import LessonKind


def lesson_models() -> list[type[AbstractPage]]:
    """Return every page model of this site that is made with the mixin."""
    return [model for model in get_page_models() if issubclass(model, ZoomLessonMixin)]


def admit_lessons() -> None:
    """Add the site's lesson pages to what a course may contain; wagtail-lms names only its own."""
    known = list(CoursePage.subpage_types)
    wanted = [model._meta.label for model in lesson_models()]
    CoursePage.subpage_types = known + [label for label in wanted if label not in known]
    # Wagtail resolves the names once; an app that was ready earlier may have asked already.
    CoursePage._clean_subpage_models = None


def course_of(lesson: AbstractPage) -> CoursePage | None:
    """Return the course in which ``lesson`` lies, directly or in a folder of it; None outside of courses."""
    return CoursePage.objects.ancestor_of(lesson).order_by("-depth").first()


def lies_in_course(page: AbstractPage) -> bool:
    """Tell whether ``page`` is a course or lies in one, directly or in a folder of it."""
    return bool(CoursePage.objects.ancestor_of(page, inclusive=True).exists())


def courses_of(lessons: Iterable[AbstractPage]) -> dict[Any, CoursePage | None]:
    """Return the course in which each of ``lessons`` lies by the lesson's id, in one query."""
    pages = list(lessons)
    above = {page.path[:end] for page in pages for end in range(page.steplen, len(page.path), page.steplen)}
    found = {course.path: course for course in CoursePage.objects.filter(path__in=above)}
    return {page.pk: _nearest(page, found) for page in pages}


def _nearest(page: AbstractPage, courses: dict[str, CoursePage]) -> CoursePage | None:
    for end in range(len(page.path) - page.steplen, 0, -page.steplen):
        if page.path[:end] in courses:
            return courses[page.path[:end]]
    return None


def lessons_of(course: AbstractPage) -> list[Any]:
    """Return the live lessons in ``course`` that use Zoom, in the order of the page tree."""
    kinds = ContentType.objects.get_for_models(*lesson_models()).values()
    pages = Page.objects.descendant_of(course).live().filter(content_type__in=list(kinds)).order_by("path")
    return [page for page in pages.specific() if page.zoom_kind != LessonKind.NONE]


def passes_access_check(request: HttpRequest, lesson: AbstractPage, course: CoursePage) -> bool:
    """Tell what wagtail-lms says of its own lessons: ``WAGTAIL_LMS_CHECK_LESSON_ACCESS``; editors always pass."""
    if request.user.has_perm("wagtailadmin.access_admin"):
        return True
    return bool(import_string(conf.WAGTAIL_LMS_CHECK_LESSON_ACCESS)(request, lesson, course))


def enrolled_users(course: AbstractPage) -> Iterable[Any]:
    """Yield the active users enrolled in ``course``, by id, a few at a time."""
    rows = CourseEnrollment.objects.filter(course_id=course.pk, user__is_active=True)
    for row in rows.select_related("user").order_by("user_id").iterator(chunk_size=2000):
        yield row.user
