"""Zoom is down: publishing goes on, the editor is told, and everything heals without anybody doing anything."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from example_site.demo.people import LEARNER_ONE, SCHOOL_ADMINISTRATOR, TEACHER_ONE
from tests.browser import steps
from tests.browser.conftest import World
from tests.browser.people import Browsers
from wagtail_zoom import clock


pytestmark = pytest.mark.browser
TITLE = "Irregular verbs"


@pytest.fixture
def teacher(world: World, browsers: Browsers) -> Page:
    administrator = browsers.log_in(SCHOOL_ADMINISTRATOR, world.demo.school)
    steps.enter_general_app(administrator, world.demo.school, world.zoom.school_app)
    page = browsers.log_in(TEACHER_ONE, world.demo.school)
    steps.allow_on_zoom(page, world.demo.school, TEACHER_ONE)
    return page


def _publish(teacher: Page, world: World) -> Locator:
    start = (clock.now() + dt.timedelta(minutes=5)).astimezone(ZoneInfo("Europe/Berlin"))
    steps.write_lesson(teacher, world.demo.school, "The School", TITLE, start)
    steps.publish(teacher)
    steps.edit_lesson(teacher, world.demo.school, TITLE)
    return teacher.locator(".wz-state-panel")


def test_while_zoom_refuses_the_editor_is_told_so_and_it_heals_by_itself(teacher, world, browsers):
    world.zoom.control.fault(
        "POST", "/users/.*/meetings", "status", times=1000, status=429, headers={"Retry-After": "2"}
    )
    panel = _publish(teacher, world)
    expect(panel).not_to_contain_text("Ready")

    learner = browsers.log_in(LEARNER_ONE, world.demo.school, phone=True)
    learner.goto(f"{world.demo.school}/irregular-verbs/")
    expect(learner.get_by_text("The link is being prepared; this page updates itself.")).to_be_visible()

    world.zoom.control.clear_faults()
    expect(panel.locator(".wz-state--ok .wz-state__number")).to_be_visible(timeout=300_000)
    expect(learner.get_by_role("link", name="Join", exact=True)).to_be_visible(timeout=300_000)
    assert _made(world) == 1


def test_when_no_answer_came_the_editor_looks_and_decides_and_nothing_is_made_twice(teacher, world):
    world.zoom.control.fault("POST", "/users/.*/meetings", "reset_after", times=1)
    panel = _publish(teacher, world)
    expect(panel).to_contain_text("Look on Zoom, please")
    (there,) = [each for each in world.zoom.control.meetings() if each["topic"] == TITLE]

    panel.get_by_role("link", name="Say whether it is there").click()
    teacher.get_by_label("It is there").check()
    teacher.get_by_label("Invitation link").fill(there["join_url"])
    teacher.get_by_role("button", name="Save").click()
    steps.edit_lesson(teacher, world.demo.school, TITLE)
    shown = panel.locator(".wz-state--ok .wz-state__number")
    expect(shown).to_be_visible()
    assert shown.inner_text().replace(" ", "") == str(there["id"])
    assert _made(world) == 1


def _made(world: World) -> int:
    return len([each for each in world.zoom.control.meetings() if each["topic"] == TITLE])
