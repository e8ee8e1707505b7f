"""Take over, new link, hand over, and what becomes of the lessons of people who left."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from wagtail.models import PageLogEntry

from tests.admin.editing import TUESDAY, Editor, at
from tests.lessons.models import ClassPage
from tests.schools import EVERY_SCOPE, School, connect, make_administrator, make_school
from wagtail_zoom.models import Connection, Host, Meeting
from wagtail_zoom.services.status import lesson_status


Make = Callable[..., Any]


@pytest.fixture
def free_school(practice: Any, space: Any) -> School:
    """Return a school on a General App that may do everything, so that former meetings can be cancelled."""
    return make_school(practice, space, scopes=EVERY_SCOPE)


@pytest.fixture
def first(today: Any, free_school: School, editor_for: Make) -> Editor:
    return editor_for(free_school.people["teacher.one"])


@pytest.fixture
def second(today: Any, free_school: School, editor_for: Make) -> Editor:
    return editor_for(free_school.people["teacher.two"])


@pytest.fixture
def page(first: Editor, space: Any) -> ClassPage:
    """Return a lesson of the first teacher, with its meeting on Zoom."""
    first.create(space.root_page, publish=True, **TUESDAY)
    return ClassPage.objects.get()


def meeting_of(page: ClassPage) -> Meeting:
    return Meeting.objects.get(lessons__page_id=page.pk)


def sync() -> None:
    call_command("sync_zoom", stdout=io.StringIO())


def html_of(editor: Editor, page: ClassPage) -> str:
    return editor.get("wagtail_zoom_admin:state", page.pk).json()["html"]


def test_a_colleague_takes_a_lesson_over_and_is_told_about_the_links(
    free_school: School, page: ClassPage, first: Editor, second: Editor
) -> None:
    former = meeting_of(page)
    assert "Take over" in html_of(second, page)
    assert "Take over" not in html_of(first, page)
    assert "its links change" in second.get("wagtail_zoom_admin:act", page.pk, "take_over").content.decode()

    second.post("wagtail_zoom_admin:act", page.pk, "take_over")
    sync()

    new = meeting_of(page)
    assert new.host == free_school.hosts["teacher.two"]
    assert (new.actual, new.zoom_id != former.zoom_id) == ("present", True)
    assert Meeting.objects.get(pk=former.pk).actual == "cancelled"
    page.refresh_from_db()
    assert (page.zoom_host, page.has_unpublished_changes) == (free_school.hosts["teacher.two"], False)
    assert PageLogEntry.objects.filter(page=page.pk, action="wagtail_zoom.take_over").count() == 1


def test_a_draft_that_waits_goes_on_waiting_with_the_new_host(
    page: ClassPage, first: Editor, second: Editor, free_school: School
) -> None:
    first.edit(page, title="Not yet public")
    second.post("wagtail_zoom_admin:act", page.pk, "take_over")
    page.refresh_from_db()
    draft = page.get_latest_revision_as_object()
    assert (page.title, draft.title, page.has_unpublished_changes) == ("Lesson one", "Not yet public", True)
    assert draft.zoom_host == page.zoom_host == free_school.hosts["teacher.two"]
    assert meeting_of(page).host == free_school.hosts["teacher.two"]


@pytest.mark.parametrize("act", ["take_over", "new_link"])
@pytest.mark.parametrize("columns", [{"live_since": at(8, day=21)}, {"ends_at": at(7, day=21)}, {"is_owned": False}])
def test_what_runs_is_over_or_is_not_ours_is_left_alone(
    page: ClassPage, second: Editor, act: str, columns: dict[str, Any]
) -> None:
    Meeting.objects.update(**columns)
    if "is_owned" in columns:
        page.zoom_link.role = "guest"
        page.zoom_link.save()
    second.post("wagtail_zoom_admin:act", page.pk, act)
    assert Meeting.objects.count() == 1


def test_who_is_not_connected_cannot_take_over(page: ClassPage, colleague: Editor) -> None:
    assert "Take over" not in html_of(colleague, page)
    colleague.post("wagtail_zoom_admin:act", page.pk, "take_over")
    assert Meeting.objects.count() == 1


def test_a_new_link_is_a_new_meeting_and_the_old_one_goes(page: ClassPage, first: Editor, free_school: School) -> None:
    former = meeting_of(page)
    assert "the old one is cancelled" in first.get("wagtail_zoom_admin:act", page.pk, "new_link").content.decode()
    first.post("wagtail_zoom_admin:act", page.pk, "new_link")
    sync()
    new = meeting_of(page)
    assert (new.actual, new.host) == ("present", former.host)
    assert new.zoom_id != former.zoom_id
    assert [found["id"] for found in free_school.simulator.meetings() if not found.get("deleted")] == [new.zoom_id]


def test_where_this_site_may_not_delete_the_editor_is_told_of_the_old_meeting(
    teacher: Editor, school: School, space: Any
) -> None:
    teacher.create(space.root_page, publish=True, **TUESDAY)
    page = ClassPage.objects.get()
    former = meeting_of(page)
    teacher.post("wagtail_zoom_admin:act", page.pk, "new_link")
    sync()
    assert f"The former meeting {lesson_status.spoken_number(former)} is still on Zoom" in html_of(teacher, page)


@pytest.mark.parametrize("how", ["deactivated", "deleted", "without right"])
def test_who_leaves_is_disconnected_revoked_and_their_lessons_need_a_host(
    page: ClassPage, free_school: School, second: Editor, how: str
) -> None:
    person = free_school.people["teacher.one"]
    if how == "deactivated":
        person.is_active = False
        person.save()
    elif how == "deleted":
        person.delete()
    else:
        person.groups.clear()

    sync()

    connection = Connection.objects.get(pk=free_school.hosts["teacher.one"].connection_id)
    assert (connection.status, bool(connection.refresh_token)) == ("disconnected", False)
    assert not Host.objects.get(pk=free_school.hosts["teacher.one"].pk).is_active
    assert Host.objects.get(pk=free_school.hosts["teacher.two"].pk).is_active
    state = lesson_status.state_of(page)
    assert (state.code, state.attention) == ("attention", "host_left")
    assert page.title in second.get("wagtail_zoom_admin:lessons", state="needs_host").content.decode()
    offered = html_of(second, page)
    assert "Take over: I am the host" in offered
    assert "Connect your Zoom account" not in offered

    second.post("wagtail_zoom_admin:act", page.pk, "take_over")
    sync()
    assert lesson_status.state_of(page).code == "ready"
    assert meeting_of(page).host == free_school.hosts["teacher.two"]


def test_who_comes_back_and_connects_again_has_their_lessons_again(page: ClassPage, free_school: School) -> None:
    person = free_school.people["teacher.one"]
    person.is_active = False
    person.save()
    sync()
    person.is_active = True
    person.save()
    connect(person, free_school.site, free_school.app, "teacher.one@school.example")
    sync()
    assert lesson_status.state_of(page).code == "ready"


def test_an_administrator_hands_all_coming_lessons_over(
    free_school: School, page: ClassPage, first: Editor, editor_for: Make, space: Any
) -> None:
    first.create(space.root_page, publish=True, **{**TUESDAY, "title": "Lesson two", "slug": "lesson-two"})
    over = ClassPage.objects.get(title="Lesson two")
    first.create(space.root_page, publish=True, **{**TUESDAY, "title": "Lesson three", "slug": "lesson-three"})
    Meeting.objects.filter(lessons__page_id=over.pk).update(ends_at=at(7, day=21))
    one, two = free_school.hosts["teacher.one"], free_school.hosts["teacher.two"]
    Host.objects.filter(pk=two.pk).update(editors_may_schedule=True)
    administrator = editor_for(make_administrator("administrator", space))
    shown = administrator.get("wagtail_zoom_admin:hand_over", space.pk).content.decode()
    assert "(2 coming lessons)" in shown and "its links change" in shown

    administrator.post("wagtail_zoom_admin:hand_over", space.pk, former=one.pk, successor=one.pk)
    assert meeting_of(page).host == one
    administrator.post("wagtail_zoom_admin:hand_over", space.pk, former=one.pk, successor=two.pk)
    sync()

    hosts = {link.title: meeting_of(link).host for link in ClassPage.objects.all()}
    assert hosts == {"Lesson one": two, "Lesson two": one, "Lesson three": two}
    assert set(Meeting.objects.filter(host=two).values_list("actual", flat=True)) == {"present"}


def test_nobody_is_made_host_who_has_not_agreed(
    free_school: School, page: ClassPage, editor_for: Make, space: Any
) -> None:
    administrator = editor_for(make_administrator("administrator", space))
    one, two = free_school.hosts["teacher.one"], free_school.hosts["teacher.two"]
    administrator.post("wagtail_zoom_admin:hand_over", space.pk, former=one.pk, successor=two.pk)
    assert meeting_of(page).host == one
    assert (
        "nobody to whom you could hand them"
        in administrator.get("wagtail_zoom_admin:hand_over", space.pk).content.decode()
    )
