"""A school on a General App that may create meetings and nothing else: from its first connection to a cancelled lesson."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from example_site.demo.people import LEARNER_ONE, SCHOOL_ADMINISTRATOR, TEACHER_ONE
from tests.browser import steps
from tests.browser.conftest import World
from tests.browser.people import Browsers, log_in_here
from wagtail_zoom import clock


pytestmark = pytest.mark.browser
BERLIN = ZoneInfo("Europe/Berlin")
TITLE = "Fractions without fear"


@pytest.fixture
def teacher(world: World, browsers: Browsers) -> Page:
    """A teacher of the school who has just been connected, through the administrator's app and Zoom's consent page."""
    administrator = browsers.log_in(SCHOOL_ADMINISTRATOR, world.demo.school)
    steps.enter_general_app(administrator, world.demo.school, world.zoom.school_app)
    page = browsers.log_in(TEACHER_ONE, world.demo.school)
    steps.allow_on_zoom(page, world.demo.school, TEACHER_ONE)
    return page


@pytest.fixture
def lesson(teacher: Page, world: World) -> str:
    """The teacher's published lesson, which begins in five minutes: its address for learners."""
    start = (clock.now() + dt.timedelta(minutes=5)).astimezone(BERLIN)
    steps.write_lesson(teacher, world.demo.school, "The School", TITLE, start)
    return steps.publish_and_wait(teacher, world.demo.school, TITLE)


def test_publishing_leads_to_ready_while_the_editor_watches(teacher, lesson, world):
    expect(teacher.locator(".wz-state--ok .wz-state__number")).to_have_text(re.compile(r"^\d{3} \d{4} \d{4}$"))
    assert lesson == f"{world.demo.school}/fractions-without-fear/"
    assert [call["path"] for call in world.zoom.control.requests()].count("/v2/users/me/meetings") == 1


def test_a_learner_on_a_phone_logs_in_joins_and_is_in_the_meeting_the_teacher_started(teacher, lesson, world, browsers):
    steps.start_as_host(teacher, lesson)
    learner = browsers.window(phone=True)
    learner.goto(lesson)
    steps.fits_the_width(learner)
    learner.get_by_role("link", name="Log in to join").click()
    log_in_here(learner, LEARNER_ONE)
    # Logging in has kept the way into the lesson.
    expect(learner).to_have_url(re.compile(r"/j/\d+"))
    steps.say_who_joins(learner, LEARNER_ONE)
    expect(learner.get_by_text(re.compile(f"{LEARNER_ONE.name} is in meeting"))).to_be_visible()
    assert "zak=" not in learner.content()


def test_a_new_time_reaches_learners_at_once_and_the_editor_is_told_what_zoom_still_shows(teacher, lesson, world):
    later = (clock.now() + dt.timedelta(minutes=12)).astimezone(BERLIN)
    steps.edit_lesson(teacher, world.demo.school, TITLE)
    steps.fill_time(teacher, later)
    steps.publish(teacher)
    steps.edit_lesson(teacher, world.demo.school, TITLE)
    panel = teacher.locator(".wz-state-panel")
    expect(panel).to_contain_text("Zoom still shows")
    expect(panel.get_by_role("link", name="Open on Zoom")).to_be_visible()
    assert {call["method"] for call in world.zoom.control.requests() if "/meetings" in call["path"]} == {"POST"}

    panel.get_by_role("link", name="Done").click()
    expect(teacher.locator(".wz-state-panel .wz-state--ok")).to_be_visible()
    teacher.goto(lesson)
    expect(teacher.locator(".zoom-lesson time").first).to_contain_text(f"{later.hour % 12 or 12}:{later:%M}")


def test_a_cancelled_lesson_is_closed_to_learners_and_its_end_on_zoom_is_left_to_the_teacher(
    teacher, lesson, world, browsers
):
    administrator = browsers.log_in(SCHOOL_ADMINISTRATOR, world.demo.school)
    steps.let_unpublishing_cancel(administrator, world.demo.school)
    learner = browsers.log_in(LEARNER_ONE, world.demo.school)
    learner.goto(lesson)
    expect(learner.get_by_role("link", name="Join", exact=True)).to_be_visible()

    editor = teacher.url
    steps.unpublish(teacher, editor)
    steps.see_state(teacher, editor, "Zoom still shows")
    panel = teacher.locator(".wz-state-panel")
    expect(panel.get_by_role("link", name="Open on Zoom")).to_be_visible()
    panel.get_by_role("link", name="Done").click()
    expect(panel).to_contain_text("Cancelled")
    assert not [call for call in world.zoom.control.requests() if call["method"] == "DELETE"]

    # The page is gone for learners, and one that was open before lets nobody in.
    learner.get_by_role("link", name="Join", exact=True).click()
    assert "/j/" not in learner.url
