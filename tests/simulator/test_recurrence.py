"""Series: which occurrences there are, and what can be done with one of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.zoom_app import ZoomApp


def series(app: ZoomApp, kind: str = "meeting", **rule: Any) -> dict[str, Any]:
    return app.create(
        kind,
        type=9 if kind == "webinar" else 8,
        start_time="2027-03-02T10:00:00",
        timezone="Europe/Berlin",
        duration=30,
        recurrence=rule,
    )


def starts(meeting: dict[str, Any]) -> list[str]:
    return [each["start_time"] for each in meeting["occurrences"]]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"type": 1, "end_times": 2}, ["2027-03-02T09:00:00Z", "2027-03-03T09:00:00Z"]),
        (
            {"type": 1, "repeat_interval": 10, "end_date_time": "2027-03-23T00:00:00Z"},
            ["2027-03-02T09:00:00Z", "2027-03-12T09:00:00Z", "2027-03-22T09:00:00Z"],
        ),
        # 1 is Sunday; the clocks go forward on 28 March.
        (
            {"type": 2, "weekly_days": "1,3", "repeat_interval": 4, "end_times": 4},
            ["2027-03-02T09:00:00Z", "2027-03-28T08:00:00Z", "2027-03-30T08:00:00Z", "2027-04-25T08:00:00Z"],
        ),
        ({"type": 2, "end_times": 2}, ["2027-03-02T09:00:00Z", "2027-03-09T09:00:00Z"]),
        (
            {"type": 3, "monthly_day": 31, "end_times": 3},
            ["2027-03-31T08:00:00Z", "2027-05-31T08:00:00Z", "2027-07-31T08:00:00Z"],
        ),
        (
            {"type": 3, "monthly_week": -1, "monthly_week_day": 6, "end_times": 2},
            ["2027-03-26T09:00:00Z", "2027-04-30T08:00:00Z"],
        ),
        (
            {"type": 3, "monthly_week": 1, "monthly_week_day": 3, "repeat_interval": 2, "end_times": 2},
            ["2027-03-02T09:00:00Z", "2027-05-04T08:00:00Z"],
        ),
        ({"type": 1}, ["2027-03-02T09:00:00Z"]),
    ],
)
def test_occurrences_keep_their_time_of_day(teacher: ZoomApp, rule: dict[str, Any], expected: list[str]) -> None:
    assert starts(series(teacher, **rule)) == expected


@pytest.mark.parametrize(("kind", "count"), [(1, 60), (2, 110), (3, 60)])
def test_endless_series_comes_back_with_an_end(teacher: ZoomApp, kind: int, count: int) -> None:
    assert len(series(teacher, type=kind, end_times=0)["occurrences"]) == count


@pytest.mark.parametrize(
    ("kind", "rule", "field"),
    [
        ("meeting", {"type": 1, "repeat_interval": 100}, "recurrence.repeat_interval"),
        ("meeting", {"type": 2, "repeat_interval": 51}, "recurrence.repeat_interval"),
        ("meeting", {"type": 3, "repeat_interval": 11}, "recurrence.repeat_interval"),
        ("webinar", {"type": 2, "repeat_interval": 13}, "recurrence.repeat_interval"),
        ("meeting", {"type": 1, "end_times": 61}, "recurrence.end_times"),
        ("meeting", {"type": 1, "end_times": 2, "end_date_time": "2027-05-01T00:00:00Z"}, "recurrence.end_times"),
        ("meeting", {"type": 1, "end_date_time": "in May"}, "recurrence.end_date_time"),
        ("meeting", {"type": 2, "weekly_days": "0,8"}, "recurrence.weekly_days"),
        ("meeting", {"type": 3, "monthly_day": 32}, "recurrence.monthly_day"),
        ("meeting", {"type": 3, "monthly_week": 1}, "recurrence.monthly_week"),
        ("meeting", {"type": 4}, "recurrence.type"),
    ],
)
def test_impossible_rules_are_refused(teacher: ZoomApp, kind: str, rule: dict[str, Any], field: str) -> None:
    body = {"type": 9 if kind == "webinar" else 8, "start_time": "2027-03-02T10:00:00Z", "recurrence": rule}
    answer = teacher.call("POST", f"/users/me/{kind}s", body)

    assert (answer.status, answer.code) == (400, 300)
    assert field in [each["field"] for each in answer.json["errors"]]


def test_one_occurrence_is_changed_alone(teacher: ZoomApp) -> None:
    meeting = series(teacher, type=1, end_times=3)
    chosen = meeting["occurrences"][1]["occurrence_id"]
    path = f"/meetings/{meeting['id']}"
    change = {"start_time": "2027-03-03T15:00:00", "duration": 90, "agenda": "Later today", "topic": "Ignored"}

    assert teacher.call("PATCH", path, change, occurrence_id=chosen).status == 204

    one = teacher.call("GET", path, occurrence_id=chosen).json
    everything = teacher.call("GET", path).json
    assert (one["start_time"], one["duration"], one["agenda"]) == ("2027-03-03T14:00:00Z", 90, "Later today")
    assert everything["topic"] == "Fractions"
    assert starts(everything) == ["2027-03-02T09:00:00Z", "2027-03-03T14:00:00Z", "2027-03-04T09:00:00Z"]


def test_one_occurrence_is_deleted_alone(teacher: ZoomApp) -> None:
    meeting = series(teacher, type=1, end_times=2)
    chosen = meeting["occurrences"][0]["occurrence_id"]
    path = f"/meetings/{meeting['id']}"

    assert teacher.call("DELETE", path, occurrence_id=chosen).status == 204

    assert [each["status"] for each in teacher.call("GET", path).json["occurrences"]] == ["deleted", "available"]
    assert teacher.call("DELETE", path, occurrence_id=chosen).code == 3001
    assert teacher.call("GET", path, occurrence_id="1").code == 3001


def test_whole_series_moves_with_its_start(teacher: ZoomApp) -> None:
    meeting = series(teacher, type=1, end_times=2)

    assert teacher.call("PATCH", f"/meetings/{meeting['id']}", {"start_time": "2027-04-01T10:00:00"}).status == 204

    moved = teacher.call("GET", f"/meetings/{meeting['id']}").json
    assert starts(moved) == ["2027-04-01T08:00:00Z", "2027-04-02T08:00:00Z"]


def test_past_occurrences_are_shown_when_asked_for(teacher: ZoomApp) -> None:
    meeting = series(teacher, type=1, end_times=3)
    teacher.simulator.advance(2 * 24 * 3600)
    teacher.renew()
    path = f"/meetings/{meeting['id']}"

    assert len(teacher.call("GET", path).json["occurrences"]) == 2
    assert len(teacher.call("GET", path, show_previous_occurrences="true").json["occurrences"]) == 3


def test_people_register_for_the_occurrences_that_they_choose(teacher: ZoomApp) -> None:
    meeting = teacher.create(
        type=8,
        start_time="2027-03-02T10:00:00Z",
        recurrence={"type": 1, "end_times": 3},
        settings={"approval_type": 0, "registration_type": 3},
    )
    first, second, _ = (each["occurrence_id"] for each in meeting["occurrences"])
    path = f"/meetings/{meeting['id']}/registrants"
    form = {"email": "learner.one@school.example", "first_name": "Learner"}

    person = teacher.call("POST", path, form, occurrence_ids=f"{first},{second}").json

    def registered(occurrence: str, status: str = "approved") -> int:
        return teacher.call("GET", path, occurrence_id=occurrence, status=status).json["total_records"]

    assert [each["occurrence_id"] for each in person["occurrences"]] == [first, second]
    assert [registered(each["occurrence_id"]) for each in meeting["occurrences"]] == [1, 1, 0]
    own = f"{path}/{person['registrant_id']}"
    assert teacher.call("DELETE", own).code == 300
    assert teacher.call("DELETE", own, occurrence_id=first).status == 204
    assert (registered(first), registered(second)) == (0, 1)
    cancel = {"action": "cancel", "registrants": [{"id": person["registrant_id"]}]}
    assert teacher.call("PUT", f"{path}/status", cancel, occurrence_id=second).status == 204
    assert (registered(second), registered(second, "denied")) == (0, 1)
    assert teacher.call("DELETE", own, occurrence_id=second).status == 204
    assert teacher.call("GET", own).code == 300
