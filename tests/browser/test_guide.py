"""From an empty space to the first published lesson with nothing but the guide, in both kinds of app.

What that asks of a person is counted (run with ``-s`` to read it); making the app at Zoom itself is not in it.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from example_site.demo.people import ACADEMY_ADMINISTRATOR, LECTURER_ONE, SCHOOL_ADMINISTRATOR
from tests.browser import steps
from tests.browser.conftest import World
from tests.browser.people import Browsers
from tests.browser.tally import Tally
from wagtail_zoom import clock


pytestmark = pytest.mark.browser


def open_guide(page: Page, home: str, whose: str, whole: str) -> None:
    """Go from the settings of an empty space through the two questions."""
    page.goto(f"{home}{steps.SETTINGS}")
    page.get_by_role("link", name="Set up Zoom, step by step").click()
    page.get_by_label(whose).check()
    page.get_by_label(whole, exact=True).check()
    page.get_by_role("button", name="Which one is it?").click()
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("heading", name="Before you begin")).to_be_visible()


def first_lesson(page: Page, host: str = "") -> None:
    """Follow the guide's one next step to a published lesson, and wait until it is ready."""
    page.get_by_role("link", name="Create your first lesson").first.click()
    page.get_by_role("link", name=re.compile("Live lesson")).first.click()
    page.locator("[name=title]").fill("The very first lesson")
    steps.fill_time(page, (clock.now() + dt.timedelta(days=1)).astimezone(ZoneInfo("Europe/Berlin")))
    if host:
        page.locator("[name=zoom_host]").select_option(label=host)
    steps.publish(page)
    expect(page.locator(".messages")).to_contain_text("On Zoom:")


def asks(tally: Tally, kind: str, began: float) -> tuple[int, int]:
    """Return presses and boxes, and say them."""
    seconds = time.monotonic() - began
    print(f"\n{kind}: {tally.presses} presses, {tally.boxes} boxes, {seconds:.0f} s for a machine")
    return tally.presses, tally.boxes


def scopes_in(page: Page) -> list[str]:
    """Return the scopes that the guide says to tick at Zoom."""
    return page.locator(".wz-features .wz-guide__tick code").all_inner_texts()


def has_no_barriers(page: Page) -> None:
    """Fail when axe finds anything, in the light or the dark theme."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found = Axe().run(page).response["violations"]
        assert [(theme, page.url, each["id"]) for each in found] == []


def test_an_administrator_gets_to_a_lesson_through_a_general_app_with_only_the_guide(
    world: World, browsers: Browsers
) -> None:
    page = browsers.log_in(SCHOOL_ADMINISTRATOR, world.demo.school)
    tally, began = Tally(page), time.monotonic()
    open_guide(page, world.demo.school, "Each teacher's own", "Yes")
    app = world.zoom.control.add_app(
        world.zoom.school_app.account_id,
        type="general",
        scopes=scopes_in(page),
        redirect_uris=[page.get_by_label("“OAuth Redirect URL”").input_value()],
    )
    page.get_by_role("link", name="To the boxes").click()
    page.locator("[name=general_client_id]").fill(app["client_id"])
    page.locator("[name=general_client_secret]").fill(app["client_secret"])
    page.get_by_role("button", name="Save and authorize").click()
    page.get_by_label("Signed in as").select_option(label=f"{SCHOOL_ADMINISTRATOR.name} ({SCHOOL_ADMINISTRATOR.email})")
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("You are connected to Zoom.")).to_be_visible()
    first_lesson(page)
    presses, boxes = asks(tally, "General App", began)
    assert presses <= 12
    assert boxes <= 6


def test_an_administrator_gets_to_a_lesson_through_an_account_app_with_only_the_guide(
    world: World, browsers: Browsers
) -> None:
    page = browsers.log_in(ACADEMY_ADMINISTRATOR, world.demo.academy)
    tally, began = Tally(page), time.monotonic()
    open_guide(page, world.demo.academy, "One account that the school manages for everybody", "Yes")
    page.get_by_label("See who was there").check()
    page.get_by_role("button", name="Show the scopes for these").click()
    expect(page.get_by_text("report:read:list_meeting_participants:admin").first).to_be_visible()
    account_id = world.zoom.academy_app.account_id
    app = world.zoom.control.add_app(account_id, type="server_to_server", scopes=scopes_in(page))
    page.get_by_role("link", name="To the boxes").click()
    page.locator("[name=server_account_id]").fill(account_id)
    page.locator("[name=server_client_id]").fill(app["client_id"])
    page.locator("[name=server_client_secret]").fill(app["client_secret"])
    page.get_by_role("button", name="Save and test connection").click()
    expect(page.get_by_text("nobody can host yet")).to_be_visible()
    steps.map_host(page, LECTURER_ONE)
    page.goto(f"{world.demo.academy}{steps.SETTINGS}")
    first_lesson(page, host=LECTURER_ONE.name)
    presses, boxes = asks(tally, "Server-to-Server app", began)
    assert presses <= 15
    assert boxes <= 9


def test_the_guide_has_no_barriers(world: World, browsers: Browsers) -> None:
    page = browsers.log_in(SCHOOL_ADMINISTRATOR, world.demo.school)
    open_guide(page, world.demo.school, "Each teacher's own", "Yes")
    has_no_barriers(page)


def test_the_guide_fits_a_phone(world: World, browsers: Browsers) -> None:
    page = browsers.log_in(SCHOOL_ADMINISTRATOR, world.demo.school, phone=True)
    open_guide(page, world.demo.school, "Each teacher's own", "No, or I do not know")
    steps.fits_the_width(page)
    assert page.get_by_label("“OAuth Redirect URL”").input_value() == f"{world.demo.school}/zoom/oauth/callback/"
