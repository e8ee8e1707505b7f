"""JSON as it goes over the wire."""

from __future__ import annotations

import json
from typing import Any, NoReturn


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def to_wire(value: Any) -> bytes:
    """Return a value as compact JSON in UTF-8."""
    return _encode(value).encode(errors="replace")


def from_wire(text: str) -> Any:
    """Return the value of a JSON text; raise ``ValueError`` for anything else, NaN and Infinity included."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("The JSON is too deep.") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON.")
