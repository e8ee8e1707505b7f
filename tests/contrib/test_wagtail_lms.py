from __future__ import annotations

import logging

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.urls import reverse

from tests.frontend.lessons import JOIN_URL, START, give_meeting, make_lesson, with_registration
from tests.lessons.models import ClassPage, FolderPage
from tests.schools import make_editor, make_user
from wagtail_zoom import clock
from wagtail_zoom.lms import LMSAdapter
from wagtail_zoom.models import Completion, LessonPage, Registrant
from wagtail_zoom.models.lessons import Audience, LessonKind
from wagtail_zoom.services import lms


if not apps.is_installed("wagtail_lms"):
    pytest.skip("wagtail-lms is not installed", allow_module_level=True)

from wagtail_lms import conf as lms_conf
from wagtail_lms.models import (
    CourseEnrollment,
    CoursePage,
    H5PActivity,
    H5PLessonCompletion,
    H5PLessonPage,
    SCORMAttempt,
    SCORMLessonPage,
    SCORMPackage,
)

from wagtail_zoom.contrib.wagtail_lms.adapter import WagtailLMSAdapter


pytestmark = pytest.mark.usefixtures("set_time")


@pytest.fixture
def course(site, settings):
    settings.WAGTAIL_ZOOM = {
        **settings.WAGTAIL_ZOOM,
        "LMS_ADAPTER": "wagtail_zoom.contrib.wagtail_lms.adapter.WagtailLMSAdapter",
    }
    return site.root_page.add_child(instance=CoursePage(title="Biology"))


@pytest.fixture
def lesson(course):
    page = make_lesson(course, audience=Audience.ENROLLED)
    give_meeting(page)
    return page


def enrol(user, course):
    return CourseEnrollment.objects.create(user=user, course=course)


def join(client, page):
    return client.get(reverse("wagtail_zoom:join", args=[page.pk]))


def everybody_named_lea(request, lesson, course):
    return request.user.first_name == "Lea"


# A course may contain live lessons


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


# The gate


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
    monkeypatch.setattr(lms_conf, "WAGTAIL_LMS_CHECK_LESSON_ACCESS", f"{__name__}.everybody_named_lea")
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


# The adapter


def test_the_adapter_keeps_the_protocol():
    assert isinstance(WagtailLMSAdapter(), LMSAdapter)


def test_enrolled_are_the_active_learners_of_the_course(course, lesson, learner):
    enrol(learner, course)
    gone = make_user("learner.two", is_active=False)
    enrol(gone, course)
    other = course.get_parent().add_child(instance=CoursePage(title="Chemistry"))
    enrol(make_user("learner.three"), other)

    assert lms.enrolled(lesson) == [learner]


def test_who_is_enrolled_outside_of_courses_is_unknown_not_nobody(site, course, caplog):
    page = make_lesson(site.root_page)

    assert lms.enrolled(page) is None
    assert caplog.records == []


def test_no_address_is_verified_unless_the_site_says_so(settings, course, learner):
    assert lms.email_is_verified(learner) is False

    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "LMS_OPTIONS": {"emails_are_verified": True}}
    assert lms.email_is_verified(learner) is True


# Enrolling and leaving


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


# Completion


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
