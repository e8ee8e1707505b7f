"""The registrants of one meeting."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any


_by_id = attrgetter("id")


@dataclass(slots=True)
class Registrant:
    """A person registered for a meeting; ``occurrences`` maps to a status each, None meaning all of them."""

    id: str
    email: str
    first_name: str
    last_name: str
    status: str
    created: dt.datetime
    tk: str
    pin_code: int
    details: dict[str, Any] | None = None
    occurrences: dict[str, str] | None = None
    wire: bytes | None = field(default=None, repr=False)

    def status_in(self, occurrence: str) -> str:
        """Return the status for one occurrence, or, without one, for all; nothing for one that was not booked."""
        if not occurrence or self.occurrences is None:
            return self.status
        return self.occurrences.get(occurrence, "")


def shown_status(status: str) -> str:
    """Return the status as Zoom shows it: people who were cancelled stand among the denied."""
    return "denied" if status == "cancelled" else status


class Roll:
    """The registrants, found by id and by address, and kept in order for lists of many thousands.

    Lists are in the order of the ids, which are random: Zoom's order is not that of time either.
    """

    __slots__ = ("_by_address", "_by_id", "_by_status", "_snapshots")

    def __init__(self) -> None:
        """Start with nobody."""
        self._by_id: dict[str, Registrant] = {}
        self._by_address: dict[str, Registrant] = {}
        self._by_status: dict[str, list[Registrant]] = {}
        self._snapshots: dict[str, tuple[Registrant, ...]] = {}

    def __len__(self) -> int:
        """Return how many there are, whatever their status."""
        return len(self._by_id)

    def __iter__(self) -> Iterator[Registrant]:
        """Yield all of them in the order in which they registered."""
        return iter(self._by_id.values())

    def get(self, registrant_id: str) -> Registrant | None:
        """Return the one with this id, or None."""
        return self._by_id.get(registrant_id)

    def with_address(self, email: str) -> Registrant | None:
        """Return the one with this e-mail address, in whatever case it is written, or None."""
        return self._by_address.get(email.strip().casefold())

    def with_token(self, tk: str) -> Registrant | None:
        """Return the one whose personal link contains ``tk``, or None."""
        return next((each for each in self if each.tk == tk), None)

    def add(self, registrant: Registrant) -> None:
        """Add somebody whose address nobody here has."""
        self._by_id[registrant.id] = registrant
        self._by_address[registrant.email.casefold()] = registrant
        self._enter(registrant)

    def remove(self, registrant: Registrant) -> None:
        """Remove somebody."""
        del self._by_id[registrant.id]
        del self._by_address[registrant.email.casefold()]
        self._strike(registrant)

    def change_status(self, registrant: Registrant, status: str) -> None:
        """Give somebody another status, for all occurrences."""
        self._strike(registrant)
        registrant.status = status
        if registrant.occurrences is not None:
            registrant.occurrences = dict.fromkeys(registrant.occurrences, status)
        registrant.wire = None
        self._enter(registrant)

    def count(self, status: str) -> int:
        """Return how many have this status."""
        return len(self._by_status.get(status, ()))

    def listed(self, status: str, occurrence: str = "") -> tuple[Registrant, ...]:
        """Return those whom Zoom lists under this status, for one occurrence where one is named."""
        if occurrence:
            chosen = (each for each in self if shown_status(each.status_in(occurrence)) == status)
            return tuple(sorted(chosen, key=_by_id))
        if status not in self._snapshots:
            self._snapshots[status] = tuple(self._by_status.get(status, ()))
        return self._snapshots[status]

    def forget_wires(self) -> None:
        """Let everybody be written anew, since something in all links has changed."""
        for registrant in self:
            registrant.wire = None

    def _enter(self, registrant: Registrant) -> None:
        shown = shown_status(registrant.status)
        insort(self._by_status.setdefault(shown, []), registrant, key=_by_id)
        self._snapshots.pop(shown, None)

    def _strike(self, registrant: Registrant) -> None:
        shown = shown_status(registrant.status)
        people = self._by_status[shown]
        del people[bisect_left(people, registrant.id, key=_by_id)]
        self._snapshots.pop(shown, None)
