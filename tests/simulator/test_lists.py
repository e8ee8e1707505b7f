"""Lists of meetings and of users, page by page; what an account has and asks for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.simulator.zoom_app import MORNING, OTHER_TEACHER, TEACHER, ZoomApp
from wagtail_zoom.testing import SimulatorControl


def test_lists_are_short_and_cut_the_agenda_off(teacher: ZoomApp) -> None:
    meeting = teacher.create(agenda="x" * 300)

    [listed] = teacher.call("GET", "/users/me/meetings").json["meetings"]

    assert listed["agenda"] == "x" * 250
    assert listed["id"] == meeting["id"]
    assert not {"settings", "password", "start_url"} & listed.keys()


def test_lists_show_what_they_are_asked_for(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    over = teacher.create(topic="over", start_time="2027-03-01T09:00:00Z", duration=30)
    simulator.start(over["id"])
    simulator.end(over["id"])
    simulator.set_clock(MORNING + dt.timedelta(hours=3))
    teacher.renew()
    live = teacher.create(topic="live", start_time="2027-03-01T12:00:00Z")
    simulator.start(live["id"])
    teacher.create(topic="soon", start_time="2027-03-02T09:00:00Z")
    teacher.create(topic="later", start_time="2027-05-01T09:00:00Z")
    teacher.create(topic="instant", type=1)

    def topics(**query: str) -> list[str]:
        return [each["topic"] for each in teacher.call("GET", "/users/me/meetings", **query).json["meetings"]]

    assert topics() == ["over", "live", "soon", "later"]
    assert topics(type="scheduled") == ["over", "live", "soon", "later"]
    assert topics(type="live") == ["live"]
    assert topics(type="upcoming") == ["live", "soon", "later"]
    assert topics(type="previous_meetings") == ["over"]
    assert topics(**{"from": "2027-03-02", "to": "2027-03-31"}) == ["soon"]
    upcoming = teacher.call("GET", "/users/me/upcoming_meetings").json["meetings"]
    assert [each["topic"] for each in upcoming] == ["live", "soon"]


def test_lists_come_in_pages_that_live_fifteen_minutes(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    made = {teacher.create()["id"] for _ in range(7)}

    def page(**query: Any) -> Any:
        return teacher.call("GET", "/users/me/meetings", page_size=3, **query)

    first = page().json
    second = page(next_page_token=first["next_page_token"]).json
    third = page(next_page_token=second["next_page_token"]).json
    seen = [each["id"] for part in (first, second, third) for each in part["meetings"]]
    assert (len(seen), set(seen)) == (7, made)
    assert (first["total_records"], first["page_count"], third["next_page_token"]) == (7, 3, "")

    other_size = teacher.call("GET", "/users/me/meetings", page_size=4, next_page_token=first["next_page_token"])
    assert other_size.code == 300
    simulator.advance(15 * 60 + 1)
    assert page(next_page_token=first["next_page_token"]).code == 300


def test_token_of_another_list_is_refused(teacher: ZoomApp) -> None:
    for _ in range(2):
        teacher.create()
    token = teacher.call("GET", "/users/me/meetings", page_size=1).json["next_page_token"]

    answer = teacher.call("GET", "/users/me/meetings", page_size=1, type="live", next_page_token=token)

    assert answer.code == 300


def test_user_settings_show_what_the_account_locks(
    simulator: SimulatorControl, account: dict[str, Any], teacher: ZoomApp
) -> None:
    simulator.patch_account(
        account["account_id"], locked_settings={"waiting_room": True}, passcode_policy={"min_length": 8}
    )

    everything = teacher.call("GET", "/users/me/settings").json
    security = teacher.call("GET", "/users/me/settings", option="meeting_security").json["meeting_security"]

    assert everything["in_meeting"]["waiting_room"] is True
    assert everything["feature"]["webinar"] is True
    assert (security["waiting_room"], security["meeting_password_requirement"]["length"]) == (True, 8)


def test_users_are_listed_in_pages(office: ZoomApp) -> None:
    first = office.call("GET", "/users", page_size=1).json
    second = office.call("GET", "/users", page_size=1, next_page_token=first["next_page_token"]).json

    assert [first["users"][0]["email"], second["users"][0]["email"]] == [TEACHER["email"], OTHER_TEACHER["email"]]
    assert office.call("GET", "/users", page_size=1, page_number=2).json["users"] == second["users"]


def test_invited_user_is_1120(simulator: SimulatorControl, account: dict[str, Any], office: ZoomApp) -> None:
    simulator.patch_user(account["users"][1]["id"], status="pending")

    assert office.call("GET", f"/users/{OTHER_TEACHER['email']}").code == 1120


def test_tracking_fields_can_be_added(office: ZoomApp) -> None:
    added = office.call("POST", "/tracking_fields", {"field": "Room", "required": True})

    assert added.status == 201
    assert [each["field"] for each in office.call("GET", "/tracking_fields").json["tracking_fields"]] == ["Room"]
    assert office.call("POST", f"/users/{TEACHER['email']}/meetings", {}).code == 300
