"""Register, Cancel, the guest's form and the recordings in Chromium: what a click does, and how it looks on a phone."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.frontend.lessons import END, START, address, register, with_registration
from tests.frontend.windows import Window
from wagtail_zoom.models import Ledger, LessonPage, RecordingFile, Registrant
from wagtail_zoom.models.lessons import Audience
from wagtail_zoom.services import encryption
from wagtail_zoom.services.registrants import form_questions


pytestmark = pytest.mark.browser

MINE = "https://us02web.zoom.us/w/85746065432?tk=mine"
PHONE = {"viewport": {"width": 360, "height": 740}}


@pytest.fixture(autouse=True)
def _two_days_before(set_time):
    set_time(START - dt.timedelta(days=2))


@pytest.fixture
def make(folder):
    """Return a maker of lesson pages for which people register by themselves."""

    def make_page(audience=Audience.LOGGED_IN, **options):
        return folder.add_child(
            instance=LessonPage(
                title="Photosynthesis",
                zoom_date=START.date(),
                zoom_time=dt.time(10),
                zoom_timezone="Europe/Berlin",
                zoom_duration=60,
                zoom_audience=audience,
                zoom_options={"registration": "on", "approval": "everyone", **options},
            )
        )

    return make_page


def button(page, name):
    return page.get_by_role("button", name=name)


def test_one_click_registers_and_another_cancels_without_leaving_the_page(chromium, expect, make, learner):
    lesson = make()
    with_registration(lesson)
    page = Window(chromium, learner, **PHONE).open(lesson.url)
    expect(page.get_by_text("Register to take part.")).to_be_visible()

    button(page, "Register").click()

    expect(page.get_by_text("You are being registered.")).to_be_visible()
    expect(page.locator("[data-zoom-status]")).to_be_focused()
    expect(button(page, "Register")).to_have_count(0)
    button(page, "Cancel my registration").click()
    expect(page.get_by_text("Your registration is cancelled.")).to_be_visible()
    assert Registrant.objects.get().wanted == "cancelled"
    assert page.url.endswith(lesson.url)


def test_join_becomes_personal_within_seconds_of_the_links_coming(chromium, expect, make, learner, set_time):
    set_time(START)
    lesson = make()
    row = register(with_registration(lesson), learner, due_at=START)
    window = Window(chromium, learner, **PHONE)
    page = window.open(lesson.url)
    expect(page.get_by_text("We are getting your personal link.")).to_be_visible()

    encryption.encrypt_field(row, "join_url", MINE)
    row.actual, row.due_at = Registrant.Actual.APPROVED, None
    row.save()
    window.wait(6_000)

    expect(page.get_by_role("link", name="Join", exact=True)).to_be_visible()
    expect(page.get_by_text("You are registered.")).to_be_visible()


def test_a_click_that_is_refused_leads_to_the_page_that_says_why(chromium, expect, make, learner):
    lesson = make()
    with_registration(lesson)
    window = Window(chromium, learner, **PHONE)
    page = window.open(lesson.url)
    expect(button(page, "Register")).to_be_visible()
    LessonPage.objects.update(zoom_options={"registration": "on", "closes_at": "2020-01-01T00:00:00+00:00"})

    button(page, "Register").click()

    expect(page.get_by_text("You can no longer register for this lesson.")).to_be_visible()
    assert not Registrant.objects.exists()


def test_without_script_register_and_cancel_are_two_clicks(chromium, expect, make, learner):
    lesson = make()
    with_registration(lesson)
    page = Window(chromium, learner, java_script_enabled=False).open(lesson.url)

    page.get_by_role("link", name="Register").click()

    expect(page.get_by_text("Register to take part.")).to_be_visible()
    expect(button(page, "Register")).to_be_visible()


def ask_questions(meeting):
    asked = [
        form_questions.Question("city", required=True),
        form_questions.Question("Which class?", required=True, custom=True, type="single", choices=("5a", "5b")),
        form_questions.Question("Which birds?", custom=True, type="multiple", choices=("Stork", "Swan")),
    ]
    Ledger.objects.create(
        meeting=meeting,
        questions=[
            {"name": each.name, "required": each.required, "custom": each.custom, "type": each.type}
            | {"choices": list(each.choices)}
            for each in asked
        ],
    )


def recorded(meeting):
    recording = RecordingFile(
        meeting=meeting, zoom_file_id=uuid.uuid4().hex, kind="audio_only", started_at=START, is_shown=True
    )
    encryption.encrypt_field(recording, "play_url", "https://us02web.zoom.us/rec/play/abc")
    encryption.encrypt_field(recording, "passcode", "wd40")
    recording.save()


STATES = {
    "new": ({}, None, "Register to take part."),
    "in": ({}, {"join_url": MINE}, "You are registered."),
    "pending": ({"approval": "by_hand"}, {"wanted": "waiting", "actual": "pending"}, "waiting for approval"),
    "denied": ({}, {"wanted": "denied", "actual": "denied"}, "was not approved"),
    "full": ({}, {"error": "full"}, "All places of this lesson are taken."),
    "late": ({"closes_at": "2027-02-01T00:00:00+00:00"}, None, "You can no longer register"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_is_said_on_a_phone_and_axe_finds_nothing(chromium, expect, make, learner, scheme):
    for options, row, words in STATES.values():
        lesson = make(**options)
        meeting = with_registration(lesson)
        if row is not None:
            register(meeting, learner, **row)
        looks_right(Window(chromium, learner, color_scheme=scheme, **PHONE), expect, lesson.url, words)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forms_and_recordings_fit_a_phone_and_axe_finds_nothing(chromium, expect, make, learner, scheme, set_time):
    guests = make(Audience.EVERYBODY)
    with_registration(guests)
    asking = make()
    ask_questions(with_registration(asking))
    stranger = Window(chromium, color_scheme=scheme, **PHONE)
    page = looks_right(stranger, expect, address("register", guests), "Your e-mail address")
    page.get_by_label("Your name").fill("Guest One")
    page.get_by_label("Your e-mail address").fill("guest.one@school.example")
    button(page, "Register").click()
    expect(page.get_by_text("We have sent an e-mail to this address. It says how to go on.")).to_be_visible()
    is_right(page)

    looks_right(
        Window(chromium, learner, color_scheme=scheme, **PHONE), expect, address("register", asking), "Which birds?"
    )

    over = make()
    register(with_registration(over), learner, join_url=MINE)
    recorded(over.zoom_link.meeting)
    set_time(END + dt.timedelta(hours=3))
    for path in (over.url, address("join", over)):
        looks_right(Window(chromium, learner, color_scheme=scheme, **PHONE), expect, path, "wd40")


def looks_right(window, expect, path, words):
    page = window.open(path)
    expect(page.get_by_text(words).first).to_be_visible()
    is_right(page)
    return page


def is_right(page):
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
