"""Waiting for programs of their own: the demo's worker and its clock, which no test can steer."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from playwright.sync_api import Locator, expect

from example_site.demo.group import Demo
from tests.browser.conftest import World


PATIENCE = 300


def let_pass(world: World, minutes: int) -> None:
    """Let it be ``minutes`` since anybody set out for Zoom: what was noted then moves into the past instead."""
    with closing(_database(world.demo)) as database, database:
        database.execute(
            "UPDATE wagtail_zoom_authorizationattempt SET begun_at = datetime(begun_at, ?)", [f"-{minutes} minutes"]
        )


def look_until(shown: Locator, address: str) -> None:
    """Open ``address`` again and again until ``shown`` is there: what the background work does shows at the next look."""
    for _look in range(PATIENCE // 3):
        shown.page.goto(address)
        try:
            expect(shown).to_be_visible(timeout=3_000)
        except AssertionError:
            continue
        return
    expect(shown).to_be_visible()


def eventually(look: Callable[[], Any], wanted: Any) -> None:
    """Look again and again until ``wanted`` is seen, at Zoom or in the demo's database."""
    deadline = time.monotonic() + PATIENCE
    while (seen := look()) != wanted:
        assert time.monotonic() < deadline, f"{seen} instead of {wanted}"
        time.sleep(0.2)


def ask(demo: Demo, query: str) -> list[tuple[Any, ...]]:
    """Return what a statement finds in the demo's database, after carrying it out."""
    with closing(_database(demo)) as database, database:
        return database.execute(query).fetchall()


def _database(demo: Demo) -> sqlite3.Connection:
    return sqlite3.connect(demo.directory / "db.sqlite3", timeout=30)
