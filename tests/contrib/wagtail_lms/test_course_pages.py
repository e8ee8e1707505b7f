"""Live lessons among the lessons of a course of wagtail-lms."""

from __future__ import annotations

import pytest
from django.urls import reverse
from wagtail_lms.models import (
    CoursePage,
    H5PLessonPage,
    SCORMLessonPage,
)

from tests.frontend.lessons import give_meeting, make_lesson
from tests.lessons.models import ClassPage
from wagtail_zoom.models import LessonPage
from wagtail_zoom.models.lessons import LessonKind


pytestmark = pytest.mark.usefixtures("set_time")


def test_every_lesson_page_of_the_site_may_be_made_in_a_course():
    allowed = CoursePage.clean_subpage_models()

    assert {LessonPage, ClassPage, H5PLessonPage, SCORMLessonPage} <= set(allowed)
    assert CoursePage in LessonPage.allowed_parent_page_models()


def test_the_course_lists_its_live_lessons_beside_its_own(client, course, lesson):
    course.add_child(instance=H5PLessonPage(title="Leaves"))
    make_lesson(course, title="Draft", slug="draft", live=False)
    make_lesson(course, title="Without Zoom", slug="without", zoom_kind=LessonKind.NONE)

    html = client.get(course.url).content.decode()

    assert "Leaves" in html
    assert f'href="{lesson.url}"' in html
    assert "Tuesday, March 2, 2027, 10 a.m. to 11 a.m. (Berlin time, UTC+01:00)" in html
    assert "Draft" not in html
    assert "Without Zoom" not in html


def test_a_course_of_live_lessons_alone_is_no_empty_course_and_can_be_enrolled_in(client, course, lesson, learner):
    client.force_login(learner)

    html = client.get(course.url).content.decode()

    assert "doesn't have any content" not in html
    assert reverse("wagtail_lms:enroll_course", args=[course.pk]) in html
    assert html.count(f'href="{lesson.url}"') == 1


def test_a_course_without_live_lessons_looks_as_before(client, course):
    html = client.get(course.url).content.decode()

    assert "have any content assigned yet" in html
    assert "Live lessons" not in html


def test_listing_many_lessons_costs_no_more_queries_than_listing_one(client, course, django_assert_max_num_queries):
    for number in range(6):
        give_meeting(make_lesson(course, title=f"Lesson {number}", slug=f"lesson-{number}"))
    client.get(course.url)  # Wagtail keeps the addresses of sites in a cache that other tests empty.
    with django_assert_max_num_queries(14):
        client.get(course.url)
