"""The learner's page in each state, on a phone 360 wide: what a person can do about their place, and what they read."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from example_site.demo.people import ACADEMY_ADMINISTRATOR, CLASSMATES, LEARNER_TWO, Person
from tests.browser import steps
from tests.browser.conftest import World
from tests.browser.lectures import connect_academy, publish_lecture, statuses
from tests.browser.people import Browsers
from wagtail_zoom import clock


pytestmark = pytest.mark.browser

REGISTERING = {"zoom_audience": "logged_in", "zoom_option_registration": "on", "zoom_option_approval": "everyone"}


@pytest.fixture
def lecture_with(world: World):
    """Return a publisher of the webinar as a lesson for everybody with an account; what it returns is its address."""
    connect_academy(world)
    # Once Join is open it registers by itself; before, people do.
    start = clock.now() + dt.timedelta(days=2)
    world.zoom.control.patch_meeting(world.zoom.webinar, start_time=f"{start:%Y-%m-%dT%H:00:00Z}")

    def publish(**options: str) -> str:
        return publish_lecture(world, parent="The Academy", **{**REGISTERING, **options}).address

    return publish


def test_a_learner_registers_takes_it_back_and_registers_again(world: World, browsers: Browsers, lecture_with):
    learner = open_lesson(browsers, world, LEARNER_TWO, lecture_with())
    reads(learner, "Register to take part.")

    press(learner, "Register")
    reads(learner, "You are registered.")
    reads(learner, "Join opens on")
    press(learner, "Cancel my registration")
    reads(learner, "Your registration is cancelled.")
    reads(learner, "more times today")
    press(learner, "Register")
    reads(learner, "You are registered.")
    assert statuses(world) == {LEARNER_TWO.email: "approved"}


def test_where_a_person_decides_the_page_tells_the_decision_by_itself(world: World, browsers: Browsers, lecture_with):
    address = lecture_with(zoom_option_approval="by_hand")
    first = open_lesson(browsers, world, LEARNER_TWO, address)
    second = open_lesson(browsers, world, CLASSMATES[0], address)
    for learner in (first, second):
        reads(learner, "then a person decides whether you take part")
        press(learner, "Register")
        reads(learner, "waiting for approval")

    administrator = browsers.log_in(ACADEMY_ADMINISTRATOR, world.demo.academy)
    administrator.goto(f"{world.demo.academy}/admin/zoom/registrants/")
    for person, button in ((LEARNER_TWO, "Register or approve"), (CLASSMATES[0], "Deny")):
        administrator.get_by_label(f"Choose {person.email}").check()
        administrator.get_by_role("button", name=button).click()
        expect(administrator.get_by_text("1 person is chosen.")).to_be_visible()
        administrator.get_by_role("button", name=button).click()
        expect(administrator.get_by_text("1 person: it is under way.")).to_be_visible()

    reads(first, "You are registered.")
    reads(second, "Your registration was not approved or was cancelled.")
    assert statuses(world) == {LEARNER_TWO.email: "approved"}


def test_full_is_said_until_somebody_leaves(world: World, browsers: Browsers, lecture_with):
    address = lecture_with(zoom_option_places="1")
    first = open_lesson(browsers, world, LEARNER_TWO, address)
    second = open_lesson(browsers, world, CLASSMATES[0], address)
    press(first, "Register")
    reads(first, "You are registered.")
    second.reload()
    reads(second, "All places of this lesson are taken.")
    press(first, "Cancel my registration")
    reads(first, "Your registration is cancelled.")
    second.reload()
    expect(second.get_by_role("button", name="Register")).to_be_visible()


def test_after_registration_has_closed_the_page_says_since_when(world: World, browsers: Browsers, lecture_with):
    learner = open_lesson(browsers, world, LEARNER_TWO, lecture_with(zoom_option_closes_at="2020-01-01T10:00"))
    reads(learner, "You can no longer register for this lesson. Registration closed on")


def test_where_zoom_takes_no_registrations_the_editor_reads_why_and_people_just_join(
    world: World, browsers: Browsers, lecture_with
):
    world.zoom.control.patch_meeting(world.zoom.webinar, settings={"approval_type": 2})
    lecture_with()
    administrator = browsers.log_in(ACADEMY_ADMINISTRATOR, world.demo.academy)
    steps.edit_lesson(administrator, world.demo.academy, "Correlation and cause")
    expect(administrator.get_by_text("Zoom does not take registrations for this webinar")).to_be_visible()
    # What belongs to Zoom is not offered; who registers is.
    expect(administrator.get_by_text("Registration", exact=True).first).to_be_visible()
    expect(administrator.get_by_text("More options", exact=True)).to_be_hidden()

    learner = open_lesson(browsers, world, LEARNER_TWO, administrator.locator("#wz-lesson-address").input_value())
    reads(learner, "Join opens on")
    expect(learner.get_by_role("button", name="Register")).to_have_count(0)


def open_lesson(browsers: Browsers, world: World, person: Person, address: str) -> Page:
    """Open the lesson on somebody's phone."""
    page = browsers.log_in(person, world.demo.academy, phone=True)
    page.goto(address)
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def reads(page: Page, words: str) -> None:
    """Wait until the page says ``words`` by itself, and see that it fits the phone."""
    expect(page.get_by_text(words).first).to_be_visible(timeout=300_000)
    steps.fits_the_width(page)
