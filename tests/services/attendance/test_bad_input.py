"""What bad input gets: news and reports that are late, wrong, doubled, from elsewhere, or missing. Never wrong minutes.

What is refused at the door stands in ``tests/frontend/test_webhook.py``.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.afterwards import STARTS, Lesson
from tests.afterwards import lesson as lesson
from tests.schools import EVERY_SCOPE, make_space, make_user
from tests.services.attendance.test_importing import read, register
from wagtail_zoom.models import Attendance, Completion, Instance, JoinClick, Meeting, Presence, WebhookDelivery
from wagtail_zoom.services import attendance


def minutes() -> dict[str, list[int]]:
    """Return everybody's minutes by name, the hosts left out; a name may stand for several people."""
    found: dict[str, list[int]] = {}
    for row in Attendance.objects.filter(is_host=False).order_by("seconds"):
        found.setdefault(row.name, []).append(round(row.seconds / 60))
    return found


def played(lesson: Lesson, *names: str) -> None:
    """Let people be there for the whole hour."""
    control = lesson.school.simulator
    control.start(lesson.number, lesson.at(0))
    for name in names:
        control.join(lesson.number, name=name, at=lesson.at(0))
    control.end(lesson.number, lesson.at(60))


def without_reports(lesson: Lesson) -> None:
    """Let Zoom refuse this site's app everything about who was there."""
    left = [scope for scope in EVERY_SCOPE if "participants" not in scope and "report" not in scope]
    lesson.school.simulator.patch_app(lesson.school.app.client_id, scopes=left)


def about(name: str, at: float, *, joined: bool, **person: Any) -> dict[str, Any]:
    """Return the object of a participant's delivery, so many minutes after the start."""
    moment = (STARTS + dt.timedelta(minutes=at)).strftime("%Y-%m-%dT%H:%M:%SZ")
    when = {"join_time" if joined else "leave_time": moment}
    return {"uuid": "run==", "participant": {"user_id": name, "user_name": name, "email": "", **when, **person}}


def test_news_of_an_unknown_meeting_is_left_alone(lesson: Lesson) -> None:
    assert lesson.tell("meeting.started", {"id": 99999999999, "uuid": "other=="}) == 204
    assert lesson.tell("meeting.participant_joined", {**about("Ana", 0, joined=True), "id": "99999999999"}) == 204
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {WebhookDelivery.Status.IGNORED}
    assert not Instance.objects.exists()


def test_news_of_another_spaces_meeting_through_this_spaces_app_changes_nothing(lesson: Lesson) -> None:
    theirs = Meeting.objects.create(
        kind="meeting",
        site=make_space("other.example", "Other"),
        account_key="another account",
        zoom_id=88888888888,
        actual=Meeting.Actual.PRESENT,
        starts_at=STARTS,
    )
    for event, more in (("started", {}), ("deleted", {}), ("participant_joined", about("Ana", 0, joined=True))):
        assert lesson.tell(f"meeting.{event}", {**more, "id": theirs.zoom_id, "uuid": "run=="}) == 204
    theirs.refresh_from_db()
    assert (theirs.actual, theirs.live_since) == (Meeting.Actual.PRESENT, None)
    assert not Instance.objects.exists()


def test_who_left_before_joining_has_no_minutes_and_takes_none_away(lesson: Lesson) -> None:
    without_reports(lesson)
    lesson.tell("meeting.started", {"uuid": "run==", "start_time": "2026-11-24T09:00:00Z"})
    lesson.tell("meeting.participant_left", about("Ana", 10, joined=False), minutes=10)
    lesson.tell("meeting.participant_joined", about("Ana", 20, joined=True), minutes=20)
    lesson.tell("meeting.participant_left", about("Ben", 30, joined=False), minutes=30)
    lesson.at(60)
    lesson.tell("meeting.ended", {"uuid": "run==", "end_time": "2026-11-24T10:00:00Z"}, minutes=60)
    read(lesson)
    assert minutes() == {"Ana": [40], "Ben": [0]}


def test_who_joined_and_was_never_heard_to_leave_was_there_until_the_end(lesson: Lesson) -> None:
    without_reports(lesson)
    lesson.tell("meeting.started", {"uuid": "run==", "start_time": "2026-11-24T09:00:00Z"})
    lesson.tell("meeting.participant_joined", about("Ana", 15, joined=True), minutes=15)
    lesson.at(60)
    lesson.tell("meeting.ended", {"uuid": "run==", "end_time": "2026-11-24T10:00:00Z"}, minutes=60)
    read(lesson)
    assert minutes() == {"Ana": [45]}


def test_times_in_the_future_end_now(lesson: Lesson) -> None:
    without_reports(lesson)
    lesson.tell("meeting.started", {"uuid": "run==", "start_time": "2026-11-24T09:00:00Z"})
    lesson.at(10)
    lesson.tell("meeting.participant_joined", about("Ana", 10, joined=True), minutes=10)
    lesson.at(40)
    century = 60 * 24 * 365 * 100
    lesson.tell("meeting.participant_left", about("Ana", century, joined=False), minutes=40)
    lesson.tell("meeting.participant_joined", about("Ben", century, joined=True), minutes=40)
    lesson.tell("meeting.ended", {"uuid": "run==", "end_time": "2126-11-24T10:00:00Z"}, minutes=40)
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {WebhookDelivery.Status.HANDLED}
    read(lesson)
    assert minutes() == {"Ana": [30], "Ben": [0]}
    assert Instance.objects.get().reads == 1


def test_two_runs_at_once_count_each_minute_once(lesson: Lesson) -> None:
    without_reports(lesson)
    learner = make_user("learner.one")
    registrant = register(lesson, learner)
    for number, begin in (("1", 0), ("2", 30)):
        run = {"uuid": f"run{number}=="}
        starts = (STARTS + dt.timedelta(minutes=begin)).strftime("%Y-%m-%dT%H:%M:%SZ")
        lesson.tell("meeting.started", {**run, "start_time": starts}, minutes=begin)
        person = about("Ana", begin, joined=True, registrant_id=registrant.registrant_id)
        lesson.tell("meeting.participant_joined", {**person, **run}, minutes=begin)
    lesson.at(60)
    for number in ("1", "2"):
        ended = {"uuid": f"run{number}==", "end_time": "2026-11-24T10:00:00Z"}
        lesson.tell("meeting.ended", ended, minutes=60)
    read(lesson)
    assert sum(Attendance.objects.filter(user=learner).values_list("seconds", flat=True)) == 3600
    for run_id in Instance.objects.values_list("pk", flat=True):
        Instance.objects.filter(pk=run_id).update(read_due_at=lesson.at(200))
        attendance.import_run(run_id)
    assert sum(Attendance.objects.filter(user=learner).values_list("seconds", flat=True)) == 3600
    assert Completion.objects.get(user=learner).grounds["seconds"] == 3600


def test_runs_whose_uuid_has_slashes_are_read_like_others(lesson: Lesson) -> None:
    control = lesson.school.simulator
    for begin in (0, 10, 20):
        control.start(lesson.number, lesson.at(begin))
        control.join(lesson.number, name="Ana", at=lesson.at(begin))
        control.end(lesson.number, lesson.at(begin + 5))
    read(lesson)
    uuids = list(Instance.objects.values_list("uuid", flat=True))
    assert any(uuid.startswith("/") for uuid in uuids)
    assert any("//" in uuid for uuid in uuids)
    assert minutes() == {"Ana": [5, 5, 5]}
    assert set(Instance.objects.values_list("error", flat=True)) == {""}


def test_two_guests_of_one_name_stay_two_and_neither_is_the_learner_of_that_name(lesson: Lesson) -> None:
    make_user("learner.one")
    control = lesson.school.simulator
    control.start(lesson.number, lesson.at(0))
    control.join(lesson.number, name="Learner One", at=lesson.at(0))
    control.join(lesson.number, name="Learner One", at=lesson.at(20))
    control.end(lesson.number, lesson.at(60))
    read(lesson)
    assert minutes() == {"Learner One": [40, 60]}
    assert not Attendance.objects.filter(user__isnull=False, is_host=False).exists()


def test_an_empty_address_makes_nobody_the_user_without_one(lesson: Lesson, settings: Any) -> None:
    settings.WAGTAIL_ZOOM = {
        **settings.WAGTAIL_ZOOM,
        "LMS_ADAPTER": "wagtail_zoom.contrib.adapters.AnyLoggedInUser",
        "LMS_OPTIONS": {"emails_are_verified": True},
    }
    make_user("nameless", email="")
    known = make_user("known", email="known@elsewhere.example")
    without_reports(lesson)
    lesson.tell("meeting.started", {"uuid": "run==", "start_time": "2026-11-24T09:00:00Z"})
    for name, address in (("Ana", ""), ("Ben", " "), ("Cleo", "KNOWN@elsewhere.example")):
        lesson.tell("meeting.participant_joined", about(name, 0, joined=True, email=address))
    lesson.at(60)
    lesson.tell("meeting.ended", {"uuid": "run==", "end_time": "2026-11-24T10:00:00Z"}, minutes=60)
    read(lesson)
    assert minutes() == {"Ana": [60], "Ben": [60], "Cleo": [60]}
    assert {row.name: row.user for row in Attendance.objects.all()} == {"Ana": None, "Ben": None, "Cleo": known}


def test_a_report_that_is_not_ready_yet_is_read_the_next_day(lesson: Lesson) -> None:
    played(lesson, "Ana", "Ben")
    refusal = {"code": 3001, "message": "Meeting does not exist"}
    lesson.school.simulator.fault("GET", "/v2/(report|past_meetings)/", "status", times=9, status=404, body=refusal)
    read(lesson)
    run = Instance.objects.get()
    assert (run.error, run.reads) == ("", 1)
    assert minutes() == {"Ana": [60], "Ben": [60]}, "what webhooks told is there meanwhile"
    Presence.objects.all().delete()

    lesson.school.simulator.clear_faults()
    lesson.at(60 * 26)
    assert attendance.due(lesson.at(60 * 26)) == [run.pk]
    attendance.import_run(run.pk)
    assert minutes() == {"Ana": [60], "Ben": [60]}
    assert attendance.due(lesson.at(60 * 24 * 30)) == []


def test_a_report_older_than_a_year_takes_nobodys_minutes_with_it(lesson: Lesson) -> None:
    played(lesson, "Ana", "Ben")
    read(lesson)
    Presence.objects.all().delete()
    a_year_later = lesson.at(60 * 24 * 400)
    run = Instance.objects.get()
    Instance.objects.filter(pk=run.pk).update(read_due_at=a_year_later)
    lesson.school.simulator.clear_requests()
    assert attendance.import_run(run.pk) == 3
    assert [call["status"] for call in lesson.school.simulator.requests() if "report" in call["path"]] == [400]
    assert minutes() == {"Ana": [60], "Ben": [60]}
    run.refresh_from_db()
    assert (run.error, run.read_due_at) == ("", None)


def test_without_the_scope_the_webhooks_are_believed_and_it_is_said(lesson: Lesson) -> None:
    without_reports(lesson)
    played(lesson, "Ana")
    read(lesson)
    assert minutes() == {"Ana": [60]}
    assert Instance.objects.get().error == "scope"


def test_without_the_role_the_webhooks_are_believed_and_it_is_said(lesson: Lesson) -> None:
    left = [scope for scope in EVERY_SCOPE if "list_past_participants" not in scope]
    lesson.school.simulator.patch_app(lesson.school.app.client_id, scopes=left)
    owner = lesson.school.zoom_users[0]
    lesson.school.simulator.patch_user(owner["id"], permissions={"UsageReport:Read": False})
    played(lesson, "Ana")
    read(lesson)
    assert minutes() == {"Ana": [60]}
    assert Instance.objects.get().error in ("permission", "scope")


def test_without_scope_and_webhooks_the_clicks_are_the_evidence_under_their_own_name(lesson: Lesson) -> None:
    without_reports(lesson)
    played(lesson, "Ana")
    lesson.come_in()
    learner = make_user("learner.one")
    JoinClick.objects.create(page=lesson.page, user=learner, what="join", at=lesson.at(0))
    read(lesson)
    verdict = Completion.objects.get(user=learner)
    assert (verdict.is_complete, attendance.explain(verdict.grounds)) == (True, "opened the lesson")
    assert minutes() == {}


@pytest.mark.parametrize("person", [None, "Ana", 7, [], {"user_id": {}}, {"user_name": ["x"]}, {"email": 7}])
def test_a_person_of_a_wrong_type_breaks_nothing(lesson: Lesson, person: Any) -> None:
    lesson.tell("meeting.started", {"uuid": "run==", "start_time": 7})
    assert lesson.tell("meeting.participant_joined", {"uuid": "run==", "participant": person}) == 204
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) <= {
        WebhookDelivery.Status.HANDLED,
        WebhookDelivery.Status.IGNORED,
    }


@pytest.mark.parametrize("thing", [{"uuid": None}, {"uuid": ["x"]}, {"id": "x"}, {"id": None}, {"id": 1.5}, 7, [], "x"])
@pytest.mark.parametrize("event", ["meeting.started", "webinar.ended", "meeting.updated", "recording.completed"])
def test_an_object_of_a_wrong_type_breaks_nothing(lesson: Lesson, event: str, thing: Any) -> None:
    assert lesson.tell(event, thing) == 204
    assert not WebhookDelivery.objects.filter(error__gt="").exists()
