"""Mass acts wait for the yes of those who manage the space, and of nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from tests.admin.editing import Editor, at, texts
from tests.schools import School, make_administrator, make_space
from wagtail_zoom import clock
from wagtail_zoom.models import Approval, Meeting


Make = Callable[..., Any]


@pytest.fixture
def question(space: Any, lesson: Make, meeting_for: Make) -> Approval:
    """Return an open question about twelve meetings of the space."""
    with time_machine.travel(at(8, day=21)):
        approval = Approval.objects.create(site=space, act="cancel", figures={"meetings": 12}, asked_at=clock.now())
        for number in range(12):
            meeting_for(lesson(f"Lesson {number:02}"), waits_for=approval, wanted="absent", due_at=clock.now())
    return approval


@pytest.fixture
def administrator(space: Any, editor_for: Make) -> Editor:
    """Return somebody who manages the Zoom settings of the space."""
    return editor_for(make_administrator("administrator", space))


def test_the_question_has_its_figures_and_names_lessons(administrator: Editor, question: Approval) -> None:
    html = administrator.get("wagtail_zoom_admin:approvals").content.decode()

    for said in ("12 meetings would be cancelled on Zoom at once", "Lesson 00", "and 2 more", "Yes, cancel them"):
        assert said in html
    assert "Lesson 11" not in html


def test_yes_lets_the_meetings_go_on(administrator: Editor, question: Approval) -> None:
    administrator.post("wagtail_zoom_admin:approvals", approval=question.pk, answer="yes")

    question.refresh_from_db()
    assert (question.verdict, question.answered_by) == ("yes", administrator.user)


def test_no_leaves_everything_as_it_is_and_a_second_answer_changes_nothing(
    administrator: Editor, question: Approval
) -> None:
    administrator.post("wagtail_zoom_admin:approvals", approval=question.pk, answer="no")
    administrator.post("wagtail_zoom_admin:approvals", approval=question.pk, answer="yes")

    question.refresh_from_db()
    assert question.verdict == "no"
    assert set(Meeting.objects.values_list("attention", "due_at")) == {("kept_on_zoom", None)}
    assert "Nothing waits for your yes" in administrator.get("wagtail_zoom_admin:approvals").content.decode()


@pytest.mark.parametrize("data", [{}, {"answer": "perhaps"}])
def test_a_half_answer_is_none(administrator: Editor, question: Approval, data: dict[str, str]) -> None:
    administrator.post("wagtail_zoom_admin:approvals", approval=question.pk, **data)

    question.refresh_from_db()
    assert question.verdict == ""


@pytest.mark.parametrize("asked", ["", "nonsense", "424242"])
def test_an_unknown_question_is_not_found(administrator: Editor, asked: str) -> None:
    assert administrator.post("wagtail_zoom_admin:approvals", approval=asked, answer="yes").status_code == 404


def test_nobody_else_may_answer(colleague: Editor, editor_for: Make, question: Approval) -> None:
    elsewhere = make_space("elsewhere.example", "Elsewhere")
    stranger = editor_for(make_administrator("administrator.elsewhere", elsewhere))

    for editor in (colleague, stranger):
        assert editor.post("wagtail_zoom_admin:approvals", approval=question.pk, answer="yes").status_code == 302
        assert "Lesson 00" not in editor.client.get("/admin/zoom/approvals/", follow=True).content.decode()
    question.refresh_from_db()
    assert question.verdict == ""


def test_the_menu_names_the_question_only_while_there_is_one(
    administrator: Editor, colleague: Editor, question: Approval
) -> None:
    assert "/admin/zoom/approvals/" in administrator.get("wagtailadmin_home").content.decode()
    assert "/admin/zoom/approvals/" not in colleague.get("wagtailadmin_home").content.decode()

    Approval.objects.update(verdict="no")
    assert "/admin/zoom/approvals/" not in administrator.get("wagtailadmin_home").content.decode()


def test_the_yes_of_an_administrator_makes_the_meetings_of_old_lessons(
    school: School, administrator: Editor, space: Any, lesson: Make, meeting_for: Make, today: Any
) -> None:
    approval = Approval.objects.create(site=space, act="old_lessons", figures={"meetings": 1}, asked_at=clock.now())
    host = school.hosts["teacher.one"]
    meeting_for(
        lesson("Old"),
        actual="absent",
        zoom_id=None,
        waits_for=approval,
        host=host,
        connection=host.connection,
        account_key=school.app.account_key,
        wanted_payload={"topic": "Old", "type": 2, "start_time": "2026-11-24T10:00:00", "timezone": "Europe/Berlin"},
    )

    response = administrator.post("wagtail_zoom_admin:approvals", approval=approval.pk, answer="yes")

    assert Meeting.objects.get().actual == Meeting.Actual.PRESENT
    assert any("1 meeting is taken up now" in text for text in texts(administrator.client.get(response.url)))
