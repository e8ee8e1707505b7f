"""The columns of a lesson's attendance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, NumberColumn

from ...models import LessonMeeting
from ...services.attendance.lesson_report import Missing
from ..shared.tables import ActsColumn


class PersonColumn(Column):
    """Who it was, and what is special about them."""

    cell_template_name = "wagtail_zoom/admin/attendance/person_cell.html"


class RecognisedColumn(Column):
    """By what the person was recognised, if they were."""

    cell_template_name = "wagtail_zoom/admin/attendance/recognised_cell.html"


class CompletedColumn(Column):
    """The verdict, and why."""

    cell_template_name = "wagtail_zoom/admin/attendance/completed_cell.html"


class PersonActsColumn(ActsColumn):
    """What a teacher can do about the person."""

    cell_template_name = "wagtail_zoom/admin/attendance/person_acts_cell.html"

    def __init__(self, link: LessonMeeting, candidates: Sequence[Missing]) -> None:
        super().__init__("acts", label=_("What to do"))
        self.link = link
        self.candidates = candidates

    def get_cell_context_data(self, instance: Any, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """Add the lesson, and who may be meant."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return {**context, "person": instance, "link": self.link, "candidates": self.candidates}


def columns_for(
    link: LessonMeeting, zone: ZoneInfo, *, may_manage: bool, candidates: Sequence[Missing]
) -> list[Column]:
    """Return the columns, times in ``zone``; what to do only for whoever may do it."""
    columns = [
        PersonColumn("name", label=_("Name"), classname="title"),
        RecognisedColumn("recognised_by", label=_("Recognised by")),
        NumberColumn("minutes", label=_("Minutes")),
        Column("came", label=_("From"), accessor=lambda person: _time_of_day(person.came, zone)),
        Column("went", label=_("Until"), accessor=lambda person: _time_of_day(person.went, zone)),
        CompletedColumn("is_complete", label=_("Completed")),
    ]
    return [*columns, PersonActsColumn(link, candidates)] if may_manage else columns


def _time_of_day(instant: dt.datetime | None, zone: ZoneInfo) -> str:
    return formats.date_format(timezone.localtime(instant, zone), "H:i") if instant else ""
