"""The single values in Zoom's JSON, read at one door each: Zoom sends numbers as strings, and leaves out what is empty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ..exceptions import ZoomResponseError


Json = Mapping[str, Any]

_LARGEST = 2**63 - 1


def zoom_id(value: object) -> int:
    """Return the number of a meeting or webinar, which Zoom sends as number or string.

    Raises ZoomResponseError if it is neither, or too large for 64 bits.
    """
    number = whole_number(value.replace(" ", "") if isinstance(value, str) else value)
    if number is None or number <= 0:
        raise ZoomResponseError("an answer without a usable meeting number")
    return number


def instant(value: object) -> dt.datetime | None:
    """Return an ISO date-time of Zoom as an aware instant in UTC; None if there is none. Without an offset it is UTC."""
    if not isinstance(value, str) or not value:
        return None
    try:
        parsed = dt.datetime.fromisoformat(value)
        return parsed.replace(tzinfo=dt.UTC) if parsed.tzinfo is None else parsed.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def text(value: object) -> str:
    """Return a string of Zoom's; numbers become strings, everything else nothing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def whole_number(value: object) -> int | None:
    """Return an integer of Zoom's, which may come as a string; None if there is none, or one larger than 64 bits."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        number = int(value)
    except ValueError:
        return None
    return number if abs(number) <= _LARGEST else None


def objects(value: object) -> list[Json]:
    """Return the JSON objects in a list of Zoom's; what is no list has none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def mapping(value: object) -> Json:
    """Return a JSON object of Zoom's, or an empty one."""
    return value if isinstance(value, dict) else {}
