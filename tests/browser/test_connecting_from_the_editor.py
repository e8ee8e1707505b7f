"""A teacher who has never connected writes a lesson, connects from its form, and goes on where they were."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from example_site.demo.people import SCHOOL_ADMINISTRATOR, TEACHER_ONE
from tests.browser import steps
from tests.browser.conftest import World
from tests.browser.people import Browsers
from wagtail_zoom import clock


pytestmark = pytest.mark.browser
TITLE = "Fractions without fear"
AGENDA = "Halves, quarters, and why they are no trouble"
BUTTON = "Save draft and connect to Zoom"
EDITOR = re.compile(r"/admin/pages/\d+/edit/")


@pytest.fixture
def app_entered(world: World, browsers: Browsers) -> None:
    """The school's administrator has entered its app; nobody has connected."""
    administrator = browsers.log_in(SCHOOL_ADMINISTRATOR, world.demo.school)
    steps.enter_general_app(administrator, world.demo.school, world.zoom.school_app)
    administrator.context.close()


def write(page: Page, world: World, start: dt.datetime) -> None:
    """Type a lesson, more options included."""
    steps.write_lesson(page, world.demo.school, "The School", TITLE, start)
    page.locator("summary").filter(has_text="More options").click()
    page.locator("[name=zoom_option_agenda]").fill(AGENDA)


def allow(page: Page) -> None:
    """Say yes on Zoom's consent page."""
    page.get_by_label("Signed in as").select_option(label=f"{TEACHER_ONE.name} ({TEACHER_ONE.email})")
    page.get_by_role("button", name="Allow").click()


def still_has_it_all(page: Page, start: dt.datetime) -> None:
    """Fail unless the editor shows what was typed."""
    expect(page).to_have_url(EDITOR)
    expect(page.locator("[name=title]")).to_have_value(TITLE)
    expect(page.locator("[name=zoom_date]")).to_have_value(f"{start:%Y-%m-%d}")
    expect(page.locator("[name=zoom_time]")).to_have_value(f"{start:%H:%M}")
    expect(page.locator("[name=zoom_audience]")).to_have_value("logged_in")
    expect(page.locator("[name=zoom_option_agenda]")).to_have_value(AGENDA)


def soon() -> dt.datetime:
    return (clock.now() + dt.timedelta(minutes=5)).astimezone(ZoneInfo("Europe/Berlin"))


def test_a_teacher_connects_from_a_new_lesson_and_publishes_it(
    app_entered: None, world: World, browsers: Browsers
) -> None:
    page, start = browsers.log_in(TEACHER_ONE, world.demo.school), soon()
    write(page, world, start)
    invitation = page.locator(".wz-invitation")
    expect(invitation).to_contain_text("Your Zoom account is not connected")
    # Whoever plans no meeting is not bothered with it.
    steps.choose_kind(page, "none")
    expect(invitation).to_be_hidden()
    steps.choose_kind(page, "meeting")

    page.get_by_role("button", name=BUTTON).click()
    allow(page)
    expect(page.get_by_text("You are connected to Zoom. What you typed is saved as a draft")).to_be_visible()
    still_has_it_all(page, start)
    expect(page.locator(".wz-invitation")).to_have_count(0)

    steps.publish_and_wait(page, world.demo.school, TITLE)
    assert [each["topic"] for each in world.zoom.control.meetings()].count(TITLE) == 1


def test_enter_in_the_title_saves_the_draft_and_stays(app_entered: None, world: World, browsers: Browsers) -> None:
    page = browsers.log_in(TEACHER_ONE, world.demo.school)
    write(page, world, soon())
    page.locator("[name=title]").press("Enter")
    expect(page).to_have_url(EDITOR)
    expect(page.locator("[name=title]")).to_have_value(TITLE)
    expect(page.get_by_role("button", name=BUTTON)).to_be_visible()


def test_whoever_declines_on_a_phone_is_back_in_the_lesson_with_everything(
    app_entered: None, world: World, browsers: Browsers
) -> None:
    page, start = browsers.log_in(TEACHER_ONE, world.demo.school, phone=True), soon()
    write(page, world, start)
    steps.fits_the_width(page)
    page.get_by_role("button", name=BUTTON).click()
    page.get_by_label("Signed in as").select_option(label=f"{TEACHER_ONE.name} ({TEACHER_ONE.email})")
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("You chose not to give permission at Zoom.")).to_be_visible()
    still_has_it_all(page, start)
    expect(page.get_by_role("button", name=BUTTON)).to_be_visible()
