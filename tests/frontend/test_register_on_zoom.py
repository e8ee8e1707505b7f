"""What Zoom asks, refuses and loses when somebody registers on the lesson page; and what many people cost it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from tests.frontend.lessons import address, lesson_at, place_of, press, state_of, visitor
from tests.schools import EVERY_SCOPE, make_user
from tests.services.registering.desks import open_desk
from tests.simulator.zoom_app import ZoomApp
from wagtail_zoom.frontend.views import lesson_state
from wagtail_zoom.models import Meeting, Registrant
from wagtail_zoom.services import registrants
from wagtail_zoom.services.registrants import form_questions


SELF = Registrant.Source.SELF


@pytest.fixture
def lesson(desk):
    return lesson_at(desk)


@pytest.fixture
def browser(lesson, learner):
    return visitor(lesson, learner)


# Zoom's questions


ASKED = {
    "questions": [{"field_name": "city", "required": True}, {"field_name": "last_name", "required": True}],
    "custom_questions": [
        {"title": "Which class?", "type": "short", "required": True},
        {"title": "Which bird?", "type": "single", "required": False, "answers": ["Stork", "Swan"]},
    ],
}


@pytest.fixture
def asking(desk):
    simulator, account = desk.school.simulator, desk.school.account_id
    scopes = [*EVERY_SCOPE, "meeting:update:registration_question:admin"]
    host = ZoomApp(simulator, account, simulator.add_app(account, "server_to_server", scopes))
    host.connect_account()
    answer = host.call("PATCH", f"/meetings/{desk.number}/registrants/questions", ASKED)
    assert answer.status == 204, answer.text
    host.close()
    form_questions.read(desk.meeting)
    desk.forget_calls()
    return desk


def test_zooms_questions_are_asked_and_answered(asking, browser, lesson):
    told = place_of(browser, lesson)
    assert told["register"] == {"address": address("register", lesson), "token": ""}
    page = browser.get(address("register", lesson)).content.decode()
    assert "Which class?" in page
    assert "City" in page
    # The account knows the last name.
    assert "Last name" not in page

    refused = press(browser, "register", lesson, {"question_1": "5b"})
    assert "This field is required." in refused.content.decode()
    assert not Registrant.objects.exists()

    press(browser, "register", lesson, {"question_0": "Berlin", "question_1": "5b", "question_2": "Stork"})
    asking.work()
    assert place_of(browser, lesson)["sentence"] == "You are registered."
    sent = asking.requests()[0]["body"]
    assert sent["city"] == "Berlin"
    assert {each["title"]: each["value"] for each in sent["custom_questions"]} == {
        "Which class?": "5b",
        "Which bird?": "Stork",
    }


def test_an_answer_that_zoom_does_not_offer_is_refused(asking, browser, lesson):
    response = press(browser, "register", lesson, {"question_0": "x", "question_1": "y", "question_2": "Penguin"})

    assert "Select a valid choice" in response.content.decode()
    assert not Registrant.objects.exists()


def test_who_was_entered_without_answers_can_give_them(asking, browser, lesson, learner):
    registrants.register(asking.meeting, [registrants.of_user(learner)], source="editor")
    asking.work()
    assert state_of(browser, lesson)["code"] == "questions"

    press(browser, "register", lesson, {"question_0": "Berlin", "question_1": "5b"})
    asking.work()

    assert place_of(browser, lesson)["sentence"] == "You are registered."


def test_pressing_join_in_time_leads_to_the_questions(asking, browser, lesson, clocks):
    clocks.set(asking.meeting.starts_at)

    assert browser.get(address("join", lesson))["Location"] == address("register", lesson)
    assert not Registrant.objects.exists()


# A webinar, which can only be added to and then approved


def test_for_a_webinar_with_the_seventeen_scopes_the_link_comes_by_itself(academy, learner, clocks):
    webinar = open_desk(academy, kind="webinar", owned=False)
    lesson = lesson_at(webinar)
    browser = visitor(lesson, learner)

    press(browser, "register", lesson)
    webinar.work()

    assert place_of(browser, lesson)["sentence"] == "You are registered."
    clocks.set(webinar.meeting.starts_at)
    assert browser.get(address("join", lesson))["Location"] == registrants.link_of(webinar.row(learner.email))


# What Zoom refuses


def refused(desk, browser, lesson):
    press(browser, "register", lesson)
    desk.work()
    return state_of(browser, lesson)


def test_the_host_reads_that_no_registration_is_needed(desk, lesson):
    host = make_user("somebody", email=desk.meeting.host_email)

    assert refused(desk, visitor(lesson, host), lesson)["code"] == "host_on_zoom"


def test_full_on_zoom_is_said_as_full(desk, browser, lesson):
    desk.school.simulator.patch_user(desk.school.zoom_users[0]["id"], capacity=1)
    desk.on_zoom.add(desk.number, {"email": "learner.two@school.example", "first_name": "Two"}, auto_approve=True)

    state = refused(desk, browser, lesson)

    assert (state["code"], bool(state["place"]["cancel"])) == ("full", True)


def test_registration_switched_off_on_zoom_is_said(desk, browser, lesson):
    desk.school.simulator.patch_meeting(desk.number, settings={"approval_type": 2})

    assert refused(desk, browser, lesson)["code"] == "registration_off"


def test_a_licence_that_is_gone_is_said_as_nobody_can_be_registered(desk, browser, lesson):
    desk.school.simulator.patch_user(desk.school.zoom_users[0]["id"], type=1)

    assert refused(desk, browser, lesson)["code"] == "registration_off"


def test_after_the_lesson_there_is_nothing_to_press(desk, browser, lesson, clocks):
    clocks.set(desk.meeting.ends_at + dt.timedelta(hours=2))

    state = refused(desk, browser, lesson)

    assert (state["code"], state["place"]) == ("over", None)
    assert not Registrant.objects.exists()


@pytest.mark.parametrize("email", ["", "nonsense", "a" * 185 + "@school.example"])
def test_an_account_without_an_address_that_zoom_takes_is_told_so_and_may_come_back(desk, lesson, learner, email):
    good, learner.email = learner.email, email
    learner.save()
    browser = visitor(lesson, learner)
    assert refused(desk, browser, lesson)["code"] == "no_address"
    assert desk.calls()["POST registrants"] == 0

    learner.email = good
    learner.save()
    assert refused(desk, browser, lesson)["place"]["sentence"] == "You are registered."


def test_an_account_without_a_name_is_registered_all_the_same(desk, lesson):
    nameless = make_user("learner.nine", first_name="", last_name="")

    assert refused(desk, visitor(lesson, nameless), lesson)["place"]["sentence"] == "You are registered."


@pytest.mark.parametrize("fault", ["reset_before", "reset_after", "truncate", "status"])
def test_a_lost_answer_ends_in_one_registration(desk, browser, lesson, learner, fault, clocks):
    more = {"status": 500} if fault == "status" else {}
    desk.school.simulator.fault("POST", r".*/registrants", fault, **more)

    refused(desk, browser, lesson)
    clocks.advance(minutes=10)
    desk.work()

    assert place_of(browser, lesson)["sentence"] == "You are registered."
    assert desk.statuses() == {learner.email: "approved"}


def test_cancelled_on_zoom_is_not_fought(desk, browser, lesson):
    press(browser, "register", lesson)
    desk.work()
    row = Registrant.objects.get()
    desk.on_zoom.set_status(desk.number, "cancel", [{"id": row.registrant_id, "email": row.email}])
    registrants.read_back(desk.meeting.pk)

    assert state_of(browser, lesson)["code"] == "denied"


def test_a_registration_deleted_on_zoom_is_said(desk, browser, lesson):
    press(browser, "register", lesson)
    desk.work()
    desk.on_zoom.delete(desk.number, Registrant.objects.get().registrant_id)
    registrants.read_back(desk.meeting.pk)

    assert state_of(browser, lesson)["code"] == "denied"


# Many people


def test_three_hundred_learners_opening_the_page_ask_zoom_nothing_and_cost_a_bounded_number_of_queries(desk, lesson):
    people = [make_user(f"learner.{number}") for number in range(300)]
    registrants.register(desk.meeting, [registrants.of_user(each) for each in people], source="self")
    desk.work()
    desk.school.simulator.clear_requests()
    before = Meeting.objects.values().get(pk=desk.meeting.pk)

    costs = set()
    for person in [*people, AnonymousUser()]:
        request = RequestFactory().get("/", headers={"host": lesson.get_site().hostname})
        request.user = person
        with CaptureQueriesContext(connection) as queries:
            response = lesson_state(request, lesson.pk)
        assert response.status_code == 200
        costs.add(len(queries))

    assert desk.school.simulator.requests() == []
    assert max(costs) <= 16
    assert Meeting.objects.values().get(pk=desk.meeting.pk) == before
