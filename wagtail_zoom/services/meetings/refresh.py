"""Reading what is on Zoom: linked meetings, and whether our own are still there and where they were put."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from ... import clock
from ...api import ZoomClient
from ...api.meeting_numbers import format_meeting_number
from ...api.responses import Kind, MeetingAnswer
from ...api.scopes import feature_name
from ...exceptions import ZoomNotFound, ZoomScopeError, ZoomWrongKind
from ...models import Connection, Host, Meeting, ZoomSettings
from ..connections import capabilities, hosts
from ..connections.clients import client_for
from ..coordination.leases import Lease
from ..registrants.decisions import resume_after_registration_enabled
from ..registrants.planner_input import known_of
from . import create
from .refresh_schedule import SELDOM, next_reading


Wanted, Actual = Meeting.Wanted, Meeting.Actual

_OTHER: dict[Kind, Kind] = {"meeting": "webinar", "webinar": "meeting"}

#: A list may not know yet what was made so recently.
SETTLES = dt.timedelta(minutes=5)


def read_linked(lease: Lease[Meeting], client: ZoomClient) -> None:
    """Read a meeting that is not ours: its kind, title, time and link are Zoom's. Raises children of ZoomError."""
    meeting = lease.row
    number = meeting.zoom_id
    spoken = format_meeting_number(number) if number else ""
    refused: list[str] = []
    if number is None:
        lease.decide(due_at=None)
        return
    for kind in (meeting.api_kind, _OTHER[meeting.api_kind]):
        try:
            answer = client.of_kind(kind).get(number)
        except ZoomScopeError as error:
            refused += error.missing
        except (ZoomNotFound, ZoomWrongKind):
            continue
        else:
            lease.write(kind=kind, **linked_columns(meeting, answer))
            lease.decide(**Meeting.clear_attention())
            _note_registration(meeting)
            return
    if refused:
        lease.decide(**Meeting.set_attention("cannot_read", number=spoken, scopes=refused))
        return
    if meeting.actual == Actual.PRESENT:
        lease.write(actual=Actual.GONE, read_due_at=None)
    lease.decide(**Meeting.set_attention("number_unknown", number=spoken))


def linked_columns(meeting: Meeting, answer: MeetingAnswer) -> dict[str, Any]:
    """Return the columns of a linked meeting after ``answer``: its time is the lesson's, its host is whom Zoom names."""
    columns = create.columns_of(meeting, answer)
    if meeting.site is not None and meeting.connection is not None:
        zoom_user_id, zoom_email = columns["zoom_host_id"], columns["host_email"]
        meeting.host = hosts.hosting(meeting.site, meeting.connection, zoom_user_id, zoom_email)
        meeting.host_label = str(meeting.host or zoom_email)
    meeting.starts_at = answer.start_time
    minutes = answer.duration or 0
    meeting.ends_at = answer.start_time + dt.timedelta(minutes=minutes) if answer.start_time and minutes else None
    return {
        **columns,
        "host": meeting.host,
        "host_label": meeting.host_label,
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "read_due_at": next_reading(meeting, clock.now()),
    }


def due_for_reading(now: dt.datetime) -> QuerySet[Meeting]:
    """Return the meetings on Zoom whose time to be read has come."""
    return (
        Meeting.objects.select_related("connection__app", "host")
        .filter(actual=Actual.PRESENT, wanted=Wanted.PRESENT, read_due_at__lte=now, zoom_id__isnull=False)
        .filter(Q(ends_at=None) | Q(ends_at__gt=now), connection__status=Connection.Status.CONNECTED)
        .exclude(site__in=ZoomSettings.objects.filter(is_paused=True).values("site"))
        .order_by("starts_at")
    )


def by_host(meetings: Iterable[Meeting]) -> dict[tuple[int, str, int | None], list[Meeting]]:
    """Return ``meetings`` grouped by what one list of Zoom's covers: connection, kind and host."""
    groups: dict[tuple[int, str, int | None], list[Meeting]] = defaultdict(list)
    for meeting in meetings:
        host_pk = meeting.host_id if meeting.is_owned else None
        groups[meeting.connection_id or 0, meeting.kind, host_pk].append(meeting)
    return groups


def is_listed(host: Host | None, kind: str) -> bool:
    """Tell whether a group of meetings is read by one list of its host's, rather than one by one."""
    return host is not None and capabilities.allowed(host.connection, feature_name(kind, "list")).likely


def read_group(meetings: list[Meeting]) -> None:
    """Read one group of `by_host`: by one list where possible, else one by one.

    Raises children of ZoomError; what was read until then is kept.
    """
    first = meetings[0]
    connection = first.connection
    if connection is None:
        return
    host = first.host if first.is_owned else None
    with client_for(connection) as client:
        if host is not None and is_listed(host, first.kind):
            _read_list(client, host, meetings)
            return
        if capabilities.allowed(connection, feature_name(first.kind, "read")).likely:
            for meeting in meetings:
                _read_one(client, meeting)
            return
    # Nothing can be read with these scopes: ask again tomorrow, they may have grown.
    _put_off(meetings)


def _read_list(client: ZoomClient, host: Host, meetings: list[Meeting]) -> None:
    kind = meetings[0].api_kind
    try:
        listed = {item.id: item for item in client.of_kind(kind).list(host.zoom_ref)}
    except ZoomScopeError:
        _put_off(meetings)
        return
    for meeting in meetings:
        found = listed.get(meeting.zoom_id or 0)
        if found is not None:
            _note_read(meeting, found)
        elif clock.now() - meeting.created_at > SETTLES:
            _check_missing(client, meeting)


def _check_missing(client: ZoomClient, meeting: Meeting) -> None:
    """Ask about a meeting that its host's list lacks; where that is not allowed, the list is believed."""
    if create.may_read(meeting):
        _read_one(client, meeting)
    else:
        _note_gone(meeting)


def _read_one(client: ZoomClient, meeting: Meeting) -> None:
    try:
        answer = client.of_kind(meeting.api_kind).get(meeting.zoom_id or 0)
    except ZoomScopeError:
        _put_off([meeting])
    except ZoomNotFound as error:
        if error.what != "meeting":
            raise
        _note_gone(meeting)
    else:
        _note_read(meeting, answer)


def _note_read(meeting: Meeting, answer: MeetingAnswer) -> None:
    """Write down what a list or an answer says; a row that somebody works on is left for the next time."""
    columns = create.columns_of(meeting, answer) if meeting.is_owned else linked_columns(meeting, answer)
    Meeting.objects.filter(pk=meeting.pk, lease_owner="", zoom_id=meeting.zoom_id).update(**columns)
    if not meeting.is_owned:
        _note_registration(meeting)


def _note_registration(meeting: Meeting) -> None:
    """Registration of a linked meeting is switched on by its host on Zoom: then people need not wait any longer."""
    meeting.refresh_from_db(fields=["actual_payload", "accepted_payload"])
    if known_of(meeting).get("settings.approval_type") in (0, 1):
        resume_after_registration_enabled(meeting)


def _note_gone(meeting: Meeting) -> None:
    code = "gone" if meeting.is_owned else "number_unknown"
    said = Meeting.set_attention(code, number=format_meeting_number(meeting.zoom_id or 0))
    Meeting.objects.filter(pk=meeting.pk, lease_owner="", actual=Actual.PRESENT).update(
        actual=Actual.GONE, read_due_at=None, **said
    )


def _put_off(meetings: list[Meeting]) -> None:
    Meeting.objects.filter(pk__in=[meeting.pk for meeting in meetings]).update(read_due_at=clock.now() + SELDOM)
