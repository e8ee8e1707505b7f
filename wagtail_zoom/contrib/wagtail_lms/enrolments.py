"""Enrolling in a course and leaving it is followed in the registrations of its live lessons.

What was enrolled in bulk sends no signal; ``sync_zoom`` finds it by asking the adapter.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from wagtail_lms.models import CourseEnrollment, CoursePage

from wagtail_zoom import tasks
from wagtail_zoom.services.registrants.enrolment_sync import note_enrolled, note_left

from . import courses


logger = logging.getLogger("wagtail_zoom")


def connect() -> None:
    """Listen to enrolments that come and go."""
    post_save.connect(enrolled, sender=CourseEnrollment, dispatch_uid="wagtail_zoom_lms.enrolled")
    post_delete.connect(left, sender=CourseEnrollment, dispatch_uid="wagtail_zoom_lms.left")


def enrolled(instance: CourseEnrollment, *, created: bool, raw: bool = False, **named: Any) -> None:
    """Register who has enrolled for the course's live lessons, once the enrolment is committed."""
    if created and not raw:
        _after_commit(note_enrolled, instance)


def left(instance: CourseEnrollment, **named: Any) -> None:
    """Take back the registrations of who has left, once that is committed."""
    _after_commit(note_left, instance)


def _after_commit(note: Callable[[Any, Any], tuple[int, ...]], enrolment: CourseEnrollment) -> None:
    transaction.on_commit(partial(_tell, note, enrolment.user_id, enrolment.course_id), robust=True)


def _tell(note: Callable[[Any, Any], tuple[int, ...]], user_id: Any, course_id: int) -> None:
    # Outside of transactions this runs inside the LMS's own save, which must not fail because of it.
    try:
        user = get_user_model()._default_manager.filter(pk=user_id).first()
        course = CoursePage.objects.filter(pk=course_id).first()
        if user is None or course is None:
            return
        due = {meeting_id for lesson in courses.lessons_of(course) for meeting_id in note(user, lesson)}
    except Exception:
        logger.exception(
            "Enrolment of user %s in course %s was not followed; sync_zoom will find it", user_id, course_id
        )
        return
    for meeting_id in sorted(due):
        tasks.enqueue_register_people(meeting_id)
