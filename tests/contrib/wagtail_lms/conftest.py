"""Fixtures for courses of wagtail-lms with live lessons."""

from __future__ import annotations

import pytest
from wagtail_lms.models import CoursePage

from tests.frontend.lessons import give_meeting, make_lesson
from wagtail_zoom.models.lessons import Audience


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
