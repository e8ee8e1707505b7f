"""Who enrols is registered, who leaves loses the place; what is unknown takes nothing from anybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.lessons.models import ClassPage
from tests.schools import make_user
from tests.services.registering import rolls
from tests.services.registering.desks import Desk
from wagtail_zoom.models import Approval, Ledger, Registrant
from wagtail_zoom.services import registrants
from wagtail_zoom.services.approvals import approvals
from wagtail_zoom.services.coordination.work_budget import Budget
from wagtail_zoom.services.registrants import enrolment_sync, of_user
from wagtail_zoom.services.sync.run import sweep


pytestmark = pytest.mark.django_db

Lesson = Callable[..., ClassPage]


@pytest.fixture(autouse=True)
def roll(settings: Any) -> dict[int, list[Any]]:
    """Let the LMS be one whose lists the test writes."""
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "LMS_ADAPTER": "tests.services.registering.rolls.Roll"}
    rolls.ENROLLED.clear()
    return rolls.ENROLLED


@pytest.fixture
def desk(desk: Desk, settings: Any) -> Desk:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "LMS_ADAPTER": "tests.services.registering.rolls.Roll"}
    return desk


def wanted(desk: Desk) -> dict[str, str]:
    return dict(desk.meeting.registrants.values_list("user__username", "wanted"))


def users(count: int, start: int = 1) -> list[Any]:
    return [make_user(f"learner.{number}") for number in range(start, start + count)]


def test_register_everyone_registers_the_course_and_follows_it_from_then_on(desk: Desk, make_lesson: Lesson, roll):
    one, two, three = users(3)
    lesson = make_lesson(desk.meeting)
    roll[lesson.pk] = [one, two]

    synced = registrants.follow(desk.meeting, by=one)
    assert (synced.status, synced.registered, synced.due) == ("done", 2, (desk.meeting.pk,))
    desk.work()

    roll[lesson.pk] = [two, three]
    again = enrolment_sync.sync(desk.meeting.pk)
    desk.work()

    assert (again.registered, again.cancelled) == (1, 1)
    assert desk.statuses() == {one.email: "cancelled", two.email: "approved", three.email: "approved"}


def test_a_lesson_without_registration_follows_nobody(desk: Desk, make_lesson: Lesson, roll):
    lesson = make_lesson(desk.meeting)
    roll[lesson.pk] = users(2)

    assert enrolment_sync.sync(desk.meeting.pk).status == "off"
    assert not Registrant.objects.exists()


@pytest.mark.parametrize("audience", ["logged_in", "everybody"])
def test_where_others_may_come_too_the_course_is_registered_when_asked_for_and_nobody_is_taken_out(
    desk: Desk, make_lesson: Lesson, roll, audience: str
):
    one, two, three = users(3)
    lesson = make_lesson(desk.meeting, zoom_audience=audience)
    roll[lesson.pk] = [one, two]

    synced = registrants.follow(desk.meeting, by=one)
    assert (synced.status, synced.registered) == ("open", 2)

    roll[lesson.pk] = [three]
    again = enrolment_sync.sync(desk.meeting.pk)
    assert (again.status, again.registered, again.cancelled) == ("open", 1, 0)
    assert set(wanted(desk).values()) == {"approved"}


def test_where_others_may_come_too_nobody_is_registered_unasked(desk: Desk, make_lesson: Lesson, roll):
    lesson = make_lesson(desk.meeting, {"registration": "on"}, zoom_audience="logged_in")
    roll[lesson.pk] = users(2)

    assert enrolment_sync.sync(desk.meeting.pk).registered == 0
    assert not Registrant.objects.exists()


def test_a_second_comparison_changes_nothing(desk: Desk, make_lesson: Lesson, roll):
    lesson = make_lesson(desk.meeting, {"registration": "on"})
    roll[lesson.pk] = users(3)
    enrolment_sync.sync(desk.meeting.pk)

    again = enrolment_sync.sync(desk.meeting.pk)

    assert (again.registered, again.cancelled, again.due) == (0, 0, ())


def test_an_adapter_that_fails_means_unknown_and_never_nobody(desk: Desk, make_lesson: Lesson, roll, caplog):
    lesson = make_lesson(desk.meeting, {"registration": "on"})
    roll[lesson.pk] = users(3)
    enrolment_sync.sync(desk.meeting.pk)

    del roll[lesson.pk]
    synced = enrolment_sync.sync(desk.meeting.pk)

    assert synced.status == "unknown"
    assert set(wanted(desk).values()) == {"approved"}


def test_two_lessons_with_different_classes_want_everybody_of_both(desk: Desk, make_lesson: Lesson, roll):
    one, two, three = users(3)
    first, second = make_lesson(desk.meeting, {"registration": "on"}), make_lesson(desk.meeting)
    roll[first.pk], roll[second.pk] = [one, two], [two, three]
    enrolment_sync.sync(desk.meeting.pk)
    assert set(wanted(desk)) == {"learner.1", "learner.2", "learner.3"}

    roll[first.pk] = [one]
    enrolment_sync.sync(desk.meeting.pk)
    assert wanted(desk)["learner.2"] == "approved"

    roll[second.pk] = [three]
    enrolment_sync.sync(desk.meeting.pk)
    assert wanted(desk)["learner.2"] == "cancelled"


def test_one_list_unknown_takes_nobody_out_and_still_lets_the_others_in(desk: Desk, make_lesson: Lesson, roll, caplog):
    one, two = users(2)
    first, second = make_lesson(desk.meeting, {"registration": "on"}), make_lesson(desk.meeting)
    roll[first.pk], roll[second.pk] = [one], []
    enrolment_sync.sync(desk.meeting.pk)

    del roll[second.pk]
    roll[first.pk] = [two]
    synced = enrolment_sync.sync(desk.meeting.pk)

    assert (synced.status, synced.registered) == ("unknown", 1)
    assert wanted(desk) == {"learner.1": "approved", "learner.2": "approved"}


def test_who_cancelled_themselves_stays_out_until_they_enrol_anew(desk: Desk, make_lesson: Lesson, roll):
    (one,) = users(1)
    lesson = make_lesson(desk.meeting, {"registration": "on"})
    roll[lesson.pk] = [one]
    enrolment_sync.sync(desk.meeting.pk)
    registrants.cancel(Registrant.objects.all(), by=one, source="self")

    enrolment_sync.sync(desk.meeting.pk)
    assert wanted(desk) == {"learner.1": "cancelled"}

    roll[lesson.pk] = []
    enrolment_sync.sync(desk.meeting.pk)
    roll[lesson.pk] = [one]
    enrolment_sync.sync(desk.meeting.pk)
    assert wanted(desk) == {"learner.1": "approved"}


def test_whom_an_editor_added_or_denied_the_lists_do_not_move(desk: Desk, make_lesson: Lesson, roll):
    one, two = users(2)
    lesson = make_lesson(desk.meeting, {"registration": "on"})
    registrants.register(desk.meeting, [of_user(one)], source="editor")
    roll[lesson.pk] = [two]
    enrolment_sync.sync(desk.meeting.pk)
    registrants.deny(Registrant.objects.filter(user=two))

    enrolment_sync.sync(desk.meeting.pk)
    assert wanted(desk) == {"learner.1": "approved", "learner.2": "denied"}

    roll[lesson.pk] = []
    enrolment_sync.sync(desk.meeting.pk)
    assert wanted(desk) == {"learner.1": "approved", "learner.2": "denied"}


def test_where_a_person_decides_enrolled_people_wait(desk: Desk, make_lesson: Lesson, roll):
    lesson = make_lesson(desk.meeting, {"registration": "on", "approval": "by_hand"})
    roll[lesson.pk] = users(1)

    enrolment_sync.sync(desk.meeting.pk)
    desk.work()

    assert wanted(desk) == {"learner.1": "waiting"}
    assert set(desk.statuses().values()) == {"pending"}


def test_more_than_the_limit_leaving_at_once_waits_for_a_yes(desk: Desk, make_lesson: Lesson, roll, settings):
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "MASS_PEOPLE": 2}
    everybody = users(5)
    lesson = make_lesson(desk.meeting, {"registration": "on"})
    roll[lesson.pk] = everybody
    enrolment_sync.sync(desk.meeting.pk)

    roll[lesson.pk] = everybody[:1]
    assert (enrolment_sync.sync(desk.meeting.pk).status, set(wanted(desk).values())) == ("held", {"approved"})
    assert enrolment_sync.sync(desk.meeting.pk).status == "held"
    question = Approval.objects.get()
    assert (question.act, question.site, question.figures["count"]) == ("deregister", desk.school.site, 4)

    approvals.answer(question.pk, yes=True, by=everybody[0])
    sweep(budget=Budget(seconds=30, calls=50))
    assert sorted(wanted(desk).values()) == ["approved"] + ["cancelled"] * 4
    assert Ledger.objects.get().waits_for is None


def test_a_no_holds_until_other_people_leave(desk: Desk, make_lesson: Lesson, roll, settings):
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "MASS_PEOPLE": 1}
    everybody = users(4)
    lesson = make_lesson(desk.meeting, {"registration": "on"})
    roll[lesson.pk] = everybody
    enrolment_sync.sync(desk.meeting.pk)
    roll[lesson.pk] = everybody[:2]
    enrolment_sync.sync(desk.meeting.pk)
    approvals.answer(Approval.objects.get().pk, yes=False, by=everybody[0])

    enrolment_sync.sync(desk.meeting.pk)
    assert Approval.objects.count() == 1

    roll[lesson.pk] = everybody[:1]
    enrolment_sync.sync(desk.meeting.pk)
    assert list(Approval.objects.order_by("pk").values_list("verdict", "figures__count")) == [("no", 2), ("", 3)]
    assert set(wanted(desk).values()) == {"approved"}


def test_a_question_that_is_none_any_more_is_taken_back(desk: Desk, make_lesson: Lesson, roll, settings):
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "MASS_PEOPLE": 1}
    everybody = users(3)
    lesson = make_lesson(desk.meeting, {"registration": "on"})
    roll[lesson.pk] = everybody
    enrolment_sync.sync(desk.meeting.pk)
    roll[lesson.pk] = []
    enrolment_sync.sync(desk.meeting.pk)

    roll[lesson.pk] = everybody
    enrolment_sync.sync(desk.meeting.pk)

    assert not Approval.objects.exists()


def test_one_person_enrolling_is_registered_without_any_list(desk: Desk, make_lesson: Lesson, roll):
    (one,) = users(1)
    lesson = make_lesson(desk.meeting)

    assert registrants.note_enrolled(one, lesson) == (desk.meeting.pk,)
    assert registrants.note_enrolled(one, lesson) == ()
    assert wanted(desk) == {"learner.1": "approved"}


def test_one_person_leaving_keeps_the_place_while_another_lesson_wants_them_or_may(
    desk: Desk, make_lesson, roll, caplog
):
    (one,) = users(1)
    first, second = make_lesson(desk.meeting), make_lesson(desk.meeting)
    registrants.note_enrolled(one, first)

    roll[second.pk] = [one]
    assert registrants.note_left(one, first) == ()
    del roll[second.pk]
    assert registrants.note_left(one, first) == ()
    roll[second.pk] = []
    assert registrants.note_left(one, first) == (desk.meeting.pk,)
    assert wanted(desk) == {"learner.1": "cancelled"}


def test_a_lesson_whose_meeting_has_no_registration_registers_nobody(desk: Desk, make_lesson: Lesson, roll):
    desk.meeting.actual_payload["settings.approval_type"] = 2
    desk.meeting.save()

    assert registrants.note_enrolled(users(1)[0], make_lesson(desk.meeting)) == ()


def test_enrolled_and_removed_twenty_times_in_a_minute_a_learner_ends_as_last_wanted(desk: Desk, make_lesson, roll):
    (one,) = users(1)
    lesson = make_lesson(desk.meeting)
    roll[lesson.pk] = []
    for _time in range(20):
        registrants.note_enrolled(one, lesson)
        desk.work()
        registrants.note_left(one, lesson)
        desk.work()
    registrants.note_enrolled(one, lesson)
    desk.work()

    row = Registrant.objects.get()
    assert row.wanted == "approved"
    assert row.actual == "approved" or row.error == "status_used"
    assert desk.calls()["POST registrants"] == 1
    assert desk.calls()["PUT registrants/status"] <= 10


def test_sync_zoom_finds_what_was_enrolled_in_bulk_and_sends_it(desk: Desk, make_lesson: Lesson, roll):
    lesson = make_lesson(desk.meeting, {"registration": "on"})
    roll[lesson.pk] = users(3)

    run = sweep(budget=Budget(seconds=30, calls=50))

    assert run.done["people registered by their enrolment"] == 3
    assert list(desk.statuses().values()) == ["approved"] * 3


def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(desk: Desk, make_lesson: Lesson, roll):
    lesson = make_lesson(desk.meeting, {"registration": "on"})
    roll[lesson.pk] = users(3)

    run = sweep(budget=Budget(seconds=30, calls=50), dry_run=True)

    assert [call for call in run.calls if "registrants" in call] == [
        f"POST /meetings/{desk.number}/batch_registrants  3 people"
    ]
    assert (desk.requests(), Registrant.objects.count()) == ([], 0)
