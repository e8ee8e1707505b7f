"""What Zoom's lists and webhooks say, compared with the ledger."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from cryptography.fernet import Fernet

from tests.schools import make_user
from tests.services.registering.desks import Desk, learners, open_desk
from wagtail_zoom import clock
from wagtail_zoom.models import Ledger, Registrant, RegistrantChange
from wagtail_zoom.services import encryption, registrants
from wagtail_zoom.services.coordination.work_budget import Budget
from wagtail_zoom.signals import registrant_changed


pytestmark = pytest.mark.django_db

ONE, TWO, THREE = learners(3)
VERIFIED = {"LMS_OPTIONS": {"emails_are_verified": True}}


def on_their_own(desk: Desk, email: str, *, approve: bool = False, **form: Any) -> str:
    """Let somebody register on Zoom's own form; return their id there."""
    form = {"email": email, "first_name": "Learner", "last_name": "One", **form}
    answer = desk.on_zoom.add(desk.number, form)
    if approve:
        decide_on_zoom(desk, "approve", email, answer.registrant_id)
    return answer.registrant_id


def decide_on_zoom(desk: Desk, action: Any, email: str, registrant_id: str) -> None:
    desk.on_zoom.set_status(desk.number, action, [{"id": registrant_id, "email": email}])


def read(desk: Desk, calls: int = 1000) -> None:
    registrants.read_back(desk.meeting.pk, budget=Budget(seconds=60, calls=calls))


def known(desk: Desk, *emails: str) -> None:
    """Have people registered by us, and the lists read."""
    desk.register(*emails)
    desk.work()
    read(desk)
    desk.forget_calls()


def test_people_who_registered_on_zoom_are_imported_with_their_answers(desk: Desk):
    desk.school.simulator.patch_meeting(
        desk.number, questions={"questions": [], "custom_questions": [{"title": "Which class?", "type": "short"}]}
    )
    on_their_own(desk, ONE, approve=True)
    on_their_own(desk, TWO)
    on_their_own(desk, THREE, approve=True)
    decide_on_zoom(
        desk,
        "cancel",
        THREE,
        next(
            each["id"] for each in desk.school.simulator.meeting(desk.number)["registrants"] if each["email"] == THREE
        ),
    )

    read(desk)

    rows = Registrant.objects.order_by("email")
    assert list(rows.values_list("email", "source", "wanted", "actual", "due_at")) == [
        (ONE, "zoom", "approved", "approved", None),
        (TWO, "zoom", "waiting", "pending", None),
        (THREE, "zoom", "cancelled", "denied", None),
    ]
    assert registrants.link_of(rows[0]).startswith("http")
    assert (rows[1].first_name, rows[1].last_name, bool(rows[1].join_url)) == ("Learner", "One", False)


def test_nothing_changed_means_three_lists_and_no_write(desk: Desk):
    known(desk, ONE, TWO)
    before = list(Registrant.objects.values())

    read(desk)

    assert desk.calls() == {"GET registrants": 3}
    assert list(Registrant.objects.values()) == before


def test_an_academy_links_what_exists_and_reads_it_before_it_sends(webinar: Desk):
    on_their_own(webinar, ONE)
    on_their_own(webinar, TWO, approve=True)
    webinar.register(ONE, TWO, THREE)

    webinar.work()

    assert webinar.statuses() == dict.fromkeys([ONE, TWO, THREE], "approved")
    adds = [each["body"]["email"] for each in webinar.requests() if each["method"] == "POST"]
    assert adds == [THREE]


def test_a_decision_made_on_zoom_is_shown_and_not_fought(desk: Desk):
    known(desk, ONE)
    decide_on_zoom(desk, "cancel", ONE, desk.row(ONE).registrant_id)

    read(desk)
    desk.work()

    row = desk.row(ONE)
    assert (row.wanted, row.actual, row.actual_by, row.error) == ("approved", "denied", "zoom", "changed_on_zoom")
    assert desk.statuses() == {ONE: "cancelled"}

    registrants.approve(Registrant.objects.all())
    desk.work()
    assert desk.statuses() == {ONE: "approved"}


def test_who_was_let_in_on_zoom_needs_no_second_decision_here(desk: Desk):
    desk.register(ONE, source="self", wanted="waiting")
    desk.work()
    decide_on_zoom(desk, "approve", ONE, desk.row(ONE).registrant_id)

    read(desk)

    row = desk.row(ONE)
    assert (row.wanted, row.wanted_by, row.actual, row.error) == ("approved", "zoom", "approved", "")
    assert row.join_url


def test_who_vanished_from_zoom_is_marked_and_keeps_no_link(desk: Desk):
    known(desk, ONE, TWO)
    desk.on_zoom.delete(desk.number, desk.row(ONE).registrant_id)

    read(desk)
    desk.work()

    row = desk.row(ONE)
    assert (row.actual, row.error, bool(row.join_url), row.registrant_id) == ("absent", "gone_on_zoom", False, "")
    assert desk.statuses() == {TWO: "approved"}
    assert desk.row(TWO).error == ""

    registrants.retry(Registrant.objects.filter(pk=row.pk))
    desk.work()
    assert desk.statuses() == {ONE: "approved", TWO: "approved"}


def test_a_changed_link_takes_the_place_of_the_old_one(desk: Desk):
    known(desk, ONE)
    row = desk.row(ONE)
    right = registrants.link_of(row)
    encryption.encrypt_field(row, "join_url", "https://zoom.us/w/1?tk=old")
    row.save()

    read(desk)

    assert registrants.link_of(desk.row(ONE)) == right


def test_a_link_that_no_key_opens_is_replaced(desk: Desk, settings: Any):
    known(desk, ONE)
    row = desk.row(ONE)
    ours = settings.WAGTAIL_ZOOM
    settings.WAGTAIL_ZOOM = {**ours, "ENCRYPTION_KEYS": [Fernet.generate_key().decode()]}
    encryption.encrypt_field(row, "join_url", "https://zoom.us/w/1?tk=lost")
    row.save()
    settings.WAGTAIL_ZOOM = ours

    read(desk)

    assert f"/w/{desk.number}?tk=" in registrants.link_of(desk.row(ONE))


def test_a_long_list_is_read_in_slices_that_go_on_where_the_last_one_stopped(desk: Desk):
    for start in range(1, 400, 30):
        people = [{"email": email, "first_name": "Learner"} for email in learners(30, start)]
        desk.on_zoom.add_batch(desk.number, people)
    desk.forget_calls()

    first = registrants.read_back(desk.meeting.pk, budget=Budget(seconds=60, calls=1))
    assert first.status == "again"
    assert Registrant.objects.count() == 300

    desk.work(calls=1)
    assert Registrant.objects.count() == 420
    assert desk.calls()["GET registrants"] == 4
    assert Ledger.objects.get().reading == {}
    assert not Registrant.objects.exclude(error="").exists()


def test_a_place_in_the_list_that_zoom_forgot_means_starting_again(desk: Desk, clocks):
    known(desk, *learners(2))
    Ledger.objects.update(
        reading={
            "lists": [["", "approved"], ["", "pending"], ["", "denied"]],
            "index": 0,
            "token": "a token that zoom has forgotten",
            "began": clock.now().isoformat(),
            "at": clock.now().isoformat(),
            "seen": [],
        }
    )

    desk.work()

    assert Ledger.objects.get().reading == {}
    assert not Registrant.objects.exclude(actual="approved").exists()


def is_about(stretch: dt.timedelta, expected: dt.timedelta) -> bool:
    """Tell whether two stretches of time differ by what a test may take."""
    return abs(stretch - expected) < dt.timedelta(seconds=9)


def test_lists_are_read_daily_then_hourly_and_a_week_after_the_end_no_more(desk: Desk, clocks):
    from wagtail_zoom.services.registrants.list_refresh import next_reading

    start, end = desk.meeting.starts_at, desk.meeting.ends_at
    clocks.set(start - dt.timedelta(days=9))
    assert is_about(next_reading(desk.meeting) - clock.now(), dt.timedelta(days=1))
    clocks.set(start - dt.timedelta(hours=30))
    assert next_reading(desk.meeting) == start - dt.timedelta(days=1)
    clocks.set(start - dt.timedelta(hours=3))
    assert is_about(next_reading(desk.meeting) - clock.now(), dt.timedelta(hours=1))
    clocks.set(end + dt.timedelta(days=8))
    assert next_reading(desk.meeting) is None


def test_an_imported_person_is_a_user_only_where_the_lms_verified_the_address(desk: Desk, settings: Any):
    one, two = make_user("learner.one", email=ONE.upper()), make_user("learner.two", email=TWO)
    make_user("learner.twice", email=TWO)
    on_their_own(desk, ONE, approve=True)
    on_their_own(desk, TWO, approve=True)

    read(desk)
    assert not Registrant.objects.exclude(user=None).exists()

    Registrant.objects.all().delete()
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, **VERIFIED}
    read(desk)
    assert desk.row(ONE).user == one
    assert desk.row(TWO).user is None
    assert two.zoom_registrations.count() == 0


def test_erased_people_do_not_come_back_as_strangers(desk: Desk):
    known(desk, ONE)
    row = desk.row(ONE)
    Registrant.objects.filter(pk=row.pk).update(
        email="", email_key=f"erased:{row.uid}", first_name="erased", last_name="", join_url=""
    )

    read(desk)

    assert list(Registrant.objects.values_list("first_name", "join_url")) == [("erased", row.join_url.__class__())]


def test_who_listens_hears_each_change_once_and_may_fail(desk: Desk):
    heard = []

    def listen(registrant: Registrant, previous: str, **_named: Any) -> None:
        heard.append((registrant.email, previous, registrant.actual))
        raise RuntimeError("a receiver that fails")

    registrant_changed.connect(listen)
    try:
        known(desk, ONE)
        decide_on_zoom(desk, "cancel", ONE, desk.row(ONE).registrant_id)
        read(desk)
    finally:
        registrant_changed.disconnect(listen)

    assert heard == [(ONE, "absent", "approved"), (ONE, "approved", "denied")]
    assert list(RegistrantChange.objects.filter(what="actual").values_list("after", "by")) == [
        ("denied", "zoom"),
        ("approved", "us"),
    ]


# Webhooks.


def delivery(desk: Desk, email: str) -> dict[str, Any]:
    """Return what a delivery says about a person, as the simulated Zoom has them."""
    people = desk.school.simulator.meeting(desk.number)["registrants"]
    them = next(each for each in people if each["email"] == email)
    return {"id": them["id"], "email": email, "first_name": "Learner", "last_name": "One"}


def test_a_delivery_about_a_stranger_imports_them(desk: Desk):
    on_their_own(desk, ONE)

    assert registrants.note_from_webhook(desk.meeting, "pending", delivery(desk, ONE), at=clock.now())

    row = desk.row(ONE)
    assert (row.source, row.wanted, row.actual, row.actual_by) == ("zoom", "waiting", "pending", "webhook")


def test_a_delivery_that_says_what_is_known_changes_nothing(desk: Desk):
    known(desk, ONE)
    before = list(Registrant.objects.values())

    assert not registrants.note_from_webhook(desk.meeting, "approved", delivery(desk, ONE), at=clock.now())

    assert list(Registrant.objects.values()) == before


def test_deliveries_out_of_order_end_with_the_latest(desk: Desk):
    on_their_own(desk, ONE)
    now = clock.now()
    about = delivery(desk, ONE)

    registrants.note_from_webhook(desk.meeting, "pending", about, at=now)
    registrants.note_from_webhook(desk.meeting, "denied", about, at=now + dt.timedelta(seconds=20))
    registrants.note_from_webhook(desk.meeting, "approved", about, at=now + dt.timedelta(seconds=10))
    registrants.note_from_webhook(desk.meeting, "pending", about, at=now)

    assert desk.row(ONE).actual == "denied"


def test_a_status_nobody_knows_says_nothing(desk: Desk):
    assert not registrants.note_from_webhook(desk.meeting, "teleported", {"id": "x", "email": ONE}, at=clock.now())
    assert not Registrant.objects.exists()


def test_policy_lets_in_who_registers_where_everyone_is_welcome(everything, make_lesson):
    desk = open_desk(everything)
    make_lesson(desk.meeting, {"registration": "on", "approval": "everyone"})
    on_their_own(desk, ONE)

    read(desk)
    desk.work()

    assert desk.statuses() == {ONE: "approved"}
