"""From an empty space to somebody who can host, with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from example_site.demo.people import ACADEMY_ADMINISTRATOR, LECTURER_ONE
from tests.browser import steps
from tests.browser.conftest import World
from tests.browser.people import Browsers


pytestmark = pytest.mark.browser

#: So often somebody presses Tab before they give up.
PATIENCE = 120
IS_FOCUSED = "element => element === document.activeElement"
IS_SEEN = """element => {
    const style = getComputedStyle(element), ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    return ring || style.boxShadow !== "none";
}"""


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until ``wanted`` has the focus, and see that it has."""
    expect(wanted).to_be_visible()
    for _press in range(PATIENCE):
        page.keyboard.press("Tab")
        if wanted.evaluate(IS_FOCUSED):
            assert wanted.evaluate(IS_SEEN), f"nobody sees that {wanted} has the focus"
            return
    raise AssertionError(f"{wanted} cannot be reached by Tab")


def type_into(page: Page, name: str, text: str) -> None:
    """Go on to a field and type."""
    reach(page, page.locator(f"[name={name}]"))
    page.keyboard.type(text)


def test_an_administrator_connects_the_space_and_names_a_host(world: World, browsers: Browsers) -> None:
    page = browsers.log_in(ACADEMY_ADMINISTRATOR, world.demo.academy)
    app = world.zoom.academy_app
    page.goto(f"{world.demo.academy}{steps.SETTINGS}")
    type_into(page, "server_account_id", app.account_id)
    type_into(page, "server_client_id", app.client_id)
    type_into(page, "server_client_secret", app.client_secret)
    reach(page, page.get_by_role("button", name="Save and test connection"))
    page.keyboard.press("Enter")
    expect(page.locator(".messages .success").filter(has_text="Connected")).to_be_visible()

    reach(page, page.get_by_role("link", name="Hosts of this space"))
    page.keyboard.press("Enter")
    reach(page, page.get_by_label("Person on this site"))
    page.keyboard.type(LECTURER_ONE.name)
    type_into(page, "zoom_ref", LECTURER_ONE.email)
    page.keyboard.press("Enter")
    expect(page.locator("table.listing")).to_contain_text(LECTURER_ONE.email)
