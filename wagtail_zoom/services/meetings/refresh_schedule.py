"""How often what is on Zoom is read back: hourly while a lesson is near, else daily."""

from __future__ import annotations

import datetime as dt

from ...models import Meeting


NEAR = dt.timedelta(hours=24)
OFTEN = dt.timedelta(hours=1)
SELDOM = dt.timedelta(days=1)


def next_reading(meeting: Meeting, now: dt.datetime) -> dt.datetime | None:
    """Return when ``meeting`` is to be read again, having been read at ``now``; None once it is over."""
    if meeting.ends_at is not None and meeting.ends_at <= now:
        return None
    if meeting.starts_at is None:
        return now + SELDOM
    if meeting.starts_at - now <= NEAR:
        return now + OFTEN
    return min(now + SELDOM, meeting.starts_at - NEAR)
