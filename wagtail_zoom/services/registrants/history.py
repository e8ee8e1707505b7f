"""The history of each person: compact lines, written many at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ... import clock
from ...models import Registrant, RegistrantChange
from ...signals import registrant_changed, send_safely
from ..coordination.bulk_insert import bulk_insert


def label_of(by: Any, otherwise: str = "us") -> str:
    """Return how ``by`` (a user, or None for the machine) is named in the history."""
    return str(by)[:255] if by is not None else otherwise


def note(lines: Iterable[tuple[int, str, str]], what: str, by: str) -> None:
    """Write one line for each (registrant's key, before, after)."""
    now = clock.now()
    bulk_insert(
        [
            RegistrantChange(registrant_id=pk, at=now, what=what, before=before, after=after, by=by)
            for pk, before, after in lines
        ]
    )


def tell(changed: Iterable[tuple[Registrant, str]]) -> None:
    """Send ``registrant_changed`` for each (row as it is now, its former ``actual``), if anybody listens."""
    if registrant_changed.has_listeners(Registrant):
        for registrant, previous in changed:
            send_safely(registrant_changed, Registrant, registrant=registrant, previous=previous)
