"""The ordinary day of a school whose scopes can create meetings but neither change, cancel nor read them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import translation
from wagtail.models import PageLogEntry

from tests.schools import connect
from tests.services.provisioning.conftest import asked, meeting_of, on_zoom, writes
from wagtail_zoom.models import Meeting, ZoomSettings
from wagtail_zoom.services.lessons.schedule import when
from wagtail_zoom.services.meetings import reconcile
from wagtail_zoom.services.problems.describe import zoom_moment
from wagtail_zoom.services.status.lesson_status import state_of, state_of_meeting


def test_a_new_time_is_told_to_learners_at_once_and_to_the_editor_what_zoom_still_shows(
    school: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    page = publish(lesson_in(school))
    school.simulator.clear_requests()
    page = publish(page, zoom_time=dt.time(14))
    sync()
    state = state_of(page)
    assert (state.code, state.attention, state.tone) == ("attention", "change_by_hand", "warning")
    assert "Zoom still shows Tue 24 Nov, 10:00." in state.sentence
    assert "learners are not affected" in state.sentence
    assert state.actions == ("open_on_zoom", "done")
    assert "meeting:update:meeting" in state.for_administrators
    assert "meeting:update:meeting" not in state.sentence
    assert asked(school.simulator) == []
    assert when(page, meeting_of(page).lessons.get()).local_start.hour == 14


def test_zooms_time_is_written_as_in_the_language_of_whoever_reads() -> None:
    with translation.override("de"):
        assert zoom_moment("2026-11-24T09:00:00+00:00", "Europe/Berlin") == "Di 24. Nov, 10:00"


def test_done_is_taken_at_its_word(school: Any, lesson_in: Any, publish: Any, sync: Any) -> None:
    page = publish(publish(lesson_in(school)), zoom_time=dt.time(14))
    teacher = school.people["teacher.one"]
    reconcile.mark_done_by_hand(meeting_of(page).pk, teacher)
    sync()
    publish(page)
    assert state_of(page).code == "ready"
    assert PageLogEntry.objects.filter(page=page.pk, action="wagtail_zoom.done_by_hand", user=teacher).count() == 1
    assert len(writes(school.simulator)) == 1


def test_going_back_to_what_zoom_shows_needs_nobody(school: Any, lesson_in: Any, publish: Any) -> None:
    page = publish(publish(lesson_in(school)), zoom_time=dt.time(14))
    page = publish(page, zoom_time=dt.time(10))
    assert state_of(page).code == "ready"


def test_a_new_title_names_what_zoom_still_has(school: Any, lesson_in: Any, publish: Any) -> None:
    page = publish(publish(lesson_in(school)), title="Lesson two")
    assert "Zoom still shows the former title." in state_of(page).sentence


def test_a_new_address_alone_sends_nobody_to_zoom(school: Any, lesson_in: Any, publish: Any) -> None:
    page = publish(publish(lesson_in(school)), slug="another-address")
    assert state_of(page).code == "ready"
    assert len(writes(school.simulator)) == 1


def test_a_cancelled_lesson_is_left_on_zoom_and_said_so(school: Any, lesson_in: Any, publish: Any, sync: Any) -> None:
    ZoomSettings.objects.filter(site=school.site).update(when_unpublished="cancel")
    page = publish(lesson_in(school))
    page.unpublish()
    sync()
    page.refresh_from_db()
    state = state_of(page)
    assert state.attention == "cancel_by_hand"
    assert "Zoom still shows Tue 24 Nov, 10:00." in state.sentence
    assert "meeting:delete:meeting" in state.for_administrators
    reconcile.mark_done_by_hand(meeting_of(page).pk, school.people["teacher.one"])
    assert state_of(page).code == "cancelled"


def test_of_a_deleted_lesson_the_meeting_itself_says_what_zoom_still_shows(
    school: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    page = publish(lesson_in(school))
    page.delete()
    sync()
    assert state_of_meeting(Meeting.objects.get()).attention == "cancel_by_hand"
    assert len(on_zoom(school.simulator)) == 1


def test_when_the_scope_comes_the_change_goes_by_itself(school: Any, lesson_in: Any, publish: Any, sync: Any) -> None:
    page = publish(publish(lesson_in(school)), zoom_time=dt.time(14))
    scopes = [*school.credentials.get("scopes", ()), "meeting:write:meeting", "meeting:update:meeting"]
    school.simulator.patch_app(school.credentials["client_id"], scopes=scopes)
    connect(school.people["teacher.one"], school.site, school.app, "teacher.one@school.example")
    sync()
    assert state_of(page).code == "ready"
    assert on_zoom(school.simulator)[0]["start_time"] == "2026-11-24T13:00:00Z"


def test_try_it_anyway_asks_zoom_whose_word_is_final(school: Any, lesson_in: Any, publish: Any, sync: Any) -> None:
    page = publish(publish(lesson_in(school)), title="Lesson two")
    school.simulator.clear_requests()
    reconcile.retry(meeting_of(page).pk, school.people["teacher.one"])
    sync()
    assert [call.split()[0] for call in writes(school.simulator)] == ["PATCH"]
    assert state_of(page).attention == "change_by_hand"
    sync()
    assert len(writes(school.simulator)) == 1
