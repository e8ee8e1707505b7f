"""What the network and the machine can do to a registration: nobody is lost, doubled or silently dropped."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection, connections

from tests.services.registering.desks import Desk, everybody_once, learners, open_desk
from wagtail_zoom import clock
from wagtail_zoom.models import Allowance, Ledger, Registrant
from wagtail_zoom.services import registrants
from wagtail_zoom.services.coordination.work_budget import Budget
from wagtail_zoom.services.registrants import claims, sync


pytestmark = pytest.mark.django_db

BATCH = r"/batch_registrants$"
ADD = r"/registrants$"
STATUS = r"/registrants/status$"


@pytest.mark.parametrize(
    ("fault", "more"),
    [
        ("status", {"status": 429, "headers": {"X-RateLimit-Type": "QPS"}}),
        ("status", {"status": 500, "body": {"code": 500, "message": "Internal error"}}),
        ("reset_before", {}),
        ("reset_after", {}),
        ("truncate", {}),
        ("garbage", {}),
    ],
)
def test_a_batch_that_goes_wrong_in_any_way_ends_with_everybody_registered_once(desk: Desk, clocks, fault, more):
    emails = learners(40)
    desk.register(*emails)
    desk.school.simulator.fault("POST", BATCH, fault, **more)

    desk.work()
    clocks.advance(minutes=2)
    desk.work()

    everybody_once(desk, emails)


def test_after_a_lost_answer_the_lists_are_read_before_anything_is_sent_again(desk: Desk):
    emails = learners(30)
    desk.register(*emails)
    desk.school.simulator.fault("POST", BATCH, "reset_after")

    desk.work()

    assert [request["method"] for request in desk.requests()[:2]] == ["POST", "GET"]
    assert desk.calls()["POST batch_registrants"] == 1
    everybody_once(desk, emails)


def test_a_chunk_that_fails_twice_goes_person_by_person(desk: Desk):
    emails = learners(5)
    desk.register(*emails)
    desk.school.simulator.fault("POST", BATCH, "status", times=2, status=500, body={"code": 500, "message": "no"})

    desk.work()

    assert desk.calls()["POST batch_registrants"] == 2
    assert desk.calls()["POST registrants"] == 5
    everybody_once(desk, emails)


def test_without_a_list_an_add_in_doubt_goes_once_more_and_never_a_third_time_that_day(bare: Desk, clocks):
    clocks.set(dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC))
    one = learners(1)[0]
    bare.register(one)
    bare.school.simulator.fault("POST", ADD, "reset_before", times=3)

    for _minute in range(6):
        bare.work()
        clocks.advance(minutes=2)

    assert bare.calls()["POST registrants"] == 2
    assert Allowance.objects.get(what="registrant_adds").used == 2
    assert bare.row(one).error == "no_answer_blind"
    assert "meeting:read:list_registrants" in registrants.sentence(bare.row(one).error, bare.row(one).error_params)

    clocks.advance(days=1)
    bare.school.simulator.clear_faults()
    bare.work()
    assert bare.statuses() == {one: "approved"}


def test_without_a_list_an_add_whose_answer_was_lost_is_found_by_sending_it_once_more(bare: Desk, clocks):
    one = learners(1)[0]
    bare.register(one)
    bare.school.simulator.fault("POST", ADD, "reset_after")

    bare.work()
    assert bare.row(one).error == "no_answer"
    clocks.advance(minutes=2)
    bare.work()

    assert bare.calls()["POST registrants"] == 2
    everybody_once(bare, [one])


def test_a_process_killed_between_sending_and_writing_leaves_a_question_not_a_double(desk: Desk, clocks):
    emails = learners(3)
    desk.register(*emails)
    entries = [type("Seen", (), {"pk": row.pk, "wanted": row.wanted})() for row in Registrant.objects.all()]
    claims.claim(entries, "a process that died", clock.now() + dt.timedelta(seconds=13))
    desk.on_zoom.add_batch(desk.number, [{"email": email, "first_name": "Learner"} for email in emails])

    desk.work()
    assert "POST batch_registrants" not in desk.calls()
    clocks.advance(minutes=1)
    desk.work()

    assert "POST batch_registrants" not in desk.calls()
    everybody_once(desk, emails)


def test_a_wish_that_changes_while_its_predecessor_is_on_the_wire_is_carried_out_afterwards(desk: Desk):
    one = learners(1)[0]
    desk.register(one)
    row = desk.row(one)
    claimed = claims.claim([row], "at work", clock.now() + dt.timedelta(seconds=13))
    registrants.cancel(Registrant.objects.all())
    answer = desk.on_zoom.add(desk.number, {"email": one, "first_name": "Learner"}, auto_approve=True)
    claimed.became(claimed.rows[0], "approved", registrant_id=answer.registrant_id, link=answer.join_url)
    claimed.write()

    assert (desk.row(one).wanted, desk.row(one).actual) == ("cancelled", "approved")
    assert desk.row(one).due_at is not None
    desk.work()
    assert desk.statuses() == {one: "cancelled"}


def test_a_slice_stops_at_its_budget_and_the_next_one_goes_on(webinar: Desk):
    webinar.register(*learners(20))

    first = registrants.step(webinar.meeting.pk, budget=Budget(seconds=60, calls=10))

    assert first.status == "again" and first.due_at <= clock.now()
    assert len(webinar.requests()) == 10
    webinar.work()
    everybody_once(webinar, learners(20))


def test_who_finds_the_ledger_at_work_comes_back_later(desk: Desk):
    desk.register(*learners(2))
    registrants.step(desk.meeting.pk)
    Ledger.objects.update(lease_owner="another process", lease_until=clock.now() + dt.timedelta(seconds=20))
    desk.register(*learners(2, start=3))
    desk.forget_calls()

    outcome = registrants.step(desk.meeting.pk)

    assert (outcome.status, desk.requests()) == ("again", [])


@pytest.mark.database_server
@pytest.mark.django_db(transaction=True)
def test_two_planners_at_once_never_send_the_same_person_twice(everything):
    desk = open_desk(everything)
    desk.register(*learners(90))

    def plan_and_send() -> None:
        try:
            for _round in range(20):
                sync.step(desk.meeting.pk, budget=Budget(seconds=30, calls=2))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=plan_and_send) for _each in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    sent = [
        person["email"]
        for request in desk.requests()
        if request["method"] == "POST"
        for person in request["body"]["registrants"]
    ]
    assert sorted(sent) == sorted(learners(90))
    assert connection.vendor != "sqlite"


def test_an_unknown_meeting_has_nothing_to_do(db):
    assert registrants.step(0).status == "done"
