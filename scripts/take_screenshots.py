"""Take the README's screenshots from the running demo: ``make screenshots``. Needs Chromium (CHROMIUM names another)."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo


ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from example_site.demo import scene, story  # noqa: E402
from example_site.demo.acts import slug_of  # noqa: E402
from example_site.demo.group import Demo  # noqa: E402
from example_site.demo.people import LEARNER_ONE, LECTURER_ONE, PASSWORD, TEACHER_ONE, Person  # noqa: E402
from wagtail_zoom import clock  # noqa: E402


IMAGES = ROOT / "docs" / "images"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

#: Where the school may be, and where a learner far away. Somewhere it is daytime, when lessons are.
PLACES = (
    ("Europe/Berlin", "Europe/Lisbon"),
    ("America/New_York", "America/Chicago"),
    ("America/Los_Angeles", "America/Denver"),
    ("Asia/Tokyo", "Asia/Singapore"),
)

#: Milliseconds; a busy machine takes its time over a page of the editor.
PATIENCE = 60_000


def main() -> int:
    """Play the story in a demo of its own, and take the pictures; return the exit code."""
    if CHROMIUM is None:
        print("Chromium was not found. CHROMIUM=/path/to/it says where it is.", file=sys.stderr)
        return 1
    here, there = next((each for each in PLACES if _is_day(each[0])), PLACES[0])
    scene.ZONE = ZoneInfo(here)
    with tempfile.TemporaryDirectory() as directory:
        demo = Demo.from_environment({"DEMO_DIR": directory})
        with demo, sync_playwright() as playwright:
            demo.start()
            if not story.tell(demo):
                return 1
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            _take_editing(browser, demo)
            _take_lesson(browser, demo, "lesson.png", zone=there, width=1100, height=700)
            _take_lesson(browser, demo, "lesson-phone.png", zone=there, width=390, height=760, scale=2)
            _take_people(browser, demo)
            browser.close()
    return 0


def _take_editing(browser: Browser, demo: Demo) -> None:
    page = _window(browser, width=1280, height=860)
    _log_in(page, demo.school, TEACHER_ONE)
    page.goto(f"{demo.school}/admin/zoom/lessons/")
    _take(page, "lessons.png")
    page.get_by_role("link", name=story.FRACTIONS).first.click()
    page.locator(".wz-state__number").first.wait_for()
    page.locator("#wz-zoom, .wz-state-panel").first.scroll_into_view_if_needed()
    _take(page, "editor.png")


def _is_day(zone: str) -> bool:
    return 8 <= clock.now().astimezone(ZoneInfo(zone)).hour < 17


def _take_lesson(
    browser: Browser, demo: Demo, name: str, *, zone: str, width: int, height: int, scale: int = 1
) -> None:
    # Whoever looks is elsewhere, so that both times are shown.
    page = _window(browser, width=width, height=height, scale=scale, zone=zone)
    _log_in(page, demo.school, LEARNER_ONE)
    page.goto(f"{demo.school}/{slug_of(story.FRACTIONS)}/")
    _take(page, name)


def _take_people(browser: Browser, demo: Demo) -> None:
    page = _window(browser, width=1280, height=900)
    _log_in(page, demo.academy, LECTURER_ONE)
    page.goto(f"{demo.academy}/admin/zoom/lessons/")
    page.get_by_role("link", name=story.LECTURE).first.click()
    page.locator("header").get_by_role("button", name="Actions").first.click()
    page.get_by_role("link", name=re.compile(r"Registrants \(\d+\)")).first.click()
    page.wait_for_url(re.compile("meeting="))
    # From the end of the alphabet, where those stand who came by Zoom's own page.
    page.goto(f"{page.url}&ordering=-email_key")
    _take(page, "registrants.png")
    page.goto(f"{demo.academy}/admin/zoom/attendance/")
    page.get_by_role("link", name=story.SEMINAR).click()
    page.locator("svg.wz-presence").scroll_into_view_if_needed()
    _take(page, "attendance.png")


def _window(browser: Browser, *, width: int, height: int, scale: int = 1, zone: str = "Europe/Berlin") -> Page:
    page = browser.new_page(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        timezone_id=zone,
        reduced_motion="reduce",
    )
    page.set_default_timeout(PATIENCE)
    return page


def _take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / name)


def _log_in(page: Page, home: str, person: Person) -> None:
    page.goto(f"{home}/login/")
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(re.compile(r"^(?!.*/login/)"))


if __name__ == "__main__":
    sys.exit(main())
