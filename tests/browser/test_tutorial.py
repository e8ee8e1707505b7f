"""The tutorial is true: its commands are run and its sentences walked, each as it stands in the document.

A step below is found by the words of the sentence that it carries out. A sentence that no step knows, or whose place has
changed, fails: whoever changes the tutorial changes what is walked.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import SUITES_OWN
from tests.browser.people import Browsers
from tests.browser.test_school import BERLIN
from wagtail_zoom import clock


pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parent.parent.parent
TUTORIAL = ROOT / "docs" / "tutorial.md"
#: Where the tutorial says that the site and the practice Zoom are; a machine may need other ports.
WRITTEN = {"localhost:8000": "school", "127.0.0.1:8000": "academy", "127.0.0.1:8900": "zoom"}
SECONDS_TO_BEGIN = 240

Step = Callable[["Walk", re.Match[str]], None]
STEPS: list[tuple[str, Step]] = []


def step(*sentences: str) -> Callable[[Step], Step]:
    """Say which sentences a function carries out; groups in them are what it takes from the document."""

    def keep(carry_out: Step) -> Step:
        STEPS.extend((sentence, carry_out) for sentence in sentences)
        return carry_out

    return keep


def sentences_of(text: str) -> list[str]:
    """Return the tutorial's sentences and blocks of commands in their order, each on one line but for the blocks."""
    found: list[str] = []
    for number, part in enumerate(re.split(r"```(?:shell)?\n(.*?)```", text, flags=re.DOTALL)):
        if number % 2:
            found.append("$ " + part.strip())
            continue
        for paragraph in re.split(r"\n\s*\n|\n(?=#|\d+\. )", part):
            line = re.sub(r"^(#+ |\d+\. )", "", " ".join(paragraph.split()))
            # A number before a full stop is a heading's.
            line = re.sub(r"^\d+\. ", "", line)
            found += [each for each in re.split(r"(?<=[.?:!]) (?=[A-Z`*])", line) if each]
    return found


class Demo:
    """What ``make demo`` runs, in a directory and on ports of its own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.process: subprocess.Popen[str] | None = None
        self.addresses: dict[str, str] = {}
        self.output = directory / "output"

    def start(self, command: str) -> None:
        """Run the tutorial's command as it stands; what it installs is there already."""
        prefix, _space, rest = command.partition(" ")
        assert prefix == "make", command
        environ = {name: value for name, value in os.environ.items() if name not in SUITES_OWN}
        environ |= {"DEMO_DIR": str(self._directory / "demo"), "PYTHONUNBUFFERED": "1"}
        venv = f"VENV={sys.prefix}"
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                ["make", venv, f"--old-file={sys.prefix}/.demo", *shlex.split(rest)],
                cwd=ROOT,
                env=environ,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        self._wait()

    def told(self) -> str:
        """Return what was printed so far."""
        return self.output.read_text()

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
            self.process.wait(timeout=30)

    def here(self, text: str) -> str:
        """Return ``text`` with the addresses that this demo has."""
        for written, name in WRITTEN.items():
            text = text.replace(f"http://{written}", self.addresses.get(name, f"http://{written}"))
        return text

    def _wait(self) -> None:
        assert self.process is not None
        until = time.monotonic() + SECONDS_TO_BEGIN
        while "Ctrl-C ends everything" not in self.told():
            assert self.process.poll() is None, self.told()
            assert time.monotonic() < until, self.told()
            time.sleep(0.3)
        listed = dict(
            re.findall(r"^  (The School|The Academy|Practice Zoom) +(http://[^/\s]+)", self.told(), re.MULTILINE)
        )
        self.addresses = {
            "school": listed["The School"],
            "academy": listed["The Academy"],
            "zoom": listed["Practice Zoom"],
        }


class Walk:
    """Somebody who follows the tutorial."""

    def __init__(self, demo: Demo, browsers: Browsers) -> None:
        self.demo = demo
        self.browsers = browsers
        self.password = ""
        self.lesson = ""
        self.editor = ""
        self.windows: dict[str, Page] = {}
        self.window: Page = browsers.window()

    def log_in(self, username: str) -> None:
        """Fill in Wagtail's login page, or the site's own: whichever is shown."""
        self.window.get_by_label("Username").fill(username)
        self.window.get_by_label("Password").fill(self.password)
        self.window.locator("main").get_by_role("button", name=re.compile("log in|sign in", re.IGNORECASE)).click()
        self.window.wait_for_url(re.compile(r"^(?!.*/login/)"))
        self.windows[username] = self.window


def in_minutes(minutes: int) -> dt.datetime:
    """Return the time so many minutes from now, as the schools write it."""
    return (clock.now() + dt.timedelta(minutes=minutes)).astimezone(BERLIN)


@step(r"Your first live lesson", r"In ten minutes you will .*", r"The Zoom in this tutorial is a practice one .*")
@step(r"Start the example", r"Publish a lesson", r"Start it", r"Join it", r"Move it", r"Break it", r"Look at a class")
@step(r"The first run takes a minute or two: it installs what it needs.*", r"Where to go next")
def read(walk: Walk, found: re.Match[str]) -> None:
    """Nothing to do: it says what is going to be done, or calls it by a name."""


@step(r"\$ git clone <this repository> wagtail-zoom && cd wagtail-zoom\n(?P<command>make demo)")
def start_the_example(walk: Walk, found: re.Match[str]) -> None:
    walk.demo.start(found["command"])


@step(r"Then a story is printed, .* and the addresses and log-ins follow\.")
def the_story_was_told(walk: Walk, found: re.Match[str]) -> None:
    told = walk.demo.told()
    assert told.index("A story of two schools") < told.index("Told in") < told.index("Log in with the password")
    assert "✗" not in told


@step(r"Leave it running\.")
def it_runs(walk: Walk, found: re.Match[str]) -> None:
    assert walk.demo.process is not None
    assert walk.demo.process.poll() is None


@step(r"Open `(?P<address>[^`]+)` \(.*\) and log in as `(?P<who>[^`]+)` with the password `(?P<password>[^`]+)`\.")
def log_in_as_teacher(walk: Walk, found: re.Match[str]) -> None:
    walk.password = found["password"]
    walk.window.goto(walk.demo.here(found["address"]))
    walk.log_in(found["who"])
    if "/admin/" not in walk.window.url:
        walk.window.goto(walk.demo.here(found["address"]))


@step(r"Choose \*Pages\* → \*(?P<place>[^*]+)\* → \*Add child page\* → \*(?P<kind>[^*]+)\*\.")
def begin_a_lesson(walk: Walk, found: re.Match[str]) -> None:
    steps.begin_lesson(walk.window, walk.demo.addresses["school"], found["place"], "")
    expect(walk.window.locator("header").first).to_contain_text(re.compile(found["kind"], re.IGNORECASE))


@step(r"Give it a title\.")
def give_it_a_title(walk: Walk, found: re.Match[str]) -> None:
    walk.window.locator("[name=title]").fill("My first lesson")


@step(
    r"Under \*Zoom\* leave \*(?P<kind>[^*]+)\*, and choose today's date and a time (?P<minutes>five) minutes from now\."
)
def choose_the_time(walk: Walk, found: re.Match[str]) -> None:
    expect(walk.window.get_by_label(found["kind"], exact=True)).to_be_checked()
    steps.fill_time(walk.window, in_minutes(5))


@step(r"\*Who may join\* says \*(?P<audience>[^*]+)\*, since this lesson belongs to no course: leave that as well\.")
def leave_the_audience(walk: Walk, found: re.Match[str]) -> None:
    chosen = walk.window.locator("[name=zoom_audience] option:checked")
    expect(chosen).to_have_text(found["audience"])


@step(r"Press \*Publish\*\.")
def press_publish(walk: Walk, found: re.Match[str]) -> None:
    steps.publish(walk.window)


@step(r"The Zoom panel now says \*Being created\*, and a moment later \*(?P<ready>\w+)\*, with the meeting's number .*")
def it_becomes_ready(walk: Walk, found: re.Match[str]) -> None:
    steps.edit_lesson(walk.window, walk.demo.addresses["school"], "My first lesson")
    panel = walk.window.locator(".wz-state-panel")
    expect(panel).to_contain_text(found["ready"])
    expect(panel.locator(".wz-state__number")).to_have_text(re.compile(r"^\d{3} \d{4} \d{4}$"))
    walk.lesson, walk.editor = walk.window.locator("#wz-lesson-address").input_value(), walk.window.url


@step(r"It stays the same whatever happens on Zoom\.")
def it_is_the_lessons_own_page(walk: Walk, found: re.Match[str]) -> None:
    assert walk.lesson == f"{walk.demo.addresses['school']}/my-first-lesson/"


@step(r"Open that address in the same browser\.")
def open_it(walk: Walk, found: re.Match[str]) -> None:
    walk.window.goto(walk.lesson)


@step(r"As its host you see \*(?P<button>[^*]+)\*: press it\.")
def press_start(walk: Walk, found: re.Match[str]) -> None:
    walk.window.get_by_role("button", name=found["button"]).click()


@step(r"You arrive on the practice Zoom's page as the host; start the meeting there\.")
def start_the_meeting(walk: Walk, found: re.Match[str]) -> None:
    assert walk.window.url.startswith(walk.demo.addresses["zoom"])
    walk.window.get_by_role("button", name="Start", exact=False).click()
    expect(walk.window.get_by_text("You are hosting")).to_be_visible()


@step(r"Open the lesson's address in a private window, as your learners would\.")
def open_a_private_window(walk: Walk, found: re.Match[str]) -> None:
    walk.window = walk.browsers.window()
    walk.window.goto(walk.lesson)


@step(
    r"Press \*(?P<button>[^*]+)\*, be `(?P<who>[^`]+)` \(password `(?P<password>[^`]+)`\), and you are led straight into "
    r"the meeting\."
)
def join_as_a_learner(walk: Walk, found: re.Match[str]) -> None:
    walk.window.get_by_role("link", name=found["button"]).click()
    walk.password = found["password"]
    walk.log_in(found["who"])
    expect(walk.window).to_have_url(re.compile(rf"^{re.escape(walk.demo.addresses['zoom'])}/j/\d+"))
    if walk.window.locator("input[name=name]").is_visible():
        walk.window.locator("input[name=name]").fill("Learner One")
    walk.window.get_by_role("button", name="Join").click()
    expect(walk.window.get_by_text(re.compile("Learner One is in meeting"))).to_be_visible()


@step(r"Back in the editor, set the time an hour later and publish\.")
def move_it(walk: Walk, found: re.Match[str]) -> None:
    walk.window = walk.windows["teacher-one"]
    walk.window.goto(walk.editor)
    steps.fill_time(walk.window, in_minutes(65))
    steps.publish(walk.window)


@step(r"Learners see the new time at once, and Join keeps working\.")
def learners_see_it(walk: Walk, found: re.Match[str]) -> None:
    learner = walk.windows["learner-one"]
    learner.goto(walk.lesson)
    later = in_minutes(65)
    expect(learner.locator(".zoom-lesson time").first).to_contain_text(f"{later.hour % 12 or 12}:")


@step(
    r"In this school the Zoom app may create meetings, but not change them, so the panel says what Zoom still shows and "
    r"offers \*(?P<open>[^*]+)\* and \*(?P<done>[^*]+)\*\."
)
def the_panel_offers_what_is_left(walk: Walk, found: re.Match[str]) -> None:
    steps.see_state(walk.window, walk.editor, "Zoom still shows")
    panel = walk.window.locator(".wz-state-panel")
    for name in (found["open"], found["done"]):
        expect(panel.get_by_role("link", name=name).first).to_be_visible()


@step(r"Do the same as `(?P<who>[^`]+)`, whose own app has every scope, and Zoom follows by itself\.")
def zoom_follows(walk: Walk, found: re.Match[str]) -> None:
    home = walk.demo.addresses["school"]
    walk.window = walk.browsers.window()
    walk.window.goto(f"{home}/admin/")
    walk.log_in(found["who"])
    steps.begin_lesson(walk.window, home, "The School", "A lesson that moves")
    steps.fill_time(walk.window, in_minutes(5))
    steps.publish_and_wait(walk.window, home, "A lesson that moves")
    editor = walk.window.url
    later = in_minutes(65)
    steps.fill_time(walk.window, later)
    steps.publish(walk.window)
    steps.see_state(walk.window, editor, "Ready")
    expect(walk.window.locator(".wz-state-panel")).not_to_contain_text("Zoom still shows")


@step(r"`(?P<address>http[^`]+)` shows the state of the practice Zoom, and how to make it fail\.")
def look_at_the_practice_zoom(walk: Walk, found: re.Match[str]) -> None:
    answer = walk.window.request.get(walk.demo.here(found["address"]))
    assert "faults" in answer.text()


@step(
    r"Let it refuse the next requests as too many, and publish another lesson, whose panel stays at \*Being created\*:"
)
def will_be_done(walk: Walk, found: re.Match[str]) -> None:
    """The commands follow."""


@step(r"\$ (?P<breaks>curl -X POST .*?)\n(?P<mends>curl -X DELETE [^\n]+)")
def break_and_mend(walk: Walk, found: re.Match[str]) -> None:
    home = walk.demo.addresses["school"]
    walk.window = walk.windows["teacher-two"]
    run(walk.demo.here(found["breaks"]))
    steps.begin_lesson(walk.window, home, "The School", "A lesson in trouble")
    steps.fill_time(walk.window, in_minutes(30))
    steps.publish(walk.window)
    steps.edit_lesson(walk.window, home, "A lesson in trouble")
    expect(walk.window.locator(".wz-state-panel")).to_contain_text("Being created")
    run(walk.demo.here(found["mends"]))


@step(r"After the second command the lesson gets its meeting without anybody doing anything\.")
def it_heals(walk: Walk, found: re.Match[str]) -> None:
    until = time.monotonic() + 120
    while "Ready" not in walk.window.locator(".wz-state-panel").inner_text():
        assert time.monotonic() < until, walk.window.locator(".wz-state-panel").inner_text()
        expect(walk.window.locator(".wz-state-panel")).to_be_visible()
        walk.window.wait_for_timeout(1000)


@step(r"The academy's people have been busy: log in at `(?P<address>[^`]+)` as `(?P<who>[^`]+)`\.")
def log_in_at_the_academy(walk: Walk, found: re.Match[str]) -> None:
    walk.window = walk.browsers.window()
    walk.window.goto(walk.demo.here(found["address"]))
    walk.log_in(found["who"])


@step(
    r"\*Zoom\* → \*(?P<screen>\w+)\* shows a class that its enrolment registered, and one person whom you may approve\."
)
def see_a_class(walk: Walk, found: re.Match[str]) -> None:
    follow(walk, found["screen"])
    expect(walk.window.locator("main")).to_contain_text("Learner Two")
    expect(walk.window.locator("main")).to_contain_text(re.compile("waits? for approval|waiting", re.IGNORECASE))


@step(
    r"\*Zoom\* → \*(?P<screen>[^*]+)\* leads to a seminar that has taken place: say who the \*(?P<who>[^*]+)\* was\.",
)
def see_who_was_there(walk: Walk, found: re.Match[str]) -> None:
    follow(walk, found["screen"])
    walk.window.locator("main table a").first.click()
    expect(walk.window.locator("main")).to_contain_text(found["who"])


@step(r"\[Add it to your own site\]\((?P<link>[^)]+)\), then connect your real Zoom account, .*")
def where_to_go_next(walk: Walk, found: re.Match[str]) -> None:
    for link in re.findall(r"\]\(([^)#]+)", found[0]):
        assert (TUTORIAL.parent / link).exists(), link


def follow(walk: Walk, screen: str) -> None:
    """Go to a screen of ours by its entry in Wagtail's menu."""
    entry = walk.window.locator("a[href*='/admin/']", has_text=re.compile(rf"^\s*{screen}\s*$")).first
    address = entry.get_attribute("href")
    assert address, screen
    walk.window.goto(f"{walk.demo.addresses['academy']}{address}")


def run(command: str) -> None:
    """Run one command of the tutorial in a shell."""
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    made = Demo(tmp_path)
    yield made
    made.stop()


def step_for(sentence: str) -> tuple[Step, re.Match[str]]:
    """Return the step that knows a sentence."""
    for pattern, carry_out in STEPS:
        if found := re.fullmatch(pattern, sentence, re.DOTALL):
            return carry_out, found
    raise AssertionError(f"The tutorial says what no step here carries out: {sentence}")


def test_the_tutorial_followed_word_by_word_reaches_its_end(demo: Demo, browsers: Browsers) -> None:
    walked = [(sentence, *step_for(sentence)) for sentence in sentences_of(TUTORIAL.read_text(encoding="utf-8"))]
    # Found before anything is begun: what is no longer said is not walked either.
    assert {carry_out for _sentence, carry_out, _found in walked} == {carry_out for _pattern, carry_out in STEPS}

    walk = Walk(demo, browsers)
    for sentence, carry_out, found in walked:
        try:
            carry_out(walk, found)
        except AssertionError as failure:
            raise AssertionError(f"Not so: {sentence}\n{failure}") from failure
