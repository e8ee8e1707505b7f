"""The academy's webinar and its registrants, as whoever manages them works with them."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from example_site.demo import acts
from example_site.demo.people import ACADEMY_ADMINISTRATOR, CLASSMATES, LEARNER_TWO, VISITORS
from example_site.demo.story import COURSE
from tests.browser import steps
from tests.browser.conftest import World
from tests.browser.lectures import connect_academy, publish_lecture, statuses, wait_for_counts
from tests.browser.people import Browsers


pytestmark = pytest.mark.browser


def test_approving_and_denying_many_at_once_with_the_dry_run_as_the_question(world: World, browsers: Browsers):
    connect_academy(world)
    world.zoom.control.patch_meeting(world.zoom.webinar, settings={"approval_type": 1})
    for stranger in VISITORS:
        acts.register_on_zoom(world.zoom, world.zoom.webinar, stranger)
    lecture = publish_lecture(world)
    administrator = browsers.log_in(ACADEMY_ADMINISTRATOR, world.demo.academy)
    administrator.goto(lecture.registrants)
    administrator.get_by_role("button", name="Read Zoom's list now").click()
    see_counts(administrator, "Waits for approval: 3")

    one, two, three = (person.email for person in VISITORS)
    choose(administrator, one, two)
    administrator.get_by_role("button", name="Register or approve").click()
    expect(administrator.get_by_text("2 people are chosen.")).to_be_visible()
    expect(administrator.get_by_text("Approved: 2.")).to_be_visible()
    assert set(statuses(world).values()) == {"pending"}
    administrator.get_by_role("button", name="Register or approve").click()
    wait_for_counts(administrator, "Registered: 2")
    assert statuses(world) == {one: "approved", two: "approved", three: "pending"}

    administrator.get_by_label("Everybody listed, on all pages").check()
    administrator.get_by_role("button", name="Deny").click()
    expect(administrator.get_by_text("3 people are chosen.")).to_be_visible()
    administrator.get_by_role("button", name="Deny").click()
    wait_for_counts(administrator, "Denied: 3")
    assert statuses(world) == {one: "cancelled", two: "cancelled", three: "denied"}


def test_a_course_is_registered_and_the_screen_tells_how_far_it_is_by_itself(world: World, browsers: Browsers):
    connect_academy(world)
    # Whoever enrols later is registered by that.
    for person in (LEARNER_TWO, *CLASSMATES[:5]):
        with closing(acts.log_in(world.demo.academy, person)) as learner:
            acts.enrol(learner, COURSE)
    lecture = publish_lecture(world)
    # Each call takes its time, so that there is something to see on the way.
    world.zoom.control.fault("POST", r"/registrants$", "delay", times=6, seconds=1)
    administrator = browsers.log_in(ACADEMY_ADMINISTRATOR, world.demo.academy)
    administrator.goto(lecture.registrants)
    administrator.get_by_role("link", name="Register everyone on this course").click()
    expect(administrator.get_by_text("6 people are enrolled.")).to_be_visible()
    expect(administrator.get_by_text("requests to Zoom, about")).to_be_visible()
    administrator.get_by_role("button", name="Register everyone on this course").click()
    expect(administrator.get_by_text("From now on enrolling and leaving is followed.")).to_be_visible()

    wait_for_counts(administrator, "Registered: 6")
    assert set(statuses(world).values()) == {"approved"}


def test_one_learner_is_cancelled_and_enrolled_again(world: World, browsers: Browsers):
    connect_academy(world)
    lecture = publish_lecture(world)
    learner = browsers.log_in(LEARNER_TWO, world.demo.academy, phone=True)
    learner.goto(f"{world.demo.academy}/data-for-decisions/")
    learner.get_by_role("link", name="Enrol in this course").click()
    administrator = browsers.log_in(ACADEMY_ADMINISTRATOR, world.demo.academy)
    administrator.goto(lecture.registrants)
    see_counts(administrator, "Registered: 1")

    choose(administrator, LEARNER_TWO.email)
    administrator.get_by_role("button", name="Cancel registration", exact=True).click()
    expect(administrator.get_by_text("1 person is chosen.")).to_be_visible()
    administrator.get_by_role("button", name="Cancel registration", exact=True).click()
    wait_for_counts(administrator, "Cancelled: 1")
    assert statuses(world) == {LEARNER_TWO.email: "cancelled"}
    learner.goto(lecture.address)
    expect(learner.get_by_text("was not approved or was cancelled")).to_be_visible()

    choose(administrator, LEARNER_TWO.email)
    administrator.get_by_role("button", name="Register or approve").click()
    expect(administrator.get_by_text("Approved: 1.")).to_be_visible()
    administrator.get_by_role("button", name="Register or approve").click()
    wait_for_counts(administrator, "Registered: 1")
    assert statuses(world) == {LEARNER_TWO.email: "approved"}
    learner.reload()
    expect(learner.get_by_role("link", name="Join", exact=True)).to_be_visible()
    steps.fits_the_width(learner)

    administrator.get_by_role("link", name=re.compile(re.escape(LEARNER_TWO.email))).click()
    expect(administrator.get_by_text("Wanted: approved → cancelled")).to_be_visible()
    assert "tk=" not in administrator.content()


def test_the_listing_fits_a_phone(world: World, browsers: Browsers):
    administrator = browsers.log_in(ACADEMY_ADMINISTRATOR, world.demo.academy, phone=True)

    administrator.goto(f"{world.demo.academy}/admin/zoom/registrants/")

    expect(administrator.get_by_text("Nobody is registered yet.")).to_be_visible()
    steps.fits_the_width(administrator)


def choose(page: Page, *addresses: str) -> None:
    """Tick the boxes of these people."""
    for address in addresses:
        page.get_by_label(f"Choose {address}").check()


def see_counts(page: Page, words: str) -> None:
    """Look again until the counts say ``words``: what nobody here has asked for, the site finds within a minute."""
    for _look in range(30):
        if page.locator(".wz-counts").get_by_text(words, exact=True).count():
            return
        page.wait_for_timeout(1_000)
        page.reload()
    expect(page.locator(".wz-counts").get_by_text(words, exact=True)).to_be_visible()
