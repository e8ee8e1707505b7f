"""Where attendance is found: among Wagtail's reports, in the Zoom menu, and from each lesson."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from ... import clock
from ...models import ZoomLessonMixin
from ...services.lessons import lesson_lookup
from ...services.permissions import Right, has_anywhere, has_right


class _AttendanceItem(MenuItem):
    """A report about attendance, for whoever may see attendance in some space."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether this person may see attendance somewhere."""
        return has_anywhere(request.user, Right.VIEW_ATTENDANCE)


class AttendanceMenuItem(_AttendanceItem):
    """The report over lessons."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Attendance of lessons"),
            reverse("wagtail_zoom_admin:attendance_report"),
            icon_name="group",
            name="zoom-attendance",
            order=400,
        )


class LearnersMenuItem(_AttendanceItem):
    """The report over learners."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Attendance by learner"),
            reverse("wagtail_zoom_admin:attendance_learners"),
            icon_name="user",
            name="zoom-attendance-learners",
            order=410,
        )


def header_buttons(page: Page, user: Any, next_url: str | None = None, view_name: str = "") -> Iterator[Button]:
    """Yield "Attendance" on a lesson that has begun, for whoever may see who was there."""
    lesson = page.specific
    link = lesson_lookup.original_link_of(lesson) if isinstance(lesson, ZoomLessonMixin) else None
    if link is None or not has_right(user, link.meeting.site, Right.VIEW_ATTENDANCE):
        return
    begins = link.meeting.started_at or link.meeting.starts_at
    if begins is not None and begins <= clock.now():
        address = reverse("wagtail_zoom_admin:attendance", args=[link.page_id])
        yield Button(_("Attendance"), address, icon_name="group", priority=62)
