"""``manage.py sync_zoom``: what was missed is found, what is due is done, and it stops when told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError
from django.db.models.signals import pre_save

from tests.clocks import NOW
from tests.lessons.models import ClassPage, FolderPage
from tests.services.provisioning.conftest import calls, meeting_of, on_zoom, writes
from wagtail_zoom import clock, tasks
from wagtail_zoom.models import Approval, Heartbeat, Installation, LessonMeeting, LessonPage, Meeting, ZoomSettings
from wagtail_zoom.services.approvals import approvals
from wagtail_zoom.services.installation import heartbeats
from wagtail_zoom.services.status.lesson_status import state_of


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no row of a new meeting be written."""

    def refuse(sender: Any, instance: Meeting, **named: Any) -> None:
        raise DatabaseError("disk full")

    pre_save.connect(refuse, sender=Meeting)
    try:
        yield
    finally:
        pre_save.disconnect(refuse, sender=Meeting)


def old_lesson(school: Any, title: str = "Old lesson", **fields: Any) -> LessonPage:
    """Make a live lesson the way an import does: no signal, never published."""
    page = LessonPage(
        title=title,
        live=True,
        owner=next(iter(school.people[name] for name in school.hosts)),
        zoom_date=dt.date(2026, 11, 24),
        zoom_time=dt.time(10),
        zoom_timezone="Europe/Berlin",
        **fields,
    )
    school.site.root_page.add_child(instance=page)
    return page


def test_a_failing_insert_stops_no_publish_and_sync_makes_up_for_it(
    school: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    with full_disk():
        page = publish(lesson_in(school))
    assert page.live
    assert Meeting.objects.count() == 0
    assert state_of(page).code == "waiting"
    sync()
    assert state_of(page).code == "ready"
    assert len(on_zoom(school.simulator)) == 1


def test_a_process_that_died_between_page_and_row_is_made_up_for(
    school: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    page = publish(lesson_in(school))
    LessonPage.objects.filter(pk=page.pk).update(title="Changed where nobody listened")
    sync()
    assert state_of(type(page).objects.get(pk=page.pk)).attention == "change_by_hand"


def test_a_page_that_vanished_without_a_signal_loses_its_meeting(
    everything: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    page = publish(lesson_in(everything))
    LessonMeeting.objects.update(page=None)
    LessonPage.objects.filter(pk=page.pk).update(live=False)
    sync()
    assert on_zoom(everything.simulator) == []


def test_a_sites_own_page_type_is_found_as_well(school: Any, sync: Any, publish: Any) -> None:
    wishes = {"zoom_kind": "meeting", "zoom_date": dt.date(2026, 11, 24), "zoom_time": dt.time(10)}
    page = ClassPage(title="Class", live=False, owner=school.people["teacher.one"], **wishes)
    school.site.root_page.add_child(instance=page)
    publish(page)
    assert len(on_zoom(school.simulator)) == 1


def test_lessons_older_than_the_installation_wait_for_one_yes_of_their_space(
    school: Any, sync: Any, after_commit: Any
) -> None:
    pages = [old_lesson(school, f"Old lesson {number}") for number in range(3)]
    sync()
    assert on_zoom(school.simulator) == []
    (question,) = approvals.open_questions(school.site)
    assert (question.act, question.figures) == ("old_lessons", {"meetings": 3})
    state = state_of(pages[0])
    assert state.code == "held"
    assert "3 are waiting" in state.sentence
    due = approvals.answer(question.pk, yes=True, by=school.people["teacher.one"])
    assert len(due) == 3
    sync()
    assert len(on_zoom(school.simulator)) == 3
    old_lesson(school, "Imported later")
    sync()
    assert len(on_zoom(school.simulator)) == 4


def test_a_no_leaves_old_lessons_without_meetings_until_one_is_published_anew(
    school: Any, sync: Any, publish: Any
) -> None:
    page, other = old_lesson(school), old_lesson(school, "Other old lesson")
    sync()
    question = Approval.objects.get()
    approvals.answer(question.pk, yes=False, by=school.people["teacher.one"])
    assert approvals.answer(question.pk, yes=True, by=school.people["teacher.one"]) == []
    sync()
    assert state_of(page).attention == "decided_against"
    assert on_zoom(school.simulator) == []
    Installation.objects.update(installed_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    publish(page)
    sync()
    assert state_of(page).code == "ready"
    assert state_of(other).attention == "decided_against"


def test_old_lessons_that_are_over_ask_for_nothing(school: Any, sync: Any, clocks: Any) -> None:
    page = old_lesson(school)
    clocks.set(NOW + dt.timedelta(days=30))
    sync()
    assert Approval.objects.count() == 0
    assert state_of(page).code == "over"


def test_a_course_of_many_lessons_copied_at_once_waits_for_a_yes_with_its_figures(
    school: Any, lesson_in: Any, sync: Any, folder: Any, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "MASS_MEETINGS": 3}
    for number in range(5):
        page = lesson_in(school, f"Lesson {number}", folder)
        with django_capture_on_commit_callbacks():
            page.save_revision().publish()
    sync()
    assert on_zoom(school.simulator) == []
    (question,) = approvals.open_questions(school.site)
    assert (question.act, question.figures) == ("create", {"meetings": 5})
    assert state_of(page).code == "held"
    approvals.answer(question.pk, yes=True, by=school.people["teacher.one"])
    sync()
    assert len(on_zoom(school.simulator)) == 5


def test_a_section_deleted_at_once_waits_for_a_yes_before_its_meetings_go(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, settings: Any, after_commit: Any
) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "MASS_MEETINGS": 3}
    section = FolderPage(title="Section")
    everything.site.root_page.add_child(instance=section)
    for number in range(4):
        publish(lesson_in(everything, f"Lesson {number}", section))
    with after_commit():
        FolderPage.objects.get(pk=section.pk).delete()
    sync()
    assert len(on_zoom(everything.simulator)) == 4
    (question,) = approvals.open_questions(everything.site)
    assert (question.act, question.figures) == ("cancel", {"meetings": 4})
    approvals.answer(question.pk, yes=False, by=everything.people["administrator"])
    sync()
    assert len(on_zoom(everything.simulator)) == 4


def test_after_an_outage_the_work_goes_on_without_asking(
    school: Any, lesson_in: Any, publish: Any, sync: Any, settings: Any, clocks: Any
) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "MASS_MEETINGS": 3}
    school.simulator.fault("POST", "/meetings", "status", status=429, body={"code": 429}, times=100)
    for number in range(5):
        publish(lesson_in(school, f"Lesson {number}"))
    school.simulator.clear_faults()
    clocks.advance(days=1)
    sync()
    assert len(on_zoom(school.simulator)) == 5


@pytest.mark.parametrize("whose", ["space", "installation"])
def test_a_pause_is_honoured_by_publishing_and_by_sync_and_ends_cleanly(
    school: Any, lesson_in: Any, publish: Any, sync: Any, settings: Any, whose: str
) -> None:
    kept = settings.WAGTAIL_ZOOM
    if whose == "space":
        ZoomSettings.objects.filter(site=school.site).update(is_paused=True)
    else:
        settings.WAGTAIL_ZOOM = {**kept, "PAUSED": True}
    page = publish(lesson_in(school))
    said = sync()
    assert calls(school.simulator) == []
    assert (whose == "space") or "Nothing was due" not in said
    assert state_of(page).code == "paused"
    settings.WAGTAIL_ZOOM = kept
    ZoomSettings.objects.update(is_paused=False)
    sync()
    assert state_of(page).code == "ready"


def test_a_second_run_leaves_at_once(school: Any, lesson_in: Any, sync: Any) -> None:
    lesson_in(school).save_revision().publish()
    assert heartbeats.acquire_sync_lock(60)
    assert "Another sync_zoom is at work" in sync()
    assert calls(school.simulator) == []
    heartbeats.release_sync_lock()
    sync()
    assert len(on_zoom(school.simulator)) == 1


def test_a_run_that_died_holds_up_the_next_for_a_minute_at_most(school: Any, sync: Any, clocks: Any) -> None:
    assert heartbeats.acquire_sync_lock(60)
    clocks.advance(seconds=61)
    assert "Another" not in sync()


def test_a_dry_run_prints_the_calls_and_their_number_and_changes_nothing(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    kept = publish(lesson_in(everything))
    gone = publish(lesson_in(everything, "Lesson two"))
    LessonPage.objects.filter(pk=kept.pk).update(title="Renamed")
    LessonMeeting.objects.filter(page_id=gone.pk).update(page=None)
    gone.delete()
    lesson_in(everything, "Lesson three").save_revision().publish()
    before = list(Meeting.objects.order_by("pk").values_list("pk", "due_at", "wanted", "wanted_payload"))
    everything.simulator.clear_requests()
    said = sync("--dry-run")
    number = meeting_of(kept).zoom_id
    assert f"PATCH /meetings/{number} topic" in said
    assert "POST /users/" in said
    assert said.count("DELETE /meetings/") == 1
    assert said.strip().endswith("3 calls to Zoom.")
    assert calls(everything.simulator) == []
    assert before == list(Meeting.objects.order_by("pk").values_list("pk", "due_at", "wanted", "wanted_payload"))
    sync()
    assert [call.split()[0] for call in writes(everything.simulator)] != []
    assert len(writes(everything.simulator)) == 3


def test_it_shows_that_it_runs(db: None, sync: Any, clocks: Any) -> None:
    assert not tasks.engine().healthy
    sync()
    assert tasks.engine().healthy
    assert Heartbeat.objects.get(name="sync_zoom").seen_at <= clock.now()
    clocks.advance(minutes=11)
    assert not tasks.engine().healthy


def test_nothing_due_costs_no_call_and_few_queries_however_many_lessons_there_are(
    school: Any, lesson_in: Any, publish: Any, sync: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        publish(lesson_in(school, f"Lesson {number}"))
    sync()
    school.simulator.clear_requests()
    with django_assert_max_num_queries(40):
        sync()
    assert calls(school.simulator) == []
