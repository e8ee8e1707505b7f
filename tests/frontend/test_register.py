"""Register and Cancel on the lesson page, with the simulated Zoom behind them."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.frontend.lessons import address, lesson_at, place_of, press, state_of, visitor
from tests.schools import make_user
from wagtail_zoom import clock
from wagtail_zoom.models import Registrant
from wagtail_zoom.services import registrants


SELF = Registrant.Source.SELF


@pytest.fixture
def lesson(desk):
    return lesson_at(desk)


@pytest.fixture
def browser(lesson, learner):
    return visitor(lesson, learner)


def test_one_click_registers_and_the_page_becomes_personal_by_itself(desk, browser, lesson, learner):
    before = state_of(browser, lesson)
    assert before["place"]["sentence"] == "Register to take part."
    assert before["place"]["register"]["token"]
    assert before["place"]["cancel"] is None

    response = press(browser, "register", lesson)

    assert (response.status_code, response["Location"]) == (303, address("register", lesson))
    coming = state_of(browser, lesson)
    assert (coming["place"]["sentence"], coming["ask_again_in"]) == ("You are being registered.", 5)
    desk.work()
    after = state_of(browser, lesson)
    assert after["place"]["sentence"] == "You are registered."
    assert after["place"]["register"] is None
    assert "Join opens on" in after["sentence"]
    assert desk.statuses() == {learner.email: "approved"}


def test_a_click_has_zoom_asked_at_once(desk, browser, lesson, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        press(browser, "register", lesson)

    assert place_of(browser, lesson)["sentence"] == "You are registered."


def test_without_script_the_page_behind_the_link_has_a_button_that_registers(desk, browser, lesson):
    page = browser.get(address("register", lesson)).content.decode()

    assert 'method="post"' in page
    assert f'action="{address("register", lesson)}"' in page
    assert "csrfmiddlewaretoken" in page
    assert not Registrant.objects.exists()


def test_looking_registers_and_cancels_nobody(desk, browser, lesson):
    browser.get(address("register", lesson))
    assert not Registrant.objects.exists()

    press(browser, "register", lesson)
    assert browser.get(address("cancel", lesson))["Location"] == address("register", lesson)
    assert Registrant.objects.get().wanted == "approved"


@pytest.mark.parametrize("name", ["register", "cancel"])
def test_another_site_cannot_press_for_somebody(desk, lesson, learner, name):
    careful = visitor(lesson, learner, enforce_csrf_checks=True)

    assert press(careful, name, lesson).status_code == 403
    assert not Registrant.objects.exists()


def test_the_answers_are_nobody_elses(desk, browser, lesson):
    page, gone_on = browser.get(address("register", lesson)), press(browser, "register", lesson)

    assert page["Cache-Control"] == gone_on["Cache-Control"] == "private, no-store"
    assert page["Referrer-Policy"] == gone_on["Referrer-Policy"] == "no-referrer"
    # A form that is sent from a page under "no-referrer" has no origin, and Django would refuse it.
    assert '<meta name="referrer" content="same-origin">' in page.content.decode()


def test_pressing_join_early_registers_nobody_who_can_press_register(desk, browser, lesson):
    response = browser.get(address("join", lesson))

    assert "Register to take part." in response.content.decode()
    assert not Registrant.objects.exists()


def test_a_registration_is_cancelled_and_given_again(desk, browser, lesson, learner):
    press(browser, "register", lesson)
    desk.work()

    press(browser, "cancel", lesson)
    state = state_of(browser, lesson)
    assert (state["code"], state["sentence"]) == ("gave_up", "Your registration is cancelled.")
    desk.work()
    assert desk.statuses() == {learner.email: "cancelled"}

    press(browser, "register", lesson)
    desk.work()
    assert desk.statuses() == {learner.email: "approved"}
    assert place_of(browser, lesson)["sentence"] == "You are registered."
    assert desk.calls()["POST registrants"] == 1


def test_before_the_second_change_of_mind_it_is_said_how_many_are_left(desk, browser, lesson):
    assert place_of(browser, lesson)["changes"] == ""

    press(browser, "register", lesson)
    desk.work()
    assert place_of(browser, lesson)["changes"] == "You can change your mind 10 more times today."
    press(browser, "cancel", lesson)
    desk.work()
    assert place_of(browser, lesson)["changes"] == "You can change your mind 9 more times today."


def test_twenty_changes_of_mind_cost_no_more_than_a_days_allowance_and_the_last_one_counts(
    desk, browser, lesson, learner, clocks
):
    for _ in range(10):
        press(browser, "register", lesson)
        desk.work()
        press(browser, "cancel", lesson)
        desk.work()
    press(browser, "register", lesson)
    desk.work()

    assert desk.calls()["POST registrants"] == 1
    assert desk.calls()["PUT registrants/status"] == 10
    assert all(each["status"] < 400 for each in desk.requests())
    assert "What you choose now is done tomorrow." in place_of(browser, lesson)["changes"]
    press(browser, "cancel", lesson)
    clocks.advance(days=1)
    desk.work()
    assert desk.statuses() == {learner.email: "cancelled"}


def test_where_a_person_decides_the_learner_reads_so_at_every_step(desk, learner):
    lesson = lesson_at(desk, approval="by_hand")
    browser = visitor(lesson, learner)
    assert "then a person decides" in place_of(browser, lesson)["sentence"]

    press(browser, "register", lesson)
    desk.work()
    waiting = state_of(browser, lesson)
    assert (waiting["code"], desk.statuses()) == ("pending", {learner.email: "pending"})
    assert waiting["place"]["cancel"]

    registrants.approve(Registrant.objects.all())
    desk.work()
    assert place_of(browser, lesson)["sentence"] == "You are registered."


def test_who_was_turned_down_cannot_press_their_way_in(desk, browser, lesson):
    press(browser, "register", lesson)
    registrants.deny(Registrant.objects.all())
    desk.work()

    state = state_of(browser, lesson)
    assert (state["code"], state["place"]["register"], state["place"]["cancel"]) == ("denied", None, None)
    press(browser, "register", lesson)
    assert Registrant.objects.get().wanted == "denied"


def test_what_an_editor_cancelled_the_learner_does_not_bring_back(desk, browser, lesson):
    press(browser, "register", lesson)
    registrants.cancel(Registrant.objects.all())

    assert state_of(browser, lesson)["code"] == "denied"
    press(browser, "register", lesson)
    assert Registrant.objects.get().wanted == "cancelled"


def test_who_is_registered_by_enrolment_sees_join_only(desk, browser, lesson, learner):
    registrants.register(desk.meeting, [registrants.of_user(learner)], source="enrolment")
    desk.work()

    told = place_of(browser, lesson)
    assert (told["sentence"], told["register"], told["cancel"]) == ("You are registered.", None, None)
    press(browser, "cancel", lesson)
    assert Registrant.objects.get().wanted == "approved"


def test_after_the_last_place_it_is_full_until_somebody_leaves(desk, learner):
    lesson = lesson_at(desk, places=1)
    first, second = visitor(lesson, learner), visitor(lesson, make_user("learner.two"))
    press(first, "register", lesson)

    state = state_of(second, lesson)
    assert (state["code"], state["place"]) != ("early", None)
    assert "All places of this lesson are taken." in state["sentence"]
    assert state["place"]["register"] is None
    press(second, "register", lesson)
    assert Registrant.objects.count() == 1

    press(first, "cancel", lesson)
    assert place_of(second, lesson)["register"]


def test_too_late_is_said_with_the_time_and_nobody_slips_in(desk, learner, clocks):
    closes = (clock.now() + dt.timedelta(days=1)).replace(second=0, microsecond=0)
    lesson = lesson_at(desk, closes_at=closes.isoformat())
    browser = visitor(lesson, learner)
    assert place_of(browser, lesson)["register"]

    clocks.set(closes)

    state = state_of(browser, lesson)
    assert state["code"] == "closed"
    assert "Registration closed on" in state["sentence"]
    press(browser, "register", lesson)
    browser.get(address("join", lesson))
    assert not Registrant.objects.exists()


def test_where_registration_is_off_there_is_nothing_to_press(desk, learner):
    lesson = lesson_at(desk, registration="off")
    browser = visitor(lesson, learner)

    assert place_of(browser, lesson) is None
    press(browser, "register", lesson)
    assert not Registrant.objects.exists()


def test_a_stranger_is_sent_to_the_login_and_comes_back(desk, lesson):
    response = visitor(lesson).get(address("register", lesson))

    assert response["Location"].endswith(f"?next={address('register', lesson)}")
