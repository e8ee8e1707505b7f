"""Desks to register at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from wagtail.models import Page

from tests.lessons.models import ClassPage
from tests.schools import School
from tests.services.registering.desks import Desk, open_desk
from wagtail_zoom.models import LessonMeeting, Meeting


@pytest.fixture
def desk(everything: School) -> Desk:
    """Return a meeting with registration in a space whose app may do everything."""
    return open_desk(everything)


@pytest.fixture
def webinar(academy: School) -> Desk:
    """Return a webinar that was linked by an academy with exactly its seventeen scopes."""
    return open_desk(academy, kind="webinar", owned=False)


@pytest.fixture
def bare(school: School) -> Desk:
    """Return a meeting of a school that may only write meetings: it can add people, and look at nothing."""
    return open_desk(school)


@pytest.fixture
def make_lesson(db: None) -> Callable[..., ClassPage]:
    """Return a maker of lesson pages that use a meeting, below the root of its space."""

    def make(meeting: Meeting, options: dict[str, Any] | None = None, **fields: Any) -> ClassPage:
        number = ClassPage.objects.count() + 1
        values = {
            "title": f"Class {number}",
            "zoom_kind": "existing",
            "zoom_number": meeting.zoom_id,
            "zoom_options": options or {},
            **fields,
        }
        root = meeting.site.root_page if meeting.site else Page.objects.get(depth=1)
        page = root.add_child(instance=ClassPage(slug=f"class-{number}", **values))
        LessonMeeting.objects.create(page=page, page_title=page.title, meeting=meeting, role="guest")
        return page

    return make
