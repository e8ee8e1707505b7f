"""What was heard about a meeting by webhook. No network; echoes of our own changes alter nothing.

Each may be repeated and come late: what is older than the last reading is not believed, only looked up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ... import clock
from ...api.meeting_numbers import format_meeting_number
from ...api.responses import MeetingAnswer
from ...models import Meeting
from .. import encryption
from . import create, diff
from .refresh_schedule import next_reading


Wanted, Actual = Meeting.Wanted, Meeting.Actual

#: What ends when a deleted meeting comes back.
ENDED_BY_RETURN = ("gone", "number_unknown")


def apply_deleted(meeting: Meeting, *, at: dt.datetime) -> None:
    """Somebody deleted the meeting on Zoom. Our own cancelling is not news."""
    if _is_stale(meeting, at):
        _look_soon(meeting)
        return
    code = "gone" if meeting.is_owned else "number_unknown"
    said = Meeting.set_attention(code, number=format_meeting_number(meeting.zoom_id or 0))
    still_there = Meeting.objects.filter(pk=meeting.pk, actual=Actual.PRESENT)
    still_there.filter(wanted=Wanted.PRESENT).update(actual=Actual.GONE, read_at=at, read_due_at=None, **said)
    still_there.filter(wanted=Wanted.ABSENT).update(
        actual=Actual.CANCELLED, read_at=at, read_due_at=None, **Meeting.clear_attention()
    )


def apply_recovered(meeting: Meeting, *, at: dt.datetime) -> None:
    """Somebody recovered a deleted meeting on Zoom; whether it is wanted is decided anew."""
    back = Meeting.objects.filter(pk=meeting.pk, actual__in=[Actual.GONE, Actual.CANCELLED])
    back.filter(attention__in=ENDED_BY_RETURN).update(attention="", attention_params={})
    back.update(actual=Actual.PRESENT, read_at=at, read_due_at=clock.now(), due_at=clock.now())


def note_kind(meeting: Meeting, kind: str) -> None:
    """Somebody turned the meeting into a webinar, or back."""
    Meeting.objects.filter(pk=meeting.pk).exclude(kind=kind).update(kind=kind, read_due_at=clock.now())


def apply_updated(meeting: Meeting, changes: Mapping[str, Any], *, at: dt.datetime) -> None:
    """Somebody changed the meeting on Zoom, perhaps this site itself; ``changes`` is Zoom's object, as far as given."""
    answer = MeetingAnswer.from_json({"id": meeting.zoom_id, **changes}, meeting.api_kind)
    if _is_stale(meeting, at):
        # Zoom tells of what this site made while it still answers: such an echo is always a little older.
        if not _is_known(meeting, answer):
            _look_soon(meeting)
        return
    columns: dict[str, Any] = {**create.columns_of(meeting, answer), "read_at": at}
    if not meeting.is_owned:
        columns |= _times_of(meeting, answer)
    Meeting.objects.filter(pk=meeting.pk, lease_owner="", actual=Actual.PRESENT).update(**columns)


def _times_of(meeting: Meeting, answer: MeetingAnswer) -> dict[str, Any]:
    """Return the lesson's time columns after a change that may name only one of start and duration."""
    begin = answer.start_time or meeting.starts_at
    length = (
        dt.timedelta(minutes=answer.duration)
        if answer.duration
        else meeting.ends_at - meeting.starts_at
        if meeting.starts_at and meeting.ends_at
        else None
    )
    meeting.starts_at = begin
    meeting.ends_at = begin + length if begin and length else None
    return {
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "read_due_at": next_reading(meeting, clock.now()),
    }


def _is_known(meeting: Meeting, answer: MeetingAnswer) -> bool:
    """Tell whether the last reading said the same about everything that ``answer`` names."""
    said = diff.payload_in(answer)
    if any(meeting.actual_payload.get(name) != value for name, value in said.items()):
        return False
    secrets = {"join_url": answer.join_url, "passcode": answer.passcode}
    try:
        return all(not text or encryption.decrypt_field(meeting, field) == text for field, text in secrets.items())
    except encryption.EncryptionError:
        return False


def _is_stale(meeting: Meeting, at: dt.datetime) -> bool:
    return meeting.read_at is not None and at < meeting.read_at


def _look_soon(meeting: Meeting) -> None:
    Meeting.objects.filter(pk=meeting.pk, actual=Actual.PRESENT).update(read_due_at=clock.now())
