"""Who is let into a live lesson of a course: its page and its Join alike."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.urls import reverse
from wagtail_lms import conf as lms_conf

from tests.contrib.wagtail_lms import courses
from tests.contrib.wagtail_lms.courses import enrol, join
from tests.frontend.lessons import JOIN_URL, give_meeting, make_lesson
from tests.lessons.models import FolderPage
from tests.schools import make_editor
from wagtail_zoom.models.lessons import Audience


pytestmark = pytest.mark.usefixtures("set_time")


def test_an_enrolled_learner_sees_the_page_and_joins(client, course, lesson, learner):
    enrol(learner, course)
    client.force_login(learner)

    assert client.get(lesson.url).status_code == 200
    assert join(client, lesson)["Location"] == JOIN_URL


def test_who_is_not_enrolled_is_sent_to_the_course_from_page_and_join_alike(client, course, lesson, learner):
    client.force_login(learner)

    for address in (lesson.url, reverse("wagtail_zoom:join", args=[lesson.pk])):
        response = client.get(address)
        assert (response.status_code, response["Location"]) == (302, course.url)
    assert client.get(reverse("wagtail_zoom:state", args=[lesson.pk])).status_code == 403
    assert client.get(reverse("wagtail_zoom:calendar", args=[lesson.pk])).status_code == 302


def test_a_stranger_logs_in_first_and_comes_back(client, lesson):
    assert client.get(lesson.url)["Location"] == f"/admin/login/?next={lesson.url}"
    assert join(client, lesson)["Location"] == f"/admin/login/?next=/zoom/lessons/{lesson.pk}/join/"


def test_a_page_behind_the_gate_is_kept_out_of_caches(client, course, lesson, learner):
    enrol(learner, course)
    client.force_login(learner)

    assert "no-store" in client.get(lesson.url)["Cache-Control"]


def test_the_sites_own_access_check_is_asked_for_page_and_join(client, course, lesson, learner, monkeypatch):
    monkeypatch.setattr(lms_conf, "WAGTAIL_LMS_CHECK_LESSON_ACCESS", f"{courses.__name__}.everybody_named_lea")
    enrol(learner, course)
    client.force_login(learner)
    assert client.get(lesson.url).status_code == 302
    assert join(client, lesson).status_code == 302

    learner.first_name = "Lea"
    learner.save()
    assert client.get(lesson.url).status_code == 200
    assert join(client, lesson)["Location"] == JOIN_URL


def test_an_editor_sees_lessons_without_enrolling(client, site, course, lesson):
    client.force_login(make_editor("teacher.one", site.root_page))

    assert client.get(lesson.url).status_code == 200


def test_a_lesson_for_everybody_is_not_gated(client, course):
    page = make_lesson(course, audience=Audience.EVERYBODY)
    give_meeting(page)

    assert client.get(page.url).status_code == 200
    assert join(client, page)["Location"] == JOIN_URL


def test_a_lesson_outside_of_courses_has_nobody_enrolled(client, site, course, learner):
    page = make_lesson(site.root_page, audience=Audience.ENROLLED)
    give_meeting(page)
    client.force_login(learner)

    assert client.get(page.url).status_code == 200
    assert join(client, page).status_code == 403


def test_a_lesson_in_a_folder_of_a_course_belongs_to_the_course(client, course, learner):
    folder = course.add_child(instance=FolderPage(title="Week 1"))
    page = make_lesson(folder, audience=Audience.ENROLLED)
    give_meeting(page)
    enrol(learner, course)
    client.force_login(learner)

    assert join(client, page)["Location"] == JOIN_URL


def test_other_pages_are_left_alone(client, course):
    page = course.add_child(instance=FolderPage(title="Reading list"))

    assert isinstance(client.get(page.url), HttpResponse)
    assert client.get(page.url).status_code == 200
