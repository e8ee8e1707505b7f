"""The simulator's pages in a real browser, at the width of a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import CHROMIUM, PATIENCE
from tests.simulator.zoom_app import TEACHER, ZoomApp
from wagtail_zoom.testing import SimulatorControl


pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]

PHONE = {"width": 360, "height": 740}

expect.set_options(timeout=PATIENCE)


@pytest.fixture
def phone() -> Iterator[Page]:
    """Return a browser as wide as a phone."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page(viewport=PHONE)
        browser.close()


def is_sound(page: Page) -> None:
    """Assert that everybody can use the page as it is now, and that nothing hangs over its edge."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_meeting_is_played_on_phones(phone: Page, simulator: SimulatorControl, teacher: ZoomApp) -> None:
    meeting = teacher.create(settings={"waiting_room": True}, topic="Fractions " * 15)
    phone.goto(meeting["join_url"])
    is_sound(phone)
    phone.get_by_label("Your name").fill("Guest")
    phone.get_by_role("button", name="Join").click()
    expect(phone.get_by_role("heading")).to_have_text("Waiting for the host")
    is_sound(phone)

    host = phone.context.browser.new_page(viewport=PHONE)
    host.goto(meeting["start_url"])
    is_sound(host)
    host.get_by_role("button", name="Start").click()
    phone.get_by_role("button", name="Try again").click()
    expect(phone.get_by_role("heading")).to_have_text("Waiting room")
    is_sound(phone)
    host.get_by_role("button", name="Look again").click()
    is_sound(host)
    host.get_by_role("button", name="Let Guest in").click()
    phone.get_by_role("button", name="Look again").click()
    expect(phone.get_by_text(f"Guest is in meeting {meeting['id']}.")).to_be_visible()
    is_sound(phone)
    phone.get_by_role("button", name="Leave").click()
    expect(phone.get_by_role("heading")).to_have_text("You have left the meeting")
    is_sound(phone)
    host.get_by_role("button", name="End for all").click()
    expect(host.get_by_role("heading")).to_have_text("The meeting is over")
    is_sound(host)

    assert simulator.meeting(meeting["id"])["instances"][0]["end_time"]


def test_other_pages_are_sound(phone: Page, simulator: SimulatorControl, teacher: ZoomApp) -> None:
    meeting = teacher.create(settings={"approval_type": 0})
    phone.goto(meeting["registration_url"])
    is_sound(phone)
    phone.get_by_label("First name").fill("Learner")
    phone.get_by_label("E-mail address").fill("learner.one@school.example")
    phone.get_by_role("button", name="Register").click()
    is_sound(phone)
    for path in (teacher.consent_url(), teacher.consent_url(client_id="unknown"), f"{simulator.base_url}/_simulator/"):
        phone.goto(path)
        is_sound(phone)
    phone.goto(meeting["join_url"])
    expect(phone.get_by_role("heading")).to_have_text("Registration required")
    is_sound(phone)


def test_person_allows_the_app(phone: Page, teacher: ZoomApp) -> None:
    phone.goto(teacher.consent_url())
    phone.get_by_label("Signed in as").select_option(label=f"Teacher One ({TEACHER['email']})")
    phone.get_by_label("Allow this app to use my shared access permissions").check()
    with phone.expect_response(lambda answer: answer.request.method == "POST") as decided:
        phone.get_by_role("button", name="Allow").click()

    assert "/callback?code=" in decided.value.headers["location"]
