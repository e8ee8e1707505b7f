"""The table of facts about Zoom's operations, and the validation that follows from it."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from .errors import invalid
from .records import Kind


Schema = Mapping[str, Any]
Problem = tuple[str, str]

_ENCODED = re.compile("%[0-9A-Fa-f]{2}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.?[^@\s.]+")
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the REST API."""

    method: str
    path: str
    label: str
    success: int
    scopes: tuple[str, ...]
    classic_scopes: tuple[str, ...]
    permission: str
    query: Mapping[str, Schema]
    body: Schema | None

    @property
    def name(self) -> str:
        """Return method and path, as the table of handlers names it."""
        return f"{self.method} {self.path}"

    @property
    def kind(self) -> Kind:
        """Tell whether it is about meetings or webinars."""
        return "webinar" if "webinar" in self.path else "meeting"

    @property
    def for_admins_only(self) -> bool:
        """Tell whether there is no scope for a user's own data."""
        return all(scope.endswith(":admin") for scope in self.scopes)

    def opened_by(self, scopes: frozenset[str]) -> bool:
        """Tell whether a token with ``scopes`` may call it; granular, ``:admin`` and classic names are alike."""
        return not scopes.isdisjoint(self.scopes) or not scopes.isdisjoint(self.classic_scopes)


class Contract:
    """All operations, found by method and path."""

    def __init__(self, operations: list[Operation]) -> None:
        """Index ``operations`` by their number of path segments; literal segments go before parameters."""
        self.operations = operations
        self._by_length: dict[tuple[str, int], list[tuple[list[str], Operation]]] = {}
        for operation in sorted(operations, key=lambda each: each.path.count("{")):
            segments = operation.path.strip("/").split("/")
            self._by_length.setdefault((operation.method, len(segments)), []).append((segments, operation))

    def find(self, method: str, raw_path: str) -> tuple[Operation, dict[str, str]] | None:
        """Return the operation and its path parameters, or None.

        ``raw_path`` is the path below /v2 as it came over the wire. A parameter is decoded once; one that then begins
        with a slash or contains two has been encoded too few times and finds nothing (Zoom: double encoding of UUIDs).
        """
        parts = raw_path.strip("/").split("/")
        for segments, operation in self._by_length.get((method, len(parts)), ()):
            params = _match(segments, parts)
            if params is not None:
                return operation, params
        return None


def _match(segments: list[str], parts: list[str]) -> dict[str, str] | None:
    params = {}
    for segment, part in zip(segments, parts, strict=True):
        if not segment.startswith("{"):
            if segment != part:
                return None
            continue
        value = unquote(part)
        if value.startswith("/") or "//" in value:
            return None
        params[segment[1:-1]] = unquote(value) if _ENCODED.search(value) else value
    return params


def load_contract() -> Contract:
    """Read the table that ships with the simulator."""
    table = json.loads(Path(__file__).with_name("contract.json").read_text(encoding="utf-8"))
    return Contract(
        [
            Operation(
                method=facts["method"],
                path=facts["path"],
                label=facts["label"],
                success=facts["success"],
                scopes=tuple(facts["scopes"]),
                classic_scopes=tuple(facts["classic_scopes"]),
                permission=facts["permission"],
                query=facts["query"],
                body=facts.get("body"),
            )
            for facts in table["operations"]
        ]
    )


def checked_query(operation: Operation, raw: Mapping[str, str]) -> dict[str, Any]:
    """Return the known query parameters in their types, defaults filled in; unknown ones are left out.

    Raises ``ApiError`` naming each parameter that is wrong.
    """
    query: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, schema in operation.query.items():
        if name not in raw:
            if "default" in schema:
                query[name] = schema["default"]
            continue
        value = _from_text(raw[name], schema)
        found = list(_problems(name, value, schema))
        problems.extend(found)
        query[name] = value
    if problems:
        raise invalid(*problems)
    return query


def checked_body(operation: Operation, body: Any) -> dict[str, Any]:
    """Return the body if it keeps the contract: known top-level keys only, everything else ignored.

    Raises ``ApiError`` naming each field that is wrong; an unknown key inside ``settings`` is wrong too.
    """
    if operation.body is None:
        return {}
    if not isinstance(body, dict):
        raise invalid(("", "The request body is not a JSON object."))
    known = operation.body.get("properties", {})
    given = {key: value for key, value in body.items() if key in known}
    problems = list(_problems("", given, operation.body))
    settings = given.get("settings")
    if isinstance(settings, dict):
        allowed = known["settings"].get("properties", {})
        problems += [(f"settings.{key}", "Unknown field.") for key in settings if key not in allowed]
    if problems:
        raise invalid(*problems)
    return given


def _from_text(text: str, schema: Schema) -> Any:
    kind = schema.get("type")
    if kind == "integer":
        return int(text) if re.fullmatch(r"-?\d{1,18}", text) else text
    if kind == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    return text


def _problems(path: str, value: Any, schema: Schema) -> Iterator[Problem]:
    kind = schema.get("type")
    if kind in _TYPES and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        yield path, f"Invalid field: expected {kind}."
        return
    if "enum" in schema and value not in schema["enum"]:
        yield path, "Invalid field: not one of the allowed values."
    if isinstance(value, str):
        yield from _text_problems(path, value, schema)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _limit_problems(path, value, schema, "minimum", "maximum", "value")
    elif isinstance(value, list):
        yield from _limit_problems(path, len(value), schema, "minItems", "maxItems", "number of items")
        for index, item in enumerate(value):
            yield from _problems(f"{path}[{index}]", item, schema.get("items", {}))
    elif isinstance(value, dict):
        yield from _object_problems(path, value, schema)


def _object_problems(path: str, value: dict[str, Any], schema: Schema) -> Iterator[Problem]:
    prefix = f"{path}." if path else ""
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{prefix}{name}", "Missing field."
    for name, known in schema.get("properties", {}).items():
        if name in value:
            yield from _problems(f"{prefix}{name}", value[name], known)


def _text_problems(path: str, value: str, schema: Schema) -> Iterator[Problem]:
    yield from _limit_problems(path, len(value), schema, "minLength", "maxLength", "length")
    form = schema.get("format")
    if form == "email" and value and not EMAIL.fullmatch(value):
        yield path, "Invalid field: not an e-mail address."
    if form == "date" and value and not _is_date(value):
        yield path, "Invalid field: not a date."


def _limit_problems(
    path: str, measure: float, schema: Schema, lowest: str, highest: str, what: str
) -> Iterator[Problem]:
    if lowest in schema and measure < schema[lowest]:
        yield path, f"Invalid field: the {what} is less than {schema[lowest]}."
    if highest in schema and measure > schema[highest]:
        yield path, f"Invalid field: the {what} is more than {schema[highest]}."


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
