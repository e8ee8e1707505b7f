"""What the tests of the client ask Zoom for."""

from __future__ import annotations

import datetime as dt
from typing import Any


TEACHER = "teacher.one@school.example"
NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
START = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
KINDS = ("meeting", "webinar")


def payload(kind: str = "meeting", **more: Any) -> dict[str, Any]:
    """Return what a lesson of 45 minutes looks like at Zoom."""
    return {
        "topic": "Fractions",
        "type": 2 if kind == "meeting" else 5,
        "start_time": "2026-11-23T09:00:00Z",
        "duration": 45,
        "timezone": "Europe/Berlin",
        **more,
    }


def with_registration(kind: str = "meeting", approval_type: int = 1) -> dict[str, Any]:
    """Return a lesson that people register for; they are approved by hand (1) or at once (0)."""
    return payload(kind, settings={"approval_type": approval_type})


def person(number: int) -> dict[str, str]:
    """Return a learner."""
    return {"email": f"learner.{number}@school.example", "first_name": "Learner", "last_name": str(number)}
