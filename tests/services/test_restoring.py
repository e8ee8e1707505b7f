"""``recover_zoom_meetings``: after a restore, our meetings are known again by their marker, and none is made twice."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.schools import School, make_lesson
from wagtail_zoom.api.meeting_numbers import format_meeting_number
from wagtail_zoom.models import Change, JoinClick, LessonMeeting, LessonPage, Meeting, Orphan, Registrant
from wagtail_zoom.services.connections.clients import client_for
from wagtail_zoom.services.status.lesson_status import state_of


@pytest.fixture
def lesson(everything: School, django_capture_on_commit_callbacks: Any) -> LessonPage:
    """Return a lesson with its meeting on Zoom."""
    page = make_lesson(everything)
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    page.refresh_from_db()
    return page


@pytest.fixture
def paused(settings: Any) -> None:
    """Stop everything, as one does before a restore."""
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "PAUSED": True}


def restored(*options: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("recover_zoom_meetings", *options, stdout=out, no_color=True)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue()
    return 0, out.getvalue()


def lose_number() -> None:
    """Let the backup be older than the meeting: the row is there, its number is not."""
    Meeting.objects.update(zoom_id=None, actual="absent", accepted_payload={}, actual_payload={})


def go_on(settings: Any) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "PAUSED": False}
    call_command("sync_zoom", stdout=io.StringIO())


@pytest.mark.parametrize("lost", ["number", "row"])
def test_a_meeting_made_since_the_backup_is_given_back_to_its_lesson(
    everything: School, lesson: LessonPage, paused: None, settings: Any, lost: str
) -> None:
    number = Meeting.objects.get().zoom_id
    lose_number() if lost == "number" else LessonMeeting.objects.all().delete() and Meeting.objects.all().delete()
    everything.simulator.clear_requests()

    code, said = restored()

    assert (code, "1 given back to lessons" in said) == (0, True)
    assert {call["method"] for call in everything.simulator.requests() if call["path"].startswith("/v2/")} == {"GET"}
    go_on(settings)
    assert Meeting.objects.get().zoom_id == number
    assert [meeting["id"] for meeting in everything.simulator.meetings()] == [number]
    assert state_of(lesson).code == "ready"


def test_what_changed_since_the_backup_is_brought_to_zoom(
    everything: School, lesson: LessonPage, paused: None, settings: Any
) -> None:
    lose_number()
    meeting = Meeting.objects.get()
    meeting.wanted_payload["duration"] = 90
    meeting.save()
    restored()
    go_on(settings)
    assert [found["duration"] for found in everything.simulator.meetings()] == [90]


def test_known_meetings_are_counted_and_left_alone(lesson: LessonPage, paused: None) -> None:
    before = Meeting.objects.values().get()
    code, said = restored()
    assert (code, "1 known, 0 given back" in said) == (0, True)
    assert Meeting.objects.values().get() == before


def test_a_meeting_whose_lesson_is_not_in_the_backup_is_named(
    everything: School, lesson: LessonPage, paused: None
) -> None:
    Meeting.objects.all().delete()
    LessonPage.objects.filter(pk=lesson.pk).update(live=False)
    code, said = restored()
    assert code == 1
    assert "without a lesson here" in said and "Fractions" in said


def test_hosts_whose_meetings_may_not_be_listed_are_named(school: School, paused: None) -> None:
    code, said = restored()
    assert code == 1
    assert said.count("cannot be listed") == len(school.hosts)


def test_it_wants_a_pause_first(school: School) -> None:
    with pytest.raises(CommandError, match="PAUSED"):
        restored()


def everything_stored() -> list[Any]:
    """Return every row about lessons and their meetings."""
    models = (LessonMeeting, LessonPage, Meeting, Change, Orphan, Registrant, JoinClick)
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.mark.parametrize("lost", ["number", "row"])
def test_a_dry_run_names_what_it_would_give_back_and_writes_nothing(
    everything: School, lesson: LessonPage, lost: str
) -> None:
    lose_number() if lost == "number" else LessonMeeting.objects.all().delete() and Meeting.objects.all().delete()
    before = everything_stored()
    everything.simulator.clear_requests()

    code, said = restored("--dry-run")

    assert (code, "1 would be given back to lessons" in said, "No lesson was changed" in said) == (0, True, True)
    assert f"Would be given back: {format_meeting_number(everything.simulator.meetings()[0]['id'])} “Fractions”" in said
    assert everything_stored() == before
    assert {call["method"] for call in everything.simulator.requests() if call["path"].startswith("/v2/")} == {"GET"}


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_of_two_meetings_with_one_marker_a_lesson_gets_one_back(
    everything: School, lesson: LessonPage, paused: None, options: tuple[str, ...]
) -> None:
    [there] = everything.simulator.meetings()
    with client_for(everything.connection) as client:
        host = everything.hosts["host.one"].zoom_ref
        client.meetings.create(host, {"topic": "Twin", "type": 2, "agenda": there["agenda"]})
    lose_number()

    code, said = restored(*options)

    assert code == 1
    assert len(re.findall("^(?:Given|Would be given) back: ", said, re.MULTILINE)) == 1
    assert said.count("without a lesson here") == 1


def test_a_check_writes_nothing_and_says_where_the_flag_went(school: School, paused: None) -> None:
    with pytest.raises(CommandError, match="recover_zoom_meetings"):
        call_command("check_zoom", "--restored", stdout=io.StringIO())
