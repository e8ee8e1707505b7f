"""Whose registrants a person may see and manage: those of meetings in spaces where they have the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from ...models import Meeting, Registrant
from ...services import permissions
from ...services.permissions import Right, has_right, sites_with
from ...url_utils import row_number


@dataclass(frozen=True)
class Desk:
    """One meeting as one person finds it: whether they may see its people, and manage them."""

    meeting: Meeting
    may_view: bool
    may_manage: bool


def desk_for(user: Any, meeting_id: Any) -> Desk:
    """Return the meeting with what ``user`` may do there; who edits one of its lessons at least sees the counts.

    Raises Http404 for no such meeting, PermissionDenied for everybody else.
    """
    meetings = Meeting.objects.select_related("site", "connection__app", "host")
    meeting: Meeting = get_object_or_404(meetings, pk=row_number(str(meeting_id)))
    may_view = has_right(user, meeting.site, Right.VIEW_REGISTRANTS)
    if not may_view and not _edits_a_lesson(user, meeting):
        raise PermissionDenied
    return Desk(meeting, may_view, has_right(user, meeting.site, Right.MANAGE_REGISTRANTS))


def managed_desk(user: Any, meeting_id: int) -> Desk:
    """Return the meeting if ``user`` may manage its people. Raises Http404 and PermissionDenied."""
    desk = desk_for(user, meeting_id)
    if not desk.may_manage:
        raise PermissionDenied
    return desk


def visible_to(user: Any) -> QuerySet[Registrant]:
    """Return the registrants whom ``user`` may see."""
    return Registrant.objects.filter(meeting__site__in=sites_with(user, Right.VIEW_REGISTRANTS))


def managed_by(user: Any) -> QuerySet[Registrant]:
    """Return the registrants whom ``user`` may manage."""
    return Registrant.objects.filter(meeting__site__in=sites_with(user, Right.MANAGE_REGISTRANTS))


def _edits_a_lesson(user: Any, meeting: Meeting) -> bool:
    links = meeting.lessons.select_related("page")
    return any(link.page is not None and permissions.may_edit_lesson(user, link.page) for link in links)
