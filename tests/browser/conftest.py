"""One running demo for all browser tests of this process; each test finds it as it was at the beginning."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from example_site.demo.group import Demo
from example_site.demo.story import CALLBACK, LECTURE
from example_site.demo.zoom import ZoomSide, set_up
from tests.browser import CHROMIUM
from tests.browser.people import Browsers


PHONE = {"width": 360, "height": 740}


@dataclass(frozen=True)
class World:
    """The two schools as the demo has them, nothing connected yet, and what they have at Zoom."""

    demo: Demo
    zoom: ZoomSide


@pytest.fixture(autouse=True)
def controlled_clock() -> None:
    """Let these walks live in the machine's own time, as the programs of the demo and the browser do."""


#: The suite may run on another database; the demos keep their own, which can be put back between tests.
SUITES_OWN = ("DATABASE_URL", "CACHE_URL", "TASKS_BACKEND", "ZOOM_API_URL", "ZOOM_OAUTH_URL")


@pytest.fixture(autouse=True)
def without_the_suites_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no program that a walk starts work on what the suite works on."""
    for name in SUITES_OWN:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def running_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demo, Path]]:
    """Start the demo's programs on free ports; return it with a copy of its database before anything happened."""
    directory = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as environment:
        for name in SUITES_OWN:
            environment.delenv(name, raising=False)
        demo = Demo.from_environment({"DEMO_DIR": str(directory), "PORT": "", "SIMULATOR_PORT": ""})
    with demo:
        demo.start()
        as_it_was = demo.directory / "as-it-was.sqlite3"
        _copy(demo.directory / "db.sqlite3", as_it_was)
        yield demo, as_it_was


@pytest.fixture
def world(running_demo: tuple[Demo, Path]) -> Iterator[World]:
    """Put database, cache and practice Zoom back to the beginning."""
    demo, as_it_was = running_demo
    _copy(as_it_was, demo.directory / "db.sqlite3")
    shutil.rmtree(demo.directory / "cache", ignore_errors=True)
    zoom = set_up(demo.simulator, callback=f"{demo.school}{CALLBACK}", webinar_topic=LECTURE)
    zoom.control.clear_faults()
    with closing(zoom.control):
        yield World(demo, zoom)


@pytest.fixture
def browsers() -> Iterator[Browsers]:
    """Return a browser in which several people can be logged in apart from each other."""
    # Opened anew for each test: while Playwright runs, Django takes the whole process to be asynchronous.
    from playwright.sync_api import sync_playwright

    options: dict[str, Any] = {"executable_path": CHROMIUM, "args": ["--no-sandbox", "--disable-background-networking"]}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**options)
        yield Browsers(browser)
        browser.close()


def _copy(source: Path, target: Path) -> None:
    """Copy a database through SQLite itself, so that programs which have the target open see it change at once."""
    with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(target, timeout=30)) as copy:
        origin.backup(copy)
