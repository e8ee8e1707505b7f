"""Editors at work, and lessons in every state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from wagtail.models import Page

from tests.admin.editing import Editor, at
from tests.lessons.models import ClassPage
from tests.schools import School, make_editor
from wagtail_zoom.models import LessonMeeting, Meeting


@pytest.fixture
def editor_for(django_capture_on_commit_callbacks: Any) -> Callable[[Any], Editor]:
    """Return a function that logs a user in to the admin."""
    return lambda user: Editor(user, lambda: django_capture_on_commit_callbacks(execute=True))


@pytest.fixture
def today(clocks: Any) -> Any:
    """Return the clocks; it is Saturday morning, three days before the lessons."""
    return clocks


@pytest.fixture
def teacher(today: Any, school: School, editor_for: Callable[[Any], Editor]) -> Editor:
    """Return the school's first teacher, who has connected their Zoom account."""
    return editor_for(school.people["teacher.one"])


@pytest.fixture
def colleague(space: Any, editor_for: Callable[[Any], Editor]) -> Editor:
    """Return an editor of the space; nothing is known of Zoom, and no simulator runs."""
    return editor_for(make_editor("editor.one", space.root_page))


@pytest.fixture
def lesson(space: Any) -> Callable[..., ClassPage]:
    """Return a function that makes a lesson page in the space, live unless told otherwise; nothing happens on Zoom."""

    def make(title: str = "Lesson one", parent: Page | None = None, *, live: bool = True, **wishes: Any) -> ClassPage:
        page = ClassPage(title=title, live=live, **{"zoom_kind": "meeting", **TUESDAY, **wishes})
        (parent or space.root_page).add_child(instance=page)
        page.save_revision()
        Page.objects.filter(pk=page.pk).update(has_unpublished_changes=not live)
        return ClassPage.objects.get(pk=page.pk)

    return make


@pytest.fixture
def meeting_for(space: Any) -> Callable[..., Meeting]:
    """Return a function that gives a lesson a row, ready unless told otherwise."""

    def make(page: Page, **columns: Any) -> Meeting:
        facts = {
            "kind": "meeting",
            "site": space,
            "zoom_id": 12345678900 + page.pk,
            "account_key": "account",
            "host_label": "Teacher One",
            "actual": Meeting.Actual.PRESENT,
            "starts_at": at(9),
            "ends_at": at(9, 45),
        }
        meeting = Meeting.objects.create(**{**facts, **columns})
        role = LessonMeeting.Role.OWNER if meeting.is_owned else LessonMeeting.Role.GUEST
        LessonMeeting.objects.create(
            page=page, page_title=page.title, page_path=page.url_path, meeting=meeting, role=role
        )
        return meeting

    return make


TUESDAY = {
    "zoom_date": at(9).date(),
    "zoom_time": at(10).time(),
    "zoom_timezone": "Europe/Berlin",
    "zoom_duration": 45,
}
