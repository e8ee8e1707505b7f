"""What the adapter tells about courses and learners."""

from __future__ import annotations

import pytest
from wagtail_lms.models import CoursePage

from tests.contrib.wagtail_lms.courses import enrol
from tests.frontend.lessons import make_lesson
from tests.schools import make_user
from wagtail_zoom.contrib.wagtail_lms.adapter import WagtailLMSAdapter
from wagtail_zoom.lms import LMSAdapter
from wagtail_zoom.services import lms


pytestmark = pytest.mark.usefixtures("set_time")


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
