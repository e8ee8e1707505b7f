"""Zoom refuses some people on its own page and never sends them back: what they find when they return by themselves."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from example_site.demo.people import LECTURER_ONE, SCHOOL_ADMINISTRATOR, TEACHER_ONE, Person
from tests.browser import steps
from tests.browser.conftest import World
from tests.browser.people import Browsers
from tests.browser.waiting import let_pass


pytestmark = pytest.mark.browser

UNFINISHED = "You set out for Zoom and did not come back"
STRANGER = "an account that does not belong to the organisation of this Zoom app"
APPROVAL = "Your organisation's Zoom administrator has to approve the app first."
ADDRESS = "/zoom/oauth/callback/"


@pytest.fixture
def administrator(world: World, browsers: Browsers) -> Page:
    """The school's administrator, who has entered the app."""
    page = browsers.log_in(SCHOOL_ADMINISTRATOR, world.demo.school)
    steps.enter_general_app(page, world.demo.school, world.zoom.school_app)
    return page


def be_refused(page: Page, person: Person, words: str) -> None:
    """Press Allow at Zoom as ``person``, and be told there that it cannot be."""
    page.get_by_label("Signed in as").select_option(label=f"{person.name} ({person.email})")
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text(words)).to_be_visible()
    expect(page).to_have_url(re.compile("/oauth/authorize"))


def test_a_stranger_to_the_apps_organisation_finds_the_likely_reasons_and_gets_in_with_the_right_account(
    administrator: Page, world: World, browsers: Browsers
) -> None:
    my_zoom = f"{world.demo.school}/admin/zoom/my/"
    teacher = browsers.log_in(TEACHER_ONE, world.demo.school)
    teacher.goto(my_zoom)
    teacher.get_by_role("button", name="Authorize").click()
    be_refused(teacher, LECTURER_ONE, "has not been published")

    teacher.goto(my_zoom)
    expect(teacher.get_by_role("button", name="Authorize")).to_be_visible()
    expect(teacher.get_by_text(UNFINISHED)).to_have_count(0)
    let_pass(world, minutes=2)
    teacher.reload()
    expect(teacher.get_by_text(UNFINISHED)).to_be_visible()
    for reason in (STRANGER, APPROVAL, ADDRESS):
        expect(teacher.locator(".wz-state--warning li").filter(has_text=reason)).to_have_count(1)

    steps.allow_on_zoom(teacher, world.demo.school, TEACHER_ONE)
    expect(teacher.get_by_text(UNFINISHED)).to_have_count(0)


def test_where_the_account_wants_approval_first_the_settings_say_so_on_return(
    administrator: Page, world: World
) -> None:
    world.zoom.control.patch_account(world.zoom.school_app.account_id, admin_approval=True)
    administrator.goto(f"{world.demo.school}{steps.SETTINGS}")
    administrator.get_by_role("button", name="Save and authorize").click()
    # The first person of an account is its owner, who needs nobody's approval.
    be_refused(administrator, TEACHER_ONE, "administrator")

    let_pass(world, minutes=2)
    administrator.goto(f"{world.demo.school}{steps.SETTINGS}")
    expect(administrator.get_by_text(UNFINISHED)).to_be_visible()
    expect(administrator.get_by_text(APPROVAL)).to_be_visible()
