"""A lesson takes place: three learners come and go on Zoom's own pages, the site tells it live, and the minutes add up."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from example_site.demo.people import (
    ACADEMY_ADMINISTRATOR,
    LEARNER_ONE,
    LEARNER_TWO,
    LECTURER_ONE,
    TEACHER_TWO,
    Person,
)
from example_site.demo.story import COURSE, LECTURE
from tests.browser import steps
from tests.browser.conftest import World
from tests.browser.people import Browsers
from wagtail_zoom import clock


pytestmark = pytest.mark.browser

#: What teaches in the school learns in the academy; there they come by an address of their own that nobody knows.
LEARNER_THREE = TEACHER_TWO
STRANGER = "Unknown Visitor"
COURSE_PAGE = "/data-for-decisions/"

At = Callable[[float], None]


@pytest.fixture
def at(world: World) -> At:
    """Let it be so many minutes after the lesson's start at Zoom.

    The lesson is planned for eighty minutes ago, and Zoom's clock stands there: so it is played in a minute or two, and
    when it has ended its report is due at once, though the site's own clock is the machine's.
    """
    starts = clock.now().replace(second=0, microsecond=0) - dt.timedelta(minutes=80)

    def set_clock(minute: float) -> None:
        world.zoom.control.set_clock(starts + dt.timedelta(minutes=minute))

    set_clock(-10)
    world.zoom.control.patch_meeting(
        world.zoom.webinar,
        start_time=f"{starts:%Y-%m-%dT%H:%M:%SZ}",
        duration=120,
        settings={"allow_multiple_devices": True},
    )
    return set_clock


def test_a_lesson_is_played_counted_assigned_exported_and_completes_the_course(
    world: World, browsers: Browsers, at: At, tmp_path: Path
):
    home = world.demo.academy
    administrator = browsers.log_in(ACADEMY_ADMINISTRATOR, home)
    steps.enter_server_app(administrator, home, world.zoom.academy_app)
    expect(administrator.locator(".messages .success").filter(has_text="Connected")).to_be_visible()
    steps.let_zoom_tell(administrator, home, world.zoom)
    steps.map_host(administrator, LECTURER_ONE)
    lecturer = browsers.log_in(LECTURER_ONE, home)
    steps.begin_lesson(lecturer, home, COURSE, LECTURE)
    steps.choose_kind(lecturer, "existing")
    lecturer.locator("[name=zoom_number]").fill(str(world.zoom.webinar))
    lecturer.locator("[name=zoom_audience]").select_option("enrolled")
    address = steps.publish_and_wait(lecturer, home, LECTURE)

    phone = enrolled(browsers, LEARNER_TWO, home, phone=True)
    desk = enrolled(browsers, LEARNER_ONE, home)
    third = enrolled(browsers, LEARNER_THREE, home)

    # Two who only watch: the lesson page, and the editor's panel.
    page, panel = watching(desk, address), watching(lecturer, editor_of(lecturer, home))
    expect(page.locator("[data-zoom-live]")).to_be_hidden()

    at(0)
    host = browsers.log_in(LECTURER_ONE, home)
    steps.start_as_host(host, address)
    at(0)
    join(phone, address, LEARNER_TWO)
    left_open(page, page.get_by_text(re.compile(r"Live now: since .*, 2 people")))
    left_open(panel, panel.locator(".wz-state").get_by_text(re.compile("The meeting is running: since")))

    device = browsers.window()
    device.context.add_cookies(desk.context.cookies())
    at(5)
    join(desk, address, LEARNER_ONE)
    at(10)
    join(device, address, LEARNER_ONE)
    at(15)
    leave(phone)
    at(20)
    come_as_a_stranger(browsers, world)
    at(25)
    join(phone, address, LEARNER_TWO)
    at(30)
    leave(desk)
    at(45)
    leave(device)
    left_open(page, page.get_by_text(re.compile(r"Live now: since .*, 3 people")))
    at(55)
    host.reload()
    host.get_by_role("button", name="End for all").click()
    expect(host.get_by_text("is over")).to_be_visible()
    left_open(page, page.locator("[data-zoom-live]"), hidden=True)
    at(81)

    right = {LEARNER_TWO.name: 45, LEARNER_ONE.name: 40, STRANGER: 35, LECTURER_ONE.name: 55}
    assert attendance_of(lecturer, home, right) == right
    expect(row(lecturer, STRANGER)).to_contain_text("not recognised")
    expect(row(lecturer, LEARNER_TWO.name)).to_contain_text("personal link")
    expect(lecturer.get_by_text("Were expected and not seen")).to_be_visible()

    course_says(third, home, "You have been enrolled since")

    # One click says who it was, one takes it back.
    assign(lecturer, LEARNER_THREE)
    expect(row(lecturer, LEARNER_THREE.name)).to_contain_text("assigned by hand")
    row(lecturer, LEARNER_THREE.name).get_by_role("button", name="Take back").click()
    expect(row(lecturer, STRANGER)).to_contain_text("not recognised")
    assign(lecturer, LEARNER_THREE)
    assert counted(lecturer)[LEARNER_THREE.name] == 35

    table = exported(lecturer, "CSV", tmp_path)
    assert table[LEARNER_TWO.name] == 45
    assert exported(lecturer, "XLSX", tmp_path) == table

    for learner in (phone, desk, third):
        course_says(learner, home, "You completed this course on")
    steps.fits_the_width(phone)


def enrolled(browsers: Browsers, person: Person, home: str, *, phone: bool = False) -> Page:
    """Log in and enrol in the course."""
    window = browsers.log_in(person, home, phone=phone)
    window.goto(f"{home}{COURSE_PAGE}")
    window.get_by_role("link", name="Enrol in this course").click()
    expect(window.get_by_text("You have been enrolled since")).to_be_visible()
    return window


def watching(person: Page, address: str) -> Page:
    """Open one more window of the same person, whose time can be let run."""
    window = person.context.new_page()
    window.clock.install()
    window.goto(address)
    return window


def left_open(page: Page, there: Locator, *, hidden: bool = False) -> None:
    """Let the window stand open, without touching it, until it shows by itself what it is expected to."""
    for _half_a_minute in range(20):
        page.clock.run_for(35_000)
        try:
            expect(there).to_be_visible(visible=not hidden, timeout=3_000)
        except AssertionError:
            continue
        return
    expect(there).to_be_visible(visible=not hidden)


def editor_of(teacher: Page, home: str) -> str:
    """Return the address of the lesson's editor."""
    steps.edit_lesson(teacher, home, LECTURE)
    return teacher.url


def join(window: Page, address: str, person: Person) -> None:
    """Come in from the lesson's page; the personal link is made at the first time."""
    window.goto(address)
    window.get_by_role("link", name="Join", exact=True).click()
    expect(window).to_have_url(re.compile(r"/[jw]/\d+"))
    window.get_by_role("button", name="Join").click()
    expect(window.get_by_text(re.compile(f"{person.name} is in webinar"))).to_be_visible()


def leave(window: Page) -> None:
    """Leave on Zoom's page."""
    window.get_by_role("button", name="Leave").click()
    expect(window.get_by_role("heading", name="You have left")).to_be_visible()


def come_as_a_stranger(browsers: Browsers, world: World) -> None:
    """Register on Zoom's own page with an address that this site has never heard of, and come in."""
    window = browsers.window()
    window.goto(f"{world.demo.simulator}/webinar/register/{world.zoom.webinar}")
    first, _space, last = STRANGER.partition(" ")
    window.get_by_label("First name").fill(first)
    window.get_by_label("Last name").fill(last)
    window.get_by_label("E-mail address").fill("kim@elsewhere.example")
    window.get_by_role("button", name="Register").click()
    window.get_by_role("link", name="Your personal link").click()
    window.get_by_role("button", name="Join").click()
    expect(window.get_by_text(re.compile(f"{STRANGER} is in webinar"))).to_be_visible()


def attendance_of(teacher: Page, home: str, right: dict[str, int]) -> dict[str, int]:
    """Go to the lesson's attendance from its editor, have Zoom asked, and look until its report is there."""
    steps.edit_lesson(teacher, home, LECTURE)
    teacher.locator("header").get_by_role("button", name="Actions").first.click()
    teacher.get_by_role("link", name="Attendance").click()
    teacher.get_by_role("button", name="Ask Zoom again").click()
    expect(teacher.locator(".messages .success")).to_be_visible()
    for _look in range(60):
        if counted(teacher) == right:
            break
        teacher.wait_for_timeout(500)
        teacher.reload()
    return counted(teacher)


def row(teacher: Page, name: str) -> Locator:
    """Return the line of one person."""
    return teacher.locator("table.listing tbody tr").filter(has=teacher.get_by_text(name, exact=True))


def counted(teacher: Page) -> dict[str, int]:
    """Return the minutes of everybody listed."""
    lines = teacher.locator("table.listing tbody tr").all()
    names = [line.locator(".title-wrapper").inner_text() for line in lines]
    return {name: int(line.locator("td").nth(2).inner_text()) for name, line in zip(names, lines, strict=True)}


def assign(teacher: Page, person: Person) -> None:
    """Say in the stranger's line who it was."""
    line = row(teacher, STRANGER)
    line.get_by_label(f"Who was {STRANGER}?").select_option(label=person.name)
    line.get_by_role("button", name="Assign").click()
    expect(teacher.locator(".messages .success")).to_contain_text(f"is now counted as {person.name}")


def exported(teacher: Page, form: str, directory: Path) -> dict[str, int]:
    """Download the attendance and return everybody's minutes as they stand in the file."""
    # The menu of the download before stands open still.
    teacher.reload()
    teacher.locator("header").get_by_role("button", name="Actions").first.click()
    link = teacher.get_by_role("link", name=f"Download {form}")
    answer = teacher.request.get(urljoin(teacher.url, link.get_attribute("href") or ""))
    assert answer.ok
    file = directory / f"attendance.{form.lower()}"
    file.write_bytes(answer.body())
    if form == "CSV":
        lines = list(csv.reader(io.StringIO(file.read_text())))
    else:
        lines = [[str(cell) for cell in line] for line in load_workbook(file).active.iter_rows(values_only=True)]
    name, there = lines[0].index("Name"), lines[0].index("Minutes")
    return {line[name]: int(line[there]) for line in lines[1:]}


def course_says(learner: Page, home: str, words: str) -> None:
    """See on the course's page how far one is."""
    learner.goto(f"{home}{COURSE_PAGE}")
    expect(learner.get_by_text(words)).to_be_visible()
