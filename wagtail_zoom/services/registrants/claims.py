"""What came of asking Zoom, written to the rows of the people it was about.

Rows are claimed before anything is sent, and in doubt from that moment on: whoever finds such a row after a crash
looks at Zoom first. Outcomes are written only under the claim, and leave alone a wish that changed in the meantime.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db.models import Case, F, Value, When

from ... import clock
from ...models import Registrant
from .. import encryption
from ..coordination import leases
from . import history
from .decisions import is_settled
from .plan import Entry


Actual = Registrant.Actual

_WRITTEN = (
    "actual",
    "actual_by",
    "actual_at",
    "registrant_id",
    "join_url",
    "error",
    "error_params",
    "attempts",
    "due_at",
    "doubt_since",
    "updated_at",
)


class Claimed:
    """Rows about which one process may send something. Say what came of each, then `write`; or `give_back` all."""

    def __init__(self, owner: str, rows: Sequence[Registrant], was_in_doubt: frozenset[int]) -> None:
        self.rows = rows
        self._owner = owner
        self._was_in_doubt = was_in_doubt
        self._before = {row.pk: (row.actual, row.error) for row in rows}
        self._dues: dict[int, dt.datetime | None] = {}

    def became(self, row: Registrant, actual: str, *, registrant_id: str = "", link: str = "") -> None:
        """Note that Zoom now has ``row`` as ``actual``; an id or link is kept, none given changes nothing."""
        now = clock.now()
        row.actual, row.actual_by, row.actual_at = actual, "us", now
        row.registrant_id = registrant_id or row.registrant_id
        if actual == Actual.ABSENT:
            row.registrant_id, link = "", ""
            encryption.encrypt_field(row, "join_url", "")
        elif link:
            encryption.encrypt_field(row, "join_url", link)
        row.error, row.error_params, row.attempts, row.doubt_since = "", {}, 0, None
        lacks_link = row.wanted == actual == Actual.APPROVED and not row.join_url
        self._dues[row.pk] = now if lacks_link or not is_settled(row.wanted, actual) else None

    def failed(
        self,
        row: Registrant,
        code: str,
        params: Mapping[str, str] | None = None,
        *,
        due_at: dt.datetime | None = None,
        attempts: int | None = None,
    ) -> None:
        """Note that nothing changed for ``row`` because of ``code`` (of `reasons`); tried again at ``due_at`` if given.

        ``attempts`` is the number of failures so far, one more than before unless given.
        """
        row.error, row.error_params = code, dict(params or {})
        row.attempts = row.attempts + 1 if attempts is None else attempts
        row.doubt_since = clock.now() if row.pk in self._was_in_doubt else None
        self._dues[row.pk] = due_at

    def in_doubt(self, row: Registrant, *, due_at: dt.datetime) -> None:
        """Note that nobody knows whether Zoom did what was asked for ``row``; looked up at ``due_at``."""
        self.failed(row, "no_answer", due_at=due_at)
        row.doubt_since = clock.now()

    def has_outcome(self, row: Registrant) -> bool:
        """Tell whether it is known already what came of ``row``."""
        return row.pk in self._dues

    def write(self) -> None:
        """Write what was noted, in one query for all, and let go of the rows; then tell who listens."""
        now = clock.now()
        noted = [row for row in self.rows if row.pk in self._dues]
        for row in noted:
            row.updated_at = now
            # A wish that came in meanwhile made the row due: it stays so.
            row.due_at = Case(When(generation=row.generation, then=Value(self._dues[row.pk])), default=F("due_at"))
        leases.write_and_release_many(Registrant, noted, _WRITTEN, self._owner, batch_size=50)
        for row in noted:
            row.due_at = self._dues[row.pk]
        self._write_history(noted)
        self.give_back()

    def give_back(self) -> None:
        """Let go of all rows about which nothing was noted: nothing was sent for them."""
        left = [row.pk for row in self.rows if row.pk not in self._dues]
        ours = Registrant.objects.filter(pk__in=left, lease_owner=self._owner)
        ours.exclude(pk__in=self._was_in_doubt).update(doubt_since=None)
        leases.release_many(ours, self._owner)

    def _write_history(self, noted: Sequence[Registrant]) -> None:
        moved = [row for row in noted if row.actual != self._before[row.pk][0]]
        history.note(((row.pk, self._before[row.pk][0], row.actual) for row in moved), "actual", "us")
        failed = [row for row in noted if row.error and row.error != self._before[row.pk][1]]
        history.note(((row.pk, self._before[row.pk][1], row.error) for row in failed), "error", "us")
        history.tell((row, self._before[row.pk][0]) for row in moved)


def claim(entries: Sequence[Entry], owner: str, until: dt.datetime) -> Claimed:
    """Claim for ``owner`` (a token), until ``until``, those of ``entries`` that are free and still wanted as planned."""
    now = clock.now()
    wanted = {entry.pk: entry.wanted for entry in entries}
    taken = leases.take_many(Registrant.objects.filter(pk__in=wanted), owner, until)
    rows = list(taken.select_related("user").order_by("pk"))
    as_planned = [row for row in rows if row.wanted == wanted[row.pk]]
    claimed = Claimed(owner, as_planned, frozenset(row.pk for row in as_planned if row.doubt_since))
    moved_on = [row.pk for row in rows if row.wanted != wanted[row.pk]]
    leases.release_many(Registrant.objects.filter(pk__in=moved_on), owner)
    Registrant.objects.filter(pk__in=[row.pk for row in as_planned], lease_owner=owner).update(doubt_since=now)
    return claimed
