from __future__ import annotations

import datetime as dt
import json

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from wagtail.models import PageViewRestriction

from tests.frontend.lessons import (
    END,
    NUMBER,
    PASSCODE,
    START,
    give_meeting,
    make_host,
    make_lesson,
    register,
    with_registration,
)
from tests.schools import make_user
from wagtail_zoom.models import JoinClick, Meeting, Registrant
from wagtail_zoom.models.lessons import Audience
from wagtail_zoom.services import encryption


pytestmark = pytest.mark.usefixtures("set_time")


def ask(client, page, tag=""):
    headers = {"if-none-match": tag} if tag else {}
    return client.get(reverse("wagtail_zoom:state", args=[page.pk]), headers=headers)


def test_the_state_of_an_open_lesson_says_come_in_and_gives_no_link_away(browser, lesson, meeting):
    response = ask(browser, lesson)

    state = response.json()
    assert (state["code"], state["tone"]) == ("open", "open")
    assert state["join"] == {"open": True, "address": f"/zoom/lessons/{lesson.pk}/join/"}
    assert state["start"] is None
    assert state["login"] is None
    body = response.content.decode()
    for secret in (PASSCODE, str(meeting.zoom_id), str(NUMBER), "zoom.us"):
        assert secret not in body


def test_the_state_is_private(browser, lesson, meeting):
    response = ask(browser, lesson)

    assert response["Cache-Control"] == "private, no-store"
    assert "Cookie" in response["Vary"]


def test_a_closed_lesson_says_when_to_ask_again_so_that_it_opens_by_itself(browser, lesson, meeting, set_time):
    set_time(START - dt.timedelta(minutes=16))
    state = ask(browser, lesson).json()
    assert (state["code"], state["join"]["open"]) == ("early", False)
    assert 55 <= state["ask_again_in"] <= 61

    set_time(START - dt.timedelta(minutes=15) + dt.timedelta(seconds=1))
    assert ask(browser, lesson).json()["join"]["open"] is True


@pytest.mark.parametrize(("before_start", "seconds"), [(dt.timedelta(days=3), 300), (dt.timedelta(minutes=17), 121)])
def test_far_from_the_start_it_is_asked_rarely(browser, lesson, meeting, set_time, before_start, seconds):
    set_time(START - before_start)

    assert seconds - 3 <= ask(browser, lesson).json()["ask_again_in"] <= seconds


def test_a_lesson_that_is_over_is_not_asked_about_again(browser, lesson, meeting, set_time):
    set_time(END + dt.timedelta(hours=2))

    state = ask(browser, lesson).json()

    assert (state["code"], state["ask_again_in"]) == ("over", 0)


def test_a_stranger_is_offered_the_login(client, lesson, meeting):
    state = ask(client, lesson).json()

    assert (state["code"], state["login"]) == ("login", f"/zoom/lessons/{lesson.pk}/join/")
    assert state["join"]["open"] is False


def test_live_is_said_when_it_was_heard(browser, lesson, meeting):
    Meeting.objects.filter(pk=meeting.pk).update(live_since=START, live_uuid="run", live_count=12)

    state = ask(browser, lesson).json()

    assert state["tone"] == "live"
    assert state["live"] == {
        "words": "Live now: since 10 a.m., 12 people",
        "since": START.isoformat(),
        "people": 12,
    }


def test_an_end_that_was_heard_is_said_and_join_stays_open_in_case_it_goes_on(browser, lesson, meeting, set_time):
    set_time(START + dt.timedelta(minutes=45))
    Meeting.objects.filter(pk=meeting.pk).update(ended_at=START + dt.timedelta(minutes=40))

    state = ask(browser, lesson).json()

    assert state["sentence"] == "The lesson ended at 10:40 a.m.: should it go on, you can come in again."
    assert state["join"]["open"] is True


def test_the_end_of_an_earlier_run_says_nothing_about_this_lesson(browser, lesson, meeting):
    Meeting.objects.filter(pk=meeting.pk).update(ended_at=START - dt.timedelta(days=7))

    assert ask(browser, lesson).json()["sentence"] == "You can come in now."


def test_the_host_gets_start_and_nobody_else_does(site, lesson, learner):
    teacher = make_user("teacher.one")
    give_meeting(lesson, host=make_host(site, teacher))
    host, other = Client(), Client()
    host.force_login(teacher)
    other.force_login(learner)

    start = ask(host, lesson).json()["start"]
    assert start["address"] == f"/zoom/lessons/{lesson.pk}/start/"
    assert start["token"]
    assert ask(other, lesson).json()["start"] is None


def test_the_host_reads_that_start_is_open_before_join_is(site, client, lesson, set_time):
    teacher = make_user("teacher.one")
    give_meeting(lesson, host=make_host(site, teacher))
    client.force_login(teacher)
    set_time(START - dt.timedelta(hours=1))

    state = ask(client, lesson).json()

    assert state["start"]
    assert "can start at any time. For the others, Join opens on Tuesday, March 2, 2027, 9:45 a.m." in state["sentence"]


def test_the_time_is_told_in_parts_so_that_the_page_can_be_brought_up_to_date(browser, lesson, meeting):
    assert ask(browser, lesson).json()["when"] == {
        "day": "Tuesday, March 2, 2027",
        "hours": "10 a.m. to 11 a.m.",
        "zone_name": "Berlin time, UTC+01:00",
        "starts_at": "2027-03-02T09:00:00+00:00",
        "ends_at": "2027-03-02T10:00:00+00:00",
        "zone": "Europe/Berlin",
    }


def test_an_address_changed_to_the_hosts_makes_nobody_the_host(site, browser, lesson, learner):
    teacher = make_user("teacher.one")
    host = make_host(site, teacher)
    host.zoom_email = teacher.email
    host.save()
    give_meeting(lesson, host=host, host_email=teacher.email)
    learner.email = teacher.email
    learner.save()

    assert ask(browser, lesson).json()["start"] is None


# Asking again


def test_nothing_new_is_answered_with_304_and_no_body(browser, lesson, meeting):
    tag = ask(browser, lesson)["ETag"]

    again = ask(browser, lesson, tag)

    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == tag
    assert again["Cache-Control"] == "private, no-store"


def test_asking_again_costs_one_query_whoever_asks(browser, folder, settings, django_assert_num_queries):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    page = make_lesson(folder, audience=Audience.EVERYBODY)
    give_meeting(page)
    stranger = Client()
    tag = ask(stranger, page)["ETag"]
    with django_assert_num_queries(1):
        assert ask(stranger, page, tag).status_code == 304

    member = Client()
    member.force_login(make_user("learner.two"))
    tag = ask(member, page)["ETag"]
    with django_assert_num_queries(1):
        assert ask(member, page, tag).status_code == 304


def test_a_lesson_that_goes_live_is_news(browser, lesson, meeting):
    tag = ask(browser, lesson)["ETag"]
    Meeting.objects.filter(pk=meeting.pk).update(live_since=START, live_uuid="run")

    assert ask(browser, lesson, tag).json()["live"]["words"] == "Live now: since 10 a.m."


def test_a_meeting_that_becomes_ready_is_news(browser, lesson, meeting):
    Meeting.objects.filter(pk=meeting.pk).update(actual=Meeting.Actual.ABSENT)
    first = ask(browser, lesson)
    assert first.json()["code"] == "preparing"
    Meeting.objects.filter(pk=meeting.pk).update(actual=Meeting.Actual.PRESENT)

    assert ask(browser, lesson, first["ETag"]).json()["code"] == "open"


def test_the_opening_is_news(browser, lesson, meeting, set_time):
    set_time(START - dt.timedelta(minutes=16))
    tag = ask(browser, lesson)["ETag"]
    set_time(START - dt.timedelta(minutes=14))

    assert ask(browser, lesson, tag).json()["code"] == "open"


def test_a_new_enrolment_is_noticed_within_minutes(browser, settings, folder, learner, set_time):
    settings.WAGTAIL_ZOOM = {
        **settings.WAGTAIL_ZOOM,
        "LMS_ADAPTER": "wagtail_zoom.contrib.adapters.DjangoGroup",
        "LMS_OPTIONS": {"group": "Class 5"},
    }
    group = Group.objects.create(name="Class 5")
    page = make_lesson(folder, audience=Audience.ENROLLED)
    give_meeting(page)
    first = ask(browser, page)
    assert first.json()["code"] == "not_enrolled"
    learner.groups.add(group)
    set_time(START + dt.timedelta(minutes=6))

    assert ask(browser, page, first["ETag"]).json()["code"] == "open"


def test_a_personal_link_that_comes_is_news(browser, folder, learner):
    page = make_lesson(folder)
    row = register(with_registration(page), learner)
    row.due_at = START
    row.save()
    first = ask(browser, page)
    assert first.json()["code"] == "registering"
    row.actual = Registrant.Actual.APPROVED
    encryption.encrypt_field(row, "join_url", "https://zoom.us/w/1?tk=mine")
    row.save()

    assert ask(browser, page, first["ETag"]).json()["code"] == "open"


def test_another_persons_tag_is_worth_nothing(browser, lesson, meeting):
    tag = ask(browser, lesson)["ETag"]
    other = Client()
    other.force_login(make_user("learner.two"))

    assert ask(other, lesson, tag).status_code == 200
    assert ask(Client(), lesson, tag).json()["code"] == "login"


@pytest.mark.parametrize("tag", ['"x"', '"99999999999-forged"', '"²-x"', "*", '"9999999999999999999999999999-x"'])
def test_a_tag_that_was_not_given_is_worth_nothing(browser, lesson, meeting, tag):
    assert ask(browser, lesson, tag).status_code == 200


# Doors


def test_behind_a_closed_door_nothing_is_said(client, folder):
    page = make_lesson(folder, audience=Audience.EVERYBODY, title="Secret title")
    give_meeting(page)
    PageViewRestriction.objects.create(page=folder, restriction_type=PageViewRestriction.LOGIN)

    response = ask(client, page)

    assert response.status_code == 403
    assert response.json() == {
        "code": "closed",
        "sentence": "Open this page again to go on.",
        "tone": "closed",
        "ask_again_in": 0,
    }


def test_a_lesson_that_was_unpublished_stops_the_page(browser, lesson, meeting):
    tag = ask(browser, lesson)["ETag"]
    lesson.live = False
    lesson.save()

    response = ask(browser, lesson, tag)

    assert (response.status_code, response.json()["ask_again_in"]) == (404, 0)


def test_asking_writes_nothing(browser, folder):
    page = make_lesson(folder)
    with_registration(page)

    assert ask(browser, page).json()["code"] == "register"
    assert not Registrant.objects.exists()
    assert not JoinClick.objects.exists()


def test_the_answer_is_small(browser, lesson, meeting):
    assert len(json.dumps(ask(browser, lesson).json())) < 1000
