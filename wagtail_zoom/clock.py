"""The one source of time: everything that asks for "now" asks here."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager


_offset = dt.timedelta(0)


def now() -> dt.datetime:
    """Return the current instant, aware, in UTC."""
    return machine_time() + _offset


def machine_time() -> dt.datetime:
    """Return what the machine's own clock says, aware, in UTC: for timestamps that other machines sign."""
    return dt.datetime.now(dt.UTC)


def monotonic() -> float:
    """Return seconds on a clock that never jumps; for deadlines only."""
    return time.monotonic()


@contextmanager
def shifted_to(instant: dt.datetime) -> Iterator[None]:
    """Let "now" be ``instant`` (aware) and go on from there, in every thread, until the block ends."""
    global _offset
    before = _offset
    _offset = instant - machine_time()
    try:
        yield
    finally:
        _offset = before
