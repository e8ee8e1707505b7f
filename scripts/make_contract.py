"""Write the simulator's table of facts from Zoom's OpenAPI files.

    python scripts/make_contract.py DIRECTORY [--check]

DIRECTORY holds ``endpoints-Meetings.json`` and ``endpoints-Users.json``. Only facts are taken: methods, paths, rate
limit labels, scopes, role permissions, success status, error codes, and the names, types, limits and enums of what a
request may carry. With ``--check`` nothing is written; the exit status tells whether the table is up to date.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any


Schema = dict[str, Any]

CONTRACT = Path(__file__).resolve().parent.parent / "wagtail_zoom" / "simulator" / "contract.json"
SOURCES = ("endpoints-Meetings.json", "endpoints-Users.json")

MEETING = "/meetings/{meetingId}"
WEBINAR = "/webinars/{webinarId}"
USER = "/users/{userId}"

OPERATIONS = (
    "GET /users",
    f"GET {USER}",
    f"GET {USER}/settings",
    f"GET {USER}/token",
    f"DELETE {USER}/token",
    "GET /users/me/zak",
    f"GET {USER}/meeting_templates",
    f"POST {USER}/meetings",
    f"GET {USER}/meetings",
    f"GET {USER}/upcoming_meetings",
    f"GET {MEETING}",
    f"PATCH {MEETING}",
    f"DELETE {MEETING}",
    f"PUT {MEETING}/status",
    f"GET {MEETING}/invitation",
    f"POST {MEETING}/invite_links",
    f"GET {MEETING}/registrants",
    f"POST {MEETING}/registrants",
    f"POST {MEETING}/batch_registrants",
    f"PUT {MEETING}/registrants/status",
    f"GET {MEETING}/registrants/questions",
    f"PATCH {MEETING}/registrants/questions",
    f"GET {MEETING}/registrants/{{registrantId}}",
    f"DELETE {MEETING}/registrants/{{registrantId}}",
    f"POST {USER}/webinars",
    f"GET {USER}/webinars",
    f"GET {WEBINAR}",
    f"PATCH {WEBINAR}",
    f"DELETE {WEBINAR}",
    f"PUT {WEBINAR}/status",
    f"POST {WEBINAR}/invite_links",
    f"GET {WEBINAR}/registrants",
    f"POST {WEBINAR}/registrants",
    f"POST {WEBINAR}/batch_registrants",
    f"PUT {WEBINAR}/registrants/status",
    f"GET {WEBINAR}/registrants/questions",
    f"PATCH {WEBINAR}/registrants/questions",
    f"GET {WEBINAR}/registrants/{{registrantId}}",
    f"DELETE {WEBINAR}/registrants/{{registrantId}}",
    f"GET {WEBINAR}/panelists",
    f"POST {WEBINAR}/panelists",
    f"DELETE {WEBINAR}/panelists",
    f"DELETE {WEBINAR}/panelists/{{panelistId}}",
    f"GET {WEBINAR}/tracking_sources",
    "GET /past_meetings/{meetingId}",
    "GET /past_meetings/{meetingId}/participants",
    "GET /past_meetings/{meetingId}/instances",
    "GET /past_webinars/{webinarId}/participants",
    "GET /past_webinars/{webinarId}/absentees",
    "GET /past_webinars/{webinarId}/instances",
    "GET /report/meetings/{meetingId}",
    "GET /report/meetings/{meetingId}/participants",
    "GET /report/webinars/{webinarId}",
    "GET /report/webinars/{webinarId}/participants",
    f"GET /report{USER}/meetings",
    f"GET {USER}/recordings",
    f"GET {MEETING}/recordings",
    f"DELETE {MEETING}/recordings",
    f"DELETE {MEETING}/recordings/{{recordingId}}",
    "GET /tracking_fields",
    "POST /tracking_fields",
)

FACTS = ("type", "format", "enum", "maxLength", "minLength", "maximum", "minimum", "maxItems", "minItems", "default")

# Where Zoom's files contradict their own text or what Zoom was observed to do, the behaviour wins.
CORRECTIONS: dict[str, dict[str, Any]] = {
    # A comma-separated list of days is accepted; the enum knows single days only.
    "weekly_days": {"enum": None, "default": None},
    # A limit on a list's length is written as a limit on a number.
    "registrants": {"maximum": None, "maxItems": 30},
    "panelists": {"maximum": None, "maxItems": 30},
}
ASSUMED_LABELS = {"GET /users/me/zak": "light"}


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("directory", type=Path, help="where Zoom's OpenAPI files are")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the table is out of date")
    arguments = parser.parse_args()
    missing = [name for name in SOURCES if not (arguments.directory / name).is_file()]
    if missing:
        print(f"Nothing done: {', '.join(missing)} not found in {arguments.directory}.", file=sys.stderr)
        return 2
    written = render(build(arguments.directory))
    if arguments.check:
        current = CONTRACT.read_text(encoding="utf-8") if CONTRACT.exists() else ""
        print("The contract is up to date." if current == written else "The contract is out of date.")
        return int(current != written)
    CONTRACT.write_text(written, encoding="utf-8")
    print(f"{len(OPERATIONS)} operations written to {CONTRACT.name}.")
    return 0


def build(directory: Path) -> dict[str, Any]:
    """Return the contract made from the OpenAPI files in ``directory``.

    Raises ``KeyError`` naming the operation when Zoom's files do not have it.
    """
    paths: dict[str, dict[str, Schema]] = {}
    for name in SOURCES:
        paths.update(json.loads((directory / name).read_text(encoding="utf-8"))["paths"])
    return {"operations": [operation_facts(name, paths) for name in OPERATIONS]}


def render(contract: dict[str, Any]) -> str:
    """Return the contract as text, one operation a line, so that a change reads well in a diff."""
    lines = [json.dumps(operation, sort_keys=True) for operation in contract["operations"]]
    return '{"operations": [\n' + ",\n".join(lines) + "\n]}\n"


def operation_facts(name: str, paths: dict[str, dict[str, Schema]]) -> dict[str, Any]:
    """Return the facts of one operation, ``name`` being "METHOD /path"."""
    method, path = name.split(" ")
    described = paths[path][method.lower()]
    extensions = described["x-extensions"]
    facts: dict[str, Any] = {
        "method": method,
        "path": path,
        "label": label_of(name, described["description"]),
        "success": success_of(described["responses"]),
        "scopes": without_master(extensions["x-granular-scopes"]),
        "classic_scopes": without_master(extensions["x-macro-scopes"]),
        "permission": next(iter(extensions["x-permissions"]), ""),
        "errors": errors_of(described["responses"]),
        "query": {
            parameter["name"]: schema_facts(parameter["name"], parameter["schema"])
            for parameter in described.get("parameters", [])
            if parameter["in"] == "query"
        },
    }
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if body:
        facts["body"] = schema_facts("", body)
    return facts


def label_of(name: str, description: str) -> str:
    """Return the rate limit label, which stands in the description's prose, in lower case."""
    found = re.search(r"Rate Limit Label\]?[^`]*`([A-Za-z-]+)`", description)
    return found.group(1).lower() if found else ASSUMED_LABELS[name]


def success_of(responses: dict[str, Any]) -> int:
    """Return the first 2xx status that is described."""
    return min(int(status) for status in responses if status.startswith("2"))


def errors_of(responses: dict[str, Any]) -> dict[str, list[int]]:
    """Return Zoom's error codes by HTTP status; they stand in the prose of each response."""
    errors = {}
    for status, response in responses.items():
        codes = re.findall(r"Error Code:\*\*\s*`(\d+)`", response.get("description", ""))
        if codes:
            errors[status] = sorted({int(code) for code in codes})
    return errors


def without_master(scopes: list[str]) -> list[str]:
    """Return the scopes but those for sub-accounts, sorted."""
    return sorted(scope for scope in scopes if not scope.endswith(":master"))


def schema_facts(name: str, schema: Schema) -> Schema:
    """Return a schema's facts, its ``allOf`` parts merged and its prose and examples left out."""
    for part in schema.get("allOf", []):
        schema = merged(schema, part)
    facts = {key: schema[key] for key in FACTS if key in schema}
    if "properties" in schema:
        facts["type"] = "object"
        facts["properties"] = {key: schema_facts(key, value) for key, value in schema["properties"].items()}
        if schema.get("required"):
            facts["required"] = sorted(schema["required"])
    if "items" in schema:
        facts["items"] = schema_facts("", schema["items"])
    for key, value in CORRECTIONS.get(name, {}).items():
        facts[key] = value
        if value is None:
            del facts[key]
    return facts


def merged(left: Schema, right: Schema) -> Schema:
    """Return one schema that asks for both."""
    both = {**left, **right}
    both["properties"] = {**left.get("properties", {}), **right.get("properties", {})}
    both["required"] = [*left.get("required", []), *right.get("required", [])]
    return both


if __name__ == "__main__":
    sys.exit(main())
