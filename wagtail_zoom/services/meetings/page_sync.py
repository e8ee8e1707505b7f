"""Finding what the signals did not tell: pages and rows that disagree, and rows whose obstacle is gone. Rows only."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from ... import clock
from ...api.scopes import feature_name
from ...models import Connection, Host, LessonMeeting, Meeting, ZoomSettings
from ..connections import capabilities
from ..lessons import lesson_meetings, pages
from ..lessons.site_settings import Spaces
from ..problems.describe import CONNECTION_CODES, SCOPE_CODES
from . import intent
from .desired_state import page_digest


logger = logging.getLogger("wagtail_zoom")

Wanted, Actual, Role = Meeting.Wanted, Meeting.Actual, LessonMeeting.Role

#: Lessons of days before this are over wherever on earth they are.
SURELY_OVER = dt.timedelta(days=2)

#: Rows whose obstacle may be gone, looked at in one sweep.
_AT_ONCE = 200

_FEATURES = {
    "change_by_hand": "change",
    "cancel_by_hand": "cancel",
    "scope_missing": "create",
    "cannot_read": "read",
}


def write_down_differing_lessons(now: dt.datetime) -> int:
    """Write down what live lessons want whose row is missing or differs from them; return how many there were.

    This is the road for imports, for pages older than the installation, and for whatever a process that died left
    undone between page and row.
    """
    spaces, found = Spaces(), 0
    for page in pages.live_lessons((now - SURELY_OVER).date()):
        site = spaces.site_of(page)
        if _differs(page, page_digest(page, site, spaces.settings_of(site))):
            found += _guarded(intent.want, page)
    for page in pages.live_lessons_without_wish():
        found += _guarded(intent.want, page)
    return found


def write_down_lost_ends(now: dt.datetime) -> int:
    """Write down that meetings are wanted no more whose page was unpublished or deleted unnoticed; return how many."""
    running = LessonMeeting.objects.filter(
        Q(meeting__ends_at=None) | Q(meeting__ends_at__gt=now), role=Role.OWNER, meeting__wanted=Wanted.PRESENT
    ).select_related("meeting", "page")
    strict = ZoomSettings.objects.filter(when_unpublished=ZoomSettings.WhenUnpublished.CANCEL).values("site")
    dropped = Q(meeting__actual=Actual.ABSENT) | Q(meeting__site__in=strict)
    found = 0
    for link in running.filter(dropped, page__live=False):
        found += _guarded(intent.unwant, pages.page_of(link), "unpublished")
    elsewhere = LessonMeeting.objects.filter(meeting=OuterRef("meeting"), page__isnull=False)
    for link in running.filter(~Exists(elsewhere), page=None).exclude(
        meeting__actual__in=(Actual.GONE, Actual.CANCELLED)
    ):
        found += _guarded(lesson_meetings.mark_unwanted, link.meeting, "deleted")
    return found


def wake_what_can_go_on() -> int:
    """Let meetings be tried again whose host or space has been connected, or whose scope has come; return how many."""
    found = 0
    for link in _reconnected()[:_AT_ONCE]:
        found += _guarded(intent.want, pages.page_of(link))
    waiting = Meeting.objects.filter(attention__in=SCOPE_CODES, started_at=None, due_at=None, lease_owner="")
    for meeting in waiting.select_related("connection__app"):
        feature = feature_name(meeting.kind, _FEATURES[meeting.attention])
        if meeting.connection is not None and capabilities.allowed(meeting.connection, feature).likely:
            found += Meeting.objects.filter(pk=meeting.pk, attention=meeting.attention).update(
                **{**Meeting.clear_attention(), "due_at": clock.now()}
            )
    return found


def _differs(page: Any, digest: str) -> bool:
    link = getattr(page, "zoom_link", None)
    if link is None or link.wishes_digest != digest:
        return True
    return bool(link.meeting.wanted != Wanted.PRESENT or link.meeting.actual == Actual.CANCELLED)


def _reconnected() -> QuerySet[LessonMeeting]:
    """Return the links of lessons that waited for a connection which is there now."""
    connected = Connection.Status.CONNECTED
    own = Host.objects.filter(
        site=OuterRef("meeting__site"), user=OuterRef("page__owner"), is_active=True, connection__status=connected
    )
    some = Host.objects.filter(site=OuterRef("meeting__site"), is_active=True, connection__status=connected)
    return (
        LessonMeeting.objects.select_related("page")
        .filter(page__live=True, meeting__attention__in=CONNECTION_CODES)
        .filter(
            Q(Exists(own), meeting__attention="no_host")
            | Q(Exists(some), meeting__attention__in=("not_connected", "no_space"))
            | Q(meeting__attention="host_disconnected", meeting__connection__status=connected)
        )
        .order_by("meeting__starts_at")
    )


def _guarded(act: Callable[..., int | None], *arguments: Any) -> int:
    """Do ``act``; one page that cannot be read must not keep the others from being found."""
    try:
        act(*arguments)
    except Exception:
        logger.exception("A lesson could not be looked at: %r", arguments[0])
        return 0
    return 1
