"""A copy of the database, brought up on another address with cron, worker and site: Zoom hears nothing of it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from example_site.demo.group import Demo
from example_site.demo.people import OPERATOR, SCHOOL_ADMINISTRATOR, TEACHER_ONE
from example_site.demo.ports import HOST, choose_port
from example_site.demo.processes import answers
from tests.browser import steps
from tests.browser.conftest import World
from tests.browser.people import Browsers
from tests.browser.waiting import ask, eventually
from wagtail_zoom import clock


pytestmark = pytest.mark.browser

TITLE = "Only a rehearsal"
TOMORROW = (clock.now() + dt.timedelta(days=1)).astimezone(ZoneInfo("Europe/Berlin"))
SILENT = "Nothing is sent to Zoom from here"


@pytest.fixture
def connected(world: World, browsers: Browsers) -> World:
    """The school, in which Teacher One is connected; from now on Zoom counts."""
    administrator = browsers.log_in(SCHOOL_ADMINISTRATOR, world.demo.school)
    steps.enter_general_app(administrator, world.demo.school, world.zoom.school_app)
    steps.allow_on_zoom(browsers.log_in(TEACHER_ONE, world.demo.school), world.demo.school, TEACHER_ONE)
    world.zoom.control.clear_requests()
    return world


@pytest.fixture
def copy(connected: World, tmp_path: Path) -> Iterator[Demo]:
    """A copy of the school's database with the same secrets on another port, and every program that works on it."""
    original = connected.demo
    port = choose_port({}, "PORT", original.port + 1)
    there = replace(
        original,
        directory=tmp_path,
        port=port,
        environ={**original.environ, "PORT": str(port), "DEMO_DIR": str(tmp_path)},
    )
    there.group.logs.mkdir()
    with (
        closing(sqlite3.connect(original.directory / "db.sqlite3")) as source,
        closing(sqlite3.connect(tmp_path / "db.sqlite3")) as target,
    ):
        source.backup(target)
        # Else cron would take the original's for another run of its own, and leave for a minute.
        target.execute("DELETE FROM wagtail_zoom_heartbeat")
        target.commit()
    with there:
        there.group.start("worker", "manage.py", "db_worker", "--no-startup-delay", "--interval", "0.2", "--no-reload")
        there.group.start("sync", "manage.py", "sync_zoom", "--watch")
        site = there.group.start("site", "manage.py", "runserver", "--noreload", "--insecure", f"{HOST}:{port}")
        there.group.wait_until(site, lambda: answers(f"{there.academy}/login/"))
        yield there


def publish_there(browsers: Browsers, copy: Demo) -> Page:
    """Let a teacher publish a lesson in the copy, and the worker take it up."""
    page = browsers.log_in(TEACHER_ONE, copy.school)
    steps.write_lesson(page, copy.school, "The School", TITLE, TOMORROW)
    steps.publish(page)
    steps.edit_lesson(page, copy.school, TITLE)
    see_both_at_work(copy)
    return page


def see_both_at_work(copy: Demo) -> None:
    """Wait until both cron and worker have done their work once more."""
    ask(copy, "DELETE FROM wagtail_zoom_heartbeat WHERE name IN ('sync_zoom', 'worker')")
    eventually(lambda: len(ask(copy, "SELECT * FROM wagtail_zoom_heartbeat WHERE name IN ('sync_zoom', 'worker')")), 2)


def test_with_cron_and_worker_at_work_zoom_hears_nothing_and_everybody_is_told(
    connected: World, copy: Demo, browsers: Browsers
) -> None:
    teacher = publish_there(browsers, copy)
    expect(teacher.locator(".wz-state-panel")).to_contain_text("this database was set up for another address")
    operator = browsers.log_in(OPERATOR, copy.school)
    operator.goto(f"{copy.school}/admin/")
    expect(operator.get_by_text(SILENT)).to_be_visible()
    operator.goto(f"{copy.school}{steps.SETTINGS}")
    expect(operator.get_by_text(SILENT)).to_be_visible()
    assert connected.zoom.control.requests() == []

    operator.get_by_role("link", name="New home, or a copy?").click()
    expect(
        operator.get_by_text(f"set up for {connected.demo.school}, and here it is used at {copy.school}")
    ).to_be_visible()
    operator.get_by_role("button", name="This is a copy").click()
    expect(operator.get_by_text("It sends nothing to Zoom, and no mail about lessons.")).to_be_visible()
    operator.goto(f"{copy.school}/admin/")
    expect(operator.get_by_role("heading", level=1).first).to_be_visible()
    expect(operator.get_by_text(SILENT)).to_have_count(0)
    see_both_at_work(copy)
    assert connected.zoom.control.requests() == []


def test_as_a_new_home_it_takes_up_what_was_published_meanwhile(
    connected: World, copy: Demo, browsers: Browsers
) -> None:
    teacher = publish_there(browsers, copy)
    operator = browsers.log_in(OPERATOR, copy.school)
    operator.goto(f"{copy.school}/admin/")
    operator.get_by_role("link", name="New home, or a copy?").click()
    expect(operator.get_by_text("Be sure that the old installation is switched off")).to_be_visible()
    assert connected.zoom.control.requests() == []

    operator.get_by_role("button", name="This is the new home").click()
    expect(operator.get_by_text("Zoom goes on from here.")).to_be_visible()
    steps.see_state(teacher, teacher.url, "Ready")
    assert [each["topic"] for each in connected.zoom.control.meetings() if each["topic"] == TITLE] == [TITLE]
