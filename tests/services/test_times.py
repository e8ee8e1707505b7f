"""Wall-clock times in the lesson's zone: what they mean, what is wrong with them, and how Zoom is told."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from wagtail_zoom.models import LessonMeeting, LessonPage, Meeting, ZoomSettings
from wagtail_zoom.services.lessons.schedule import ZOOM_NAMES, ZOOM_ZONES, known_zones, lesson_times, when, zoom_start


pytestmark = pytest.mark.django_db


def lesson(day: str, time: str, zone: str = "Europe/Berlin", minutes: int | None = 60) -> LessonPage:
    return LessonPage(
        zoom_date=dt.date.fromisoformat(day),
        zoom_time=dt.time.fromisoformat(time),
        zoom_timezone=zone,
        zoom_duration=minutes,
    )


def test_ten_in_berlin_is_nine_in_utc_in_winter_and_eight_in_summer() -> None:
    assert lesson_times(lesson("2026-12-01", "10:00")).starts_at == dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)
    assert lesson_times(lesson("2027-06-01", "10:00")).starts_at == dt.datetime(2027, 6, 1, 8, tzinfo=dt.UTC)


def test_a_lesson_across_the_change_of_clocks_takes_its_minutes() -> None:
    times = lesson_times(lesson("2027-03-28", "01:30", minutes=60))
    assert times.ends_at is not None
    assert times.starts_at is not None
    assert times.ends_at - times.starts_at == dt.timedelta(hours=1)
    assert times.local_end.hour == 3  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("day", "time", "zone", "problem"),
    [
        ("2027-03-28", "02:30", "Europe/Berlin", "nonexistent"),
        ("2027-10-31", "02:30", "Europe/Berlin", "ambiguous"),
        ("2027-10-31", "03:30", "Europe/Berlin", ""),
        ("2026-12-01", "10:00", "Mars/Olympus", "unknown_zone"),
        ("2026-11-20", "10:00", "Europe/Berlin", "past"),
        ("2026-11-21", "08:30", "Europe/Berlin", ""),
        ("9999-12-31", "23:30", "UTC", "missing"),
        ("2011-12-30", "10:00", "Pacific/Apia", "past"),
    ],
)
def test_what_is_wrong_with_a_time_is_named(day: str, time: str, zone: str, problem: str) -> None:
    assert lesson_times(lesson(day, time, zone)).problem == problem


@pytest.mark.parametrize("wish", [{}, {"zoom_date": dt.date(2026, 12, 1)}, {"zoom_time": dt.time(10)}])
def test_without_both_date_and_time_there_is_no_time(wish: dict[str, Any]) -> None:
    assert lesson_times(LessonPage(**wish)).problem == "missing"


def test_of_a_time_that_comes_twice_the_first_is_taken_and_sent_as_an_instant() -> None:
    times = lesson_times(lesson("2027-10-31", "02:30"))
    assert times.starts_at == dt.datetime(2027, 10, 31, 0, 30, tzinfo=dt.UTC)
    assert zoom_start(times) == {"start_time": "2027-10-31T00:30:00Z", "timezone": "Europe/Berlin"}


def test_what_the_page_leaves_open_the_space_says_and_then_the_site(settings: Any) -> None:
    page = lesson("2026-12-01", "10:00", zone="", minutes=None)
    space = ZoomSettings(default_timezone="Asia/Tokyo", default_duration=30)
    assert lesson_times(page, space).zone.key == "Asia/Tokyo"
    assert lesson_times(page, space).ends_at == dt.datetime(2026, 12, 1, 1, 30, tzinfo=dt.UTC)
    settings.TIME_ZONE = "America/New_York"
    assert lesson_times(page).zone.key == "America/New_York"


@pytest.mark.parametrize(
    ("zone", "sent"),
    [
        ("Europe/Berlin", {"start_time": "2026-12-01T10:00:00", "timezone": "Europe/Berlin"}),
        ("Europe/Kyiv", {"start_time": "2026-12-01T10:00:00", "timezone": "Europe/Kiev"}),
        ("Asia/Ho_Chi_Minh", {"start_time": "2026-12-01T10:00:00", "timezone": "Asia/Saigon"}),
        ("Pacific/Chatham", {"start_time": "2026-11-30T20:15:00Z", "timezone": "UTC"}),
    ],
)
def test_zoom_gets_local_time_and_its_own_zone_name_or_utc(zone: str, sent: dict[str, str]) -> None:
    assert zoom_start(lesson_times(lesson("2026-12-01", "10:00", zone))) == sent


def test_zooms_names_follow_the_same_rules_as_todays() -> None:
    for today_name, zooms_name in ZOOM_NAMES.items():
        assert zooms_name in ZOOM_ZONES
        for month in (1, 7):
            instant = dt.datetime(2026, month, 1, tzinfo=dt.UTC)
            assert (
                instant.astimezone(ZoneInfo(today_name)).utcoffset()
                == instant.astimezone(ZoneInfo(zooms_name)).utcoffset()
            )


def test_every_zone_of_zooms_is_known_here() -> None:
    assert known_zones() >= ZOOM_ZONES


def test_a_linked_lesson_takes_place_when_zoom_says() -> None:
    starts_at = dt.datetime(2026, 12, 5, 17, tzinfo=dt.UTC)
    meeting = Meeting(starts_at=starts_at, actual_payload={"timezone": "Europe/Vienna"})
    link = LessonMeeting(meeting=meeting, role="guest")
    shown = when(lesson("2026-12-01", "10:00"), link)
    assert (shown.starts_at, shown.zone.key, shown.problem) == (starts_at, "Europe/Vienna", "")
    own = when(lesson("2026-12-01", "10:00"), LessonMeeting(meeting=meeting, role="owner"))
    assert own.starts_at == dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)
