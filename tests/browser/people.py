"""People in front of a browser: each with cookies of their own."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from example_site.demo.people import PASSWORD, Person
from tests.browser import PATIENCE


PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
expect.set_options(timeout=PATIENCE)


class Browsers:
    """Opens windows for people."""

    def __init__(self, browser: Browser):
        self._browser = browser

    def window(self, *, phone: bool = False) -> Page:
        """Open a window of somebody who is not logged in."""
        context = self._browser.new_context(viewport=PHONE if phone else DESK, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        return context.new_page()

    def log_in(self, person: Person, home: str, *, phone: bool = False) -> Page:
        """Open a window and log in on the site's own page."""
        page = self.window(phone=phone)
        page.goto(f"{home}/login/")
        log_in_here(page, person)
        return page


def log_in_here(page: Page, person: Person) -> None:
    """Fill in the login page that is shown."""
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Log in").click()
    page.wait_for_url(re.compile(r"^(?!.*/login/)"))
