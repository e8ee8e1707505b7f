"""Leases: one process at a time works on a row, without a transaction or a lock held while Zoom is asked."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Q

from ... import clock
from ...models.leases import Leased


Row = TypeVar("Row", bound=Leased)

#: Seconds added to a call's deadline: time to write the result.
MARGIN = 5.0


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
        return self.write(**values, lease_owner="", lease_until=None)


def take(row: Row, seconds: float) -> Lease[Row] | None:
    """Take the lease on ``row`` for ``seconds`` plus a margin; None when another process holds it.

    The row is read again under the lease, so that the work starts from what is stored now.
    """
    now = clock.now()
    owner = secrets.token_hex(16)
    until = now + dt.timedelta(seconds=seconds + MARGIN)
    model = type(row)
    free = Q(lease_owner="") | Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    if not model._default_manager.filter(free, pk=row.pk).update(lease_owner=owner, lease_until=until):
        return None
    row.refresh_from_db()
    return Lease(row=row, owner=owner, generation=row.generation, until=until)
