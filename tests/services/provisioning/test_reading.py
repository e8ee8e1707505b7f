"""Reading back: one list per host, hourly while a lesson is near, else daily; nothing that changes nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.clocks import NOW
from tests.services.provisioning.conftest import calls, meeting_of
from wagtail_zoom.models import Meeting
from wagtail_zoom.services.meetings.refresh_schedule import next_reading
from wagtail_zoom.services.status.lesson_status import state_of


def test_the_next_reading_is_daily_then_hourly_then_never() -> None:
    def after(hours_to_start: float) -> dt.datetime | None:
        starts_at = NOW + dt.timedelta(hours=hours_to_start)
        return next_reading(Meeting(starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=1)), NOW)

    assert after(100) == NOW + dt.timedelta(days=1)
    assert after(30) == NOW + dt.timedelta(hours=6)
    assert after(23) == NOW + dt.timedelta(hours=1)
    assert after(-2) is None
    assert next_reading(Meeting(), NOW) == NOW + dt.timedelta(days=1)


def test_many_meetings_of_one_host_are_read_by_one_list(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    for number in range(3):
        publish(lesson_in(everything, f"Lesson {number}"))
    publish(lesson_in(everything, "A webinar", zoom_kind="webinar"))
    clocks.advance(days=1, minutes=1)
    everything.simulator.clear_requests()
    sync()
    assert sorted(call.rpartition("/")[2] for call in calls(everything.simulator)) == ["meetings", "webinars"]
    everything.simulator.clear_requests()
    sync()
    assert calls(everything.simulator) == []


def test_a_change_made_on_zooms_own_site_is_shown_and_not_fought(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    page = publish(lesson_in(everything))
    everything.simulator.patch_meeting(
        meeting_of(page).zoom_id, topic="Renamed there", start_time="2026-11-24T12:00:00Z"
    )
    clocks.advance(days=1, minutes=1)
    sync()
    notice = " ".join(state_of(page).notices)
    assert "title" in notice
    assert "time" in notice
    assert all(call.startswith(("GET", "POST")) for call in calls(everything.simulator))


def test_where_nothing_may_be_read_nothing_is_asked(
    school: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    publish(lesson_in(school))
    clocks.advance(days=1, minutes=1)
    school.simulator.clear_requests()
    sync()
    assert calls(school.simulator) == []


def test_a_list_that_cannot_be_read_now_is_read_a_little_later(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    page = publish(lesson_in(everything))
    clocks.advance(days=1, minutes=1)
    everything.simulator.fault("GET", "/meetings", "status", status=503, body={}, times=50)
    sync()
    everything.simulator.clear_faults()
    everything.simulator.delete_meeting(meeting_of(page).zoom_id)
    clocks.advance(minutes=10)
    sync()
    assert state_of(page).code == "gone"
