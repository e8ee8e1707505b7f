"""Lessons: every lesson one may edit with what became of it, in a number of queries that does not grow."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.admin.editing import Editor, at
from tests.schools import make_administrator, make_editor, make_space, make_user
from wagtail_zoom import clock
from wagtail_zoom.admin.lessons.index import STATES
from wagtail_zoom.models import LessonPage, Meeting, ZoomSettings
from wagtail_zoom.services import encryption
from wagtail_zoom.services.installation import clone_guard
from wagtail_zoom.services.status import lesson_status


Make = Callable[..., Any]


@pytest.fixture
def every_state(lesson: Make, meeting_for: Make) -> dict[str, Any]:
    """Return a lesson in every state of the filter."""
    pages = {code: lesson(code.title(), live=code != "draft") for code in STATES}
    meeting_for(pages["attention"], attention="refused", actual="absent")
    meeting_for(pages["needs_host"], attention="host_left")
    meeting_for(pages["waiting"], actual="absent", due_at=clock.now())
    meeting_for(pages["ready"])
    meeting_for(pages["live"], live_since=clock.now(), starts_at=at(7, day=21), ends_at=at(9, day=21))
    meeting_for(pages["moved"], is_moved=True)
    meeting_for(pages["cancelled"], actual="cancelled", wanted="absent")
    over = pages["over"]
    type(over).objects.filter(pk=over.pk).update(zoom_date="2026-11-02")
    meeting_for(over, starts_at=at(9, day=2), ends_at=at(10, day=2))
    return pages


def titles(editor: Editor, **query: Any) -> list[str]:
    response = editor.get("wagtail_zoom_admin:lessons_results", **query)
    assert response.status_code == 200
    return [page.title for page in response.context["object_list"]]


def test_lessons_are_counted_as_lessons(colleague: Editor, lesson: Make) -> None:
    lesson("Algebra")
    assert "1 lesson\n" in colleague.get("wagtail_zoom_admin:lessons").content.decode()

    lesson("Geometry")
    assert "2 lessons\n" in colleague.get("wagtail_zoom_admin:lessons").content.decode()


def test_each_row_says_when_who_number_and_state(colleague: Editor, lesson: Make, meeting_for: Make) -> None:
    meeting_for(lesson("Algebra"), zoom_id=12345678901)

    html = colleague.get("wagtail_zoom_admin:lessons").content.decode()

    for said in ("Algebra", "Nov. 24, 2026", "Berlin time", "Teacher One", "123 4567 8901", "Ready"):
        assert said in html


def test_coming_lessons_stand_first_and_past_ones_last(colleague: Editor, lesson: Make, meeting_for: Make) -> None:
    meeting_for(lesson("Long ago"), starts_at=at(9, day=1), ends_at=at(10, day=1))
    meeting_for(lesson("Later"), starts_at=at(9, day=28), ends_at=at(10, day=28))
    meeting_for(lesson("Yesterday"), starts_at=at(9, day=20), ends_at=at(10, day=20))
    meeting_for(lesson("Soon"))
    lesson("Without a time", live=False, zoom_date=None)

    assert titles(colleague) == ["Soon", "Later", "Without a time", "Yesterday", "Long ago"]


@pytest.mark.parametrize("code", sorted(STATES))
def test_the_state_filter_finds_what_the_state_column_says(
    colleague: Editor, every_state: dict[str, Any], code: str
) -> None:
    found = titles(colleague, state=code)

    assert every_state[code].title in found
    for title in found:
        page = every_state[title.lower()]
        state = lesson_status.state_of(type(page).objects.get(pk=page.pk))
        also = {"gone": "attention", "host_left": "needs_host"}
        assert code in (state.code, also.get(state.code), also.get(state.attention))


def test_dates_are_filtered_by_whole_days(colleague: Editor, lesson: Make, meeting_for: Make) -> None:
    meeting_for(lesson("Monday"), starts_at=at(23, 59, day=23), ends_at=at(23, 59, day=24))
    meeting_for(lesson("Tuesday"), starts_at=at(0, day=24), ends_at=at(1, day=24))

    assert titles(colleague, since="2026-11-24") == ["Tuesday"]
    assert titles(colleague, until="2026-11-23") == ["Monday"]
    assert titles(colleague, since="garbage") == ["Monday", "Tuesday"]


@pytest.mark.parametrize("words", ["alge", "Teacher", "12345678901", "123 4567 8901", "123-4567-8901"])
def test_search_finds_titles_hosts_and_numbers(colleague: Editor, lesson: Make, meeting_for: Make, words: str) -> None:
    meeting_for(lesson("Algebra"), zoom_id=12345678901)
    meeting_for(lesson("Poetry"), zoom_id=10987654321, host_label="Lecturer Two")

    assert titles(colleague, q=words) == ["Algebra"]


@pytest.mark.parametrize("words", ["%", "' OR 1=1 --", "9" * 40, "²"])
def test_odd_searches_find_nothing_and_break_nothing(
    colleague: Editor, lesson: Make, meeting_for: Make, words: str
) -> None:
    meeting_for(lesson("Algebra"))

    assert titles(colleague, q=words) == []


def test_lessons_of_other_spaces_are_not_listed(
    editor_for: Make, colleague: Editor, lesson: Make, meeting_for: Make
) -> None:
    elsewhere = make_space("elsewhere.example", "Elsewhere")
    meeting_for(lesson("Here"))
    meeting_for(lesson("There", elsewhere.root_page), site=elsewhere)
    stranger = editor_for(make_editor("editor.elsewhere", elsewhere.root_page))

    assert titles(colleague) == ["Here"]
    assert titles(stranger) == ["There"]
    assert titles(stranger, site=str(lesson("Again").get_site().pk)) == ["There"]


def test_a_superuser_sees_all_and_filters_by_space(editor_for: Make, lesson: Make, meeting_for: Make) -> None:
    elsewhere = make_space("elsewhere.example", "Elsewhere")
    meeting_for(lesson("Here"))
    meeting_for(lesson("There", elsewhere.root_page), site=elsewhere)
    boss = editor_for(make_user("boss", is_superuser=True))

    assert sorted(titles(boss)) == ["Here", "There"]
    assert titles(boss, site=str(elsewhere.pk)) == ["There"]


def test_lessons_of_every_type_are_listed_and_pages_without_zoom_are_not(
    colleague: Editor, space: Any, lesson: Make
) -> None:
    lesson("Class")
    lesson("No Zoom", zoom_kind="none")
    space.root_page.add_child(instance=LessonPage(title="With text", live=False))

    assert titles(colleague) == ["Class", "With text"]


def test_the_listing_asks_as_many_questions_for_forty_lessons_as_for_four(
    colleague: Editor, lesson: Make, meeting_for: Make
) -> None:
    for number in range(4):
        meeting_for(lesson(f"Lesson {number}"))
    titles(colleague)
    with CaptureQueriesContext(connection) as few:
        titles(colleague)
    for number in range(4, 40):
        meeting_for(lesson(f"Lesson {number}"))
    with CaptureQueriesContext(connection) as many:
        assert len(titles(colleague)) == 40

    assert len(many) == len(few)
    of_states = [query["sql"] for query in many if "zoom_lessonmeeting" in query["sql"] and "LIMIT" not in query["sql"]]
    asked = f"SELECT {connection.ops.quote_name('wagtail_zoom_lessonmeeting')}"
    assert len([sql for sql in of_states if sql.startswith(asked)]) == 1


def test_whoever_edits_nowhere_sees_neither_menu_nor_listing(editor_for: Make, space: Any, lesson: Make) -> None:
    reader = make_user("reader")
    reader.user_permissions.add(Permission.objects.get(codename="access_admin"))
    editor = editor_for(reader)

    assert editor.get("wagtail_zoom_admin:lessons").status_code == 302
    assert "zoom/lessons/" not in editor.get("wagtailadmin_home").content.decode()
    editor.client.logout()
    assert "login" in editor.get("wagtail_zoom_admin:lessons").url


def test_the_menu_leads_to_the_listing(colleague: Editor) -> None:
    assert "/admin/zoom/lessons/" in colleague.get("wagtailadmin_home").content.decode()


def test_an_empty_listing_says_how_to_begin(colleague: Editor) -> None:
    assert "There are no live lessons yet" in colleague.get("wagtail_zoom_admin:lessons").content.decode()


def test_no_secret_of_a_meeting_is_in_the_listing(colleague: Editor, lesson: Make, meeting_for: Make) -> None:
    meeting = meeting_for(lesson("Algebra"))
    encryption.encrypt_field(meeting, "join_url", "https://zoom.us/j/1?pwd=opensesame")
    meeting.save()

    html = colleague.get("wagtail_zoom_admin:lessons").content.decode()
    assert "opensesame" not in html
    assert "sealed:" not in html
    assert Meeting.objects.get().join_url


def listing(editor: Editor) -> str:
    return unescape(editor.get("wagtail_zoom_admin:lessons").content.decode())


def test_a_pause_stands_above_the_lessons_and_whoever_may_can_end_it_there(
    colleague: Editor, editor_for: Make, space: Any
) -> None:
    assert "paused" not in listing(colleague)
    other = make_space("other.example", "Other")
    for site in (space, other):
        ZoomSettings.objects.create(site=site, is_paused=True)

    shown = listing(colleague)
    assert shown.count("Zoom is paused") == 1
    assert "An administrator can let it go on." in shown
    assert f"/admin/zoom/spaces/{space.pk}/pause/" not in shown

    administrator = editor_for(make_administrator("administrator", space))
    assert f"/admin/zoom/spaces/{space.pk}/pause/" in listing(administrator)
    assert f"/admin/zoom/spaces/{other.pk}/pause/" not in listing(administrator)


def test_the_pause_of_the_whole_site_stands_above_the_lessons_once(colleague: Editor, settings: Any) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "PAUSED": True}
    assert listing(colleague).count("Paused for the whole site, by its operators") == 1


def test_a_copied_database_says_so_above_the_lessons(
    colleague: Editor, editor_for: Make, space: Any, settings: Any
) -> None:
    clone_guard.check()
    assert "Nothing is sent to Zoom from here" not in listing(colleague)
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "BASE_URL": "https://copy.example"}

    assert "Nothing is sent to Zoom from here" in listing(colleague)
    assert "/admin/zoom/home/" not in listing(colleague)
    assert "/admin/zoom/home/" in listing(editor_for(make_administrator("administrator", space)))

    clone_guard.confirm_clone()
    assert "Somebody has said that this installation is a copy" in listing(colleague)
