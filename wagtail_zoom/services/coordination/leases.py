"""Leases: one process at a time works on a row, without a transaction or a lock held while Zoom is asked.

Nothing else writes the columns `lease_owner` and `lease_until`.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Q, QuerySet

from ... import clock
from ...models.leases import Leased


Row = TypeVar("Row", bound=Leased)

#: Seconds added to a call's deadline: time to write the result.
MARGIN = 5.0

_NOBODY: dict[str, Any] = {"lease_owner": "", "lease_until": None}


@dataclass(frozen=True)
class Lease(Generic[Row]):
    """The right to work on ``row`` until ``until``, and the generation from which the work started."""

    row: Row
    owner: str
    generation: int
    until: dt.datetime

    def write(self, **values: Any) -> bool:
        """Write ``values`` if the lease is still ours; return whether it was.

        False means that somebody else took over: keep what was learnt elsewhere (an `Orphan`), never overwrite.
        """
        written = bool(type(self.row)._default_manager.filter(pk=self.row.pk, lease_owner=self.owner).update(**values))
        if written:
            for name, value in values.items():
                setattr(self.row, name, value)
        return written

    def decide(self, **values: Any) -> bool:
        """Write ``values`` only if, besides, nobody has wanted anything else since the work started; return whether.

        For columns that say what comes next: a change of mind in the meantime must not be covered up.
        """
        rows = type(self.row)._default_manager.filter(
            pk=self.row.pk, lease_owner=self.owner, generation=self.generation
        )
        decided = bool(rows.update(**values))
        if decided:
            for name, value in values.items():
                setattr(self.row, name, value)
        return decided

    def release(self, **values: Any) -> bool:
        """Write ``values`` and give the lease back; return whether it was still ours."""
        return self.write(**values, **_NOBODY)

    def write_late(self, **values: Any) -> bool:
        """Write ``values`` although the lease may have passed to somebody else, if nothing else has changed since.

        Whoever has it loses it, and finds so at their own write. False means that the row has moved on.
        """
        same = type(self.row)._default_manager.filter(pk=self.row.pk, generation=self.generation)
        return bool(same.update(**values, **_NOBODY))


def take(row: Row, seconds: float) -> Lease[Row] | None:
    """Take the lease on ``row`` for ``seconds`` plus a margin; None when another process holds it.

    The row is read again under the lease, so that the work starts from what is stored now.
    """
    now = clock.now()
    owner = secrets.token_hex(16)
    until = now + dt.timedelta(seconds=seconds + MARGIN)
    rows = type(row)._default_manager.filter(pk=row.pk)
    if not rows.filter(free(now)).update(lease_owner=owner, lease_until=until):
        return None
    row.refresh_from_db()
    return Lease(row=row, owner=owner, generation=row.generation, until=until)


def free(now: dt.datetime | None = None) -> Q:
    """Return the condition that nobody is at work on a row; who died there left a lease that has run out."""
    return Q(lease_owner="") | Q(lease_until__isnull=True) | Q(lease_until__lt=now or clock.now())


def take_many(rows: QuerySet[Row], owner: str, until: dt.datetime) -> QuerySet[Row]:
    """Take the leases on those of ``rows`` that are free for ``owner`` (a token) until ``until``; return what it has.

    One query for all, and rows that ``owner`` had before are among those returned.
    """
    rows.filter(free()).update(lease_owner=owner, lease_until=until)
    return rows.filter(lease_owner=owner)


def release_many(rows: QuerySet[Row], owner: str) -> int:
    """Give back the leases that ``owner`` still has on ``rows``; return how many."""
    return rows.filter(lease_owner=owner).update(**_NOBODY)


def write_and_release_many(
    model: type[Row], rows: Sequence[Row], fields: Collection[str], owner: str, *, batch_size: int
) -> None:
    """Write ``fields`` of ``rows`` where ``owner`` still has the lease, and give it back with the same write."""
    for row in rows:
        row.lease_owner, row.lease_until = "", None
    ours = model._default_manager.filter(lease_owner=owner)
    ours.bulk_update(rows, [*fields, *_NOBODY], batch_size=batch_size)


def revoke(row: Leased, **values: Any) -> None:
    """Write ``values`` whoever has the lease, and take it from them with a new generation: they leave the row alone."""
    values = {**values, "generation": row.generation + 1, **_NOBODY}
    type(row)._default_manager.filter(pk=row.pk).update(**values)
    for name, value in values.items():
        setattr(row, name, value)
