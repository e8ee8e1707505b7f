from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from tests.frontend.lessons import JOIN_URL, START, make_host, make_lesson, register, with_registration
from tests.schools import make_user
from wagtail_zoom.models import Registrant
from wagtail_zoom.models.lessons import Audience


pytestmark = pytest.mark.usefixtures("set_time")

MINE = "https://us02web.zoom.us/w/85746065432?tk=mine&pwd=x"
THEIRS = "https://us02web.zoom.us/w/85746065432?tk=theirs&pwd=x"


@pytest.fixture
def lesson(folder):
    return make_lesson(folder)


@pytest.fixture
def meeting(lesson):
    return with_registration(lesson)


@pytest.fixture
def browser(client, learner):
    client.force_login(learner)
    return client


def join(client, page):
    return client.get(reverse("wagtail_zoom:join", args=[page.pk]))


def words(response):
    assert response.status_code == 200
    assert "tk=" not in response.content.decode()
    return response.content.decode()


def test_everybody_gets_their_own_link(browser, lesson, meeting, learner):
    other = make_user("learner.two")
    register(meeting, other, join_url=THEIRS)
    register(meeting, learner, join_url=MINE)
    other_browser = Client()
    other_browser.force_login(other)

    assert join(browser, lesson)["Location"] == MINE
    assert join(other_browser, lesson)["Location"] == THEIRS


def test_who_has_no_row_is_registered_and_asked_to_wait(browser, lesson, meeting, learner):
    response = join(browser, lesson)

    assert "We are getting your personal link." in words(response)
    assert "data-zoom-forward" in words(response)
    row = Registrant.objects.get()
    assert (row.user, row.email, row.source, row.wanted) == (learner, learner.email, "self", "approved")


def test_pressing_join_again_registers_nobody_twice(browser, lesson, meeting):
    for _ in range(3):
        join(browser, lesson)

    assert Registrant.objects.count() == 1


def test_pressing_join_early_gets_the_link_ready_in_time(browser, lesson, meeting, set_time):
    set_time(START - dt.timedelta(hours=2))

    assert "Join opens on" in words(join(browser, lesson))
    assert Registrant.objects.count() == 1


def test_where_a_person_decides_the_learner_waits_for_approval(browser, folder):
    page = make_lesson(folder, zoom_options={"registration": "on", "approval": "by_hand"})
    with_registration(page)

    assert "waiting for approval" in words(join(browser, page))
    assert Registrant.objects.get().wanted == Registrant.Wanted.WAITING


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"wanted": "approved", "actual": "absent", "due_at": START}, "getting your personal link"),
        ({"wanted": "approved", "actual": "denied", "due_at": START}, "getting your personal link"),
        ({"wanted": "approved", "actual": "approved"}, "getting your personal link"),
        ({"wanted": "waiting", "actual": "pending"}, "waiting for approval"),
        ({"wanted": "denied", "actual": "denied"}, "not approved or was cancelled"),
        ({"wanted": "cancelled", "actual": "denied"}, "not approved or was cancelled"),
        ({"wanted": "approved", "actual": "denied"}, "not approved or was cancelled"),
        ({"wanted": "approved", "actual": "absent", "error": "full"}, "All places of this lesson are taken"),
        ({"wanted": "approved", "actual": "absent", "error": "adds_used", "due_at": START}, "It goes on tomorrow"),
        ({"wanted": "approved", "actual": "absent", "error": "refused"}, "could not be registered"),
        ({"wanted": "approved", "actual": "absent", "error": "no_email"}, "no e-mail address"),
    ],
)
def test_each_state_of_a_registration_has_its_words_and_no_link(browser, lesson, meeting, learner, fields, sentence):
    register(meeting, learner, **fields)

    assert sentence in words(join(browser, lesson))


def test_who_was_turned_down_is_not_registered_again_by_pressing(browser, lesson, meeting, learner):
    register(meeting, learner, wanted=Registrant.Wanted.DENIED, actual=Registrant.Actual.DENIED)

    join(browser, lesson)

    assert Registrant.objects.get().wanted == Registrant.Wanted.DENIED


def test_an_account_without_an_address_is_told_so(browser, lesson, meeting, learner):
    learner.email = ""
    learner.save()

    assert "your account has no e-mail address" in words(join(browser, lesson))
    assert not Registrant.objects.exists()


def test_an_address_changed_to_another_persons_gives_nobody_their_link(browser, lesson, meeting, learner):
    other = make_user("learner.two")
    register(meeting, other, join_url=THEIRS)
    learner.email = other.email
    learner.save()

    for _ in range(2):
        assert "could not be registered" in words(join(browser, lesson))


def test_a_registration_that_came_from_zoom_is_not_handed_to_whoever_types_its_address(
    browser, lesson, meeting, learner
):
    register(meeting, None, email="guest.one@school.example", join_url=THEIRS, source=Registrant.Source.ZOOM)
    learner.email = "guest.one@school.example"
    learner.save()

    assert "could not be registered" in words(join(browser, lesson))


def test_a_stranger_needs_an_account_where_links_are_personal(client, folder):
    page = make_lesson(folder, audience=Audience.EVERYBODY)
    with_registration(page)

    assert join(client, page)["Location"].startswith("/admin/login/?next=")


def test_the_host_comes_in_without_registering(client, site, folder):
    teacher = make_user("teacher.one")
    page = make_lesson(folder)
    with_registration(page, host=make_host(site, teacher))
    client.force_login(teacher)

    response = client.get(reverse("wagtail_zoom:join", args=[page.pk]), {"as-participant": ""})

    assert response["Location"] == JOIN_URL
    assert not Registrant.objects.exists()
