"""When a course of wagtail-lms is complete that has live lessons beside its own."""

from __future__ import annotations

from typing import Any

from wagtail_lms.models import (
    CourseEnrollment,
    CoursePage,
    H5PLessonCompletion,
    H5PLessonPage,
    SCORMAttempt,
    SCORMLessonPage,
)

from wagtail_zoom import clock
from wagtail_zoom.models import Completion

from . import courses


def complete_if_done(user: Any, course: CoursePage) -> bool:
    """Mark the enrolment of ``user`` complete if every lesson of ``course`` is; return whether all are.

    A course that is marked already keeps its date.
    """
    if not (_live_lessons_done(user, course) and _h5p_done(user, course) and _scorm_done(user, course)):
        return False
    enrolments = CourseEnrollment.objects.filter(user=user, course=course, completed_at__isnull=True)
    enrolments.update(completed_at=clock.now())
    return True


def _live_lessons_done(user: Any, course: CoursePage) -> bool:
    lessons = {lesson.pk for lesson in courses.lessons_of(course)}
    done = Completion.objects.filter(user=user, page__in=lessons, is_complete=True)
    return bool(lessons) and lessons == set(done.values_list("page", flat=True))


def _h5p_done(user: Any, course: CoursePage) -> bool:
    # Lessons without activities only inform; wagtail-lms does not count them either.
    lessons = {page.pk for page in H5PLessonPage.objects.child_of(course).live() if _has_activities(page)}
    done = H5PLessonCompletion.objects.filter(user=user, lesson__in=lessons)
    return lessons == set(done.values_list("lesson", flat=True))


def _scorm_done(user: Any, course: CoursePage) -> bool:
    lessons = SCORMLessonPage.objects.child_of(course).live().exclude(scorm_package=None)
    packages = set(lessons.values_list("scorm_package", flat=True))
    done = SCORMAttempt.objects.filter(
        user=user, scorm_package__in=packages, completion_status__in=("completed", "passed")
    )
    return packages == set(done.values_list("scorm_package", flat=True))


def _has_activities(page: H5PLessonPage) -> bool:
    return any(block.block_type == "h5p_activity" and block.value.get("activity") for block in page.body)
