"""The switches: a pause of one space with its end, and what an administrator says about a copy of the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from wagtail.models import ModelLogEntry

from tests.admin.editing import TUESDAY, Editor
from tests.lessons.models import ClassPage
from tests.schools import School, make_administrator, make_space
from wagtail_zoom import clock
from wagtail_zoom.models import Approval, Heartbeat, Ledger, Meeting, Registrant, ZoomSettings
from wagtail_zoom.services.installation import clone_guard, heartbeats
from wagtail_zoom.services.status import lesson_status


Make = Callable[..., Any]


@pytest.fixture
def administrator(space: Any, editor_for: Make) -> Editor:
    """Return somebody who manages the Zoom settings of the space, which is the only one."""
    return editor_for(make_administrator("administrator", space))


def settings_page(editor: Editor, space: Any) -> str:
    return editor.get("wagtailsettings:edit", "wagtail_zoom", "zoomsettings", space.pk).content.decode()


def test_a_pause_says_what_it_does_is_seen_by_the_teacher_and_ends_with_a_click(
    administrator: Editor, teacher: Editor, school: School, space: Any
) -> None:
    assert "Learners can still join" in administrator.get("wagtail_zoom_admin:pause", space.pk).content.decode()
    administrator.post("wagtail_zoom_admin:pause", space.pk, wanted="pause")
    teacher.create(space.root_page, publish=True, **TUESDAY)
    page = ClassPage.objects.get()
    assert lesson_status.state_of(page).code == "paused"
    assert (
        "Nothing is sent to Zoom while this space is paused"
        in teacher.get("wagtail_zoom_admin:state", page.pk).json()["html"]
    )
    assert school.simulator.meetings() == []
    assert "Let Zoom go on" in settings_page(administrator, space)
    assert "Paused by" in administrator.get("wagtail_zoom_admin:pause", space.pk).content.decode()

    administrator.post("wagtail_zoom_admin:pause", space.pk, wanted="go_on")
    administrator.post("wagtail_zoom_admin:pause", space.pk, wanted="go_on")

    assert not ZoomSettings.objects.get(site=space).is_paused
    noted = ModelLogEntry.objects.filter(action__in=("wagtail_zoom.paused", "wagtail_zoom.resumed"))
    assert sorted(noted.values_list("action", flat=True)) == ["wagtail_zoom.paused", "wagtail_zoom.resumed"]


def test_a_half_click_switches_nothing(administrator: Editor, space: Any) -> None:
    administrator.post("wagtail_zoom_admin:pause", space.pk)
    assert not ZoomSettings.objects.filter(is_paused=True).exists()


def test_only_who_manages_the_space_may_pause_it(colleague: Editor, administrator: Editor) -> None:
    other = make_space("other.example", "Other")
    for editor in (colleague, administrator):
        assert editor.post("wagtail_zoom_admin:pause", other.pk, wanted="pause").status_code == 302
    assert not ZoomSettings.objects.filter(is_paused=True).exists()


def test_an_unexplained_copy_says_so_in_the_settings_and_both_answers_hold(
    administrator: Editor, school: School, space: Any, settings: Any
) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "BASE_URL": "https://copy.example"}
    assert clone_guard.place() == "unknown"
    assert "set up for another address" in settings_page(administrator, space)
    shown = administrator.get("wagtail_zoom_admin:home").content.decode()
    assert "http://localhost" in shown and "https://copy.example" in shown

    administrator.post("wagtail_zoom_admin:home", answer="copy")
    assert clone_guard.place() == "copy"
    assert "Somebody has said that this installation is a copy" in settings_page(administrator, space)

    administrator.post("wagtail_zoom_admin:home", answer="home")
    assert clone_guard.place() == "home"
    assert "There is nothing to decide" in administrator.get("wagtail_zoom_admin:home").content.decode()


@pytest.mark.parametrize("answer", ["", "perhaps"])
def test_a_half_answer_about_a_copy_changes_nothing(
    administrator: Editor, school: School, settings: Any, answer: str
) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "BASE_URL": "https://copy.example"}
    administrator.post("wagtail_zoom_admin:home", answer=answer)
    assert clone_guard.place() == "unknown"


def test_who_manages_one_space_of_two_cannot_speak_for_both(
    administrator: Editor, colleague: Editor, school: School, settings: Any
) -> None:
    make_space("other.example", "Other")
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "BASE_URL": "https://copy.example"}
    for editor in (administrator, colleague):
        assert editor.post("wagtail_zoom_admin:home", answer="home").status_code == 302
    assert clone_guard.place() == "unknown"


def test_many_who_left_wait_for_a_yes_with_their_number(
    administrator: Editor, space: Any, lesson: Make, meeting_for: Make, today: Any
) -> None:
    meeting = meeting_for(lesson("Fractions"))
    figures = {"meeting": meeting.pk, "title": "Fractions", "count": 120, "digest": "x"}
    question = Approval.objects.create(site=space, act="deregister", figures=figures, asked_at=clock.now())
    Ledger.objects.create(meeting=meeting, waits_for=question)

    shown = administrator.get("wagtail_zoom_admin:approvals").content.decode()
    for said in ("120 people who are registered are no longer on the course", "Fractions", "Yes, take them off"):
        assert said in shown
    assert "Waiting for your yes (1)" in administrator.get("wagtailadmin_home").content.decode()
    administrator.post("wagtail_zoom_admin:approvals", approval=question.pk, answer="yes")
    question.refresh_from_db()
    assert question.verdict == "yes"
    assert Registrant.objects.count() == 0


def test_a_question_without_a_space_is_the_superusers(
    administrator: Editor, editor_for: Make, lesson: Make, meeting_for: Make
) -> None:
    question = Approval.objects.create(site=None, act="cancel", asked_at=clock.now())
    meeting = meeting_for(lesson("Adrift"), site=None, waits_for=question, wanted="absent")
    assert administrator.post("wagtail_zoom_admin:approvals", approval=question.pk, answer="yes").status_code == 302
    question.refresh_from_db()
    assert question.verdict == ""
    root = editor_for(get_user_model().objects.create_superuser("root", "root@school.example", "password"))
    assert "outside of all spaces" in root.get("wagtail_zoom_admin:approvals").content.decode()
    root.post("wagtail_zoom_admin:approvals", approval=question.pk, answer="no")
    assert Meeting.objects.get(pk=meeting.pk).attention == "kept_on_zoom"


def test_a_question_for_which_nothing_waits_any_more_is_not_asked(administrator: Editor, space: Any) -> None:
    Approval.objects.create(site=space, act="create", figures={"meetings": 30}, asked_at=clock.now())
    assert "Nothing waits for your yes" in administrator.get("wagtail_zoom_admin:approvals").content.decode()


def test_the_settings_give_the_line_for_cron_while_nothing_works_in_the_background(
    administrator: Editor, school: School, space: Any
) -> None:
    assert "manage.py sync_zoom" in settings_page(administrator, space)
    heartbeats.beat(Heartbeat.SYNC)
    assert "manage.py sync_zoom" not in settings_page(administrator, space)


def test_a_question_about_a_lesson_that_is_over_is_not_asked(
    administrator: Editor, space: Any, lesson: Make, meeting_for: Make, today: Any
) -> None:
    meeting = meeting_for(lesson("Fractions"), ends_at=clock.now())
    figures = {"meeting": meeting.pk, "title": "Fractions", "count": 120, "digest": "x"}
    Approval.objects.create(site=space, act="deregister", figures=figures, asked_at=clock.now())
    assert "Nothing waits for your yes" in administrator.get("wagtail_zoom_admin:approvals").content.decode()
