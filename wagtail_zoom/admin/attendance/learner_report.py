"""The report over learners: over a whole course, how many of its lessons each of them attended and completed."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, NumberColumn

from ...models import LessonMeeting
from ...services import endpoints
from ...services.attendance.course_report import Total, lessons_held, totals
from ...services.permissions import Right, sites_with
from .base_report import HeldLessonsReportView
from .filters import HeldLessonsFilterSet


class LearnersFilterSet(HeldLessonsFilterSet):
    """Time and space of the lessons that are counted; of which course, and which learner."""

    course = django_filters.CharFilter(label=gettext_lazy("Course"), method="leave_to_the_totals")
    learner = django_filters.CharFilter(label=gettext_lazy("Learner"), method="leave_to_the_totals")

    def leave_to_the_totals(self, queryset: QuerySet[LessonMeeting], name: str, value: str) -> QuerySet[LessonMeeting]:
        """Leave all: these are words to look for in what is counted."""
        return queryset


class SortedColumn(Column):
    """A column by which the rows can be sorted."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name, sort_key=name, **kwargs)


class SortedNumberColumn(NumberColumn):
    """A column of numbers by which the rows can be sorted."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name, sort_key=name, **kwargs)


class LearnersReportView(HeldLessonsReportView):
    """Learners by course, over the lessons held in the spaces whose attendance this person may see."""

    page_title = gettext_lazy("Attendance by learner")
    header_icon = "user"
    model = LessonMeeting
    verbose_name = gettext_lazy("learner")
    verbose_name_plural = gettext_lazy("learners")
    template_name = "wagtail_zoom/admin/listing.html"
    results_template_name = "wagtail_zoom/admin/attendance/learners_results.html"
    index_url_name = "wagtail_zoom_admin:attendance_learners"
    index_results_url_name = "wagtail_zoom_admin:attendance_learners_results"
    filterset_class = LearnersFilterSet
    export_filename = "attendance-by-learner"
    list_export: ClassVar[list[str]] = [
        "name",
        "username",
        "email",
        "course",
        "attended",
        "held",
        "minutes",
        "share",
        "completed",
    ]
    export_headings: ClassVar[dict[str, Any]] = {
        "name": gettext_lazy("Learner"),
        "username": gettext_lazy("User name"),
        "email": gettext_lazy("E-mail"),
        "course": gettext_lazy("Course"),
        "attended": gettext_lazy("Lessons attended"),
        "held": gettext_lazy("Lessons held"),
        "minutes": gettext_lazy("Minutes"),
        "share": gettext_lazy("Share of the time, in per cent"),
        "completed": gettext_lazy("Lessons completed"),
    }
    columns: ClassVar[list[Column]] = [
        SortedColumn("name", label=gettext_lazy("Learner"), classname="title"),
        SortedColumn("username", label=gettext_lazy("User name")),
        SortedColumn("course", label=gettext_lazy("Course")),
        SortedNumberColumn("attended", label=gettext_lazy("Lessons"), accessor=lambda row: _of(row.attended, row.held)),
        SortedNumberColumn("minutes", label=gettext_lazy("Minutes")),
        SortedNumberColumn("share", label=gettext_lazy("Share"), accessor=lambda row: _per_cent(row.share)),
        SortedNumberColumn(
            "completed", label=gettext_lazy("Completed"), accessor=lambda row: _of(row.completed, row.held)
        ),
    ]

    def get_filtered_queryset(self) -> list[Total]:
        """Return the totals over the lessons that the filters leave, in the order that was asked for."""
        sites = list(sites_with(self.request.user, Right.VIEW_ATTENDANCE).values_list("pk", flat=True))
        lessons = self.filter_queryset(lessons_held(sites))
        words = self.filters.form.cleaned_data if self.filters and self.filters.is_valid() else {}
        rows = totals(lessons, course=words.get("course") or "", learner=words.get("learner") or "")
        if self.ordering:
            key = self.ordering.removeprefix("-")
            rows.sort(key=lambda row: _sortable(getattr(row, key)), reverse=self.ordering.startswith("-"))
        return rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whether this is practice."""
        return super().get_context_data(is_practice=endpoints.is_practice(), **kwargs)


def _of(some: int, every: int) -> str:
    return _("%(some)d of %(all)d") % {"some": some, "all": every}


def _per_cent(share: int | None) -> str:
    return "" if share is None else _("%(share)d %%") % {"share": share}


def _sortable(value: Any) -> Any:
    if isinstance(value, str):
        return value.casefold()
    return -1 if value is None else value
