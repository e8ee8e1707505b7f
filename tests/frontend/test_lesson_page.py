from __future__ import annotations

import datetime as dt

import pytest
from django.core.cache import cache
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.frontend.lessons import (
    PASSCODE,
    START,
    give_meeting,
    join_path,
    make_host,
    make_lesson,
    register,
    visitor,
    with_registration,
)
from tests.lessons.models import ClassPage
from tests.schools import make_user
from wagtail_zoom.models import LessonMeeting, LessonPage
from wagtail_zoom.models.lessons import LessonKind


pytestmark = pytest.mark.usefixtures("set_time")


def rendered(page):
    return Template("{% load wagtail_zoom_tags %}{% zoom_lesson page %}").render(Context({"page": page}))


def test_the_page_says_when_in_the_lessons_zone_and_leads_to_our_own_addresses(client, folder):
    page = make_lesson(folder)
    meeting = give_meeting(page)

    html = client.get(page.url).content.decode()

    for words in ("Tuesday, March 2, 2027", "10 a.m. to 11 a.m.", "Berlin time, UTC+01:00"):
        assert f">{words}<" in html
    for name in ("join", "state", "calendar"):
        assert reverse(f"wagtail_zoom:{name}", args=[page.pk]) in html
    for secret in ("zoom.us", PASSCODE, str(meeting.zoom_id)):
        assert secret not in html


def test_the_page_is_the_same_for_everybody(site, folder, learner):
    teacher = make_user("teacher.one")
    page = make_lesson(folder)
    meeting = with_registration(page, host=make_host(site, teacher))
    register(meeting, learner, join_url="https://zoom.us/w/1?tk=mine")

    pages = []
    for person in (teacher, learner, None):
        browser = Client()
        if person:
            browser.force_login(person)
        pages.append(browser.get(page.url).content)

    assert pages[0] == pages[1] == pages[2]


def test_behind_a_cache_each_of_two_people_still_gets_their_own(settings, site, folder, learner):
    settings.MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        *settings.MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
    cache.clear()
    page = make_lesson(folder)
    meeting = with_registration(page)
    links = {}
    for name in ("learner.two", "learner.three"):
        person = make_user(name)
        links[name] = f"https://zoom.us/w/1?tk={name}"
        register(meeting, person, join_url=links[name])
        browser = Client()
        browser.force_login(person)
        assert "tk=" not in browser.get(page.url).content.decode()
        assert browser.get(reverse("wagtail_zoom:state", args=[page.pk])).json()["code"] == "open"
        assert browser.get(reverse("wagtail_zoom:join", args=[page.pk]))["Location"] == links[name]

    stranger = Client()
    assert stranger.get(reverse("wagtail_zoom:state", args=[page.pk])).json()["code"] == "login"
    assert stranger.get(reverse("wagtail_zoom:join", args=[page.pk])).status_code == 302


def test_a_linked_meeting_shows_zooms_title_and_time(client, folder):
    page = make_lesson(folder, zoom_kind=LessonKind.EXISTING, zoom_date=None, zoom_time=None)
    give_meeting(
        page,
        role=LessonMeeting.Role.GUEST,
        starts_at=START + dt.timedelta(days=1),
        ends_at=START + dt.timedelta(days=1, hours=2),
        actual_payload={"topic": "Open <b>webinar</b>", "timezone": "America/New_York"},
    )

    html = client.get(page.url).content.decode()

    for words in ("Wednesday, March 3, 2027", "4 a.m. to 6 a.m.", "New York time, UTC-05:00"):
        assert f">{words}<" in html
    assert "Open &lt;b&gt;webinar&lt;/b&gt;" in html


def test_the_host_is_named_but_never_by_an_address(client, site, folder):
    teacher = make_user("teacher.one")
    host = make_host(site, teacher)
    page = make_lesson(folder)
    give_meeting(page, host=host, host_email=teacher.email)
    assert "Teacher One" in client.get(page.url).content.decode()

    host.name = "teacher.one@school.example"
    host.save()
    html = client.get(page.url).content.decode()
    assert "@school.example" not in html


def test_a_page_without_a_live_lesson_shows_none(client, folder):
    page = make_lesson(folder, zoom_kind=LessonKind.NONE)

    html = client.get(page.url).content.decode()

    assert "data-zoom-lesson" not in html
    assert "wagtail_zoom/" not in html


def test_a_page_that_was_never_saved_can_be_previewed(db):
    page = ClassPage(title="New", zoom_kind=LessonKind.MEETING)

    html = rendered(page)

    assert "The time is not known yet." in html
    assert "Join appears here once the page is published." in html


def test_the_lesson_page_of_the_package_stands_alone(client, folder, site):
    page = folder.add_child(
        instance=LessonPage(
            title="Photosynthesis & light",
            zoom_date=START.date(),
            zoom_time=dt.time(10),
            zoom_timezone="Europe/Berlin",
            body=[("heading", "What to bring"), ("paragraph", "<p>Bring a leaf.</p>")],
        )
    )

    html = client.get(page.url).content.decode()

    assert "<title>Photosynthesis &amp; light</title>" in html
    assert "<h2>What to bring</h2>" in html
    assert "Bring a leaf." in html
    assert html.count("data-zoom-lesson") == 1
    assert html.count("wagtail_zoom/css/lesson.css") == 1


def test_a_page_preview_works(folder):
    page = make_lesson(folder)

    request = page.make_preview_request(RequestFactory().get("/"), page.default_preview_mode)

    assert request.status_code == 200


def test_practice_is_said_where_the_site_does_not_talk_to_zoom(settings, folder):
    page = make_lesson(folder)
    assert "Practice Zoom" not in rendered(page)

    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "API_URL": "http://127.0.0.1:9/v2"}
    assert "Practice Zoom: no real meetings" in rendered(page)
    assert (
        "Practice Zoom: no real meetings" in visitor(page, make_user("somebody")).get(join_path(page)).content.decode()
    )


def test_a_lesson_costs_its_page_one_query(folder, django_assert_num_queries):
    page = make_lesson(folder)
    give_meeting(page)
    page = ClassPage.objects.select_related("owner").get(pk=page.pk)

    with django_assert_num_queries(1):
        rendered(page)


@pytest.mark.parametrize("template", ["base", "lesson", "lesson_page", "join", "not_started", "too_many_requests"])
def test_no_public_template_holds_inline_script_or_style(template):
    source = Template(f"{{% include 'wagtail_zoom/{template}.html' %}}")
    from django.template.loader import get_template

    text = get_template(f"wagtail_zoom/{template}.html").template.source
    assert source
    assert " style=" not in text
    assert "<style" not in text
    assert "onclick" not in text
    assert text.count("<script") == text.count("<script src=")
