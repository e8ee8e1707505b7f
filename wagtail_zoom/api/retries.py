"""When the same call may go out again, and how long to wait before it does."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from ..exceptions import (
    LimitScope,
    ZoomError,
    ZoomRateLimited,
    ZoomResponseError,
    ZoomServerError,
    ZoomTransportError,
)


_LONGEST_WAIT = dt.timedelta(days=1)
_SHORTEST_WAIT = dt.timedelta(seconds=1)
_MOST_REPEATS = 2
_MOST_WAITS = 4
_SECONDS = re.compile(r"\d{1,9}(?:\.\d{1,6})?", re.ASCII)


def parse_retry_after(value: str, now: dt.datetime) -> dt.datetime | None:
    """Return the instant (aware, UTC) that a Retry-After header names; None if it names none.

    Zoom sends an ISO-8601 date-time; seconds and HTTP dates are understood too. The instant lies between one second
    and one day after ``now``, whatever the header says.
    """
    instant = _instant(value.strip(), now)
    if instant is None:
        return None
    return min(max(instant, now + _SHORTEST_WAIT), now + _LONGEST_WAIT)


def _instant(text: str, now: dt.datetime) -> dt.datetime | None:
    if _SECONDS.fullmatch(text):
        return now + min(dt.timedelta(seconds=float(text)), _LONGEST_WAIT)
    for parse in (dt.datetime.fromisoformat, parsedate_to_datetime):
        try:
            instant = parse(text)
            return (instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def next_utc_midnight(now: dt.datetime) -> dt.datetime:
    """Return the next 00:00 UTC, when Zoom's daily allowances start anew."""
    tomorrow = now.astimezone(dt.UTC).date() + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, dt.time(), tzinfo=dt.UTC)


def limit_of(headers: Mapping[str, str], message: str, now: dt.datetime) -> tuple[LimitScope, dt.datetime]:
    """Return what is used up, and when to try again, according to an answer with status 429.

    Zoom: X-RateLimit-Type is "QPS" or "Daily-limit"; it is absent, or says nothing to the point, when the allowance of
    one host or registrant is used up, which its words tell and which ends at 00:00 UTC. Two writes for one user at the
    same time are refused without headers as well.
    """
    kind = headers.get("X-RateLimit-Type", "").lower()
    named = parse_retry_after(headers.get("Retry-After", ""), now)
    words = message.lower()
    if "particular" in words:
        return "user", named or next_utc_midnight(now)
    if kind == "qps" or (not kind and ("per-second" in words or "concurrent" in words)):
        return "second", named or now + _SHORTEST_WAIT
    if kind or named:
        return "daily", named or next_utc_midnight(now)
    return "user", next_utc_midnight(now)


def pause_before_repeat(error: ZoomError, *, repeats: int, safe: bool, jitter: float) -> float | None:
    """Return the seconds to wait before a call that ended with ``error`` may go out again; None if it may not.

    ``repeats`` is how often it has been repeated already, ``safe`` whether carrying it out twice does no harm, and
    ``jitter`` a number from 0 to 1 that spreads those who wait at the same time.
    """
    spread = 0.5 + jitter
    if isinstance(error, ZoomRateLimited):
        # A refused call was not carried out, so that even a create may go out again.
        return (0.4 + 0.3 * repeats) * spread if error.scope == "second" and repeats < _MOST_WAITS else None
    if repeats >= _MOST_REPEATS:
        return None
    if isinstance(error, ZoomTransportError):
        allowed = safe or not error.sent
    elif isinstance(error, ZoomServerError):
        allowed = safe and error.status >= 500
    else:
        allowed = safe and isinstance(error, ZoomResponseError)
    return 0.15 * 2**repeats * spread if allowed else None
