"""A lesson outside any course: for everybody who is logged in, unless somebody restricted it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.contrib.wagtail_lms.courses import join
from tests.frontend.lessons import JOIN_URL, give_meeting, make_lesson
from tests.lessons.models import FolderPage
from tests.schools import make_editor
from wagtail_zoom.contrib.wagtail_lms.adapter import WagtailLMSAdapter
from wagtail_zoom.models import LessonPage
from wagtail_zoom.models.lessons import Audience
from wagtail_zoom.services import lms


class Mute(WagtailLMSAdapter):
    def in_course(self, page):
        raise ConnectionError("the course system is away")


class Untaught(WagtailLMSAdapter):
    in_course = None


@pytest.fixture
def editor(client, site):
    client.force_login(make_editor("editor.one", site.root_page))
    return client


def use(settings, adapter):
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "LMS_ADAPTER": f"{adapter.__module__}.{adapter.__name__}"}


def shown_audience(browser, parent):
    response = browser.get(reverse("wagtailadmin_pages:add", args=["wagtail_zoom", "lessonpage", parent.pk]))
    return response.context["form"]["zoom_audience"].value()


def test_a_new_lesson_outside_of_courses_begins_as_one_for_whoever_is_logged_in(editor, course, site):
    folder = site.root_page.add_child(instance=FolderPage(title="News"))

    assert shown_audience(editor, site.root_page) == Audience.LOGGED_IN
    assert shown_audience(editor, folder) == Audience.LOGGED_IN


def test_a_new_lesson_in_a_course_or_a_folder_of_it_is_for_the_enrolled(editor, course):
    assert shown_audience(editor, course) == Audience.ENROLLED
    folder = course.add_child(instance=FolderPage(title="Week one"))
    assert shown_audience(editor, folder) == Audience.ENROLLED


@pytest.mark.parametrize("adapter", [Mute, Untaught])
def test_where_it_is_not_known_a_new_lesson_is_for_the_enrolled(editor, course, site, settings, adapter):
    use(settings, adapter)

    assert lms.in_course(site.root_page) is None
    assert shown_audience(editor, site.root_page) == Audience.ENROLLED


def test_what_an_editor_chose_is_shown_again_as_it_was_chosen(editor, course, site):
    lesson = make_lesson(site.root_page, audience=Audience.ENROLLED)

    response = editor.get(reverse("wagtailadmin_pages:edit", args=[lesson.pk]))

    assert response.context["form"]["zoom_audience"].value() == Audience.ENROLLED


def test_a_lesson_made_without_the_form_is_not_opened(course, site):
    lesson = site.root_page.add_child(instance=LessonPage(title="Imported"))

    assert lesson.zoom_audience == Audience.ENROLLED


def test_a_restricted_lesson_outside_of_courses_lets_nobody_in_and_says_why(client, course, site, learner, set_time):
    lesson = make_lesson(site.root_page, audience=Audience.ENROLLED)
    give_meeting(lesson)
    client.force_login(learner)

    response = join(client, lesson)

    assert "Its teacher can choose who may join." in response.content.decode()
    assert client.get(reverse("wagtail_zoom:state", args=[lesson.pk])).json()["code"] == "no_course"


def test_what_the_form_shows_is_what_a_learner_meets(client, course, site, learner, set_time):
    lesson = make_lesson(site.root_page, audience=Audience.LOGGED_IN)
    give_meeting(lesson)
    client.force_login(learner)

    assert join(client, lesson)["Location"] == JOIN_URL
