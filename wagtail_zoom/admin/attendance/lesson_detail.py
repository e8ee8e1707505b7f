"""Who was at one lesson: the listing, the picture, and what can be done about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.reports import ReportView

from ...models import Attendance, LessonMeeting, Meeting
from ...services import endpoints, recordings
from ...services.attendance import explain, lesson_report
from ...services.lessons.lesson_lookup import times_of
from ...services.permissions import Right, has_right
from ..shared.safe_export import GuardedExportMixin
from ..shared.tables import CountedByName
from .columns import columns_for
from .timeline_svg import presence_picture


#: As many candidates as fit into a list to choose from; more are searched for.
MOST_CANDIDATES = 50

PROBLEMS = {
    "scope": _(
        "Zoom does not let this site read attendance reports. Your Zoom administrator can add the report scopes."
    ),
    "permission": _(
        'The Zoom account that this site uses may not read usage reports. In Zoom, its role needs "Usage Reports: View".'
    ),
    "plan": _("The Zoom plan of this host has no attendance reports."),
    "unconnected": _("The Zoom connection with which this lesson was held no longer exists."),
    "unreachable": _("Zoom could not be reached. It is tried again by itself within half an hour."),
}


@dataclass(frozen=True)
class PersonRow:
    """One line of the listing."""

    row_id: int
    name: str
    email: str
    recognised_by: str
    is_matched: bool
    is_assigned: bool
    is_host: bool
    is_registered: bool
    minutes: int
    came: dt.datetime | None
    went: dt.datetime | None
    is_complete: bool | None
    verdict: str
    completion_id: int | None


def link_or_403(request: HttpRequest, page_id: int, right: Right) -> LessonMeeting:
    """Return the lesson's link. Raises PermissionDenied where ``right`` is missing in the meeting's own space."""
    links = LessonMeeting.objects.select_related("meeting__site", "meeting__connection", "page")
    link: LessonMeeting = get_object_or_404(links, page_id=page_id)
    if not has_right(request.user, link.meeting.site, right):
        raise PermissionDenied
    return link


class LessonAttendanceView(CountedByName, GuardedExportMixin, ReportView):
    """The attendance of one lesson."""

    template_name = "wagtail_zoom/admin/attendance/lesson.html"
    results_template_name = "wagtail_zoom/admin/attendance/lesson_results.html"
    page_title = _("Attendance")
    header_icon = "group"
    model = Attendance
    verbose_name = _("person")
    verbose_name_plural = _("people")
    paginate_by = 100
    table_classname = "listing wz-attendance"
    list_export: ClassVar[list[str]] = [
        "name",
        "email",
        "recognised_by",
        "is_host",
        "is_registered",
        "minutes",
        "came",
        "went",
        "is_complete",
        "verdict",
    ]
    export_headings: ClassVar[dict[str, Any]] = {
        "name": _("Name"),
        "email": _("E-mail"),
        "recognised_by": _("Recognised by"),
        "is_host": _("Host"),
        "is_registered": _("Registered"),
        "minutes": _("Minutes"),
        "came": _("First joined"),
        "went": _("Last left"),
        "is_complete": _("Complete"),
        "verdict": _("Why"),
    }

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in whoever may see attendance in the meeting's own space."""
        self.link = link_or_403(request, kwargs["page_id"], Right.VIEW_ATTENDANCE)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def columns(self) -> list[Column]:
        """The columns, with what this person may do about people."""
        candidates = [person for person in self.missing if person.user_id] if self.may_manage else []
        return columns_for(self.link, self.zone, may_manage=self.may_manage, candidates=candidates[:MOST_CANDIDATES])

    @cached_property
    def zone(self) -> ZoneInfo:
        """The lesson's own zone, in which its times are told, whoever looks."""
        return times_of(self.link.page.specific, self.link).zone if self.link.page else ZoneInfo("UTC")

    @cached_property
    def missing(self) -> list[lesson_report.Missing]:
        """Who was expected, and is not known to have been there."""
        return lesson_report.no_shows(self.link)

    @cached_property
    def may_manage(self) -> bool:
        """Tell whether this person may say who somebody was."""
        return has_right(self.request.user, self.meeting.site, Right.MANAGE_ATTENDANCE)

    @property
    def meeting(self) -> Meeting:
        """The lesson's meeting."""
        return self.link.meeting

    def get_page_subtitle(self) -> str:
        """Name the lesson."""
        return self.link.page_title

    def get_filename(self) -> str:
        """Name the file after the lesson's number, which needs no escaping."""
        return f"attendance-{self.link.page_id}"

    def get_index_url(self) -> str:
        """Return our own address."""
        return reverse("wagtail_zoom_admin:attendance", args=[self.link.page_id])

    def get_index_results_url(self) -> str:
        """Return the address of the table alone."""
        return reverse("wagtail_zoom_admin:attendance_results", args=[self.link.page_id])

    def get_queryset(self) -> Any:
        """Return one dictionary per person."""
        return lesson_report.people_there(self.meeting)

    def get_table(self, object_list: Sequence[dict[str, Any]]) -> Any:
        """Return the table, of rows instead of dictionaries."""
        self.rows = self._rows_of(object_list)
        return super().get_table(self.rows)

    def decorate_paginated_queryset(self, object_list: Sequence[dict[str, Any]]) -> list[PersonRow]:
        """Return the rows of the table, which an exported file has, too."""
        return self.rows

    def _rows_of(self, object_list: Sequence[dict[str, Any]]) -> list[PersonRow]:
        """Turn the dictionaries into rows, with names and verdicts looked up at once."""
        people = list(object_list)
        user_ids = {person["user_id"] for person in people if person["user_id"] is not None}
        names = lesson_report.names_of(user_ids)
        verdicts = lesson_report.verdicts_of(self.link.page_id, user_ids)
        return [_row(person, names, verdicts) for person in people]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add figures, picture, no-shows, recordings and what may be done."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if self.is_export:
            return context
        errors = set(self.meeting.instances.exclude(error="").values_list("error", flat=True))
        context.update(
            link=self.link,
            meeting=self.meeting,
            figures=lesson_report.figures_of(self.meeting, self.link.page_id),
            zone=self.zone,
            problems=[PROBLEMS[code] for code in sorted(errors) if code in PROBLEMS],
            missing=self.missing,
            may_manage=self.may_manage,
            recordings=[
                (recording, recordings.label_of(recording, self.zone))
                for recording in recordings.recordings_of(self.meeting, shown_only=False)
            ],
            is_practice=endpoints.is_practice(),
            reading=self.meeting.instances.filter(read_due_at__isnull=False, read_at=None).exists(),
        )
        if not self.results_only:
            context["picture"] = presence_picture(lesson_report.stays_of(self.meeting), self.zone)
            context["opened"] = _opened(self.link)
        return context


def _row(person: dict[str, Any], names: Any, verdicts: Any) -> PersonRow:
    completion = verdicts.get(person["user_id"])
    matched_by = person["matched_by"]
    return PersonRow(
        row_id=person["row_id"],
        name=names.get(person["user_id"]) or person["called"] or str(_("(no name)")),
        email=person["address"],
        recognised_by=str(Attendance.Match(matched_by).label),
        is_matched=bool(matched_by),
        is_assigned=matched_by == Attendance.Match.PERSON,
        is_host=bool(person["host"]),
        is_registered=person["registrant_pk"] is not None,
        minutes=round((person["total"] or 0) / 60),
        came=person["came"],
        went=person["went"],
        is_complete=completion.is_complete if completion else None,
        verdict=(completion.override_reason or explain(completion.grounds)) if completion else "",
        completion_id=completion.pk if completion else None,
    )


def _opened(link: LessonMeeting) -> list[dict[str, Any]]:
    clicks = list(lesson_report.opened_by(link.page_id)[:500])
    names = lesson_report.names_of(click["user_id"] for click in clicks)
    return [{**click, "name": names.get(click["user_id"], "")} for click in clicks]
