"""Reading Zoom's list of registrants at a person's wish, and what the screen says about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from ... import tasks
from ...models import Ledger
from ...services import registrants
from .permissions import Desk, managed_desk


@dataclass(frozen=True)
class Reading:
    """When Zoom's list was read last (None: never), whether that is under way, and whether it may be asked for."""

    last: datetime | None
    is_under_way: bool
    may_ask: bool


def reading_of(desk: Desk | None) -> Reading | None:
    """Return how things stand with Zoom's list for the meeting that is looked at; None without a single meeting."""
    if desk is None:
        return None
    ledger = Ledger.objects.filter(meeting=desk.meeting).first()
    return Reading(
        last=ledger.read_at if ledger else None,
        is_under_way=ledger is not None and registrants.is_reading(ledger),
        may_ask=desk.may_manage and registrants.may_read(desk.meeting),
    )


@require_POST
def read_now(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Have Zoom's list read now, whenever it would have been read next."""
    meeting = managed_desk(request.user, meeting_id).meeting
    registrants.ask_to_read(meeting)
    tasks.enqueue_register_people(meeting.pk)
    messages.success(request, _("Zoom's list is being read."))
    return redirect(f"{reverse('wagtail_zoom_admin:registrants')}?meeting={meeting.pk}")
