"""The academy's webinar as a lesson, made without a browser: what walks about registrants begin with."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from example_site.demo import acts
from example_site.demo.people import ACADEMY_ADMINISTRATOR, LECTURER_ONE, OPERATOR
from example_site.demo.story import COURSE, LECTURE
from tests.browser.conftest import World


@dataclass(frozen=True)
class Lecture:
    """A published lesson on the webinar: its address for learners, its editor's, and its registrants' if it has any."""

    address: str
    editor: str
    registrants: str


def connect_academy(world: World) -> None:
    """Let the academy's administrator enter the app with the seventeen scopes and say who hosts."""
    with closing(acts.log_in(world.demo.academy, ACADEMY_ADMINISTRATOR)) as administrator:
        acts.enter_server_app(administrator, world.zoom.academy_app)
        acts.map_host(administrator, LECTURER_ONE)


def publish_lecture(world: World, title: str = LECTURE, *, parent: str = COURSE, **wishes: str) -> Lecture:
    """Let the lecturer publish a lesson below ``parent`` that uses the webinar; ``wishes`` are fields of its form."""
    home = world.demo.academy
    with closing(acts.log_in(home, LECTURER_ONE)) as lecturer:
        fields = {
            "title": title,
            "zoom_kind": "existing",
            "zoom_number": str(world.zoom.webinar),
            "zoom_audience": "enrolled",
            **wishes,
            **acts.paragraph("Storks and babies."),
        }
        editor = acts.publish_lesson(lecturer, parent, fields)
        acts.wait_for_number(lecturer, editor)
        address = acts.lesson_address(lecturer)
        lecturer.open(editor)
        button = lecturer.page.select_one("a[href*='/zoom/registrants/?meeting=']")
        return Lecture(address, f"{home}{editor}", f"{home}{button['href']}" if button else "")


def make_course(world: World, title: str) -> None:
    """Let the operator make another course of the academy."""
    with closing(acts.log_in(world.demo.academy, OPERATOR)) as operator:
        operator.open("/admin/pages/")
        link = next(link for link in operator.page.select("a[href]") if link.get_text().strip() == "The Academy")
        parent = str(link["href"]).strip("/").split("/")[2]
        operator.open(f"/admin/pages/add/wagtail_lms/coursepage/{parent}/")
        operator.submit({"title": title, "slug": acts.slug_of(title)}, button="Publish", form="#page-edit-form")
        operator.expect(title)


def statuses(world: World) -> dict[str, str]:
    """Return what Zoom has: address to status."""
    return {each["email"]: each["status"] for each in world.zoom.control.meeting(world.zoom.webinar)["registrants"]}


def wait_for_counts(page: Page, words: str) -> None:
    """Watch the registrants' screen, which brings itself up to date, until its counts say ``words``."""
    expect(page.locator(".wz-counts").get_by_text(words, exact=True)).to_be_visible(timeout=300_000)
