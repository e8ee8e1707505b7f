"""The table of operations says what Zoom's own description and the simulator's contract say."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path

import pytest

import wagtail_zoom
from wagtail_zoom.api.operations import OPERATIONS


CONTRACT = Path(wagtail_zoom.__file__).parent / "simulator" / "contract.json"
OPENAPI_DIR = os.environ.get("ZOOM_OPENAPI_DIR", "")
LABEL = re.compile(r"Rate Limit Label.{0,120}?`?(LIGHT|MEDIUM|HEAVY|RESOURCE-INTENSIVE)", re.DOTALL | re.IGNORECASE)

each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)


@cache
def contract() -> dict[tuple[str, str], dict]:
    listed = json.loads(CONTRACT.read_text())["operations"]
    return {(entry["method"], entry["path"]): entry for entry in listed}


@cache
def described() -> dict[tuple[str, str], dict]:
    found = {}
    for name in ("endpoints-Meetings.json", "endpoints-Users.json"):
        for path, methods in json.loads((Path(OPENAPI_DIR) / name).read_text())["paths"].items():
            found |= {(method.upper(), path): entry for method, entry in methods.items()}
    return found


@each_operation
def test_an_operation_is_the_one_that_the_simulator_plays(operation):
    entry = contract()[operation.method, operation.path]
    assert set(operation.scopes) == set(entry["scopes"])
    assert operation.label == entry["label"].lower()
    assert operation.success == entry["success"]


@pytest.mark.skipif(not OPENAPI_DIR, reason="ZOOM_OPENAPI_DIR does not name a folder with Zoom's description")
@each_operation
def test_an_operation_is_the_one_that_zoom_describes(operation):
    entry = described()[operation.method, operation.path]
    extensions = entry.get("x-extensions", entry)
    granular = {scope for scope in extensions["x-granular-scopes"] if not scope.endswith(":master")}
    assert set(operation.scopes) == granular
    assert set(operation.classic) & set(extensions["x-macro-scopes"])
    assert operation.label == LABEL.search(entry["description"])[1].lower()
    assert str(operation.success) in entry["responses"]


@each_operation
def test_the_scope_to_suggest_comes_first_and_its_account_level_last(operation):
    assert operation.scopes[-1].endswith(":admin")
    assert len(operation.scopes) == 1 or not operation.scopes[0].endswith(":admin")


def test_a_path_is_filled_in_order():
    operation = OPERATIONS["meetings.registrants.get"]
    assert operation.filled("123", "abc%2F") == "/meetings/123/registrants/abc%2F"
