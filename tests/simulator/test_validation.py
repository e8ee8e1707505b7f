"""Bodies and queries: types, lengths, limits and enums of the contract."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.zoom_app import ZoomApp
from wagtail_zoom.simulator.contract import load_contract
from wagtail_zoom.simulator.handlers import HANDLERS
from wagtail_zoom.testing import SimulatorControl


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"topic": "x" * 201}, "topic"),
        ({"topic": 7}, "topic"),
        ({"agenda": "x" * 2001}, "agenda"),
        ({"duration": 0}, "duration"),
        ({"duration": 1441}, "duration"),
        ({"duration": "60"}, "duration"),
        ({"duration": True}, "duration"),
        ({"type": 4}, "type"),
        ({"password": "x" * 11}, "password"),
        ({"start_time": "tomorrow"}, "start_time"),
        ({"start_time": "2027-02-30T10:00:00Z"}, "start_time"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"settings": {"approval_type": 3}}, "settings.approval_type"),
        ({"settings": {"waiting_room": "yes"}}, "settings.waiting_room"),
        ({"settings": {"jbh_time": 7}}, "settings.jbh_time"),
        ({"settings": {"auto_transcribing": True}}, "settings.auto_transcribing"),
        ({"settings": {"practice_session": True}}, "settings.practice_session"),
        ({"settings": []}, "settings"),
        ({"settings": {"meeting_invitees": [{"email": "nobody"}]}}, "settings.meeting_invitees[0].email"),
        ({"type": 8, "recurrence": {"repeat_interval": 1}}, "recurrence.type"),
        ({"type": 8}, "recurrence"),
        ({"tracking_fields": [{"value": "x"}]}, "tracking_fields[0].field"),
        ({"settings": {"alternative_hosts": "nobody@school.example"}}, "settings.alternative_hosts"),
    ],
)
def test_wrong_values_name_their_field(teacher: ZoomApp, body: dict[str, Any], field: str) -> None:
    answer = teacher.call("POST", "/users/me/meetings", body)

    assert (answer.status, answer.code) == (400, 300)
    assert answer.json["message"] == "Validation Failed."
    assert field in [each["field"] for each in answer.json["errors"]]


def test_all_wrong_fields_are_named_at_once(teacher: ZoomApp) -> None:
    answer = teacher.call("POST", "/users/me/meetings", {"topic": 1, "duration": 0, "settings": {"jbh_time": 1}})

    assert {each["field"] for each in answer.json["errors"]} == {"topic", "duration", "settings.jbh_time"}


def test_length_counts_code_points(teacher: ZoomApp) -> None:
    assert teacher.create(topic="\N{GRADUATION CAP}" * 200)["topic"] == "\N{GRADUATION CAP}" * 200


def test_unknown_keys_at_the_top_are_ignored(teacher: ZoomApp) -> None:
    assert "colour" not in teacher.create(colour="green")


@pytest.mark.parametrize("body", ["{", "[]", '"text"', "nothing"])
def test_what_is_no_json_object_is_refused(teacher: ZoomApp, body: str) -> None:
    answer = teacher.call("POST", "/users/me/meetings", body)

    assert (answer.status, answer.code) == (400, 300)


@pytest.mark.parametrize(
    "query",
    [{"page_size": "301"}, {"page_size": "many"}, {"page_size": "0"}, {"type": "all"}, {"from": "yesterday"}],
)
def test_wrong_queries_are_refused(teacher: ZoomApp, query: dict[str, str]) -> None:
    answer = teacher.call("GET", "/users/me/meetings", **query)

    assert (answer.status, answer.code) == (400, 300)


def test_refused_creation_leaves_nothing_behind(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    teacher.call("POST", "/users/me/meetings", {"start_time": "tomorrow"})

    assert simulator.meetings() == []


def test_every_operation_of_the_contract_is_answered_and_no_other() -> None:
    assert {operation.name for operation in load_contract().operations} == HANDLERS.keys()
