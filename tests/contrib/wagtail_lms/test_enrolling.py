"""Enrolling on a course and leaving it bring registrants along."""

from __future__ import annotations

import logging

import pytest
from django.contrib.auth import get_user_model
from wagtail_lms.models import (
    CourseEnrollment,
    CoursePage,
)

from tests.contrib.wagtail_lms.courses import enrol
from tests.frontend.lessons import START, make_lesson, with_registration
from tests.lessons.models import ClassPage
from wagtail_zoom.models import Registrant
from wagtail_zoom.models.lessons import Audience


pytestmark = pytest.mark.usefixtures("set_time")


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks


def test_who_enrols_is_registered_for_the_courses_lessons(course, learner, commits):
    meeting = with_registration(make_lesson(course, audience=Audience.ENROLLED))
    with commits(execute=True):
        enrol(learner, course)

    row = Registrant.objects.get(meeting=meeting)
    assert (row.user, row.source, row.wanted) == (learner, "enrolment", "approved")


def test_who_leaves_loses_the_place(course, learner, commits):
    with_registration(make_lesson(course, audience=Audience.ENROLLED))
    with commits(execute=True):
        enrolment = enrol(learner, course)
    with commits(execute=True):
        enrolment.delete()

    assert Registrant.objects.get().wanted == Registrant.Wanted.CANCELLED


def test_who_leaves_one_of_two_courses_with_the_same_webinar_keeps_the_place(course, learner, commits):
    first = make_lesson(course, audience=Audience.ENROLLED)
    meeting = with_registration(first)
    second_course = course.get_parent().add_child(instance=CoursePage(title="Chemistry"))
    second = make_lesson(second_course, audience=Audience.ENROLLED)
    meeting.lessons.create(page_id=second.pk, page_title=second.title, role="guest")
    with commits(execute=True):
        enrolment = enrol(learner, course)
        enrol(learner, second_course)
    with commits(execute=True):
        enrolment.delete()

    assert Registrant.objects.get().wanted == Registrant.Wanted.APPROVED


def test_saving_an_enrolment_again_registers_nobody(course, learner, commits):
    enrolment = enrol(learner, course)
    with_registration(make_lesson(course, audience=Audience.ENROLLED))
    with commits(execute=True):
        enrolment.completed_at = START
        enrolment.save()

    assert not Registrant.objects.exists()


def test_deleting_a_learner_or_a_course_disturbs_nothing(course, learner, commits):
    with_registration(make_lesson(course, audience=Audience.ENROLLED))
    with commits(execute=True):
        enrol(learner, course)
    with commits(execute=True):
        get_user_model().objects.get(pk=learner.pk).delete()
    with commits(execute=True):
        course.delete()


def test_a_failure_of_ours_never_keeps_anybody_from_enrolling(course, learner, commits, monkeypatch, caplog):
    caplog.set_level(logging.ERROR)
    page = make_lesson(course, audience=Audience.ENROLLED)
    with_registration(page)
    ClassPage.objects.filter(pk=page.pk).update(zoom_options="not an object")
    Registrant.objects.all().delete()
    monkeypatch.setattr("wagtail_zoom.contrib.wagtail_lms.courses.lessons_of", lambda course: 1 / 0)
    with commits(execute=True):
        enrol(learner, course)

    assert CourseEnrollment.objects.filter(user=learner).exists()
    assert "sync_zoom will find it" in caplog.text
