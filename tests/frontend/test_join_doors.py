"""Join obeys the doors of the page, keeps clicks, and holds against those who try it on."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from wagtail.models import PageViewRestriction

from tests.frontend.lessons import (
    JOIN_URL,
    START,
    give_meeting,
    is_let_in,
    join_path,
    make_lesson,
    shows_no_link,
)
from tests.schools import make_space
from wagtail_zoom.models import JoinClick
from wagtail_zoom.models.lessons import Audience, LessonKind


pytestmark = pytest.mark.usefixtures("set_time")

MINUTE = dt.timedelta(minutes=1)


# The page's own doors


@pytest.mark.parametrize("fields", [{"live": False}, {"live": False, "expired": True}, {"zoom_kind": LessonKind.NONE}])
def test_what_is_not_a_public_lesson_is_not_found(browser, folder, fields):
    page = make_lesson(folder, **fields)
    give_meeting(page)

    response = browser.get(join_path(page))

    assert response.status_code == 404
    assert shows_no_link(response)
    assert response["Cache-Control"] == "private, no-store"


def test_other_pages_and_unknown_numbers_are_not_found(browser, folder):
    assert browser.get(join_path(folder)).status_code == 404
    assert browser.get(reverse("wagtail_zoom:join", args=[10**9])).status_code == 404


def test_a_lesson_is_joined_on_its_own_site_only(browser, lesson, meeting, settings):
    academy = make_space("academy.example", "Academy")
    theirs = make_lesson(academy.root_page)
    give_meeting(theirs)

    assert browser.get(join_path(theirs)).status_code == 404
    assert browser.get(join_path(lesson), headers={"host": "academy.example"}).status_code == 404
    assert is_let_in(browser.get(join_path(theirs), headers={"host": "academy.example"}))


@pytest.fixture
def open_lesson(folder):
    page = make_lesson(folder, audience=Audience.EVERYBODY)
    give_meeting(page)
    return page


@pytest.mark.parametrize("on_the_folder", [False, True])
def test_a_page_for_people_with_an_account_has_a_join_for_people_with_an_account(
    client, learner, folder, open_lesson, on_the_folder
):
    PageViewRestriction.objects.create(
        page=folder if on_the_folder else open_lesson, restriction_type=PageViewRestriction.LOGIN
    )

    response = client.get(join_path(open_lesson))
    assert (response.status_code, response["Location"]) == (302, f"/_util/login/?next={join_path(open_lesson)}")

    client.force_login(learner)
    assert is_let_in(client.get(join_path(open_lesson)))


@pytest.mark.parametrize("on_the_folder", [False, True])
def test_a_page_for_a_group_has_a_join_for_that_group(browser, learner, folder, open_lesson, on_the_folder):
    group = Group.objects.create(name="Parents")
    restriction = PageViewRestriction.objects.create(
        page=folder if on_the_folder else open_lesson, restriction_type=PageViewRestriction.GROUPS
    )
    restriction.groups.add(group)

    assert shows_no_link(browser.get(join_path(open_lesson)))

    learner.groups.add(group)
    assert is_let_in(browser.get(join_path(open_lesson)))


@pytest.mark.parametrize("on_the_folder", [False, True])
def test_a_page_with_a_password_asks_for_it_before_join(client, folder, open_lesson, on_the_folder):
    restriction = PageViewRestriction.objects.create(
        page=folder if on_the_folder else open_lesson,
        restriction_type=PageViewRestriction.PASSWORD,
        password="sesame",
    )

    asked = client.get(join_path(open_lesson))
    assert asked.status_code == 200
    assert 'name="password"' in asked.content.decode()
    assert asked["Cache-Control"] == "private, no-store"
    assert asked["Referrer-Policy"] == "same-origin"
    assert shows_no_link(asked)

    passed = client.post(
        reverse("wagtailcore_authenticate_with_password", args=[restriction.pk, open_lesson.pk]),
        {"password": "sesame", "return_url": join_path(open_lesson)},
    )
    assert passed["Location"] == join_path(open_lesson)
    assert is_let_in(client.get(passed["Location"]))


# Clicks


def test_a_click_is_kept_with_person_and_time(browser, lesson, meeting, learner):
    browser.get(join_path(lesson))

    click = JoinClick.objects.get()
    assert (click.page_id, click.meeting, click.user, click.user_label) == (lesson.pk, meeting, learner, "learner.one")
    assert click.what == JoinClick.What.JOIN
    assert START <= click.at < START + MINUTE


def test_a_click_that_leads_nowhere_is_no_evidence(browser, lesson, meeting, set_time):
    set_time(START - dt.timedelta(hours=1))
    browser.get(join_path(lesson))

    assert not JoinClick.objects.exists()


@pytest.mark.parametrize(
    "headers", [{"sec-purpose": "prefetch;prerender"}, {"purpose": "prefetch"}, {"x-moz": "prefetch"}]
)
def test_a_browser_that_fetches_ahead_gets_no_link_and_counts_as_nobody(browser, lesson, meeting, headers):
    response = browser.get(join_path(lesson), headers=headers)

    assert response.status_code == 503
    assert shows_no_link(response)
    assert not JoinClick.objects.exists()


@pytest.mark.parametrize("method", ["head", "post", "put", "delete", "options"])
def test_only_a_get_joins(browser, lesson, meeting, method):
    assert getattr(browser, method)(join_path(lesson)).status_code == 405
    assert not JoinClick.objects.exists()


# Attacks


def test_a_next_in_the_address_leads_nobody_astray(client, lesson, meeting, learner):
    response = client.get(join_path(lesson), {"next": "https://evil.example/"})
    assert response["Location"].startswith("/admin/login/?next=/zoom/lessons/")

    client.force_login(learner)
    assert client.get(join_path(lesson), {"next": "https://evil.example/"})["Location"] == JOIN_URL


def test_a_hostile_title_stays_text(browser, folder, set_time):
    page = make_lesson(folder, title='<script>alert(1)</script>"\r\nSet-Cookie: a=b')
    give_meeting(page)
    set_time(START - dt.timedelta(hours=1))

    response = browser.get(join_path(page))

    assert "<script>alert" not in response.content.decode()
    assert "a" not in response.cookies


def test_who_tries_numbers_has_to_wait(client, settings, db, site):
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "REFUSALS_PER_MINUTE": 3}
    unknown = reverse("wagtail_zoom:join", args=[10**9])

    statuses = [client.get(unknown).status_code for _ in range(4)]

    assert statuses == [404, 404, 404, 429]
    assert client.get(unknown)["Retry-After"] == "60"


def test_a_stranger_who_tries_numbers_does_not_lock_out_people_with_an_account(
    client, settings, lesson, meeting, learner
):
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "REFUSALS_PER_MINUTE": 1}
    unknown = reverse("wagtail_zoom:join", args=[10**9])
    assert [client.get(unknown).status_code for _ in range(2)] == [404, 429]

    other = Client()
    other.force_login(learner)
    assert is_let_in(other.get(join_path(lesson)))


def test_a_class_behind_one_address_may_join_as_often_as_it_likes(client, settings, folder):
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "REFUSALS_PER_MINUTE": 1}
    page = make_lesson(folder, audience=Audience.EVERYBODY)
    give_meeting(page)

    assert all(is_let_in(Client().get(join_path(page))) for _ in range(5))
