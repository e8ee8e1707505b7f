"""What wagtail-lms answers: enrolments of the course in which the lesson lies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest

from wagtail_zoom.lms import Unknown

from . import completion, courses


class WagtailLMSAdapter:
    """Enrolled is who is enrolled in the course; may join is whom wagtail-lms's own access check lets in."""

    def __init__(self, *, emails_are_verified: bool = False) -> None:
        """Take ``emails_are_verified``: True where accounts are made only for addresses that were confirmed."""
        self.emails_are_verified = emails_are_verified

    def enrolled(self, lesson: Any) -> Iterable[Any]:
        """Yield the course's active learners. Raise `Unknown` for a lesson outside of courses."""
        course = courses.course_of(lesson)
        if course is None:
            raise Unknown("The lesson does not lie in a course.")
        return courses.enrolled_users(course)

    def courses_of(self, lessons: Iterable[Any]) -> Mapping[Any, Any]:
        """Return the course of each lesson by the lesson's id, None outside of courses; in one query."""
        return courses.courses_of(lessons)

    def in_course(self, page: Any) -> bool:
        """Tell whether a lesson at ``page`` or below it lies in a course."""
        return courses.lies_in_course(page)

    def may_join(self, user: Any, lesson: Any) -> bool:
        """Tell whether wagtail-lms lets the user into the lesson. Outside of courses nobody is enrolled."""
        course = courses.course_of(lesson)
        if course is None:
            return False
        request = HttpRequest()
        request.method, request.user, request.session = "GET", user, {}  # type: ignore[assignment]
        return courses.passes_access_check(request, lesson, course)

    def mark_complete(self, user: Any, lesson: Any, attendance: Any) -> None:
        """Mark the user's course complete if this was the last lesson of it; a lesson alone has no mark there."""
        course = courses.course_of(lesson)
        if course is not None:
            completion.complete_if_done(user, course)

    def email_is_verified(self, user: Any) -> bool:
        """Return what the site says of all its accounts; wagtail-lms does not know."""
        return self.emails_are_verified
