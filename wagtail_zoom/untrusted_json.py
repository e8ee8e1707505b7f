"""JSON from outside, made safe to keep: no text that a database refuses, nothing deeper than anybody sends in earnest.

Zoom cuts names to a length in UTF-16, so half an emoji does arrive; PostgreSQL takes no NUL, and no database half of a
surrogate pair.
"""

from __future__ import annotations

import json
import math
from typing import Any


#: Zoom's deepest answers have six levels.
DEEPEST = 60

_UNREADABLE = "\ufffd"


def read_json(body: bytes) -> Any:
    """Return what ``body`` (UTF-8) says, its texts cleaned as by `clean_text`; NaN and infinity are None.

    Raises ValueError for what is no JSON, or deeper than 60 levels.
    """
    try:
        found = json.loads(body.decode("utf-8-sig", "replace"), parse_float=_finite, parse_constant=_nothing)
    except RecursionError as error:
        raise ValueError("the JSON is too deep") from error
    return _cleaned(found, DEEPEST)


def clean_text(text: str) -> str:
    """Return ``text`` with a replacement character for each NUL and each half of a surrogate pair."""
    if text.isascii():
        return text.replace("\0", _UNREADABLE)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", _UNREADABLE)


def _cleaned(found: Any, deepest: int) -> Any:
    if isinstance(found, str):
        return clean_text(found)
    if not isinstance(found, dict | list):
        return found
    if not deepest:
        raise ValueError("the JSON is too deep")
    if isinstance(found, list):
        return [_cleaned(each, deepest - 1) for each in found]
    return {clean_text(key): _cleaned(value, deepest - 1) for key, value in found.items()}


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _nothing(_word: str) -> None:
    return None
