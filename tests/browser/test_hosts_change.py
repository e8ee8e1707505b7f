"""Somebody else hosts: one lesson that is taken over, and all coming lessons of a teacher who has left."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from example_site.demo.people import OPERATOR, SCHOOL_ADMINISTRATOR, TEACHER_ONE, TEACHER_TWO
from tests.browser import steps
from tests.browser.conftest import World
from tests.browser.people import Browsers
from tests.browser.waiting import eventually, look_until
from wagtail_zoom import clock


pytestmark = pytest.mark.browser

TITLE = "Percentages at the market"
TOMORROW = (clock.now() + dt.timedelta(days=1)).astimezone(ZoneInfo("Europe/Berlin"))


@pytest.fixture
def first(world: World, browsers: Browsers) -> Page:
    """Teacher One, through whose connection this site may do everything; the lesson of tomorrow is theirs."""
    administrator = browsers.log_in(SCHOOL_ADMINISTRATOR, world.demo.school)
    steps.enter_general_app(administrator, world.demo.school, world.zoom.everything_app)
    page = browsers.log_in(TEACHER_ONE, world.demo.school)
    steps.allow_on_zoom(page, world.demo.school, TEACHER_ONE)
    steps.write_lesson(page, world.demo.school, "The School", TITLE, TOMORROW)
    steps.publish_and_wait(page, world.demo.school, TITLE)
    return page


@pytest.fixture
def second(world: World, browsers: Browsers) -> Page:
    """Teacher Two, connected."""
    page = browsers.log_in(TEACHER_TWO, world.demo.school)
    steps.allow_on_zoom(page, world.demo.school, TEACHER_TWO)
    return page


def hosts_of(world: World, title: str = TITLE) -> list[str]:
    """Return who hosts what is on Zoom under this title."""
    return [
        each["host_email"] for each in world.zoom.control.meetings() if each["topic"] == title and not each["deleted"]
    ]


def test_a_coming_lesson_is_taken_over_in_one_step_that_says_what_becomes_of_the_links(
    first: Page, second: Page, world: World
) -> None:
    assert hosts_of(world) == [TEACHER_ONE.email]
    steps.edit_lesson(second, world.demo.school, TITLE)
    editor = second.url
    former = second.locator(".wz-state__number").inner_text()
    second.get_by_role("link", name="Take over: I am the host").click()
    expect(second.get_by_text("so its links change")).to_be_visible()
    expect(second.get_by_text("Learners need to do nothing")).to_be_visible()
    second.get_by_role("button", name="Take over: I am the host").click()
    expect(second.locator(".messages .success")).to_contain_text("The lesson is yours now.")

    expect(second).to_have_url(editor)
    number = second.locator(".wz-state--ok .wz-state__number")
    expect(number).to_be_visible()
    expect(number).not_to_have_text(former)
    expect(second.get_by_role("link", name="Take over: I am the host")).to_have_count(0)
    eventually(lambda: hosts_of(world), [TEACHER_TWO.email])


def test_all_coming_lessons_of_somebody_who_left_are_handed_over(
    first: Page, second: Page, world: World, browsers: Browsers
) -> None:
    home = world.demo.school
    second.goto(f"{home}/admin/zoom/my/")
    second.get_by_label("Other editors of this space may create lessons with me as host").check()
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.locator(".messages .success")).to_be_visible()
    deactivate(browsers.log_in(OPERATOR, home), home)
    look_until(second.get_by_role("link", name=TITLE, exact=True), f"{home}/admin/zoom/lessons/?state=needs_host")
    second.goto(f"{home}/admin/")
    expect(second.get_by_role("region", name="Zoom: needs attention").get_by_role("link", name=TITLE)).to_be_visible()

    administrator = browsers.log_in(SCHOOL_ADMINISTRATOR, home)
    administrator.goto(f"{home}{steps.SETTINGS}")
    administrator.get_by_role("link", name="Hosts of this space").click()
    administrator.get_by_role("link", name="Somebody has left: hand their lessons over").click()
    expect(administrator.get_by_text("its links change")).to_be_visible()
    administrator.get_by_label("Whose lessons").select_option(label=f"{TEACHER_ONE.name} (1 coming lesson)")
    administrator.get_by_label("Who hosts them from now on").select_option(label=TEACHER_TWO.name)
    administrator.get_by_role("button", name="Hand them over").click()
    expect(administrator.locator(".messages .success")).to_contain_text(f"1 lesson has {TEACHER_TWO.name} as host now.")

    steps.edit_lesson(second, home, TITLE)
    expect(second.locator(".wz-state--ok .wz-state__number")).to_be_visible()
    assert TEACHER_TWO.email in hosts_of(world)


def deactivate(operator: Page, home: str) -> None:
    """Let Teacher One's account be switched off, as operators do."""
    operator.goto(f"{home}/admin/users/")
    operator.get_by_role("link", name=re.compile(TEACHER_ONE.name)).first.click()
    operator.get_by_label("Active").uncheck()
    operator.get_by_role("button", name="Save").click()
    expect(operator.locator(".messages .success")).to_be_visible()
