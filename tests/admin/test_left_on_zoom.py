"""In a school that may not delete on Zoom, an editor who takes a meeting off a lesson is told that it is there still."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.admin.editing import TUESDAY, Editor
from tests.lessons.models import ClassPage
from tests.schools import School, make_administrator
from wagtail_zoom.models import Meeting
from wagtail_zoom.services.coordination.work_budget import Budget
from wagtail_zoom.services.sync import run


@pytest.fixture
def page(teacher: Editor, school: School) -> ClassPage:
    """Return the teacher's published lesson, whose meeting is on Zoom."""
    teacher.create(school.site.root_page, publish=True, **TUESDAY)
    return ClassPage.objects.get()


def sweep() -> None:
    run.sweep(budget=Budget(seconds=60, calls=100))


def panel(editor: Editor, page: ClassPage) -> str:
    return unescape(editor.get("wagtail_zoom_admin:state", page.pk).json()["html"])


def methods(school: School) -> set[str]:
    return {call["method"] for call in school.simulator.requests() if "/meetings" in call["path"]}


def test_a_draft_without_meeting_says_beforehand_what_publishing_it_leaves(teacher: Editor, page: ClassPage) -> None:
    response = teacher.edit(page, zoom_kind="none")
    assert "Zoom's calendar goes on showing it until it is deleted there by hand" in unescape(response.content.decode())


def test_a_lesson_without_meeting_any_more_says_what_zoom_still_shows_until_done(
    teacher: Editor, school: School, page: ClassPage
) -> None:
    number = Meeting.objects.get().zoom_id
    teacher.edit(page, publish=True, zoom_kind="none")
    for _minute in range(3):
        sweep()

    shown = panel(teacher, page)
    assert "Zoom still shows Tue 24 Nov, 10:00." in shown
    assert f"/meeting/{number}" in shown
    assert "Open on Zoom" in shown
    assert f"/admin/zoom/lessons/{page.pk}/done/" in shown
    assert "Address for your learners" not in shown
    assert methods(school) == {"POST"}

    teacher.post("wagtail_zoom_admin:act", page.pk, "done")
    assert "No Zoom meeting" in panel(teacher, page)
    assert Meeting.objects.get().actual == Meeting.Actual.CANCELLED
    sweep()
    assert not Meeting.objects.get().lessons.filter(page=page).exists()


def test_learners_are_let_in_no_more_and_the_public_page_shows_no_lesson(
    teacher: Editor, page: ClassPage, client: Any
) -> None:
    state = reverse("wagtail_zoom:state", args=[page.pk])
    assert client.get(state).status_code == 200
    teacher.edit(page, publish=True, zoom_kind="none")
    assert client.get(state).status_code == 404
    assert "Join" not in client.get(page.url).content.decode()


def test_who_wants_the_meeting_back_gets_the_same_one(teacher: Editor, school: School, page: ClassPage) -> None:
    number = Meeting.objects.get().zoom_id
    teacher.edit(page, publish=True, zoom_kind="none")
    sweep()
    teacher.edit(page, publish=True, zoom_kind="meeting")
    sweep()

    assert Meeting.objects.get().zoom_id == number
    assert "Ready" in panel(teacher, page)
    assert len(school.simulator.meetings()) == 1


def test_after_the_lesson_would_have_been_nobody_is_asked_any_more(
    teacher: Editor, page: ClassPage, clocks: Any
) -> None:
    teacher.edit(page, publish=True, zoom_kind="none")
    sweep()
    clocks.advance(days=4)
    assert "No Zoom meeting" in panel(teacher, page)


def test_the_one_that_another_meeting_replaced_is_named_with_its_link_until_done(
    teacher: Editor, school: School, page: ClassPage
) -> None:
    former = Meeting.objects.get()
    teacher.post("wagtail_zoom_admin:act", page.pk, "new_link")
    sweep()

    shown = panel(teacher, page)
    assert "is still on Zoom, since this site may not delete it there" in shown
    assert f"/meeting/{former.zoom_id}" in shown
    assert len(school.simulator.meetings()) == 2

    teacher.post("wagtail_zoom_admin:act", page.pk, "done_former")
    shown = panel(teacher, page)
    assert "Ready" in shown
    assert str(former.zoom_id) not in shown
    former.refresh_from_db()
    assert former.actual == Meeting.Actual.CANCELLED
    assert methods(school) == {"POST"}


def test_the_one_that_a_linked_meeting_replaced_is_named_too(teacher: Editor, school: School, page: ClassPage) -> None:
    former = Meeting.objects.get()
    other = ClassPage(title="Other", slug="other", live=True, owner=school.people["teacher.one"])
    school.site.root_page.add_child(instance=other)
    teacher.edit(other, publish=True, **TUESDAY)
    linked = Meeting.objects.exclude(pk=former.pk).get()
    teacher.edit(page, publish=True, zoom_kind="existing", zoom_number=str(linked.zoom_id))
    sweep()
    assert f"/meeting/{former.zoom_id}" in panel(teacher, page)


# The page itself is deleted.


def left(editor: Editor) -> str:
    return unescape(editor.get("wagtail_zoom_admin:left_on_zoom").content.decode())


def test_what_a_deleted_lesson_left_is_listed_for_its_host_until_done(
    teacher: Editor, school: School, page: ClassPage
) -> None:
    meeting = Meeting.objects.get()
    page.delete()
    sweep()
    assert "1 meeting of a deleted lesson" in unescape(teacher.get("wagtail_zoom_admin:lessons").content.decode())
    shown = left(teacher)
    assert "Zoom still shows Tue 24 Nov, 10:00." in shown
    assert f"/meeting/{meeting.zoom_id}" in shown

    done = teacher.post("wagtail_zoom_admin:left_on_zoom", meeting=str(meeting.pk))
    assert done["Location"] == reverse("wagtail_zoom_admin:left_on_zoom")
    shown = left(teacher)
    assert "This site takes it that the meeting is on Zoom no more." in shown
    assert "Nothing is left on Zoom" in shown
    assert "of a deleted lesson" not in teacher.get("wagtail_zoom_admin:lessons").content.decode()
    meeting.refresh_from_db()
    assert meeting.actual == Meeting.Actual.CANCELLED
    assert methods(school) == {"POST"}


def test_what_is_left_is_the_concern_of_its_host_and_of_the_space_alone(
    teacher: Editor, school: School, page: ClassPage, space: Any
) -> None:
    meeting = Meeting.objects.get()
    page.delete()
    sweep()
    where = reverse("wagtail_zoom_admin:left_on_zoom")
    colleague, administrator = Client(), Client()
    colleague.force_login(school.people["teacher.two"])
    administrator.force_login(make_administrator("administrator", space))
    assert str(meeting.zoom_id) not in colleague.get(where).content.decode()
    for asked in (str(meeting.pk), "9" * 30, "", "none"):
        assert colleague.post(where, {"meeting": asked}).status_code == 404
    meeting.refresh_from_db()
    assert meeting.actual == Meeting.Actual.PRESENT
    assert str(meeting.zoom_id) in administrator.get(where).content.decode()


def test_what_is_left_of_lessons_that_are_over_is_nobodys_concern(
    teacher: Editor, page: ClassPage, clocks: Any
) -> None:
    page.delete()
    sweep()
    clocks.advance(days=4)
    assert "Nothing is left on Zoom" in left(teacher)
