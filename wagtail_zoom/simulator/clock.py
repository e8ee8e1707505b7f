"""The one clock of everything: it runs like real time, and can be set and advanced."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import heapq
import itertools
import time
from collections.abc import Callable


LATEST = dt.datetime(9000, 1, 1, tzinfo=dt.UTC).timestamp()


def machine_timestamp() -> int:
    """Return what the machine's own clock says, in whole seconds since the epoch, wherever the clock here stands."""
    return int(time.time())


class Timer:
    """Something to be done at an instant of the clock."""

    __slots__ = ("action", "cancelled", "when")

    def __init__(self, when: float, action: Callable[[], None]) -> None:
        """Remember ``action`` for ``when``, in seconds since the epoch."""
        self.when = when
        self.action = action
        self.cancelled = False

    def cancel(self) -> None:
        """Let it never happen."""
        self.cancelled = True


class Clock:
    """Real time plus an offset, and the timers that wait for it."""

    __slots__ = ("_changed", "_offset", "_order", "_timers")

    def __init__(self) -> None:
        """Start at real time with nothing to do."""
        self._offset = 0.0
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._changed = asyncio.Event()

    def timestamp(self) -> float:
        """Return seconds since the epoch."""
        return time.time() + self._offset

    def now(self) -> dt.datetime:
        """Return the current instant, aware, in UTC."""
        return dt.datetime.fromtimestamp(self.timestamp(), dt.UTC)

    def set(self, instant: dt.datetime) -> None:
        """Go on from ``instant`` (aware); what has become due is done before this returns."""
        self.advance(instant.timestamp() - self.timestamp())

    def advance(self, seconds: float) -> None:
        """Jump forward (or, with a negative number, back); what has become due is done before this returns.

        Raises ``ValueError`` for an instant before 1970, or so late that no date is left for what follows.
        """
        if not 0 <= self.timestamp() + seconds < LATEST:
            raise ValueError("out of range")
        self._offset += seconds
        self._fire_due()
        self._changed.set()

    def reset(self) -> None:
        """Return to real time and forget every timer."""
        self._offset = 0.0
        self._timers.clear()
        self._changed.set()

    def call_at(self, when: float, action: Callable[[], None]) -> Timer:
        """Do ``action`` once the clock has reached ``when``, in seconds since the epoch."""
        timer = Timer(when, action)
        heapq.heappush(self._timers, (when, next(self._order), timer))
        self._changed.set()
        return timer

    def call_later(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Do ``action`` once the clock has gone on by ``seconds``."""
        return self.call_at(self.timestamp() + seconds, action)

    async def run(self) -> None:
        """Keep the timers going until cancelled."""
        while True:
            self._changed.clear()
            self._fire_due()
            pause = self._timers[0][0] - self.timestamp() if self._timers else None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), pause)

    def _fire_due(self) -> None:
        while self._timers and self._timers[0][0] <= self.timestamp():
            timer = heapq.heappop(self._timers)[2]
            if not timer.cancelled:
                timer.action()


def zoom_time(instant: dt.datetime) -> str:
    """Return the instant as Zoom writes it: UTC, whole seconds, with a Z."""
    return instant.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def parse_instant(text: str) -> dt.datetime:
    """Return an ISO time as an aware UTC instant; one without an offset is taken as UTC.

    Raises ``ValueError`` for anything else.
    """
    instant = dt.datetime.fromisoformat(text)
    return instant.replace(tzinfo=dt.UTC) if instant.tzinfo is None else instant.astimezone(dt.UTC)
