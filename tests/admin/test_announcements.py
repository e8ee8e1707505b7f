"""What Wagtail's own acts mean on Zoom is said before they are done, on Wagtail's own screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.admin.editing import TUESDAY, Editor, at, texts
from tests.lessons.models import ClassPage, FolderPage
from tests.schools import School, make_administrator, make_editor, make_space, make_user
from wagtail_zoom import clock
from wagtail_zoom.models import Meeting, Registrant, ZoomSettings


Make = Callable[..., Any]


def said_before_deleting(editor: Editor, page: Any) -> list[str]:
    return [text.strip() for text in texts(editor.get("wagtailadmin_pages:delete", page.pk))]


def test_deleting_a_lesson_says_that_zoom_goes_on_showing_it_where_the_app_may_not_cancel(
    teacher: Editor, school: School, lesson: Make, meeting_for: Make
) -> None:
    page = lesson()
    meeting_for(page, connection=school.connection, wanted_payload={"topic": "Algebra"})

    (said,) = said_before_deleting(teacher, page)

    assert "Nobody can join “Algebra” from this site any more" in said
    assert "deleted there by hand" in said


def test_deleting_says_that_the_meeting_is_cancelled_and_how_many_people_lose_their_places(
    everything: School, colleague: Editor, lesson: Make, meeting_for: Make
) -> None:
    page = lesson()
    meeting = meeting_for(page, connection=everything.connection, wanted_payload={"topic": "Algebra"})
    for number in range(2):
        address = f"learner.{number}@school.example"
        Registrant.objects.create(meeting=meeting, email=address, email_key=address, source="editor")

    assert said_before_deleting(colleague, page) == [
        "The Zoom meeting “Algebra” is cancelled on Zoom.",
        "2 people who are registered lose their places.",
    ]


@pytest.fixture
def boss(editor_for: Make, db: None) -> Editor:
    """Return a superuser: only they may delete whole sections and many pages at once."""
    return editor_for(make_user("boss", is_superuser=True))


def test_deleting_a_folder_counts_the_meetings_below_it(
    everything: School, boss: Editor, space: Any, lesson: Make, meeting_for: Make
) -> None:
    folder = space.root_page.add_child(instance=FolderPage(title="Course"))
    for number in range(21):
        meeting_for(lesson(f"Lesson {number}", folder), connection=everything.connection)
    meeting_for(lesson("Linked", folder), is_owned=False)

    said = said_before_deleting(boss, folder)

    assert "21 Zoom meetings are cancelled on Zoom." in said
    assert any("administrator has to say yes" in text for text in said)
    assert any("only linked stays on Zoom" in text for text in said)


@pytest.mark.parametrize(
    "columns",
    [
        {"starts_at": at(9, day=2), "ends_at": at(10, day=2)},
        {"actual": "absent"},
        {"actual": "cancelled", "wanted": "absent"},
        {"actual": "gone"},
    ],
)
def test_nothing_is_said_where_nothing_happens_on_zoom(
    colleague: Editor, lesson: Make, meeting_for: Make, columns: dict[str, Any]
) -> None:
    page = lesson()
    meeting_for(page, **columns)

    assert said_before_deleting(colleague, page) == []


def test_a_running_meeting_is_said_to_stay(
    everything: School, colleague: Editor, lesson: Make, meeting_for: Make
) -> None:
    page = lesson()
    meeting_for(page, live_since=clock.now(), connection=everything.connection)

    assert said_before_deleting(colleague, page) == ["A meeting that is running just now is not touched."]


def test_what_was_said_before_deleting_is_what_happens(everything: School, editor_for: Make, today: Any) -> None:
    editor = editor_for(everything.people["host.one"])
    editor.create(everything.site.root_page, publish=True, **TUESDAY)
    page, meeting = ClassPage.objects.get(), Meeting.objects.get()
    assert any("is cancelled on Zoom" in text for text in said_before_deleting(editor, page))

    editor.post("wagtailadmin_pages:delete", page.pk)

    meeting.refresh_from_db()
    assert meeting.wanted == Meeting.Wanted.ABSENT


@pytest.fixture
def cancelling(everything: School, space: Any) -> None:
    """Let the space cancel the meetings of lessons that are unpublished."""
    ZoomSettings.objects.update_or_create(site=space, defaults={"when_unpublished": "cancel"})


def test_unpublishing_asks_once_more_where_it_cancels_a_meeting(
    cancelling: None, everything: School, colleague: Editor, lesson: Make, meeting_for: Make
) -> None:
    page = lesson()
    meeting_for(page, connection=everything.connection, wanted_payload={"topic": "Algebra"})

    asked = colleague.post("wagtailadmin_pages:unpublish", page.pk)
    assert "“Algebra” is cancelled on Zoom" in asked.content.decode()
    assert ClassPage.objects.get(pk=page.pk).live

    colleague.post("wagtailadmin_pages:unpublish", page.pk, zoom_confirmed="1")
    assert not ClassPage.objects.get(pk=page.pk).live


def test_unpublishing_a_whole_course_keeps_what_was_ticked_through_the_question(
    cancelling: None, everything: School, colleague: Editor, space: Any, lesson: Make, meeting_for: Make
) -> None:
    folder = space.root_page.add_child(instance=FolderPage(title="Course"))
    meeting_for(lesson("Inside", folder), connection=everything.connection)

    untouched = colleague.post("wagtailadmin_pages:unpublish", folder.pk)
    assert untouched.status_code == 302

    FolderPage.objects.update(live=True)
    asked = colleague.post("wagtailadmin_pages:unpublish", folder.pk, include_descendants="on", next="/admin/")
    assert 'name="include_descendants" value="on"' in asked.content.decode()
    assert 'name="next" value="/admin/"' in asked.content.decode()
    assert ClassPage.objects.get().live


def test_unpublishing_asks_nothing_where_the_space_keeps_meetings(
    everything: School, colleague: Editor, lesson: Make, meeting_for: Make
) -> None:
    page = lesson()
    meeting_for(page, connection=everything.connection)

    assert colleague.post("wagtailadmin_pages:unpublish", page.pk).status_code == 302
    assert not ClassPage.objects.get(pk=page.pk).live


def test_deleting_many_at_once_asks_once_more(
    everything: School, boss: Editor, lesson: Make, meeting_for: Make
) -> None:
    pages = [lesson(f"Lesson {number}") for number in range(2)]
    for page in pages:
        meeting_for(page, connection=everything.connection, wanted_payload={"topic": page.title})
    address = "/admin/bulk/wagtailcore/page/delete/?" + "&".join(f"id={page.pk}" for page in pages)

    asked = boss.client.post(address, {"next": "/admin/"})
    assert "2 Zoom meetings are cancelled on Zoom" in asked.content.decode()
    assert ClassPage.objects.count() == 2

    boss.client.post(address, {"next": "/admin/", "zoom_confirmed": "1"})
    assert ClassPage.objects.count() == 0


def test_moving_to_another_space_says_that_the_meeting_stays(
    editor_for: Make, space: Any, lesson: Make, meeting_for: Make
) -> None:
    elsewhere = make_space("elsewhere.example", "Elsewhere")
    page = lesson()
    meeting_for(page)
    both = make_editor("editor.both", space.root_page)
    both.groups.add(make_editor("editor.elsewhere", elsewhere.root_page).groups.get())
    editor = editor_for(both)

    away = editor.get("wagtailadmin_pages:move_confirm", page.pk, elsewhere.root_page.pk)
    home = editor.get("wagtailadmin_pages:move_confirm", page.pk, space.root_page.pk)

    assert any("It keeps its Zoom meeting" in text for text in texts(away))
    assert not any("Zoom" in text for text in texts(home))


def test_publishing_a_page_without_zoom_says_nothing_of_zoom(colleague: Editor, space: Any) -> None:
    response = colleague.create(space.root_page, publish=True, zoom_kind="none")

    assert not any("Zoom" in text for text in texts(response))


def test_publishing_in_a_space_without_zoom_says_what_to_do_next(colleague: Editor, space: Any) -> None:
    response = colleague.create(space.root_page, publish=True, **TUESDAY)

    assert ClassPage.objects.get().live
    assert any("no connection to Zoom yet" in text for text in texts(response))


def test_administrators_of_zoom_alone_delete_no_pages(
    space: Any, editor_for: Make, lesson: Make, meeting_for: Make
) -> None:
    page = lesson()
    meeting_for(page)
    administrator = editor_for(make_administrator("administrator", space))

    assert administrator.get("wagtailadmin_pages:delete", page.pk).status_code == 302
