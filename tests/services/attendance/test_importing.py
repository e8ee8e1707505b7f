from __future__ import annotations

from typing import Any

from tests.afterwards import Lesson
from tests.afterwards import lesson as lesson
from tests.schools import make_user
from wagtail_zoom.models import Assignment, Attendance, Completion, Instance, JoinClick, Registrant
from wagtail_zoom.services import attendance, registrants
from wagtail_zoom.services.coordination.work_budget import Budget


def register(lesson: Lesson, user: Any) -> Registrant:
    """Register ``user`` for the lesson, on Zoom as well."""
    registrants.register(lesson.meeting, [registrants.of_user(user)], source="enrolment")
    registrants.step(lesson.meeting.pk, budget=Budget())
    registrant = Registrant.objects.get(user=user)
    assert registrant.actual == Registrant.Actual.APPROVED
    return registrant


def read(lesson: Lesson) -> list[Attendance]:
    """Let half an hour pass and read what is due."""
    lesson.hand_on()
    now = lesson.at(95)
    attendance.expect_runs(now)
    for instance_id in attendance.due(now):
        attendance.import_run(instance_id)
    return list(Attendance.objects.order_by("name", "pk"))


def test_minutes_come_from_the_report_of_the_very_run(lesson: Lesson) -> None:
    control = lesson.school.simulator
    control.start(lesson.number, lesson.at(0))
    control.join(lesson.number, name="Learner One", at=lesson.at(0))
    control.join(lesson.number, name="Learner Two", at=lesson.at(10))
    control.leave(lesson.number, name="Learner Two", at=lesson.at(40))
    control.end(lesson.number, lesson.at(60))
    rows = {row.name: row for row in read(lesson)}
    assert round(rows["Learner One"].seconds / 60) == 60
    assert round(rows["Learner Two"].seconds / 60) == 30


def test_a_restarted_lesson_counts_both_runs(lesson: Lesson) -> None:
    control = lesson.school.simulator
    for begin, end in ((0, 20), (25, 60)):
        control.start(lesson.number, lesson.at(begin))
        control.join(lesson.number, name="Learner One", at=lesson.at(begin))
        control.join(lesson.number, name="Learner Two", at=lesson.at(begin))
        control.end(lesson.number, lesson.at(end))
    rows = [row for row in read(lesson) if row.name == "Learner One"]
    assert Instance.objects.count() == 2
    assert round(sum(row.seconds for row in rows) / 60) == 55


def test_people_are_recognised_by_personal_link_and_never_by_name(lesson: Lesson) -> None:
    learner = make_user("learner.one")
    twin = make_user("learner.two", first_name="Learner", last_name="One")
    registrant = register(lesson, learner)
    control = lesson.school.simulator
    control.start(lesson.number, lesson.at(0))
    control.join(lesson.number, registrant_id=registrant.registrant_id, name="Learner One", at=lesson.at(0))
    control.join(lesson.number, name="Learner One", at=lesson.at(0))
    control.end(lesson.number, lesson.at(60))
    rows = read(lesson)
    assert [row.user for row in rows if row.matched_by and not row.is_host] == [learner]
    assert all(row.user != twin for row in rows)


def test_assigning_counts_at_once_is_remembered_and_can_be_taken_back(lesson: Lesson) -> None:
    learner, teacher = make_user("learner.one"), make_user("head.teacher")
    control = lesson.school.simulator
    control.start(lesson.number, lesson.at(0))
    control.join(lesson.number, email="somebody@elsewhere.example", name="Somebody", at=lesson.at(0))
    control.join(lesson.number, name="Other", at=lesson.at(0))
    control.end(lesson.number, lesson.at(60))
    read(lesson)
    row = next(row for row in Attendance.objects.all() if row.name == "Somebody")
    JoinClick.objects.create(page=lesson.page, user=learner, what="join", at=lesson.at(0))
    attendance.assign(row, learner, teacher)
    assert Attendance.objects.get(user=learner).seconds >= 59 * 60
    assert Completion.objects.get(user=learner).is_complete
    assigned = Attendance.objects.get(user=learner)
    assert Assignment.objects.exists() is attendance.can_be_remembered(assigned)
    due = attendance.unassign(assigned)
    assert due is not None
    attendance.import_run(due)
    assert not Attendance.objects.filter(user=learner).exists()


def test_without_the_report_s_scope_what_webhooks_told_is_used(lesson: Lesson) -> None:
    connection = lesson.meeting.connection
    assert connection
    connection.refused_operations = ["meetings.participants_report", "meetings.past_participants"]
    connection.save()
    control = lesson.school.simulator
    control.start(lesson.number, lesson.at(0))
    control.join(lesson.number, name="Learner One", at=lesson.at(5))
    control.end(lesson.number, lesson.at(60))
    rows = [row for row in read(lesson) if row.name == "Learner One"]
    assert [round(row.seconds / 60) for row in rows] == [55]
    assert Instance.objects.get().error == "scope"


def test_zoom_down_is_tried_again_and_loses_nothing(lesson: Lesson) -> None:
    control = lesson.school.simulator
    control.start(lesson.number, lesson.at(0))
    control.join(lesson.number, name="Learner One", at=lesson.at(0))
    control.join(lesson.number, name="Learner Two", at=lesson.at(0))
    control.end(lesson.number, lesson.at(60))
    control.fault("GET", "/v2/(report|past_meetings)/", "status", times=50, status=500)
    read(lesson)
    run = Instance.objects.get()
    assert run.error == "unreachable"
    assert run.read_due_at is not None
    control.clear_faults()
    lesson.clocks.set(run.read_due_at)
    connection = lesson.meeting.connection
    assert connection
    type(connection).objects.update(failures=0, probe_at=None)
    attendance.import_run(run.pk)
    assert Attendance.objects.filter(name="Learner Two").exists()


def test_reading_twice_changes_nothing(lesson: Lesson) -> None:
    control = lesson.school.simulator
    control.start(lesson.number, lesson.at(0))
    control.join(lesson.number, name="Learner One", at=lesson.at(0))
    control.join(lesson.number, name="Learner Two", at=lesson.at(0))
    control.end(lesson.number, lesson.at(60))
    first = [(row.pk, row.person_key, row.seconds) for row in read(lesson)]
    attendance.import_run(Instance.objects.get().pk)
    # The very rows: a teacher may be about to click in one of them.
    assert [(row.pk, row.person_key, row.seconds) for row in Attendance.objects.order_by("name", "pk")] == first


def test_another_rule_for_a_lesson_that_took_place_counts_at_its_publishing(
    lesson: Lesson, django_capture_on_commit_callbacks: Any
) -> None:
    learner, other = make_user("learner.one"), make_user("learner.two")
    control = lesson.school.simulator
    people = {learner: register(lesson, learner), other: register(lesson, other)}
    control.start(lesson.number, lesson.at(0))
    for person, registrant in people.items():
        control.join(lesson.number, registrant_id=registrant.registrant_id, name=str(person), at=lesson.at(0))
    control.leave(lesson.number, registrant_id=people[other].registrant_id, at=lesson.at(20))
    control.end(lesson.number, lesson.at(60))
    read(lesson)
    assert Completion.objects.filter(is_complete=True).count() == 2

    lesson.page.refresh_from_db()
    lesson.page.zoom_options = {**lesson.page.zoom_options, "completion_rule": "minutes", "completion_amount": 30}
    asked_before = len(control.requests())
    with django_capture_on_commit_callbacks(execute=True):
        lesson.page.save_revision().publish()
    assert Completion.objects.get(user=learner).is_complete
    assert not Completion.objects.get(user=other).is_complete
    assert Completion.objects.get(user=other).grounds["needed"] == 30 * 60
    assert len(control.requests()) == asked_before


def test_a_completion_decided_by_hand_stays(lesson: Lesson) -> None:
    learner = make_user("learner.one")
    registrant = register(lesson, learner)
    control = lesson.school.simulator
    control.start(lesson.number, lesson.at(0))
    control.join(lesson.number, registrant_id=registrant.registrant_id, name="Learner One", at=lesson.at(0))
    control.join(lesson.number, name="Other", at=lesson.at(0))
    control.end(lesson.number, lesson.at(60))
    JoinClick.objects.create(page=lesson.page, user=learner, what="join", at=lesson.at(0))
    read(lesson)
    completion = Completion.objects.get(user=learner)
    assert completion.is_complete
    attendance.override(completion, is_complete=False, reason="Slept", by=learner)
    attendance.evaluate_completion(lesson.meeting)
    completion.refresh_from_db()
    assert not completion.is_complete
