"""A lesson that gets another meeting keeps its people: registered anew, with new links."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import call_command

from tests.schools import School, make_lesson
from tests.services.registering.desks import person
from wagtail_zoom.models import Ledger, LessonMeeting, LessonPage, Meeting, Registrant
from wagtail_zoom.services import registrants
from wagtail_zoom.services.meetings import reconcile


EMAILS = ("learner.one@school.example", "learner.two@school.example", "learner.three@school.example")


@pytest.fixture
def lesson(everything: School, django_capture_on_commit_callbacks: Any) -> LessonPage:
    """Return a lesson with registration; one and two are registered on Zoom, three was turned down."""
    page = make_lesson(everything, zoom_options={"registration": "on"})
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    meeting = Meeting.objects.get()
    registrants.register(meeting, [person(email) for email in EMAILS], source=Registrant.Source.EDITOR)
    registrants.step(meeting.pk)
    registrants.deny(Registrant.objects.filter(email=EMAILS[2]))
    registrants.step(meeting.pk)
    return page


def sync() -> None:
    call_command("sync_zoom", stdout=io.StringIO())


def new_link(page: LessonPage) -> tuple[Meeting, Meeting]:
    """Have a new meeting made; return the former one and the new one."""
    former = Meeting.objects.get(lessons__page_id=page.pk)
    reconcile.new_link(former.pk, by=None)
    return former, Meeting.objects.get(lessons__page_id=page.pk)


def test_who_was_in_is_in_again_with_a_new_link_and_who_was_turned_down_stays_out(
    everything: School, lesson: LessonPage, mailoutbox: list[Any]
) -> None:
    before = {row.email: registrants.link_of(row) for row in Registrant.objects.filter(actual="approved")}
    mailoutbox.clear()
    former, new = new_link(lesson)
    sync()
    sync()
    new.refresh_from_db()
    statuses = {each["email"]: each["status"] for each in everything.simulator.meeting(new.zoom_id)["registrants"]}
    assert statuses == {EMAILS[0]: "approved", EMAILS[1]: "approved"}
    after = {row.email: registrants.link_of(row) for row in new.registrants.filter(actual="approved")}
    assert after.keys() == before.keys()
    assert not set(after.values()) & set(before.values())
    assert new.registrants.get(email=EMAILS[2]).wanted == Registrant.Wanted.DENIED
    assert sorted(letter.to[0] for letter in mailoutbox) == sorted(EMAILS[:2])
    assert Meeting.objects.get(pk=former.pk).actual == Meeting.Actual.CANCELLED


def test_who_was_deleted_or_wants_to_be_forgotten_does_not_come_along(lesson: LessonPage) -> None:
    Registrant.objects.filter(email=EMAILS[0]).update(erase_when_told=True)
    Registrant.objects.filter(email=EMAILS[1]).update(wanted=Registrant.Wanted.DELETED)
    _former, new = new_link(lesson)
    assert list(new.registrants.values_list("email", flat=True)) == [EMAILS[2]]


def test_following_the_enrolments_goes_on(lesson: LessonPage) -> None:
    Ledger.objects.update(follows_enrolments=True)
    _former, new = new_link(lesson)
    assert Ledger.objects.get(meeting=new).follows_enrolments


def test_who_was_let_in_by_hand_need_not_be_let_in_again(lesson: LessonPage) -> None:
    Registrant.objects.filter(email=EMAILS[0]).update(wanted=Registrant.Wanted.WAITING)
    _former, new = new_link(lesson)
    assert new.registrants.get(email=EMAILS[0]).wanted == Registrant.Wanted.APPROVED


def test_a_lesson_that_leaves_a_linked_meeting_takes_nobody_with_it(lesson: LessonPage) -> None:
    LessonMeeting.objects.update(role=LessonMeeting.Role.GUEST)
    Meeting.objects.update(is_owned=False)
    former = Meeting.objects.get()
    page = LessonPage.objects.get(pk=lesson.pk)
    reconcile.want(page)
    new = Meeting.objects.get(lessons__page_id=lesson.pk)
    assert (new.pk != former.pk, new.registrants.count(), former.registrants.count()) == (True, 0, 3)
