"""Zoom's own OpenAPI files, as far as the simulator's answers are compared with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


Schema = dict[str, Any]

_TYPES = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}


@dataclass(frozen=True)
class Description:
    """How Zoom describes one answer or one webhook."""

    schema: Schema

    def problems(self, value: Any) -> list[str]:
        """Return where ``value`` is something else than what is described: a key, a type, or a choice."""
        return list(_problems("", value, self.schema))


class Descriptions:
    """All descriptions, by operation and by event."""

    def __init__(self, directory: Path) -> None:
        self._paths: dict[str, Any] = {}
        for name in ("endpoints-Meetings.json", "endpoints-Users.json"):
            self._paths.update(json.loads((directory / name).read_text())["paths"])
        self._webhooks = json.loads((directory / "webhooks-Meetings.json").read_text())["webhooks"]

    def answer(self, method: str, path: str, status: int) -> Description:
        responses = self._paths[path][method.lower()]["responses"]
        content = responses[str(status)].get("content", {})
        return Description(content.get("application/json", {}).get("schema", {}))

    def webhook(self, event: str) -> Description:
        content = self._webhooks[event]["post"]["requestBody"]["content"]
        return Description(content["application/json"]["schema"])


def _merged(schema: Schema) -> Schema:
    if "allOf" not in schema:
        return schema
    whole = {key: value for key, value in schema.items() if key != "allOf"}
    properties = dict(whole.get("properties", {}))
    required = list(whole.get("required", []))
    for part in schema["allOf"]:
        merged = _merged(part)
        properties.update(merged.get("properties", {}))
        required += merged.get("required", [])
        whole = {**merged, **whole}
    return {**whole, "properties": properties, "required": required}


def _problems(path: str, value: Any, described: Schema) -> Iterator[str]:
    schema = _merged(described)
    kind = schema.get("type")
    expected = _TYPES.get(kind) if isinstance(kind, str) else None
    if expected and (not isinstance(value, expected) or (isinstance(value, bool) and kind != "boolean")):
        yield f"{path}: {type(value).__name__} instead of {kind}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is none of {schema['enum']}"
    if isinstance(value, list):
        for item in value:
            yield from _problems(f"{path}[]", item, schema.get("items", {}))
    properties = schema.get("properties")
    if isinstance(value, dict) and properties:
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{path}.{name}: missing"
        for name, inner in value.items():
            if name not in properties:
                yield f"{path}.{name}: not described"
            else:
                yield from _problems(f"{path}.{name}", inner, properties[name])
