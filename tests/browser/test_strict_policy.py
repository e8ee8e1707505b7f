"""A site with a strict Content-Security-Policy: no inline script or style, forms to itself, and to Zoom where it says so."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from example_site.demo.people import LEARNER_ONE, SCHOOL_ADMINISTRATOR, TEACHER_ONE
from tests.browser import steps
from tests.browser.conftest import World
from tests.browser.people import Browsers
from tests.browser.test_school import TITLE, lesson, teacher  # noqa: F401


pytestmark = pytest.mark.browser

STRICT = "default-src 'self'; base-uri 'self'; frame-ancestors 'self'; object-src 'none'; form-action 'self'"
#: What Wagtail's own screens want besides: pictures of its own style sheets.
ADMIN = f"{STRICT}; img-src 'self' data: blob:; font-src 'self' data:"


def keep_to(page: Page, policy: str) -> list[str]:
    """Let every page of the site come with ``policy``; return a list in which each thing that it forbade will stand."""
    refused: list[str] = []
    page.unroute("**/*")

    def answer(route: Route) -> None:
        request = route.request
        ours = "/admin/" in request.url or "/j/" not in request.url
        if request.resource_type != "document" or request.method != "GET" or not ours or "/join/" in request.url:
            route.continue_()
            return
        response = route.fetch()
        route.fulfill(response=response, headers={**response.headers, "content-security-policy": policy})

    page.route("**/*", answer)
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    return refused


def zoom_of(world: World) -> str:
    """Return the origin that stands for https://zoom.us here."""
    return world.demo.simulator


def test_lesson_start_and_join_work_where_forms_may_lead_to_zoom(
    teacher: Page,  # noqa: F811
    lesson: str,  # noqa: F811
    world: World,
    browsers: Browsers,
) -> None:
    refused = keep_to(teacher, f"{STRICT} {zoom_of(world)}")
    steps.start_as_host(teacher, lesson)

    learner = browsers.log_in(LEARNER_ONE, world.demo.school)
    refused_learner = keep_to(learner, STRICT)
    learner.goto(lesson)
    expect(
        learner.get_by_text("Live now").or_(learner.get_by_role("link", name="Join", exact=True)).first
    ).to_be_visible()
    learner.get_by_role("link", name="Join", exact=True).click()
    expect(learner).to_have_url(re.compile(r"/j/\d+"))
    assert refused + refused_learner == []


def test_without_that_word_chromium_keeps_the_host_from_starting(
    teacher: Page,  # noqa: F811
    lesson: str,  # noqa: F811
) -> None:
    refused = keep_to(teacher, STRICT)
    teacher.goto(lesson)
    with teacher.expect_console_message(lambda said: "form-action" in said.text):
        teacher.get_by_role("button", name="Start the lesson").click()
    expect(teacher).to_have_url(lesson)
    assert all("form-action" in words for words in refused)


def test_a_teacher_connects_under_the_policy(world: World, browsers: Browsers) -> None:
    administrator = browsers.log_in(SCHOOL_ADMINISTRATOR, world.demo.school)
    steps.enter_general_app(administrator, world.demo.school, world.zoom.school_app)
    page = browsers.log_in(TEACHER_ONE, world.demo.school)
    refused = keep_to(
        page, f"{ADMIN} {zoom_of(world)}".replace("form-action 'self';", f"form-action 'self' {zoom_of(world)};")
    )
    steps.allow_on_zoom(page, world.demo.school, TEACHER_ONE)
    assert not [words for words in refused if "form-action" in words]


OURS = (
    "my/", "lessons/", "attendance/", "registrants/", "deliveries/", "approvals/", "meetings/",
    "spaces/{site}/guide/", "spaces/{site}/guide/general/", "spaces/{site}/guide/server/", "spaces/{site}/hosts/",
    "spaces/{site}/pause/", "spaces/{site}/hand-over/",
)  # fmt: skip


def test_our_screens_ask_for_nothing_that_wagtails_own_do_not(
    teacher: Page,  # noqa: F811
    lesson: str,  # noqa: F811
    world: World,
    browsers: Browsers,
) -> None:
    page = browsers.log_in(SCHOOL_ADMINISTRATOR, world.demo.school)
    page.goto(f"{world.demo.school}{steps.SETTINGS}")
    found = re.search(r"/zoomsettings/(\d+)/", page.url)
    assert found
    refused = keep_to(page, ADMIN)
    for own in ("", "account/", "reports/site-history/"):
        page.goto(f"{world.demo.school}/admin/{own}")
        page.wait_for_load_state("networkidle")
    allowed = {_what(words) for words in refused}
    refused.clear()
    for screen in OURS:
        page.goto(f"{world.demo.school}/admin/zoom/{screen.format(site=found[1])}")
        page.wait_for_load_state("networkidle")
    assert {_what(words) for words in refused} <= allowed

    refused = keep_to(teacher, ADMIN)
    steps.edit_lesson(teacher, world.demo.school, TITLE)
    teacher.wait_for_load_state("networkidle")
    mine = [words for words in refused if "wagtail_zoom" in words]
    assert mine == []


def _what(words: str) -> str:
    """Return which directive was broken by what kind of thing."""
    directive = re.search(r'"([a-z-]+)', words)
    return f"{directive[1] if directive else words[:80]} {'inline' if 'inline' in words else words[:60]}"
