"""Every kind of news that this software listens to, posted to its address, for meetings and for webinars."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.afterwards import STARTS, Lesson
from tests.afterwards import lesson as lesson
from tests.afterwards import webinar as webinar
from wagtail_zoom.models import Attendance, Connection, Instance, Meeting, Presence, Registrant, WebhookDelivery
from wagtail_zoom.services import attendance


HANDLED, IGNORED = WebhookDelivery.Status.HANDLED, WebhookDelivery.Status.IGNORED
ANA = {"id": "ana-at-zoom", "email": "ana@elsewhere.example", "first_name": "Ana", "last_name": "A"}


@pytest.fixture(params=["meeting", "webinar"])
def taught(request: pytest.FixtureRequest) -> Lesson:
    """Return the lesson as a meeting, and as a webinar."""
    return request.getfixturevalue("lesson" if request.param == "meeting" else "webinar")


def kind(taught: Lesson) -> str:
    """Return the word before the dot."""
    return str(taught.meeting.kind)


def statuses() -> set[str]:
    """Return what became of the deliveries."""
    return set(WebhookDelivery.objects.values_list("status", flat=True))


def test_started_joined_left_and_ended(taught: Lesson) -> None:
    control = taught.school.simulator
    control.start(taught.number, taught.at(0))
    control.join(taught.number, name="Learner One", at=taught.at(1))
    control.join(taught.number, name="Learner Two", at=taught.at(2))
    heard = taught.come_in()
    assert {kept.event.partition(".")[0] for kept in heard} == {kind(taught)}
    taught.hand_on(heard)
    assert (taught.meeting.live_since, taught.meeting.live_count) == (STARTS, 3)

    control.leave(taught.number, name="Learner Two", at=taught.at(30))
    taught.hand_on()
    assert taught.meeting.live_count == 2

    control.end(taught.number, taught.at(60))
    taught.hand_on()
    run = Instance.objects.get()
    assert not taught.meeting.is_live(taught.at(60))
    assert (run.started_at, run.ended_at) == (STARTS, STARTS + dt.timedelta(hours=1))
    assert run.read_due_at is not None
    assert statuses() == {HANDLED}


def test_the_echo_of_our_own_making_causes_no_work(taught: Lesson) -> None:
    before = Meeting.objects.values().get()
    assert f"{kind(taught)}.created" in {kept.event for kept in taught.about_its_making}
    taught.school.simulator.clear_requests()

    taught.hand_on(taught.about_its_making)

    after = Meeting.objects.values().get()
    assert after == before
    assert taught.school.simulator.requests() == []
    assert statuses() == {HANDLED}


def test_something_that_was_made_on_zoom_and_is_no_lesson_is_nobodys_business(taught: Lesson) -> None:
    assert taught.tell(f"{kind(taught)}.created", {"id": 99999999999, "topic": "Staff", "type": 2}) == 204
    assert statuses() == {IGNORED}
    assert Meeting.objects.count() == 1


def test_updated(taught: Lesson) -> None:
    taught.at(-50)
    taught.school.simulator.patch_meeting(taught.number, topic="Fractions and more")
    taught.hand_on()
    assert taught.meeting.actual_payload["topic"] == "Fractions and more"


@pytest.mark.parametrize("what", ["deleted", "permanently_deleted"])
def test_deleted_for_a_while_or_for_good(taught: Lesson, what: str) -> None:
    taught.tell(f"{kind(taught)}.{what}", {}, minutes=-30, operation="all")
    assert (taught.meeting.actual, taught.meeting.attention) == (Meeting.Actual.GONE, "gone")


def test_deleted_by_its_host_on_zoom(taught: Lesson) -> None:
    taught.school.simulator.delete_meeting(taught.number)
    taught.hand_on()
    assert taught.meeting.actual == Meeting.Actual.GONE


def test_a_deleted_occurrence_is_not_the_lesson(taught: Lesson) -> None:
    gone = {"occurrences": [{"occurrence_id": "17", "start_time": "2026-11-24T09:00:00Z"}]}
    taught.tell(f"{kind(taught)}.deleted", gone, minutes=-30, operation="single")
    assert taught.meeting.actual == Meeting.Actual.PRESENT


def test_recovered(taught: Lesson) -> None:
    taught.tell(f"{kind(taught)}.deleted", {}, minutes=-30, operation="all")
    taught.tell(f"{kind(taught)}.recovered", {}, minutes=-20, operation="all")
    assert (taught.meeting.actual, taught.meeting.attention) == (Meeting.Actual.PRESENT, "")


def test_converted_either_way(taught: Lesson) -> None:
    other = "webinar" if kind(taught) == "meeting" else "meeting"
    taught.tell(f"{kind(taught)}.converted_to_{other}", {}, minutes=-30)
    assert taught.meeting.kind == other
    assert taught.meeting.read_due_at is not None


@pytest.mark.parametrize(
    ("what", "about", "status"),
    [
        ("registration_created", {"status": "approved"}, "approved"),
        ("registration_created", {"status": "pending"}, "pending"),
        ("registration_approved", {}, "approved"),
        ("registration_cancelled", {}, "denied"),
        ("registration_denied", {}, "denied"),
    ],
)
def test_registrations_that_are_made_and_decided_on_zoom(
    taught: Lesson, what: str, about: dict[str, Any], status: str
) -> None:
    assert taught.tell(f"{kind(taught)}.{what}", {"registrant": {**ANA, **about}}, minutes=-30) == 204
    row = Registrant.objects.get(registrant_id=ANA["id"])
    assert (row.actual, row.email, row.source) == (status, ANA["email"], Registrant.Source.ZOOM)


def test_somebody_who_was_let_in_is_turned_down_on_zoom(taught: Lesson) -> None:
    name = f"{kind(taught)}.registration_"
    taught.tell(f"{name}created", {"registrant": {**ANA, "status": "pending"}}, minutes=-30)
    taught.tell(f"{name}approved", {"registrant": ANA}, minutes=-29)
    assert Registrant.objects.get().actual == "approved"
    taught.tell(f"{name}denied", {"registrant": ANA}, minutes=-28)
    assert Registrant.objects.get().actual == "denied"


def test_a_completed_recording_is_looked_up(taught: Lesson) -> None:
    assert taught.tell("recording.completed", {"recording_files": [{"id": "f1"}]}, minutes=70) == 204
    assert Instance.objects.get(uuid="run==").recordings_due_at is not None


def test_a_deauthorized_app_has_to_be_connected_again(lesson: Lesson) -> None:
    connection = lesson.meeting.connection
    assert connection
    Connection.objects.filter(pk=connection.pk).update(zoom_user_id="Z1")
    lesson.tell("app_deauthorized", user_id="Z2", client_id=lesson.school.app.client_id)
    lesson.tell("app_deauthorized", user_id="Z1", client_id="another app")
    connection.refresh_from_db()
    assert connection.status == Connection.Status.CONNECTED

    lesson.tell("app_deauthorized", minutes=1, user_id="Z1", client_id=lesson.school.app.client_id)

    connection.refresh_from_db()
    assert (connection.status, connection.status_reason) == (Connection.Status.RECONNECT, "deauthorized")
    assert Meeting.objects.filter(pk=lesson.meeting.pk).exists()


def test_a_rehearsal_is_neither_live_nor_attendance(webinar: Lesson) -> None:
    rehearsal = {"uuid": "rehearsal==", "practice_session": True}
    webinar.tell("webinar.started", {"uuid": "rehearsal==", "start_time": "2026-11-24T08:30:00Z"}, minutes=-30)
    webinar.tell(
        "webinar.participant_joined",
        {"uuid": "rehearsal==", "participant": {"user_id": "1", "user_name": "Panelist"}},
        minutes=-29,
    )
    webinar.tell("webinar.ended", {**rehearsal, "end_time": "2026-11-24T08:45:00Z"}, minutes=-15)

    run = Instance.objects.get()
    assert (run.is_practice, run.read_due_at) == (True, None)
    assert (webinar.meeting.live_since, webinar.meeting.started_at, webinar.meeting.ended_at) == (None, None, None)
    assert attendance.due(webinar.at(300)) == []
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("event", ["meeting.sharing_started", "user.created", "meeting.participant_jbh_waiting", "x"])
def test_other_kinds_are_taken_and_left_alone(lesson: Lesson, event: str) -> None:
    assert lesson.tell(event, {}) == 204
    assert statuses() == {IGNORED}
    assert not Presence.objects.exists()
