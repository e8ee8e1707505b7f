"""Stays in a meeting become presence: overlaps counted once, the waiting room not at all. Pure.

A stretch is a pair of epoch seconds, begin and end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ...api.responses import ParticipantRow
from ...models import Presence
from ..registrants.person import email_key


#: How Zoom's reports call the time before a person was let in.
WAITING_ROOM = "in_waiting_room"


class Interval(NamedTuple):
    """An uninterrupted time in the meeting, epoch seconds."""

    begin: int
    end: int


@dataclass
class PresenceRecord:
    """One identity that was there, as Zoom tells it, with its stretches merged."""

    key: str
    name: str = ""
    email: str = ""
    registrant_id: str = ""
    zoom_user_id: str = ""
    stretches: list[Interval] = field(default_factory=list)

    def absorb(self, other: PresenceRecord) -> None:
        """Take over what another identity of the same person brings: overlapping times count once."""
        self.stretches = merged([*self.stretches, *other.stretches])
        self.name = self.name or other.name
        self.email = self.email or other.email
        self.registrant_id = self.registrant_id or other.registrant_id
        self.zoom_user_id = self.zoom_user_id or other.zoom_user_id


def merged(stretches: Iterable[Interval]) -> list[Interval]:
    """Return the union of ``stretches``, ordered, without overlaps; empty and backward ones are dropped."""
    union: list[Interval] = []
    for stretch in sorted(entry for entry in stretches if entry.end > entry.begin):
        if union and stretch.begin <= union[-1].end:
            union[-1] = Interval(union[-1].begin, max(union[-1].end, stretch.end))
        else:
            union.append(stretch)
    return union


def clipped(stretches: Iterable[Interval], begin: dt.datetime | None, end: dt.datetime | None) -> list[Interval]:
    """Return what of ``stretches`` lies between the two instants; None leaves that side open."""
    low = int(begin.timestamp()) if begin else None
    high = int(end.timestamp()) if end else None
    cut = (
        Interval(
            entry.begin if low is None else max(entry.begin, low), entry.end if high is None else min(entry.end, high)
        )
        for entry in stretches
    )
    return [entry for entry in cut if entry.end > entry.begin]


def without(stretches: Iterable[Interval], others: Iterable[Interval]) -> list[Interval]:
    """Return what of ``stretches`` lies in none of ``others``."""
    left = list(stretches)
    for other in merged(others):
        left = [
            part
            for entry in left
            for part in (
                Interval(entry.begin, min(entry.end, other.begin)),
                Interval(max(entry.begin, other.end), entry.end),
            )
            if part.end > part.begin
        ]
    return left


def seconds(stretches: Iterable[Interval]) -> int:
    """Return how long the stretches, which must not overlap, take together."""
    return sum(entry.end - entry.begin for entry in stretches)


def identity_key(*, registrant_id: str, zoom_user_id: str, email: str, participant: str) -> str:
    """Return what tells this identity from others: the most reliable thing that Zoom gives.

    A guest without any is told apart by Zoom's number for this stay only, never by name: two may share one.
    """
    if registrant_id:
        return f"registrant:{registrant_id}"
    if zoom_user_id:
        return f"zoom:{zoom_user_id}"
    if email_key(email):
        return f"email:{email_key(email)}"
    return f"guest:{participant}"


def aggregate_report(rows: Iterable[ParticipantRow], *, now: dt.datetime) -> dict[str, PresenceRecord]:
    """Fold a report's rows, one per stay, into one `PresenceRecord` per identity.

    Memory grows with the people, not with the rows. A stay without an end, or with one in the future, ends ``now``;
    a stay without a begin is dated back by its duration.
    """
    people: dict[str, PresenceRecord] = {}
    for number, row in enumerate(rows):
        if row.status == WAITING_ROOM:
            continue
        stretch = _stretch(row, now)
        key = identity_key(
            registrant_id=row.registrant_id,
            zoom_user_id=row.zoom_user_id,
            email=row.email,
            participant=row.participant_uuid or row.user_id or f"row{number}",
        )
        _add(people, key, row, [stretch] if stretch else [])
    return people


def aggregate_presence(rows: Iterable[Presence], *, ended_at: dt.datetime) -> dict[str, PresenceRecord]:
    """Fold what webhooks told, in whatever order, into one `PresenceRecord` per identity.

    Who is not heard to leave was there until ``ended_at``; a leave without a join tells only that somebody was there.
    """
    stays: dict[str, list[Presence]] = {}
    for row in rows:
        stays.setdefault(row.participant_key, []).append(row)
    people: dict[str, PresenceRecord] = {}
    for participant, moments in stays.items():
        first = moments[0]
        key = identity_key(
            registrant_id=first.registrant_id,
            zoom_user_id=first.zoom_user_id,
            email=first.email,
            participant=participant,
        )
        _add(people, key, first, _between(sorted(moments, key=lambda row: (row.at, row.joined)), ended_at))
    return people


def _add(
    people: dict[str, PresenceRecord], key: str, said: ParticipantRow | Presence, stretches: list[Interval]
) -> None:
    seen = PresenceRecord(key, said.name, said.email, said.registrant_id, said.zoom_user_id, stretches)
    people.setdefault(key, PresenceRecord(key=key)).absorb(seen)


def _between(moments: Sequence[Presence], ended_at: dt.datetime) -> list[Interval]:
    """Return when somebody was there, on however many devices: until as many have left as had joined."""
    stretches: list[Interval] = []
    since: dt.datetime | None = None
    devices = 0
    for moment in moments:
        if moment.joined:
            since = since or moment.at
            devices += 1
        elif since:
            devices -= 1
            if not devices:
                stretches.append(Interval(int(since.timestamp()), int(moment.at.timestamp())))
                since = None
    if since:
        stretches.append(Interval(int(since.timestamp()), int(ended_at.timestamp())))
    return merged(stretches)


def _stretch(row: ParticipantRow, now: dt.datetime) -> Interval | None:
    latest = int(now.timestamp())
    end = min(int(row.leave_time.timestamp()), latest) if row.leave_time else None
    if row.join_time:
        begin = int(row.join_time.timestamp())
        if end is None:
            end = begin + row.duration if row.duration else latest
        return Interval(begin, min(end, latest))
    if end is not None and row.duration:
        return Interval(end - row.duration, end)
    return None
