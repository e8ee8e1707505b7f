"""People, classes and events as no form should have let them through: what Zoom then gets, and what is said."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from tests.schools import make_user
from tests.services.registering import rolls
from tests.services.registering.desks import Desk, everybody_once, learners, open_desk
from wagtail_zoom.models import Ledger
from wagtail_zoom.services import registrants
from wagtail_zoom.services.registrants import enrolment_sync


pytestmark = pytest.mark.django_db

ONE, TWO, THREE = learners(3)
BATCH = r"/batch_registrants$"


@pytest.mark.parametrize("kind", ["meeting", "webinar"])
def test_the_same_person_in_every_form_of_their_address_is_registered_once(academy: Any, kind: str):
    desk = open_desk(academy, kind=kind, owned=False)
    composed = unicodedata.normalize("NFC", "zoë@school.example")
    forms = [ONE, f"  {ONE.upper()}\n", ONE.title(), composed, unicodedata.normalize("NFD", composed), composed.upper()]

    for _time in range(2):
        desk.register(*forms)
        desk.work()

    # Zoom takes no address with such letters: that is said, once, and nothing is sent.
    assert (desk.row(composed).error, desk.meeting.registrants.count()) == ("bad_email", 2)
    assert desk.statuses() == {ONE: "approved"}
    assert desk.calls()["POST registrants"] == 1


def test_people_without_an_address_with_too_long_a_one_and_without_a_name_each_end_with_a_reason_or_on_zoom(desk: Desk):
    nobody = make_user("learner.nine", email="")
    nameless = make_user("learner.eight", email=ONE, first_name="", last_name="")
    long = make_user("learner.seven", email="a" * 185 + "@school.example")
    people = [registrants.of_user(user) for user in (nobody, nameless, long)]

    registrants.register(desk.meeting, people, source="enrolment")
    desk.work()

    errors = {row.user.username: row.error for row in desk.meeting.registrants.select_related("user")}
    assert errors == {"learner.nine": "no_email", "learner.eight": "", "learner.seven": "long_email"}
    assert desk.statuses() == {ONE: "approved"}
    assert desk.calls() == {"POST registrants": 1}


def test_the_host_of_a_webinar_whom_this_site_does_not_know_as_one_is_told_and_the_others_are_in(webinar: Desk):
    host = webinar.school.zoom_users[0]["email"]
    webinar.meeting.host, webinar.meeting.host_email = None, ""
    webinar.meeting.save()
    webinar.register(ONE, host, TWO)

    webinar.work()

    assert webinar.statuses() == {ONE: "approved", TWO: "approved"}
    assert (webinar.row(host).error, webinar.row(host).due_at) == ("host", None)


@pytest.mark.parametrize("kind", ["meeting", "webinar"])
def test_an_event_that_zoom_calls_over_is_asked_once_a_day(academy: Any, clocks: Any, kind: str):
    desk = open_desk(academy, kind=kind, owned=False)
    desk.register(ONE, TWO)
    over = {"code": 3038, "message": "This webinar is over."}
    desk.school.simulator.fault("POST", r"/registrants$", "status", times=9, status=400, body=over)

    for _hour in range(3):
        desk.work()
        clocks.advance(hours=1)

    assert Ledger.objects.get().error == "over"
    assert desk.calls()["POST registrants"] == 1
    assert desk.meeting.registrants.filter(actual="absent").exclude(due_at=None).count() == 2


def test_a_webinar_licence_that_is_gone_is_said_and_heals_by_itself(webinar: Desk, clocks: Any):
    owner = webinar.school.zoom_users[0]["id"]
    webinar.school.simulator.patch_user(owner, webinar=False)
    webinar.register(ONE)
    webinar.work()
    assert Ledger.objects.get().error == "licence"
    assert webinar.statuses() == {}

    webinar.school.simulator.patch_user(owner, webinar=True)
    clocks.advance(hours=1, minutes=1)
    webinar.work()

    assert webinar.statuses() == {ONE: "approved"}
    assert Ledger.objects.get().error == ""


@pytest.mark.parametrize("headers", [{}, {"X-RateLimit-Type": "Daily-limit", "X-RateLimit-Remaining": "0"}])
def test_a_batch_that_is_too_many_for_the_day_loses_and_doubles_nobody(desk: Desk, clocks: Any, headers: Any):
    emails = learners(31)
    desk.register(*emails)
    desk.school.simulator.fault("POST", BATCH, "status", status=429, headers=headers)

    desk.work()
    clocks.advance(days=1)
    desk.work()

    everybody_once(desk, emails)


def test_two_classes_on_one_webinar_are_on_zoom_once_each_and_stay_while_one_of_them_wants_them(
    webinar: Desk, make_lesson: Any, settings: Any
):
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "LMS_ADAPTER": "tests.services.registering.rolls.Roll"}
    one, both, two = (make_user(f"learner.{number}") for number in (1, 2, 3))
    first = make_lesson(webinar.meeting, {"registration": "on"})
    second = make_lesson(webinar.meeting, {"registration": "on", "approval": "by_hand"})
    rolls.ENROLLED.clear()
    rolls.ENROLLED.update({first.pk: [one, both], second.pk: [both, two]})
    enrolment_sync.sync(webinar.meeting.pk)
    webinar.work()
    assert webinar.statuses() == {user.email: "approved" for user in (one, both, two)}

    rolls.ENROLLED.update({first.pk: [], second.pk: [both, two]})
    enrolment_sync.sync(webinar.meeting.pk)
    webinar.work()

    assert webinar.statuses() == {one.email: "cancelled", both.email: "approved", two.email: "approved"}
    assert webinar.calls()["POST registrants"] == 3
