"""The one source of time: everything that asks for "now" asks here."""

from __future__ import annotations

import datetime as dt
import time


def now() -> dt.datetime:
    """Return the current instant, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def machine_time() -> dt.datetime:
    """Return what the machine's own clock says, aware, in UTC: for the timestamps that other machines sign.

    Apart from `now`, because a test that steers the time of this process cannot steer that of the sender.
    """
    return dt.datetime.now(dt.UTC)


def monotonic() -> float:
    """Return seconds on a clock that never jumps; for deadlines only."""
    return time.monotonic()
