"""An academy on Server-to-Server with the seventeen scopes: an existing webinar becomes a lesson of a course."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from example_site.demo.people import ACADEMY_ADMINISTRATOR, LEARNER_TWO, LECTURER_ONE
from example_site.demo.story import COURSE, LECTURE
from tests.browser import steps
from tests.browser.conftest import World
from tests.browser.people import Browsers


pytestmark = pytest.mark.browser


def test_from_an_empty_space_to_a_registered_learner_in_the_webinar(world: World, browsers: Browsers):
    home = world.demo.academy
    administrator = browsers.log_in(ACADEMY_ADMINISTRATOR, home)
    steps.enter_server_app(administrator, home, world.zoom.academy_app)
    expect(administrator.locator(".messages .success").filter(has_text="Connected")).to_be_visible()
    steps.map_host(administrator, LECTURER_ONE)

    lecturer = browsers.log_in(LECTURER_ONE, home)
    steps.begin_lesson(lecturer, home, COURSE, LECTURE)
    steps.choose_kind(lecturer, "existing")
    lecturer.get_by_role("button", name="Choose from Zoom").click()
    lecturer.get_by_role("link", name="Show the meetings").click()
    lecturer.get_by_role("button", name="Use it").click()
    expect(lecturer.locator("[name=zoom_number]")).to_have_value(re.compile(r"^[\d ]+$"))
    lecturer.locator("[name=zoom_audience]").select_option("enrolled")
    address = steps.publish_and_wait(lecturer, home, LECTURE)

    learner = browsers.log_in(LEARNER_TWO, home, phone=True)
    learner.goto(address)
    # wagtail-lms's own gate: who is not enrolled is led to the course.
    expect(learner).to_have_url(f"{home}/data-for-decisions/")
    learner.get_by_role("link", name="Enrol in this course").click()
    steps.fits_the_width(learner)
    steps.start_as_host(lecturer, address)

    learner.goto(address)
    steps.fits_the_width(learner)
    learner.get_by_role("link", name="Join", exact=True).click()
    # A personal link is made for whoever has none yet; the page goes on by itself.
    expect(learner).to_have_url(re.compile(r"/[jw]/\d+"))
    steps.say_who_joins(learner, LEARNER_TWO)
    expect(learner.get_by_text(re.compile(f"{LEARNER_TWO.name} is in webinar"))).to_be_visible()
    registrants = world.zoom.control.meeting(world.zoom.webinar)["registrants"]
    assert [(each["email"], each["status"]) for each in registrants] == [(LEARNER_TWO.email, "approved")]


def test_a_wrong_secret_is_said_where_it_was_typed_and_never_shown_again(world: World, browsers: Browsers):
    home = world.demo.academy
    administrator = browsers.log_in(ACADEMY_ADMINISTRATOR, home)
    app = world.zoom.academy_app
    steps.enter_server_app(administrator, home, replace(app, client_secret="not-the-secret"))
    expect(administrator.locator(".messages .error")).to_be_visible()
    assert "not-the-secret" not in administrator.content()
    steps.enter_server_app(administrator, home, app)
    expect(administrator.locator(".messages .success").filter(has_text="Connected")).to_be_visible()
