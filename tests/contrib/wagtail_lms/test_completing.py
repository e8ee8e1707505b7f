"""A course of wagtail-lms is complete when every lesson of it is."""

from __future__ import annotations

import pytest
from django.urls import reverse
from wagtail_lms.models import (
    CourseEnrollment,
    H5PActivity,
    H5PLessonCompletion,
    H5PLessonPage,
    SCORMAttempt,
    SCORMLessonPage,
    SCORMPackage,
)

from tests.contrib.wagtail_lms.courses import enrol
from tests.frontend.lessons import make_lesson
from tests.lessons.models import FolderPage
from wagtail_zoom import clock
from wagtail_zoom.contrib.wagtail_lms.adapter import WagtailLMSAdapter
from wagtail_zoom.models import Completion
from wagtail_zoom.services import lms


pytestmark = pytest.mark.usefixtures("set_time")


def complete(user, page):
    Completion.objects.create(page_id=page.pk, user=user, is_complete=True, decided_at=clock.now())
    lms.mark_complete(user, page, None)


def is_complete(user, course):
    return CourseEnrollment.objects.get(user=user, course=course).completed_at is not None


def test_the_course_is_complete_with_its_last_live_lesson(course, learner):
    pages = [make_lesson(course, title=f"Lesson {number}", slug=f"l{number}") for number in range(2)]
    enrol(learner, course)

    complete(learner, pages[0])
    assert not is_complete(learner, course)
    complete(learner, pages[1])
    assert is_complete(learner, course)


def test_the_course_waits_for_its_other_lessons(course, learner):
    page = make_lesson(course)
    activity = H5PActivity.objects.create(title="Quiz")
    quiz = course.add_child(instance=H5PLessonPage(title="Quiz", body=[("h5p_activity", {"activity": activity})]))
    package = SCORMPackage.objects.create(title="Module")
    course.add_child(instance=SCORMLessonPage(title="Module", scorm_package=package))
    course.add_child(instance=H5PLessonPage(title="Text only", body=[("paragraph", "<p>Read.</p>")]))
    enrol(learner, course)

    complete(learner, page)
    assert not is_complete(learner, course)
    H5PLessonCompletion.objects.create(user=learner, lesson=quiz)
    lms.mark_complete(learner, page, None)
    assert not is_complete(learner, course)
    SCORMAttempt.objects.create(user=learner, scorm_package=package, completion_status="completed")
    lms.mark_complete(learner, page, None)
    assert is_complete(learner, course)


def test_wagtail_lms_itself_does_not_wait_for_live_lessons(client, course, lesson, learner, set_time):
    """The docs say so: whoever mixes both kinds in a course reads there what it means. Should it change, they change."""
    activity = H5PActivity.objects.create(title="Quiz")
    course.add_child(instance=H5PLessonPage(title="Quiz", body=[("h5p_activity", {"activity": activity})]))
    enrol(learner, course)
    client.force_login(learner)
    finished = {"verb": {"id": "http://adlnet.gov/expapi/verbs/completed"}, "result": {"completion": True}}

    answer = client.post(reverse("wagtail_lms:h5p_xapi", args=[activity.pk]), finished, content_type="application/json")

    assert answer.status_code == 200
    assert is_complete(learner, course)
    first = CourseEnrollment.objects.get().completed_at
    complete(learner, lesson)
    assert CourseEnrollment.objects.get().completed_at == first


def test_a_course_of_live_lessons_is_completed_by_us_alone_and_shown_to_the_learner(client, course, lesson, learner):
    enrol(learner, course)
    client.force_login(learner)
    assert "You have been enrolled since" in client.get(course.url).content.decode()

    complete(learner, lesson)

    assert "You completed this course on" in client.get(course.url).content.decode()


def test_a_verdict_that_is_not_complete_completes_nothing(course, lesson, learner):
    enrol(learner, course)
    Completion.objects.create(page_id=lesson.pk, user=learner, is_complete=False, decided_at=clock.now())
    lms.mark_complete(learner, lesson, None)

    assert not is_complete(learner, course)


def test_lessons_know_their_course_in_one_query(course, site, django_assert_num_queries):
    folder = course.add_child(instance=FolderPage(title="Week 1"))
    inside = [make_lesson(course, slug="a"), make_lesson(folder, slug="b")]
    outside = make_lesson(site.root_page, slug="c")

    with django_assert_num_queries(1):
        found = WagtailLMSAdapter().courses_of([*inside, outside])

    assert {pk: page and page.pk for pk, page in found.items()} == {
        inside[0].pk: course.pk,
        inside[1].pk: course.pk,
        outside.pk: None,
    }
    assert lms.courses_of([outside])[outside.pk].pk == site.root_page.pk


def test_telling_twice_keeps_the_first_date(course, learner, set_time):
    page = make_lesson(course)
    enrol(learner, course)
    complete(learner, page)
    first = CourseEnrollment.objects.get().completed_at

    lms.mark_complete(learner, page, None)

    assert CourseEnrollment.objects.get().completed_at == first


def test_a_verdict_about_somebody_who_is_not_enrolled_changes_nothing(course, learner):
    complete(learner, make_lesson(course))

    assert not CourseEnrollment.objects.exists()
