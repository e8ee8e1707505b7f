"""Every screen of ours says that it is practice, axe finds nothing in the light or the dark theme, and at 360 px nobody
has to push it about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import CHROMIUM
from tests.browser.furnished import Place, begin_a_walk, forget_first_lesson, furnished
from tests.browser.looking import has_no_barriers, is_never_pushed_sideways
from tests.browser.people import DESK, PHONE
from tests.frontend.windows import Window
from tests.schools import SCHOOL_SCOPES
from wagtail_zoom import clock
from wagtail_zoom.models import Connection, Installation, LessonMeeting, Meeting, ZoomSettings
from wagtail_zoom.services.meetings import live_status
from wagtail_zoom.testing import SimulatorControl, SimulatorProcess


pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Screen:
    """A screen as somebody sees it: where it is, what was arranged before, and what is clicked once it is there."""

    name: str
    who: str
    address: Callable[[Place], str]
    arrange: Callable[[Place], object] = lambda place: None
    click: Callable[[Page], object] = lambda page: None
    #: What of the screen is ours; the rest is Wagtail's to answer for.
    part: str = "body"


def ours(name: str, *rows: str) -> Callable[[Place], str]:
    """Return the address of a screen of ours in the admin, about the ``rows`` of the place."""

    def address(place: Place) -> str:
        known = {**{key: page.pk for key, page in place.pages.items()}, **{k: row.pk for k, row in place.rows.items()}}
        spaces = {"space": place.site.pk, "paused space": place.paused.pk, "empty space": place.empty.pk}
        return reverse(f"wagtail_zoom_admin:{name}", args=[{**known, **spaces}.get(row, row) for row in rows])

    return address


def settings(space: str) -> Callable[[Place], str]:
    return lambda place: reverse(
        "wagtailsettings:edit", args=["wagtail_zoom", "zoomsettings", getattr(place, space).pk]
    )


def editor(page: str) -> Callable[[Place], str]:
    return lambda place: reverse("wagtailadmin_pages:edit", args=[place.pages[page].pk])


def public(page: str) -> Callable[[Place], str]:
    return lambda place: place.pages[page].get_url_parts()[2]


def door(name: str, page: str) -> Callable[[Place], str]:
    return lambda place: reverse(f"wagtail_zoom:{name}", args=[place.pages[page].pk])


def copied(place: Place) -> None:
    """Let this be a copy of a database that was set up for another address."""
    Installation.objects.update(home_url="https://home.example")


def bulk(act: str) -> Callable[[Page], object]:
    """Return what somebody clicks who decides about everybody listed."""

    def click(page: Page) -> None:
        page.get_by_label("Everybody listed, on all pages").check()
        page.get_by_role("button", name=act, exact=True).click()
        expect(page.get_by_text("people are chosen.")).to_be_visible()

    return click


def read_a_file(page: Page) -> None:
    """Hand in a class list with a mistake in it."""
    lines = b"E-mail,First name\nlearner.with.a.long.address@school.example,Ada\nnobody,Ben\n"
    page.locator("input[type=file]").set_input_files({"name": "class.csv", "mimeType": "text/csv", "buffer": lines})
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text("1 line cannot be registered")).to_be_visible()


def unpublish(page: Page) -> None:
    """Say yes to Wagtail's own question, upon which comes ours."""
    page.get_by_role("button", name="Yes, unpublish it").click()
    expect(page.get_by_text("This changes meetings on Zoom").first).to_be_visible()


def let_unpublishing_cancel(place: Place) -> None:
    ZoomSettings.objects.filter(site=place.site).update(when_unpublished="cancel")


def run_a_lesson(place: Place, *, scopes: tuple[str, ...] = ()) -> None:
    """Let the lesson run with twelve people in it; ``scopes`` are then all that its connection has."""
    meeting = place.rows["meeting"]
    live_status.note_started(meeting, "running==", clock.now())
    Meeting.objects.filter(pk=meeting.pk).update(live_count=12)
    if scopes:
        Connection.objects.filter(pk=meeting.host.connection_id).update(scopes=list(scopes))


def delete_a_lesson(place: Place) -> None:
    """Let a lesson be deleted whose meeting this site may not delete."""
    Meeting.objects.filter(lessons__page=place.pages["by hand"]).update(wanted="absent", attention="cancel_by_hand")
    LessonMeeting.objects.filter(page=place.pages["by hand"]).update(page=None)


def open_everything(page: Page) -> None:
    """Open what is folded."""
    for summary in page.locator(".wz-lesson summary").all():
        summary.click()


def choose_from_zoom(page: Page) -> None:
    """Let the editor's dialog list what there is on Zoom."""
    page.get_by_label("An existing meeting or webinar").check()
    page.get_by_role("button", name="Choose from Zoom").click()
    page.get_by_role("link", name="Show the meetings").click()
    # There are several hosts, so it asks whose.
    page.get_by_role("button", name="Show this host's meetings").click()
    expect(page.get_by_role("button", name="Use it").first).to_be_visible()


def wagtails(name: str, *arguments: str) -> Callable[[Place], str]:
    """Return the address of one of Wagtail's own screens about a page of the place."""
    return lambda place: reverse(name, args=[getattr(place.pages.get(each), "pk", each) for each in arguments])


def group_of_teachers(place: Place) -> str:
    return reverse("wagtailusers_groups:edit", args=[place.people["teacher.one"].groups.first().pk])


def with_query(address: Callable[[Place], str], query: Callable[[Place], str]) -> Callable[[Place], str]:
    return lambda place: f"{address(place)}?{query(place)}"


def walk_of(username: str) -> Callable[[Place], object]:
    return lambda place: begin_a_walk(place, username)


ADMIN, TEACHER, LEARNER = "operator", "teacher.one", "learner"
LESSON_PANEL, LESSON_CARD = ".wz-lesson", ".zoom-lesson"

SETTINGS = [
    Screen("settings", ADMIN, settings("site")),
    Screen("settings of an empty space", ADMIN, settings("empty")),
    Screen("settings of a paused space", ADMIN, settings("paused")),
    Screen("settings after a walk", ADMIN, settings("site"), walk_of(ADMIN)),
    Screen("settings of a copy", ADMIN, settings("site"), copied),
    Screen("hosts", ADMIN, ours("hosts", "space")),
    Screen("remove a host", ADMIN, ours("unmap_host", "space", "classroom")),
    Screen("hand over", ADMIN, ours("hand_over", "space")),
    Screen("pause", ADMIN, ours("pause", "space")),
    Screen("end of a pause", ADMIN, ours("pause", "paused space")),
    Screen("home or copy", ADMIN, ours("home"), copied),
    Screen("which kind", ADMIN, with_query(ours("which_kind", "space"), lambda place: "whose=own&whole=no")),
    Screen("guide general", ADMIN, ours("guide", "space", "general")),
    Screen("guide server", ADMIN, ours("guide", "empty space", "server")),
    Screen("my zoom", TEACHER, ours("my_zoom")),
    Screen("my zoom after a walk", TEACHER, ours("my_zoom"), walk_of(TEACHER)),
    Screen("disconnect", TEACHER, ours("disconnect", "host")),
    Screen("rights of a group", ADMIN, group_of_teachers, part="#wagtail-zoom-rights-section"),
]
LESSONS = [
    Screen(
        "new lesson",
        TEACHER,
        wagtails("wagtailadmin_pages:add", "wagtail_zoom", "lessonpage", "folder"),
        part=LESSON_PANEL,
    ),
    Screen("editor ready", TEACHER, editor("ready"), click=open_everything, part=LESSON_PANEL),
    Screen("editor gone", TEACHER, editor("gone"), part=LESSON_PANEL),
    Screen("editor doubt", TEACHER, editor("doubt"), part=LESSON_PANEL),
    Screen("editor by hand", TEACHER, editor("by hand"), part=LESSON_PANEL),
    Screen("editor host left", "teacher.two", editor("host left"), part=LESSON_PANEL),
    Screen("editor moved", TEACHER, editor("moved"), part=LESSON_PANEL),
    Screen("editor waiting", TEACHER, editor("waiting"), part=LESSON_PANEL),
    Screen("editor held", ADMIN, editor("held"), part=LESSON_PANEL),
    Screen("editor over", TEACHER, editor("over"), part=LESSON_PANEL),
    Screen(
        "chooser",
        TEACHER,
        with_query(ours("choose_meeting"), lambda place: f"site={place.site.pk}&host={place.rows['host'].pk}"),
    ),
    Screen("chooser in the editor", TEACHER, editor("gone"), click=choose_from_zoom),
    Screen("settle", TEACHER, ours("settle", "doubt")),
    Screen("take over", "teacher.two", ours("act", "ready", "take_over")),
    Screen("new link", TEACHER, ours("act", "ready", "new_link")),
    Screen("editor live", TEACHER, editor("ready"), run_a_lesson, part=LESSON_PANEL),
    Screen(
        "editor live without the scope",
        TEACHER,
        editor("ready"),
        partial(run_a_lesson, scopes=SCHOOL_SCOPES),
        part=LESSON_PANEL,
    ),
    Screen("end for everyone", TEACHER, ours("end", "ready"), run_a_lesson),
    Screen("end without the scope", TEACHER, ours("end", "ready"), partial(run_a_lesson, scopes=SCHOOL_SCOPES)),
    Screen("make anew", TEACHER, ours("act", "gone", "recreate")),
    Screen("unpublish", TEACHER, wagtails("wagtailadmin_pages:unpublish", "ready"), let_unpublishing_cancel, unpublish),
    Screen("lessons", ADMIN, ours("lessons")),
    Screen("left on zoom", ADMIN, ours("left_on_zoom"), delete_a_lesson),
    Screen("approvals", ADMIN, ours("approvals")),
    Screen("admin home", ADMIN, wagtails("wagtailadmin_home"), lambda place: forget_first_lesson()),
]
OF_ONE = with_query(ours("registrants"), lambda place: f"meeting={place.rows['desk'].pk}")
PEOPLE = [
    Screen("registrants of everything", ADMIN, ours("registrants")),
    Screen("registrants of a lesson", ADMIN, OF_ONE),
    Screen("deny many", ADMIN, OF_ONE, click=bulk("Deny")),
    Screen("delete many", ADMIN, OF_ONE, click=bulk("Delete")),
    Screen("registrant", ADMIN, ours("registrant", "registrant")),
    Screen("register one", ADMIN, ours("registrants_add", "desk")),
    Screen("register everyone", ADMIN, ours("registrants_everyone", "desk")),
    Screen("register from a file", ADMIN, ours("registrants_upload", "desk")),
    Screen("file that was read", ADMIN, ours("registrants_upload", "desk"), click=read_a_file),
    Screen("attendance report", ADMIN, ours("attendance_report")),
    Screen("attendance by learner", ADMIN, ours("attendance_learners")),
    Screen("attendance", ADMIN, ours("attendance", "over")),
    Screen("who was it", ADMIN, ours("attendance_find", "over", "guest")),
    Screen("deliveries", ADMIN, ours("deliveries")),
]
PUBLIC = [
    Screen("lesson", LEARNER, public("ready")),
    Screen("lesson for a stranger", "", public("ready")),
    Screen("lesson for its host", TEACHER, public("ready")),
    Screen("lesson with registration", LEARNER, public("members"), part=LESSON_CARD),
    Screen("lesson for guests", "", public("registering")),
    Screen("lesson that is over", LEARNER, public("over"), part=LESSON_CARD),
    Screen("lesson without a meeting", LEARNER, public("gone"), part=LESSON_CARD),
    Screen("join not yet", LEARNER, door("join", "waiting")),
    Screen("start", TEACHER, door("join", "ready")),
    Screen("not started", LEARNER, door("start", "ready")),
    Screen("guest form", "", door("register", "registering")),
]
SCREENS = [*SETTINGS, *LESSONS, *PEOPLE, *PUBLIC]


@pytest.fixture(scope="module")
def place(
    chromium: Any, django_db_setup: None, django_db_blocker: Any, simulator_process: SimulatorProcess
) -> Iterator[Place]:
    """Furnish a school once for all screens; after the browser, whose start changes which connection Django takes."""
    control = SimulatorControl(simulator_process.base_url)
    control.reset()
    with django_db_blocker.unblock(), furnished(control) as made:
        yield made
    control.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for all screens."""
    with pytest.MonkeyPatch.context() as patch:
        # While Playwright runs, Django takes the whole process to be asynchronous; it answers one request at a time.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as playwright:
            started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            yield started
            started.close()


#: Wagtail's own screens, where nothing is done on Zoom.
WAGTAILS = ("rights of a group", "admin home")


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_the_screen_says_that_it_is_practice_has_no_barriers_and_fits_a_phone(
    screen: Screen, place: Place, chromium: Any
) -> None:
    with transaction.atomic():
        screen.arrange(place)
        window = Window(chromium, place.people.get(screen.who), viewport=DESK)
        page = window.open(screen.address(place))
        expect(page.locator("main, h1").first).to_be_visible()
        screen.click(page)
        page.wait_for_load_state("networkidle")
        if screen.name not in WAGTAILS:
            expect(page.get_by_text("Practice Zoom: no real meetings").first).to_be_visible()
        has_no_barriers(page, screen.part)
        page.set_viewport_size(PHONE)
        is_never_pushed_sideways(page, screen.part)
        page.context.close()
        transaction.set_rollback(True)
