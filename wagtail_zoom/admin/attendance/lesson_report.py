"""The report over lessons: which took place, and how many were there."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn, TitleColumn

from ... import clock
from ...models import Attendance, Completion, LessonMeeting, Registrant
from ...services.permissions import Right, sites_with
from .base_report import HeldLessonsReportView
from .filters import HeldLessonsFilterSet


class AttendanceFilterSet(HeldLessonsFilterSet):
    """Time, space, and whether somebody was left unrecognised."""

    unmatched = django_filters.BooleanFilter(label=_("Somebody was not recognised"), method="filter_unmatched")

    def filter_unmatched(self, queryset: QuerySet[LessonMeeting], name: str, value: bool) -> QuerySet[LessonMeeting]:
        """Leave lessons with somebody unrecognised, or those without."""
        return queryset.filter(unmatched__gt=0) if value else queryset.filter(unmatched=0)


class AttendanceReportView(HeldLessonsReportView):
    """All lessons that have begun, in the spaces whose attendance this person may see."""

    template_name = "wagtail_zoom/admin/listing.html"
    results_template_name = "wagtail_zoom/admin/attendance/report_results.html"
    page_title = _("Attendance of lessons")
    header_icon = "group"
    model = LessonMeeting
    verbose_name = _("lesson")
    verbose_name_plural = _("lessons")
    index_url_name = "wagtail_zoom_admin:attendance_report"
    index_results_url_name = "wagtail_zoom_admin:attendance_report_results"
    filterset_class = AttendanceFilterSet
    default_ordering = "-meeting__starts_at"
    export_filename = "attendance"
    list_export: ClassVar[list[str]] = [
        "page_title",
        "meeting.starts_at",
        "present",
        "unmatched",
        "registered",
        "complete",
    ]
    export_headings: ClassVar[dict[str, Any]] = {
        "page_title": _("Lesson"),
        "meeting.starts_at": _("Start"),
        "present": _("Were there"),
        "unmatched": _("Not recognised"),
        "registered": _("Registered"),
        "complete": _("Completed"),
    }
    columns: ClassVar[list[Column]] = [
        TitleColumn("page_title", label=_("Lesson"), get_url=lambda link: _address(link)),
        DateColumn("starts_at", label=_("Start"), accessor="meeting.starts_at"),
        NumberColumn("present", label=_("Were there")),
        NumberColumn("unmatched", label=_("Not recognised")),
        NumberColumn("registered", label=_("Registered")),
        NumberColumn("complete", label=_("Completed")),
    ]

    def get_queryset(self) -> QuerySet[LessonMeeting]:
        """Return the links with their counts: one query for all rows."""
        self.queryset = (
            LessonMeeting.objects.filter(
                meeting__site__in=sites_with(self.request.user, Right.VIEW_ATTENDANCE),
                meeting__starts_at__lte=clock.now(),
                page__isnull=False,
            )
            .select_related("meeting")
            .annotate(
                present=_count(Attendance.objects.filter(is_host=False), meeting=OuterRef("meeting")),
                unmatched=_count(
                    Attendance.objects.filter(is_host=False, matched_by=Attendance.Match.NONE),
                    meeting=OuterRef("meeting"),
                ),
                registered=_count(
                    Registrant.objects.filter(actual=Registrant.Actual.APPROVED), meeting=OuterRef("meeting"), what="pk"
                ),
                complete=_count(Completion.objects.filter(is_complete=True), page=OuterRef("page"), what="pk"),
            )
            .order_by(F("meeting__starts_at").desc(), "pk")
        )
        return super().get_queryset()


def _count(rows: QuerySet[Any], *, what: str = "person_key", **outer: Any) -> Coalesce:
    counted = rows.filter(**outer).order_by().values(*outer).annotate(n=Count(what, distinct=True)).values("n")
    return Coalesce(Subquery(counted), 0)


def _address(link: LessonMeeting) -> str:
    return reverse("wagtail_zoom_admin:attendance", args=[link.page_id])
