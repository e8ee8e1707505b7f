"""The admin's home page leads through the first steps, and shows whoever may mend it what needs attention."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from example_site.demo.people import SCHOOL_ADMINISTRATOR, TEACHER_ONE
from tests.browser import steps
from tests.browser.conftest import World
from tests.browser.people import Browsers
from tests.browser.waiting import look_until
from wagtail_zoom import clock


pytestmark = pytest.mark.browser

TITLE = "Letters and sounds"
TOMORROW = (clock.now() + dt.timedelta(days=1)).astimezone(ZoneInfo("Europe/Berlin"))


def first_steps(page: Page) -> Locator:
    """Return the checklist."""
    return page.get_by_role("region", name="First steps with Zoom: The School")


def test_the_first_steps_lead_to_the_first_lesson_and_what_breaks_is_shown_until_it_is_mended(
    world: World, browsers: Browsers
) -> None:
    home = world.demo.school
    administrator = browsers.log_in(SCHOOL_ADMINISTRATOR, home)
    administrator.goto(f"{home}/admin/")
    expect(first_steps(administrator).get_by_role("listitem")).to_have_count(5)
    expect(first_steps(administrator).get_by_text("(done)")).to_have_count(0)
    first_steps(administrator).get_by_role("link", name="Enter the Zoom app").click()
    steps.enter_general_app(administrator, home, world.zoom.everything_app)
    teacher = browsers.log_in(TEACHER_ONE, home)
    steps.allow_on_zoom(teacher, home, TEACHER_ONE)
    administrator.goto(f"{home}/admin/")
    expect(first_steps(administrator).get_by_text("(done)")).to_have_count(2)

    world.zoom.control.fault("POST", "/users/.*/meetings", "status", status=400, body={"code": 300, "message": "No."})
    steps.write_lesson(teacher, home, "The School", TITLE, TOMORROW)
    steps.publish(teacher)
    needs = teacher.get_by_role("region", name="Zoom: needs attention")
    look_until(needs, f"{home}/admin/")
    expect(needs.get_by_role("link", name=TITLE)).to_be_visible()
    needs.get_by_role("link", name=TITLE).click()
    teacher.get_by_role("link", name="Try again now").click()
    expect(teacher.locator(".wz-state--ok .wz-state__number")).to_be_visible()
    teacher.goto(f"{home}/admin/")
    expect(teacher.get_by_role("heading", level=1).first).to_be_visible()
    expect(needs).to_have_count(0)
    administrator.goto(f"{home}/admin/")
    expect(first_steps(administrator).get_by_text("(done)")).to_have_count(4)
