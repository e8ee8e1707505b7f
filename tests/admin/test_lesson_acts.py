"""What a person decides in the editor: who may, what it does, and that it is noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from wagtail.models import PageLogEntry

from tests.admin.editing import TUESDAY, Editor, texts
from tests.lessons.models import ClassPage
from tests.schools import School, make_editor, make_space
from wagtail_zoom.fields import MASK
from wagtail_zoom.models import Meeting
from wagtail_zoom.services import encryption


Make = Callable[..., Any]
ACTS = ("retry", "recreate", "done", "settle", "keep_here", "new_here")


def logged(page: Any) -> list[str]:
    return list(
        PageLogEntry.objects.filter(page=page.pk, action__startswith="wagtail_zoom").values_list("action", flat=True)
    )


def test_a_meeting_deleted_on_zoom_is_made_anew_with_one_click(teacher: Editor, school: School, space: Any) -> None:
    teacher.create(space.root_page, publish=True, **TUESDAY)
    page, old = ClassPage.objects.get(), Meeting.objects.get()
    Meeting.objects.update(actual="gone", attention="gone")

    assert (
        "makes a new meeting for the lesson"
        in teacher.get("wagtail_zoom_admin:act", page.pk, "recreate").content.decode()
    )
    response = teacher.post("wagtail_zoom_admin:act", page.pk, "recreate")

    assert response.url == f"/admin/pages/{page.pk}/edit/"
    new = Meeting.objects.get(lessons__page_id=page.pk)
    assert new.actual == Meeting.Actual.PRESENT
    assert new.zoom_id != old.zoom_id
    assert logged(page) == ["wagtail_zoom.recreate"]


def test_trying_again_heals_what_a_refusal_left(teacher: Editor, school: School, space: Any) -> None:
    school.simulator.fault(
        method="POST",
        path="/v2/users/me/meetings",
        times=1,
        fault="status",
        status=400,
        body={"code": 300, "message": "no"},
    )
    teacher.create(space.root_page, publish=True, **TUESDAY)
    page = ClassPage.objects.get()
    assert Meeting.objects.get().attention == "refused"

    teacher.post("wagtail_zoom_admin:act", page.pk, "retry")

    assert Meeting.objects.get().actual == Meeting.Actual.PRESENT
    assert logged(page) == ["wagtail_zoom.retry"]


def test_a_change_made_by_hand_is_taken_at_its_word(
    colleague: Editor, lesson: Make, meeting_for: Make, school: School
) -> None:
    page = lesson()
    meeting_for(page, attention="change_by_hand", wanted_payload={"topic": "New"}, accepted_payload={"topic": "Old"})

    colleague.post("wagtail_zoom_admin:act", page.pk, "done")

    meeting = Meeting.objects.get()
    assert (meeting.attention, meeting.accepted_payload) == ("", {"topic": "New"})
    assert logged(page) == ["wagtail_zoom.done_by_hand"]


@pytest.fixture
def doubtful(lesson: Make, meeting_for: Make, school: School) -> Any:
    """Return a lesson whose meeting may or may not be on Zoom."""
    page = lesson(owner=school.people["teacher.one"])
    host = school.hosts["teacher.one"]
    meeting_for(
        page,
        zoom_id=None,
        actual="doubt",
        attention="create_in_doubt",
        host=host,
        connection=host.connection,
        account_key=school.app.account_key,
        wanted_payload={"topic": "Lesson one", "type": 2},
    )
    return page


def test_found_on_zoom_the_pasted_link_is_kept_sealed(teacher: Editor, doubtful: Any) -> None:
    link = "https://zoom.us/j/12345678901?pwd=hidden"

    teacher.post("wagtail_zoom_admin:settle", doubtful.pk, found="there", number=link)

    meeting = Meeting.objects.get()
    assert (meeting.zoom_id, meeting.actual) == (12345678901, Meeting.Actual.PRESENT)
    assert str(meeting.join_url) == MASK
    assert encryption.decrypt_field(meeting, "join_url") == link
    assert logged(doubtful) == ["wagtail_zoom.settle_doubt"]


def test_not_found_on_zoom_it_is_made(teacher: Editor, doubtful: Any) -> None:
    teacher.post("wagtail_zoom_admin:settle", doubtful.pk, found="absent")

    assert Meeting.objects.get().actual == Meeting.Actual.PRESENT


@pytest.mark.parametrize("answer", [{"found": "later"}, {"found": "later", "number": "12345678901"}])
def test_deciding_later_changes_nothing(teacher: Editor, doubtful: Any, answer: dict[str, str]) -> None:
    response = teacher.post("wagtail_zoom_admin:settle", doubtful.pk, **answer)

    assert response.status_code == 302
    assert Meeting.objects.get().actual == Meeting.Actual.DOUBT
    assert logged(doubtful) == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({}, "This field is required"),
        ({"found": "there"}, "Paste the link or the number"),
        ({"found": "there", "number": "my room"}, "no Zoom meeting number"),
        ({"found": "there", "number": "https://example.com/j/12345678901"}, "no Zoom meeting number"),
    ],
)
def test_a_half_answer_is_asked_again(teacher: Editor, doubtful: Any, answer: dict[str, str], said: str) -> None:
    response = teacher.post("wagtail_zoom_admin:settle", doubtful.pk, **answer)

    assert said in response.content.decode()
    assert Meeting.objects.get().actual == Meeting.Actual.DOUBT


def test_the_number_of_another_lesson_is_refused_in_words(
    teacher: Editor, doubtful: Any, school: School, lesson: Make, meeting_for: Make
) -> None:
    meeting_for(lesson("Other"), zoom_id=12345678901, account_key=school.app.account_key)

    response = teacher.post("wagtail_zoom_admin:settle", doubtful.pk, found="there", number="12345678901")

    assert "belongs to another lesson" in response.content.decode()
    assert Meeting.objects.get(zoom_id=None).actual == Meeting.Actual.DOUBT


def test_a_second_click_finds_nothing_to_decide(colleague: Editor, lesson: Make, meeting_for: Make, today: Any) -> None:
    page = lesson()
    meeting_for(page)

    for act in ("retry", "settle"):
        response = colleague.client.post(f"/admin/zoom/lessons/{page.pk}/{act}/", follow=True)
        assert any("nothing to decide any more: Ready" in text for text in texts(response))
    assert logged(page) == []


def test_looking_at_a_decision_decides_nothing(colleague: Editor, lesson: Make, meeting_for: Make, today: Any) -> None:
    page = lesson()
    meeting_for(page, attention="gone", actual="gone")

    assert colleague.get("wagtail_zoom_admin:act", page.pk, "recreate").status_code == 200
    assert Meeting.objects.get().attention == "gone"


def test_an_unknown_decision_is_not_found(colleague: Editor, lesson: Make, meeting_for: Make) -> None:
    page = lesson()
    meeting_for(page)

    assert colleague.get("wagtail_zoom_admin:act", page.pk, "explode").status_code == 404


def test_the_way_back_leads_nowhere_else(
    colleague: Editor, lesson: Make, meeting_for: Make, today: Any, school: School
) -> None:
    page = lesson()
    meeting_for(page, attention="change_by_hand")

    response = colleague.post("wagtail_zoom_admin:act", page.pk, "done", next="https://elsewhere.example/")

    assert response.url == f"/admin/pages/{page.pk}/edit/"


@pytest.mark.parametrize("act", ACTS)
def test_nobody_decides_about_a_lesson_they_may_not_edit(
    editor_for: Make, lesson: Make, meeting_for: Make, act: str, today: Any
) -> None:
    page = lesson()
    meeting_for(page, attention="gone", actual="gone", is_moved=True)
    elsewhere = make_space("elsewhere.example", "Elsewhere")
    stranger = editor_for(make_editor("editor.elsewhere", elsewhere.root_page))

    for method in ("get", "post"):
        response = getattr(stranger.client, method)(f"/admin/zoom/lessons/{page.pk}/{act}/")
        assert (response.status_code, response.url) == (302, "/admin/")
    assert Meeting.objects.get().attention == "gone"
    assert logged(page) == []


@pytest.mark.parametrize("act", ["keep_here", "new_here"])
def test_the_meeting_of_a_former_space_is_decided_about_by_its_people_only(
    editor_for: Make, lesson: Make, meeting_for: Make, today: Any, act: str
) -> None:
    former = make_space("former.example", "Former")
    page = lesson()
    meeting_for(page, is_moved=True, site=former)
    here = editor_for(make_editor("editor.here", page.get_site().root_page))
    both = editor_for(make_editor("editor.both", page.get_site().root_page))
    both.user.groups.add(make_editor("editor.former", former.root_page).groups.get())

    assert here.get("wagtail_zoom_admin:act", page.pk, act).status_code == 302
    assert "Keep the meeting it has" not in here.get("wagtail_zoom_admin:state", page.pk).json()["html"]
    assert both.get("wagtail_zoom_admin:act", page.pk, act).status_code == 200
    assert "Keep the meeting it has" in both.get("wagtail_zoom_admin:state", page.pk).json()["html"]


def test_a_moved_lesson_keeps_its_meeting_when_told_to(
    editor_for: Make, lesson: Make, meeting_for: Make, today: Any
) -> None:
    former = make_space("former.example", "Former")
    page = lesson()
    meeting_for(page, is_moved=True, site=former)
    both = editor_for(make_editor("editor.both", page.get_site().root_page))
    both.user.groups.add(make_editor("editor.former", former.root_page).groups.get())

    both.post("wagtail_zoom_admin:act", page.pk, "keep_here")

    assert Meeting.objects.get().is_moved is False
    assert logged(page) == ["wagtail_zoom.keep_here"]


def test_linking_an_existing_meeting_is_noted_once(teacher: Editor, academy: School, space: Any) -> None:
    teacher.create(space.root_page, publish=True, zoom_kind="existing", zoom_number="123 4567 8901")
    page = ClassPage.objects.get()
    teacher.edit(page, publish=True, title="Another title")

    entries = PageLogEntry.objects.filter(page=page.pk, action="wagtail_zoom.link")
    assert [entry.data["number"] for entry in entries] == ["123 4567 8901"]
    assert "Linked an existing Zoom meeting" in teacher.get("wagtailadmin_pages:history", page.pk).content.decode()
