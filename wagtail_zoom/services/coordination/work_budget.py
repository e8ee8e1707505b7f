"""How much one slice of background work may take, and what it says when it stops."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from ... import clock


#: One slice of background work: at most so many seconds, or so many calls to Zoom.
SLICE_SECONDS = 8.0
SLICE_CALLS = 10

Status = Literal["done", "again", "waiting", "failed"]


@dataclass
class Budget:
    """Seconds and calls that are left to a piece of work."""

    seconds: float = SLICE_SECONDS
    calls: int = SLICE_CALLS
    _until: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._until = clock.monotonic() + self.seconds

    @property
    def seconds_left(self) -> float:
        """Seconds that are left, never less than zero."""
        return max(0.0, self._until - clock.monotonic())

    @property
    def is_spent(self) -> bool:
        """Tell whether the work has to stop."""
        return self.calls <= 0 or self.seconds_left <= 0

    def spend(self, calls: int = 1) -> None:
        """Note that ``calls`` requests were made."""
        self.calls -= calls

    def slice(self) -> Budget:
        """Return a budget for one slice that ends when this one does, at the latest."""
        return Budget(min(SLICE_SECONDS, self.seconds_left), SLICE_CALLS)


@dataclass(frozen=True)
class Outcome:
    """What became of a slice.

    ``done``: nothing is left to do. ``again``: more is due at ``due_at``. ``waiting``: a person, a pause or another
    process comes first. ``failed``: a person is needed. ``became_due`` are meetings that this one's result set going.
    """

    status: Status
    due_at: dt.datetime | None = None
    became_due: tuple[int, ...] = ()
