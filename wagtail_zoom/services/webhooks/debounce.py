"""How deliveries that come close together share one drain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from ... import clock


class Spacing:
    """Spaces out work that is asked for again and again, and that covers whatever was asked for before it begins.

    Who asks after a pause has it at once; those who ask within ``interval`` after that share one at the interval's end.
    Kept by each process for itself. ``seconds`` tells the seconds on a clock that never jumps.
    """

    def __init__(self, interval: dt.timedelta, *, seconds: Callable[[], float] = clock.monotonic) -> None:
        """Begin with a pause."""
        self._interval = interval.total_seconds()
        self._seconds = seconds
        self._begins = float("-inf")

    def wait(self) -> dt.timedelta | None:
        """Return how long the work has to wait (zero: not at all), None when work that waits already will cover this."""
        now = self._seconds()
        if now < self._begins:
            return None
        delay = 0.0 if now - self._begins >= self._interval else self._interval
        self._begins = now + delay
        return dt.timedelta(seconds=delay)
