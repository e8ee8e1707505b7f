"""The lesson's script and style in Chromium; its requests are answered by this process, so its clock can be moved."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

import pytest
from django.template.response import TemplateResponse
from django.test import RequestFactory
from django.urls import reverse

from tests.frontend.lessons import JOIN_URL, START, give_meeting, make_host, make_lesson, register, with_registration
from tests.frontend.windows import Window
from tests.schools import make_user
from wagtail_zoom.models import LessonPage, Meeting, Registrant
from wagtail_zoom.models.lessons import Audience
from wagtail_zoom.services import encryption


pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("set_time")]

MINE = "https://us02web.zoom.us/w/85746065432?tk=mine"


@pytest.fixture
def browser(chromium):
    return chromium


@pytest.fixture
def lesson(folder):
    return folder.add_child(
        instance=LessonPage(
            title="Photosynthesis",
            zoom_date=START.date(),
            zoom_time=dt.time(10),
            zoom_timezone="Europe/Berlin",
            zoom_duration=60,
            zoom_audience=Audience.LOGGED_IN,
            body=[("heading", "What to bring"), ("paragraph", "<p>Bring a <a href='/'>leaf</a>.</p>")],
        )
    )


def status(page):
    return page.locator("[data-zoom-status]")


def button(page, name="Join"):
    return page.get_by_role("link", name=name, exact=True)


def test_join_appears_by_itself_when_it_opens(browser, expect, lesson, learner, set_time):
    give_meeting(lesson)
    set_time(START - dt.timedelta(hours=1))
    window = Window(browser, learner)
    page = window.open(lesson.url)
    expect(status(page)).to_have_text("Join opens on Tuesday, March 2, 2027, 9:45 a.m. (Berlin time, UTC+01:00).")
    expect(button(page)).to_be_hidden()

    set_time(START - dt.timedelta(minutes=14))
    window.wait()

    expect(button(page)).to_be_visible()
    expect(status(page)).to_have_text("You can come in now.")
    button(page).click()
    page.wait_for_function("document.body.textContent === 'Zoom'")
    assert window.went_to == [JOIN_URL]


def test_a_meeting_that_becomes_ready_shows_by_itself(browser, expect, lesson, learner):
    window = Window(browser, learner)
    page = window.open(lesson.url)
    expect(status(page)).to_have_text("The link is being prepared; this page updates itself.")

    give_meeting(lesson)
    window.wait(10_000)

    expect(button(page)).to_be_visible()


def test_live_shows_by_itself(browser, expect, lesson, learner):
    meeting = give_meeting(lesson)
    window = Window(browser, learner)
    page = window.open(lesson.url)
    expect(button(page)).to_be_visible()
    expect(page.get_by_text("Live now")).to_be_hidden()

    Meeting.objects.filter(pk=meeting.pk).update(live_since=START, live_uuid="run")
    window.wait(40_000)

    expect(page.get_by_text("Live now")).to_be_visible()


def test_the_visitors_own_time_is_shown_where_it_differs(browser, expect, lesson, learner):
    give_meeting(lesson)
    far = Window(browser, learner, timezone_id="America/New_York").open(lesson.url)
    expect(far.locator("[data-zoom-here]")).to_contain_text("4:00")
    expect(far.locator("[data-zoom-here]")).to_contain_text("New York")

    near = Window(browser, learner, timezone_id="Europe/Paris").open(lesson.url)
    expect(button(near)).to_be_visible()
    expect(near.locator("[data-zoom-here]")).to_be_hidden()


def test_a_page_that_is_waiting_for_a_personal_link_goes_in_by_itself(browser, expect, folder, learner):
    lesson = make_lesson(folder)
    row = register(with_registration(lesson), learner, due_at=START)
    window = Window(browser, learner)
    page = window.open(reverse("wagtail_zoom:join", args=[lesson.pk]))
    expect(status(page)).to_have_text("We are getting your personal link. This page updates itself.")

    encryption.encrypt_field(row, "join_url", MINE)
    row.actual = Registrant.Actual.APPROVED
    row.save()
    window.wait(10_000)

    page.wait_for_function("document.body.textContent === 'Zoom'")
    assert window.went_to == [MINE]


def test_the_host_gets_start_and_the_form_carries_what_start_asks_for(browser, expect, site, lesson):
    teacher = make_user("teacher.one")
    give_meeting(lesson, host=make_host(site, teacher))
    page = Window(browser, teacher).open(lesson.url)

    start = page.get_by_role("button", name="Start the lesson")
    expect(start).to_be_visible()
    expect(button(page)).to_be_hidden()
    form = page.locator("form.zoom-lesson__start")
    assert form.get_attribute("method") == "post"
    assert urlsplit(form.evaluate("form => form.action")).path == reverse("wagtail_zoom:start", args=[lesson.pk])
    assert len(form.locator("[name=csrfmiddlewaretoken]").input_value()) > 30


def test_a_stranger_is_offered_the_login_instead(browser, expect, lesson):
    give_meeting(lesson)
    page = Window(browser).open(lesson.url)

    expect(button(page, "Log in to join")).to_be_visible()
    expect(button(page)).to_be_hidden()


def test_without_script_join_is_a_link_that_works(browser, expect, lesson, learner):
    give_meeting(lesson)
    window = Window(browser, learner, java_script_enabled=False)
    page = window.open(lesson.url)

    button(page).click()

    expect(page.get_by_text("Zoom", exact=True)).to_be_visible()
    assert window.went_to == [JOIN_URL]


def test_a_site_that_is_away_for_a_while_is_asked_again(browser, expect, lesson, learner):
    meeting = give_meeting(lesson, actual=Meeting.Actual.ABSENT)
    window = Window(browser, learner)
    page = window.open(lesson.url)
    expect(status(page)).to_contain_text("being prepared")

    window.is_down = True
    window.wait(60_000)
    Meeting.objects.filter(pk=meeting.pk).update(actual=Meeting.Actual.PRESENT)
    window.is_down = False
    window.wait()

    expect(button(page)).to_be_visible()


def test_a_lesson_that_is_over_is_asked_about_once(browser, expect, lesson, learner, set_time):
    give_meeting(lesson)
    set_time(START + dt.timedelta(days=1))
    window = Window(browser, learner)
    page = window.open(lesson.url)
    expect(status(page)).to_contain_text("This lesson is over.")
    expect(page.get_by_role("link", name="Add to calendar")).to_be_hidden()

    window.wait()

    assert window.asked == 1


# Looks


SCREENS = [
    {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"},
    {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
]


def addresses(site, folder, lesson):
    other = make_lesson(folder, title="A lesson with a very-long-word-" * 4, slug="other")
    give_meeting(lesson)
    return [
        lesson.url,
        reverse("wagtail_zoom:join", args=[other.pk]),
        reverse("wagtail_zoom:start", args=[lesson.pk]),
    ]


@pytest.mark.parametrize("screen", SCREENS, ids=["phone-light", "desktop-dark"])
def test_axe_finds_nothing_on_our_pages_and_they_fit_their_window(
    browser, expect, site, folder, lesson, learner, screen
):
    from axe_playwright_python.sync_playwright import Axe

    window = Window(browser, learner, **screen)
    for address in addresses(site, folder, lesson):
        page = window.open(address)
        expect(page.locator("h1")).to_be_visible()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("template", ["not_started", "too_many_requests"])
def test_axe_finds_nothing_on_our_refusals(browser, expect, lesson, template):
    from axe_playwright_python.sync_playwright import Axe

    window = Window(browser)
    context = {"page": lesson, "sentence": "Zoom could not be reached.", "is_host": True, "addresses": {"start": "/s/"}}
    response = TemplateResponse(RequestFactory().get("/"), f"wagtail_zoom/{template}.html", context).render()
    page = window.page
    page.route("**/refusal/", lambda route: route.fulfill(body=response.content, content_type="text/html"))
    window.open("/refusal/")

    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
