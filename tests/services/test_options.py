"""Options in a page's JSON field: typed, and tolerant of whatever is stored."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from wagtail_zoom.services.lessons.options import LessonOptions, options_from


def test_what_is_stored_is_read_back() -> None:
    options = LessonOptions(
        agenda="Bring a ruler.",
        alternative_hosts=("two@school.example",),
        waiting_room=True,
        auto_recording="cloud",
        registration="on",
        approval="by_hand",
        places=30,
        closes_at=dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC),
    )
    assert options_from(options.to_json()) == options


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        "text",
        {"auto_recording": "vhs"},
        {"waiting_room": "yes"},
        {"places": True},
        {"places": -1},
        {"places": 20001},
        {"closes_at": "tomorrow"},
        {"closes_at": "2026-12-01T09:00:00"},
        {"alternative_hosts": "two@school.example"},
        {"agenda": 7},
        {"an option of tomorrow": 1},
    ],
)
def test_what_makes_no_sense_counts_as_not_chosen(stored: Any) -> None:
    assert options_from(stored) == LessonOptions()
