"""The admin's home page: what this person may mend, and the first steps until the first lesson."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.admin.editing import TUESDAY, Editor, at
from tests.schools import School, make_administrator, make_editor, make_space
from wagtail_zoom.models import Connection, Heartbeat, Meeting, ZoomSettings
from wagtail_zoom.services.installation import heartbeats


Make = Callable[..., Any]
ATTENTION = "Zoom: needs attention"


def home_of(editor: Editor) -> str:
    return editor.get("wagtailadmin_home").content.decode()


@pytest.fixture
def administrator(space: Any, editor_for: Make) -> Editor:
    """Return somebody who manages the Zoom settings of the space."""
    return editor_for(make_administrator("administrator", space))


def test_nothing_is_there_when_all_is_well(teacher: Editor, space: Any) -> None:
    heartbeats.beat(Heartbeat.SYNC)
    teacher.create(space.root_page, publish=True, **TUESDAY)
    assert "Zoom: " not in home_of(teacher).replace("Zoom: Ready", "")


def test_a_lesson_in_trouble_is_shown_to_whoever_may_edit_it_and_to_nobody_else(
    today: Any, colleague: Editor, editor_for: Make, lesson: Make, meeting_for: Make
) -> None:
    page = lesson("Fractions")
    meeting_for(page, actual="gone", attention="gone")
    stranger = editor_for(make_editor("editor.elsewhere", make_space("elsewhere.example", "Elsewhere").root_page))
    shown = home_of(colleague)
    assert ATTENTION in shown and "The meeting was deleted on Zoom" in shown
    assert f"/admin/pages/{page.pk}/edit/" in shown
    assert ATTENTION not in home_of(stranger)


def test_what_is_over_or_harms_no_learner_takes_no_place(
    today: Any, colleague: Editor, lesson: Make, meeting_for: Make
) -> None:
    meeting_for(lesson("Over"), attention="gone", actual="gone", ends_at=at(7, day=21))
    meeting_for(lesson("Old version on Zoom"), attention="change_by_hand")
    assert ATTENTION not in home_of(colleague)


def test_many_lessons_in_trouble_are_counted(today: Any, colleague: Editor, lesson: Make, meeting_for: Make) -> None:
    for number in range(7):
        meeting_for(lesson(f"Lesson {number}"), actual="gone", attention="gone", starts_at=at(9, number))
    shown = home_of(colleague)
    assert "Lesson 4" in shown and "2 more lessons" in shown


def test_a_teacher_whose_connection_has_ended_is_sent_to_my_zoom(teacher: Editor, school: School) -> None:
    Connection.objects.filter(user=teacher.user).update(status="reconnect", status_reason="grant_dead")
    assert "Connect to Zoom again" in home_of(teacher)


def test_an_administrator_sees_pauses_and_a_silent_cron(
    administrator: Editor, school: School, colleague: Editor
) -> None:
    ZoomSettings.objects.filter(site=school.site).update(is_paused=True)
    shown = home_of(administrator)
    assert "Nothing works in the background" in shown and "Zoom is paused here" in shown
    assert "Nothing works in the background" not in home_of(colleague)
    heartbeats.beat(Heartbeat.SYNC)
    assert "Nothing works in the background" not in home_of(administrator)


def test_a_copy_is_announced_with_the_question_to_whom_it_is_asked(
    administrator: Editor, colleague: Editor, school: School, settings: Any
) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "BASE_URL": "https://copy.example"}
    assert "/admin/zoom/home/" in home_of(administrator)
    assert "/admin/zoom/home/" not in home_of(colleague)
    assert "Nothing is sent to Zoom from here" in home_of(colleague)


def test_the_first_steps_are_ticked_off_and_go_with_the_first_lesson(
    administrator: Editor, teacher: Editor, school: School, space: Any, today: Any
) -> None:
    shown = home_of(administrator)
    assert "First steps with Zoom" in shown
    assert shown.count("(done)") == 2
    teacher.create(space.root_page, publish=True, **TUESDAY)
    assert home_of(administrator).count("(done)") == 4
    assert "First steps with Zoom" not in home_of(teacher)
    Meeting.objects.update(started_at=at(9))
    assert "First steps with Zoom" not in home_of(administrator)


def test_a_space_without_zoom_beside_one_with_it_is_left_in_peace(school: School, editor_for: Make) -> None:
    other = make_space("other.example", "Other")
    assert "First steps with Zoom" not in home_of(editor_for(make_administrator("administrator.other", other)))
