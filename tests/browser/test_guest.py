"""Somebody without an account takes part: the way in comes by mail alone."""

from __future__ import annotations

import email
import re
import time
from email.policy import default
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import PATIENCE, steps
from tests.browser.conftest import World
from tests.browser.lectures import connect_academy, publish_lecture, statuses
from tests.browser.people import Browsers


pytestmark = pytest.mark.browser

GUEST = "guest.one@elsewhere.example"


def test_a_guest_registers_reads_the_letter_and_is_in_the_webinar(world: World, browsers: Browsers):
    connect_academy(world)
    open_to_all = {"zoom_audience": "everybody", "zoom_option_registration": "on", "zoom_option_approval": "everyone"}
    lecture = publish_lecture(world, parent="The Academy", **open_to_all)
    guest = browsers.window(phone=True)
    guest.goto(lecture.address)
    steps.fits_the_width(guest)
    guest.get_by_role("link", name="Register").click()
    guest.get_by_label("Your name").fill("Guest One")
    guest.get_by_label("Your e-mail address").fill(GUEST)
    guest.get_by_role("button", name="Register").click()
    expect(guest.get_by_text("We have sent an e-mail to this address. It says how to go on.")).to_be_visible()
    steps.fits_the_width(guest)
    assert "tk=" not in guest.content()

    letter = letter_to(GUEST, world.demo.directory / "mail")
    assert "zoom.us" not in letter and "tk=" not in letter
    guest.goto(re.findall(r"http://\S+", letter)[0])
    # The webinar opens for people: the page behind the address leads on by itself, as soon as Zoom has let them in.
    expect(guest.get_by_text("You join as")).to_contain_text("Guest One")
    expect(guest).to_have_url(re.compile(r"/w/\d+"))
    assert statuses(world) == {GUEST: "approved"}


def letter_to(address: str, folder: Path) -> str:
    """Return the text of the newest letter to ``address`` in the demo's folder of mail, once it is there."""
    until = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < until:
        for file in sorted(folder.glob("*"), key=lambda each: each.stat().st_mtime, reverse=True):
            for text in file.read_text().split("-" * 79):
                message = email.message_from_string(text.strip(), policy=default)
                if message["To"] == address:
                    return str(message.get_content())
        time.sleep(0.2)
    pytest.fail(f"no letter to {address}")
