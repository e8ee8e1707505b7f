"""People in a file: whoever manages registrants registers a class list with mistakes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from example_site.demo.people import ACADEMY_ADMINISTRATOR
from tests.browser import steps
from tests.browser.conftest import World
from tests.browser.lectures import connect_academy, publish_lecture, statuses, wait_for_counts
from tests.browser.people import Browsers


pytestmark = pytest.mark.browser

ANA, BEN = "learner.a@school.example", "learner.b@school.example"
CLASS_LIST = f"E-Mail;Vorname;Nachname\r\n{ANA};=1+1;A\r\nnobody;No;One\r\n{ANA.upper()};Twice;A\r\n{BEN};Zoë;B\r\n"


def test_a_class_list_with_mistakes_registers_the_others_once(world: World, browsers: Browsers):
    connect_academy(world)
    lecture = publish_lecture(world)
    administrator = browsers.log_in(ACADEMY_ADMINISTRATOR, world.demo.academy)
    administrator.goto(lecture.editor)
    steps.open_registrants(administrator)

    for count in ("2 people are being registered.", "2 people were registered already."):
        administrator.get_by_role("link", name="Register people from a file").click()
        administrator.locator("input[type=file]").set_input_files(
            {"name": "class.csv", "mimeType": "text/csv", "buffer": CLASS_LIST.encode("cp1252")}
        )
        administrator.get_by_role("button", name="Read the file").click()
        expect(administrator.get_by_text("2 lines cannot be registered")).to_be_visible()
        expect(administrator.get_by_text("in the file twice")).to_be_visible()
        steps.fits_the_width(administrator)
        administrator.get_by_role("button", name="Register these people").click()
        expect(administrator.get_by_text(count)).to_be_visible()
        wait_for_counts(administrator, "Registered: 2")

    assert statuses(world) == {ANA: "approved", BEN: "approved"}
    administrator.get_by_role("link", name=re.compile(re.escape(BEN))).click()
    expect(administrator.get_by_text("On Zoom: not on Zoom → ")).to_be_visible()
    assert "tk=" not in administrator.content()


def test_where_the_headings_say_nothing_the_columns_are_chosen(world: World, browsers: Browsers):
    connect_academy(world)
    lecture = publish_lecture(world)
    administrator = browsers.log_in(ACADEMY_ADMINISTRATOR, world.demo.academy, phone=True)
    administrator.goto(lecture.registrants)
    administrator.get_by_role("link", name="Register people from a file").click()
    administrator.locator("input[type=file]").set_input_files(
        {
            "name": "a.csv",
            "mimeType": "text/csv",
            "buffer": f"A,B\nparent@x.example,{ANA}\nx@y.example,{BEN}\n".encode(),
        }
    )
    administrator.get_by_role("button", name="Read the file").click()
    expect(administrator.get_by_text("The headings of this file say nothing.")).to_be_visible()
    administrator.get_by_label("E-mail addresses are in").select_option(label="B")
    steps.fits_the_width(administrator)
    administrator.get_by_role("button", name="Read these columns").click()
    administrator.get_by_role("button", name="Register these people").click()
    wait_for_counts(administrator, "Registered: 2")
    assert statuses(world) == {ANA: "approved", BEN: "approved"}
