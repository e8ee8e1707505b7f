"""What Zoom refuses, and what a meeting, a person or a day does not allow: said once, and healed by itself."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.services.registering.desks import Desk, everybody_once, learners, open_desk
from wagtail_zoom import clock
from wagtail_zoom.models import Allowance, Connection, Ledger, Registrant, ZoomSettings
from wagtail_zoom.services import registrants


pytestmark = pytest.mark.django_db

BATCH = r"/batch_registrants$"
ADD = r"/registrants$"
STATUS = r"/registrants/status$"


def test_one_bad_person_spoils_nothing_for_the_other_twenty_nine(desk: Desk):
    emails = learners(29)
    desk.meeting.host_email = ""
    desk.meeting.host = None
    desk.meeting.save()
    host = desk.school.zoom_users[0]["email"]
    desk.register(*emails, host)

    desk.work()

    assert desk.statuses() == dict.fromkeys(emails, "approved")
    assert desk.row(host).error == "host"
    assert desk.row(host).due_at is None


def test_the_host_is_left_out_without_asking_zoom(desk: Desk):
    host = desk.school.zoom_users[0]["email"]
    desk.register(f" {host.upper()} ")

    desk.work()

    assert desk.requests() == []
    assert "without registering" in registrants.sentence(desk.row(host).error)


def test_an_allowance_used_up_at_the_second_person_stops_only_that_person(desk: Desk, clocks):
    one, two, three = learners(3)
    # Somebody registered the second person three times today already, past our counting.
    for _time in range(3):
        desk.on_zoom.add(desk.number, {"email": two, "first_name": "Learner"})
    desk.on_zoom.delete(desk.number, desk.on_zoom.add(desk.number + 0, {"email": one, "first_name": "x"}).registrant_id)
    them = next(each for each in desk.school.simulator.meeting(desk.number)["registrants"] if each["email"] == two)
    desk.on_zoom.delete(desk.number, them["id"])
    desk.register(one, two, three)

    desk.work()

    assert desk.statuses() == {one: "approved", three: "approved"}
    assert desk.row(two).error == "adds_used"
    assert desk.row(two).due_at.date() == clock.now().date() + dt.timedelta(days=1)

    clocks.advance(days=1)
    desk.work()
    assert desk.statuses()[two] == "approved"


def test_a_full_meeting_is_said_and_nobody_else_is_tried_until_somebody_leaves(desk: Desk):
    desk.school.simulator.patch_user(desk.school.zoom_users[0]["id"], capacity=2)
    emails = learners(6)
    desk.register(*emails)

    desk.work()

    assert list(desk.statuses().values()) == ["approved"] * 2
    assert desk.meeting.registrants.filter(error="full", due_at=None).count() == 4
    assert sum(desk.calls().values()) <= 5

    registrants.cancel(desk.meeting.registrants.filter(actual="approved")[:1])
    desk.work()
    assert list(desk.statuses().values()).count("approved") == 2
    assert desk.meeting.registrants.filter(error="full").count() == 3


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (
            lambda desk: desk.school.simulator.patch_meeting(desk.number, settings={"approval_type": 2}),
            "registration_off",
        ),
        (lambda desk: desk.school.simulator.delete_meeting(desk.number), "gone"),
        (lambda desk: desk.school.simulator.patch_user(desk.school.zoom_users[0]["id"], type=1), "licence"),
        (lambda desk: desk.school.simulator.patch_app(desk.school.app.client_id, active=False), "not_connected"),
    ],
)
def test_what_is_wrong_with_the_meeting_is_said_once_and_asked_once(desk: Desk, clocks, break_it, code):
    desk.register(*learners(40))
    break_it(desk)

    for _minute in range(5):
        desk.work()
        clocks.advance(minutes=1)

    assert Ledger.objects.get().error == code
    assert len([each for each in desk.requests() if each["method"] == "POST"]) <= 1
    assert desk.meeting.registrants.filter(actual="absent").exclude(due_at=None).count() == 40
    assert Allowance.objects.filter(used__gt=0).count() == 0


def test_switched_on_again_registration_heals_within_the_hour(desk: Desk, clocks):
    desk.school.simulator.patch_meeting(desk.number, settings={"approval_type": 2})
    desk.register(*learners(2))
    desk.work()

    desk.school.simulator.patch_meeting(desk.number, settings={"approval_type": 1})
    clocks.advance(hours=1, minutes=1)
    desk.work()

    everybody_once(desk, learners(2))


def test_whoever_presses_retry_need_not_wait_for_the_hour(desk: Desk):
    desk.school.simulator.patch_meeting(desk.number, settings={"approval_type": 2})
    desk.register(*learners(2))
    desk.work()

    desk.school.simulator.patch_meeting(desk.number, settings={"approval_type": 1})
    registrants.retry(Registrant.objects.all())
    desk.work()

    everybody_once(desk, learners(2))


def test_a_meeting_that_is_over_takes_nobody(desk: Desk, clocks):
    desk.register(*learners(1))
    clocks.advance(days=4)

    outcome = desk.work()

    assert (outcome.status, Ledger.objects.get().error, desk.requests()) == ("waiting", "over", [])


def test_a_paused_space_sends_nothing(desk: Desk):
    desk.register(*learners(1))
    ZoomSettings.objects.filter(site=desk.school.site).update(is_paused=True)

    assert desk.work().status == "waiting"
    assert (desk.requests(), Ledger.objects.get().error) == ([], "paused")


def test_a_series_takes_people_one_by_one(everything):
    desk = open_desk(everything, type=8, recurrence={"type": 2, "repeat_interval": 1, "end_times": 3})
    desk.register(*learners(3))

    desk.work()

    assert desk.calls() == {"POST registrants": 3}
    everybody_once(desk, learners(3))


def test_a_meeting_that_became_a_series_unknown_to_us_falls_back_to_single_adds(everything):
    desk = open_desk(everything, type=8, recurrence={"type": 2, "repeat_interval": 1, "end_times": 3})
    desk.meeting.actual_payload["type"] = 2
    desk.meeting.save()
    desk.register(*learners(3))

    desk.work()

    assert desk.calls() == {"POST batch_registrants": 1, "POST registrants": 3}
    assert Ledger.objects.get().singly is True
    everybody_once(desk, learners(3))


def test_a_scope_that_zoom_refuses_in_spite_of_the_token_is_done_without(everything):
    desk = open_desk(everything)
    desk.register(*learners(3))
    desk.work()
    desk.school.simulator.fault(
        "POST",
        BATCH,
        "status",
        status=400,
        body={
            "code": 4711,
            "message": "Invalid access token, does not contain scopes:[meeting:write:batch_registrants].",
        },
    )
    desk.register(*learners(3, start=4))

    desk.work()

    everybody_once(desk, learners(6))
    assert "meetings.registrants.add_batch" in Connection.objects.get(pk=desk.meeting.connection_id).refused_operations


def test_a_deleted_registrant_is_taken_as_cancelled_not_as_an_error(desk: Desk):
    one = learners(1)[0]
    desk.register(one)
    desk.work()
    desk.on_zoom.delete(desk.number, desk.row(one).registrant_id)

    registrants.delete(Registrant.objects.all())
    desk.work()

    row = desk.row(one)
    assert (row.actual, row.error, row.registrant_id, bool(row.join_url)) == ("absent", "", "", False)


def test_cancelled_and_enrolled_again_a_learner_is_approved_not_added(desk: Desk):
    one = learners(1)[0]
    desk.register(one)
    desk.work()
    link = registrants.link_of(desk.row(one))
    registrants.cancel(Registrant.objects.all())
    desk.work()
    desk.forget_calls()

    desk.register(one)
    desk.work()

    assert desk.calls() == {"PUT registrants/status": 1}
    assert desk.statuses() == {one: "approved"}
    assert registrants.link_of(desk.row(one)) == link


def test_a_tenth_status_change_is_the_last_of_the_day(desk: Desk, clocks):
    clocks.set(dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC))
    one = learners(1)[0]
    desk.register(one)
    desk.work()
    for _time in range(6):
        registrants.cancel(Registrant.objects.all())
        desk.work()
        registrants.approve(Registrant.objects.all())
        desk.work()

    assert desk.calls()["PUT registrants/status"] == 10
    assert desk.row(one).error in ("status_used", "")
    clocks.advance(days=1)
    registrants.cancel(Registrant.objects.all())
    desk.work()
    assert desk.statuses() == {one: "cancelled"}
