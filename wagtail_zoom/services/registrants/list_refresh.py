"""Reading Zoom's lists of registrants: three lists, 300 people a page, in slices that go on where the last one stopped."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ... import clock
from ...api.client import ZoomClient
from ...api.registrants import Status
from ...exceptions import ZoomAPIError, ZoomPageExpired
from ...models import Ledger, Meeting, Registrant
from ..coordination.leases import Lease
from ..coordination.work_budget import Budget
from . import form_questions, remote_changes
from .error_policy import PlanOutdated


#: Approved people first: it is they who wait for a link.
STATUSES: tuple[Status, ...] = ("approved", "pending", "denied")

_DAY = dt.timedelta(days=1)
_HOUR = dt.timedelta(hours=1)
_LAST_LOOK = dt.timedelta(days=7)

#: The questions of a form change seldom: read again after so long.
_QUESTIONS_LIFE = dt.timedelta(hours=12)

#: Zoom: a page token lives 15 minutes. What stopped longer ago begins anew.
_TOKEN_LIFE = dt.timedelta(minutes=14)


@dataclass(frozen=True)
class _Place:
    """Where a reading is: which of the lists (occurrence and status), and the token of its next page."""

    lists: Sequence[tuple[str, Status]]
    index: int
    token: str
    began: dt.datetime
    seen: set[int]

    def to_json(self) -> dict[str, Any]:
        return {
            "lists": [list(each) for each in self.lists],
            "index": self.index,
            "token": self.token,
            "began": self.began.isoformat(),
            "at": clock.now().isoformat(),
            "seen": sorted(self.seen),
        }


def read_slice(client: ZoomClient, meeting: Meeting, lease: Lease[Ledger], budget: Budget) -> bool:
    """Read on in Zoom's lists until ``budget`` is spent; return whether all of them have been read now.

    Whoever was on none of the lists has vanished from Zoom; that is noted when the last page was read. Raises the
    children of ZoomError; what was read until then is kept.
    """
    known = remote_changes.known_people(meeting)
    place = _place(lease.row, known)
    registrants = client.of_kind(cast(Any, meeting.kind)).registrants
    while place.index < len(place.lists):
        if budget.is_spent:
            lease.write(reading=place.to_json())
            return False
        occurrence, status = place.lists[place.index]
        budget.spend()
        try:
            answers, following = registrants.page(
                cast(int, meeting.zoom_id), status, token=place.token, occurrence_id=occurrence or None
            )
        except ZoomPageExpired as error:
            lease.write(reading={})
            raise PlanOutdated from error
        rows = known.get(occurrence, {})
        remote_changes.apply_remote_registrants(
            meeting, [(answer, status) for answer in answers], rows, as_of=place.began, occurrence_id=occurrence
        )
        place.seen.update(row.pk for row in (remote_changes.find(rows, answer) for answer in answers) if row)
        place = _Place(place.lists, place.index if following else place.index + 1, following, place.began, place.seen)
    expected = {row.pk for rows in known.values() for row in rows.values() if _is_expected(row, place.began)}
    remote_changes.apply_missing(sorted(expected - place.seen), as_of=place.began)
    _read_questions(client, meeting, lease)
    return lease.write(reading={}, read_at=clock.now(), read_due_at=next_reading(meeting))


def _is_expected(row: remote_changes.Known, began: dt.datetime) -> bool:
    """Tell whether one of the lists would have named the row, had Zoom still known it; not who came in meanwhile."""
    return row.is_expected and row.created_at <= began


def _read_questions(client: ZoomClient, meeting: Meeting, lease: Lease[Ledger]) -> None:
    """Read what Zoom's form asks as well, where that is allowed; without it people are registered all the same."""
    is_recent = lease.row.read_at is not None and clock.now() - lease.row.read_at < _QUESTIONS_LIFE
    if not (is_recent and lease.row.questions is not None) and form_questions.may_be_read(meeting):
        with contextlib.suppress(ZoomAPIError):
            lease.write(questions=form_questions.asked(client, meeting))


def begin_again(lease: Lease[Ledger]) -> None:
    """Have all lists read next, from their beginning."""
    lease.write(reading={}, read_due_at=clock.now())


def read_links(client: ZoomClient, meeting: Meeting, entries: Sequence[Any], budget: Budget) -> None:
    """Read the list of approved people until all of ``entries`` were found, for their personal links."""
    began = clock.now()
    known = remote_changes.known_people(meeting)[""]
    wanted = {entry.pk for entry in entries}
    registrants = client.of_kind(cast(Any, meeting.kind)).registrants
    token = ""
    while wanted:
        budget.spend()
        answers, token = registrants.page(cast(int, meeting.zoom_id), "approved", token=token)
        remote_changes.apply_remote_registrants(
            meeting, [(answer, "approved") for answer in answers], known, as_of=began
        )
        wanted -= {
            row.pk for row in (remote_changes.find(known, answer) for answer in answers if answer.join_url) if row
        }
        if not token:
            break
    # Zoom took the approval and does not show it: after a while all lists are looked at.
    Registrant.objects.filter(pk__in=wanted).update(
        actual=Registrant.Actual.UNKNOWN, due_at=clock.now() + dt.timedelta(minutes=5)
    )


def next_reading(meeting: Meeting) -> dt.datetime | None:
    """Return when the lists are next worth reading: hourly on the day before the start, else daily, until a week after."""
    now = clock.now()
    if meeting.ends_at is not None and now > meeting.ends_at + _LAST_LOOK:
        return None
    if meeting.starts_at is None or now > (meeting.ends_at or meeting.starts_at):
        return now + _DAY
    if meeting.starts_at - now <= _DAY:
        return now + _HOUR
    return min(now + _DAY, meeting.starts_at - _DAY)


def _place(ledger: Ledger, known: Mapping[str, object]) -> _Place:
    """Return where the last slice stopped, or the beginning; ``known`` names the occurrences to be read."""
    stored = ledger.reading
    if stored and clock.now() - dt.datetime.fromisoformat(stored["at"]) < _TOKEN_LIFE:
        lists = [(occurrence, status) for occurrence, status in stored["lists"]]
        began = dt.datetime.fromisoformat(stored["began"])
        return _Place(lists, stored["index"], stored["token"], began, set(stored["seen"]))
    lists = [(occurrence, status) for occurrence in sorted(known) for status in STATUSES]
    return _Place(lists, 0, "", clock.now(), set())
