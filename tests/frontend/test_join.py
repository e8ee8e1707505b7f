"""Join: who comes in, when, and whether there is anything to join."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse, set_script_prefix

from tests.frontend.lessons import (
    END,
    JOIN_URL,
    START,
    give_meeting,
    is_let_in,
    join_path,
    make_host,
    make_lesson,
    shows_no_link,
)
from tests.schools import make_user
from wagtail_zoom.models import LessonMeeting, Meeting
from wagtail_zoom.models.lessons import Audience, LessonKind


pytestmark = pytest.mark.usefixtures("set_time")

MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)


class FailingAdapter:
    def may_join(self, user, lesson):
        raise RuntimeError("the LMS is down")


def only_members(settings):
    settings.WAGTAIL_ZOOM = {
        **settings.WAGTAIL_ZOOM,
        "LMS_ADAPTER": "wagtail_zoom.contrib.adapters.DjangoGroup",
        "LMS_OPTIONS": {"group": "Class 5"},
    }
    return Group.objects.create(name="Class 5")


# Who


def test_a_learner_is_sent_to_the_link_exactly_as_zoom_gave_it(browser, lesson, meeting):
    response = browser.get(join_path(lesson))

    assert (response.status_code, response["Location"]) == (303, JOIN_URL)


def test_the_way_to_zoom_is_neither_cached_nor_told_to_others(browser, lesson, meeting):
    response = browser.get(join_path(lesson))

    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "Cookie" in response["Vary"]


def test_a_stranger_logs_in_and_comes_back_to_join(client, lesson, meeting, learner):
    response = client.get(join_path(lesson))
    assert response.status_code == 302
    assert response["Location"] == f"/admin/login/?next={join_path(lesson)}"
    assert shows_no_link(response)

    client.force_login(learner)
    assert is_let_in(client.get(join_path(lesson)))


def test_wagtails_own_login_page_is_used_where_the_site_has_none(client, settings, lesson, meeting):
    settings.LOGIN_URL = "/accounts/login/"

    assert client.get(join_path(lesson))["Location"].startswith("/_util/login/?next=")


def test_the_frontend_login_that_wagtail_is_told_of_comes_first(client, settings, lesson, meeting):
    settings.WAGTAIL_FRONTEND_LOGIN_URL = "/hello/"

    assert client.get(join_path(lesson))["Location"].startswith("/hello/?next=")


def test_a_login_elsewhere_is_the_sites_own(client, settings, lesson, meeting):
    settings.LOGIN_URL = "https://sign-in.example/here/"

    assert client.get(join_path(lesson))["Location"].startswith("https://sign-in.example/here/?next=")


def test_below_a_path_of_the_host_the_sites_login_is_known_too(client, settings, lesson, meeting):
    settings.LOGIN_URL = "/school/admin/login/"
    path = join_path(lesson)
    set_script_prefix("/school/")
    try:
        answer = client.get(path, SCRIPT_NAME="/school")
    finally:
        set_script_prefix("/")

    assert answer["Location"] == f"/school/admin/login/?next=/school{path}"


def test_everybody_means_without_an_account_too(client, folder):
    page = make_lesson(folder, audience=Audience.EVERYBODY)
    give_meeting(page)

    assert is_let_in(client.get(join_path(page)))


def test_who_is_not_enrolled_gets_a_reason_and_no_link(browser, settings, folder):
    only_members(settings)
    page = make_lesson(folder, audience=Audience.ENROLLED)
    give_meeting(page)

    response = browser.get(join_path(page))

    assert response.status_code == 403
    assert "for people enrolled in the course" in response.content.decode()
    assert shows_no_link(response)


def test_who_is_enrolled_is_let_in(browser, settings, folder, learner):
    learner.groups.add(only_members(settings))
    page = make_lesson(folder, audience=Audience.ENROLLED)
    give_meeting(page)

    assert is_let_in(browser.get(join_path(page)))


def test_an_adapter_that_fails_lets_nobody_in_and_says_try_again(browser, settings, folder, caplog):
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "LMS_ADAPTER": f"{__name__}.FailingAdapter"}
    page = make_lesson(folder, audience=Audience.ENROLLED)
    give_meeting(page)

    response = browser.get(join_path(page))

    assert response.status_code == 200
    assert "could not be looked up just now" in response.content.decode()
    assert shows_no_link(response)
    assert "the LMS is down" in caplog.text


def test_who_was_deactivated_is_a_stranger(browser, lesson, meeting, learner):
    learner.is_active = False
    learner.save()

    assert shows_no_link(browser.get(join_path(lesson)))


def test_the_host_is_offered_start_and_may_join_without_it(client, site, folder):
    teacher = make_user("teacher.one")
    page = make_lesson(folder, audience=Audience.ENROLLED)
    give_meeting(page, host=make_host(site, teacher))
    client.force_login(teacher)

    offered = client.get(join_path(page))
    assert offered.status_code == 200
    assert f'action="{reverse("wagtail_zoom:start", args=[page.pk])}"' in offered.content.decode()

    assert is_let_in(client.get(join_path(page), {"as-participant": ""}))


# When


@pytest.mark.parametrize(
    ("instant", "opens"),
    [
        (START - 15 * MINUTE - SECOND, False),
        (START - 15 * MINUTE + SECOND, True),
        (END + 60 * MINUTE - SECOND, True),
        (END + 60 * MINUTE + SECOND, False),
    ],
)
def test_join_is_open_from_fifteen_minutes_before_until_sixty_after(browser, lesson, meeting, set_time, instant, opens):
    set_time(instant)

    assert is_let_in(browser.get(join_path(lesson))) is opens


def test_the_window_can_be_set(browser, settings, lesson, meeting, set_time):
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "JOIN_OPENS_BEFORE": 5, "JOIN_CLOSES_AFTER": 0}

    set_time(START - 6 * MINUTE)
    assert not is_let_in(browser.get(join_path(lesson)))
    set_time(END + MINUTE)
    assert not is_let_in(browser.get(join_path(lesson)))
    set_time(START - 4 * MINUTE)
    assert is_let_in(browser.get(join_path(lesson)))


def test_too_early_says_when_it_opens_in_the_lessons_zone(browser, lesson, meeting, set_time):
    set_time(START - dt.timedelta(days=1))

    response = browser.get(join_path(lesson))

    page = response.content.decode()
    assert response.status_code == 200
    assert "Join opens on Tuesday, March 2, 2027, 9:45 a.m. (Berlin time, UTC+01:00)." in page
    assert f'data-zoom-lesson="{reverse("wagtail_zoom:state", args=[lesson.pk])}"' in page
    assert shows_no_link(response)


def test_too_late_says_when_it_ended(browser, lesson, meeting, set_time):
    set_time(END + dt.timedelta(hours=2))

    assert "It ended on Tuesday, March 2, 2027, 11 a.m. (Berlin time" in browser.get(join_path(lesson)).content.decode()


def test_a_lesson_that_runs_stays_open_however_long(browser, lesson, set_time):
    give_meeting(lesson, live_since=START, live_uuid="run")
    set_time(END + dt.timedelta(hours=3))

    assert is_let_in(browser.get(join_path(lesson)))


def test_a_lesson_that_was_started_early_is_open_early(browser, lesson, set_time):
    set_time(START - dt.timedelta(hours=1))
    give_meeting(lesson, live_since=START - dt.timedelta(hours=1), live_uuid="run")

    assert is_let_in(browser.get(join_path(lesson)))


def test_a_linked_meeting_is_open_when_zoom_says_it_is(browser, folder, set_time):
    page = make_lesson(folder, zoom_kind=LessonKind.EXISTING, zoom_date=None, zoom_time=None)
    later = START + dt.timedelta(days=7)
    give_meeting(page, role=LessonMeeting.Role.GUEST, starts_at=later, ends_at=later + dt.timedelta(hours=1))

    assert not is_let_in(browser.get(join_path(page)))
    set_time(later)
    assert is_let_in(browser.get(join_path(page)))


def test_a_linked_meeting_without_a_fixed_time_is_always_open(browser, folder):
    page = make_lesson(folder, zoom_kind=LessonKind.EXISTING, zoom_date=None, zoom_time=None)
    give_meeting(page, role=LessonMeeting.Role.GUEST, starts_at=None, ends_at=None)

    assert is_let_in(browser.get(join_path(page)))


# Whether there is anything to join


def test_a_lesson_whose_meeting_is_not_there_yet_says_so_and_updates_itself(browser, lesson):
    page = browser.get(join_path(lesson)).content.decode()

    assert "The link is being prepared; this page updates itself." in page
    assert '<meta http-equiv="refresh" content="5">' in page


@pytest.mark.parametrize(
    ("actual", "wanted", "words"),
    [
        (Meeting.Actual.ABSENT, Meeting.Wanted.PRESENT, "being prepared"),
        (Meeting.Actual.DOUBT, Meeting.Wanted.PRESENT, "being prepared"),
        (Meeting.Actual.CANCELLED, Meeting.Wanted.PRESENT, "being prepared"),
        (Meeting.Actual.GONE, Meeting.Wanted.PRESENT, "no working link"),
        (Meeting.Actual.CANCELLED, Meeting.Wanted.ABSENT, "has been cancelled"),
    ],
)
def test_a_meeting_that_is_not_on_zoom_is_never_linked(browser, lesson, actual, wanted, words):
    give_meeting(lesson, actual=actual, wanted=wanted)

    response = browser.get(join_path(lesson))

    assert words in response.content.decode()
    assert shows_no_link(response)


def test_a_link_that_no_key_opens_is_said_to_be_closed(browser, lesson, meeting, settings):
    settings.WAGTAIL_ZOOM = {
        **settings.WAGTAIL_ZOOM,
        "ENCRYPTION_KEYS": ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
    }

    response = browser.get(join_path(lesson))

    assert response.status_code == 200
    assert "cannot be opened just now" in response.content.decode()


def test_an_alias_shares_the_lesson_of_its_original(browser, lesson, meeting):
    alias = lesson.create_alias(update_slug="alias")

    assert is_let_in(browser.get(join_path(alias)))
