"""Changing and cancelling meetings that are on Zoom: exactly what differs, and never one that has begun."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ... import clock
from ...api import ZoomClient
from ...api.responses import MeetingAnswer
from ...api.scopes import feature_name
from ...exceptions import ZoomError, ZoomNotFound, ZoomScopeError
from ...models import Change, Meeting
from ...signals import meeting_cancelled, meeting_provisioned, send_safely
from ..coordination.leases import Lease
from . import create, diff, error_policy
from .desired_state import nested


Actual = Meeting.Actual

#: A meeting that runs is looked at again after so long.
WHILE_LIVE = dt.timedelta(minutes=10)

#: Within so long of the start Zoom is asked whether the meeting runs already, before it is changed.
MAY_HAVE_BEGUN = dt.timedelta(hours=2)


def update(lease: Lease[Meeting], client: ZoomClient) -> None:
    """Send Zoom exactly the fields that differ from what it last accepted, and read back what came of it.

    What may not be done, for want of a scope or because the meeting has begun, is left to a person, who is told what
    Zoom still shows. Raises children of ZoomError.
    """
    meeting = lease.row
    changed = diff.changes(meeting)
    feature = feature_name(meeting.kind, "change")
    if not changed or meeting.is_over(clock.now()):
        lease.decide(**Meeting.clear_attention())
        return
    may_change = create.is_likely(meeting, feature)
    if diff.only_address_differs(meeting) and not (may_change and error_policy.has_writes_to_spare(meeting)):
        # For the sake of a line that only programs read nobody is sent to Zoom's site, nor is a day's allowance spent
        # because a folder was renamed. It goes along with the next real change.
        lease.decide(**Meeting.clear_attention())
        return
    if meeting.started_at is not None or not may_change:
        lease.decide(**by_hand(meeting, "change_by_hand", feature))
        return
    if _is_near(meeting) and _runs(lease, client):
        return
    error_policy.take_allowance(meeting)
    try:
        client.of_kind(meeting.api_kind).update(_number(meeting), nested(changed))
    except ZoomScopeError as error:
        lease.decide(**by_hand(meeting, "change_by_hand", feature, error.missing))
        return
    except ZoomNotFound as error:
        if error.what != "meeting":
            raise
        note_gone(lease)
        return
    lease.write(accepted_payload={**meeting.accepted_payload, **changed})
    lease.decide(**Meeting.clear_attention())
    Change.objects.create(meeting=meeting, at=clock.now(), what="changed", fields=sorted(changed))
    read_back(lease, client)
    send_safely(meeting_provisioned, Meeting, meeting=meeting, created=False)


def cancel(lease: Lease[Meeting], client: ZoomClient) -> None:
    """Delete the meeting on Zoom, unless it has begun or is over. Deleted already is as good. Raises children of ZoomError."""
    meeting = lease.row
    feature = feature_name(meeting.kind, "cancel")
    if meeting.is_over(clock.now()):
        lease.decide(**Meeting.clear_attention())
        return
    if meeting.started_at is not None or not create.is_likely(meeting, feature):
        lease.decide(**by_hand(meeting, "cancel_by_hand", feature))
        return
    if _runs(lease, client):
        return
    if meeting.actual != Actual.PRESENT:
        note_cancelled(lease)
        return
    try:
        client.of_kind(meeting.api_kind).delete(_number(meeting))
    except ZoomScopeError as error:
        lease.decide(**by_hand(meeting, "cancel_by_hand", feature, error.missing))
        return
    except ZoomNotFound as error:
        if error.what != "meeting":
            raise
    note_cancelled(lease)


def read_back(lease: Lease[Meeting], client: ZoomClient) -> MeetingAnswer | None:
    """Write down what Zoom says of the meeting, where the scopes allow asking; None where they do not.

    Settings that come back different are shown, never fought.
    """
    meeting = lease.row
    if not create.may_read(meeting):
        return None
    try:
        answer = client.of_kind(meeting.api_kind).get(_number(meeting))
    except ZoomScopeError:
        return None
    lease.write(**create.columns_of(meeting, answer))
    return answer


def by_hand(meeting: Meeting, code: str, feature: str, missing: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the columns that leave a change to a person: what Zoom still shows, and the scope that would spare it."""
    changed = diff.changes(meeting)
    scopes = list(missing) or create.missing_scopes(meeting, feature)
    start = diff.accepted_start(meeting.accepted_payload)
    return Meeting.set_attention(
        code,
        start=start.isoformat() if start else "",
        zone=str(meeting.accepted_payload.get("timezone", "UTC")),
        fields=sorted(changed) if code == "change_by_hand" else [],
        times_differ="start_time" in changed or "duration" in changed,
        scopes=scopes,
    )


def note_gone(lease: Lease[Meeting]) -> None:
    """Write down that the meeting was deleted on Zoom."""
    lease.write(actual=Actual.GONE)
    lease.decide(**Meeting.set_attention("gone"))


def note_cancelled(lease: Lease[Meeting]) -> None:
    """Write down that the meeting is on Zoom no more, as wanted, and tell who listens."""
    lease.write(actual=Actual.CANCELLED)
    lease.decide(**Meeting.clear_attention())
    Change.objects.create(meeting=lease.row, at=clock.now(), what="cancelled")
    send_safely(meeting_cancelled, Meeting, meeting=lease.row)


def _runs(lease: Lease[Meeting], client: ZoomClient) -> bool:
    """Tell whether the meeting runs now, as far as can be known; then it is looked at again later."""
    meeting = lease.row
    now = clock.now()
    runs = meeting.is_live(now)
    if not runs:
        try:
            answer = read_back(lease, client)
        except ZoomNotFound as error:
            if error.what != "meeting":
                raise
            _note_missing(lease)
            return meeting.wanted == Meeting.Wanted.PRESENT
        runs = answer is not None and answer.status == "started"
    if runs:
        lease.decide(due_at=now + WHILE_LIVE)
    return runs


def _note_missing(lease: Lease[Meeting]) -> None:
    if lease.row.wanted == Meeting.Wanted.PRESENT:
        note_gone(lease)
    else:
        lease.write(actual=Actual.GONE)


def _is_near(meeting: Meeting) -> bool:
    start = diff.accepted_start(meeting.accepted_payload)
    return start is not None and start - clock.now() <= MAY_HAVE_BEGUN


def _number(meeting: Meeting) -> int:
    if meeting.zoom_id is None:
        raise ZoomError("a meeting without a number cannot be changed")
    return meeting.zoom_id
