"""Meetings: made, read, changed, deleted; and what Zoom does on its own."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.simulator.zoom_app import MORNING, OTHER_TEACHER, TEACHER, ZoomApp
from wagtail_zoom.testing import SimulatorControl


def test_creation_answers_with_all_about_the_meeting(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    meeting = teacher.create(topic="Fractions", agenda="Halves", duration=45)

    assert (meeting["topic"], meeting["agenda"], meeting["duration"]) == ("Fractions", "Halves", 45)
    assert (meeting["type"], meeting["status"], meeting["host_email"]) == (2, "waiting", TEACHER["email"])
    assert 2**32 < meeting["id"] < 10**11
    assert meeting["password"]
    assert meeting["join_url"].startswith(f"{simulator.base_url}/j/{meeting['id']}?pwd=")
    assert meeting["start_url"].startswith(f"{simulator.base_url}/s/{meeting['id']}?zak=")
    assert "registration_url" not in meeting


def test_get_gives_the_same_with_a_fresh_start_link(teacher: ZoomApp) -> None:
    made = teacher.create()

    read = teacher.call("GET", f"/meetings/{made['id']}").json

    assert read.pop("start_url") != made.pop("start_url")
    assert read == made


@pytest.mark.parametrize(
    ("start_time", "zone", "utc"),
    [
        ("2027-03-10T10:00:00Z", "Europe/Berlin", "2027-03-10T10:00:00Z"),
        ("2027-03-10T10:00:00", "Europe/Berlin", "2027-03-10T09:00:00Z"),
        ("2027-07-10T10:00:00", "Europe/Berlin", "2027-07-10T08:00:00Z"),
        ("2027-03-10T10:00:00+05:00", "Europe/Berlin", "2027-03-10T10:00:00Z"),
        ("2027-03-10T10:00", "UTC", "2027-03-10T10:00:00Z"),
    ],
)
def test_start_is_read_as_zoom_reads_it(teacher: ZoomApp, start_time: str, zone: str, utc: str) -> None:
    meeting = teacher.create(start_time=start_time, timezone=zone)

    assert (meeting["start_time"], meeting["timezone"]) == (utc, zone)


@pytest.mark.parametrize("start_time", ["2020-01-01T10:00:00Z", ""])
def test_missing_or_past_start_becomes_now(teacher: ZoomApp, start_time: str) -> None:
    assert teacher.create(start_time=start_time)["start_time"].startswith("2027-03-01T08:00:")


def test_change_is_204_without_a_body_and_touches_only_what_is_sent(teacher: ZoomApp) -> None:
    meeting = teacher.create(topic="Fractions", agenda="Halves")

    answer = teacher.call(
        "PATCH", f"/meetings/{meeting['id']}", {"topic": "Decimals", "settings": {"host_video": True}}
    )

    assert (answer.status, answer.text) == (204, "")
    read = teacher.call("GET", f"/meetings/{meeting['id']}").json
    assert (read["topic"], read["agenda"], read["settings"]["host_video"]) == ("Decimals", "Halves", True)
    assert read["start_time"] == meeting["start_time"]


def test_change_to_a_past_start_is_dropped_silently(teacher: ZoomApp) -> None:
    meeting = teacher.create(start_time="2027-03-10T10:00:00Z")

    answer = teacher.call("PATCH", f"/meetings/{meeting['id']}", {"start_time": "2027-02-01T10:00:00Z"})

    assert answer.status == 204
    assert teacher.call("GET", f"/meetings/{meeting['id']}").json["start_time"] == "2027-03-10T10:00:00Z"


def test_refused_change_changes_nothing(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    meeting = teacher.create()
    before = simulator.meeting(meeting["id"])

    body = {"topic": "Decimals", "settings": {"approval_type": 1, "alternative_hosts": "nobody@school.example"}}
    answer = teacher.call("PATCH", f"/meetings/{meeting['id']}", body)

    assert answer.status == 400
    assert simulator.meeting(meeting["id"]) == before


def test_approval_type_of_a_series_without_times_is_dropped_silently(teacher: ZoomApp) -> None:
    meeting = teacher.create(type=3)
    assert "start_time" not in meeting

    assert teacher.call("PATCH", f"/meetings/{meeting['id']}", {"settings": {"approval_type": 0}}).status == 204
    assert teacher.call("GET", f"/meetings/{meeting['id']}").json["settings"]["approval_type"] == 2


def test_approval_type_after_the_start_is_dropped_silently(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    meeting = teacher.create(start_time="2027-03-01T08:30:00Z")
    simulator.set_clock(MORNING + dt.timedelta(minutes=40))

    assert teacher.call("PATCH", f"/meetings/{meeting['id']}", {"settings": {"approval_type": 0}}).status == 204
    assert teacher.call("GET", f"/meetings/{meeting['id']}").json["settings"]["approval_type"] == 2


def test_becoming_a_series_loses_the_registration(teacher: ZoomApp) -> None:
    meeting = teacher.create(settings={"approval_type": 1})
    assert "/register/" in meeting["registration_url"]

    series = {"type": 8, "recurrence": {"type": 1, "end_times": 3}, "settings": {"approval_type": 1}}
    assert teacher.call("PATCH", f"/meetings/{meeting['id']}", series).status == 204
    read = teacher.call("GET", f"/meetings/{meeting['id']}").json
    assert read["settings"]["approval_type"] == 2
    assert len(read["occurrences"]) == 3


def test_locked_settings_win_silently(simulator: SimulatorControl, account: dict[str, Any], teacher: ZoomApp) -> None:
    simulator.patch_account(account["account_id"], locked_settings={"waiting_room": True, "auto_recording": "none"})

    meeting = teacher.create(settings={"waiting_room": False, "auto_recording": "cloud"})

    assert (meeting["settings"]["waiting_room"], meeting["settings"]["auto_recording"]) == (True, "none")
    teacher.call("PATCH", f"/meetings/{meeting['id']}", {"settings": {"waiting_room": False}})
    assert teacher.call("GET", f"/meetings/{meeting['id']}").json["settings"]["waiting_room"] is True


def test_without_passcode_and_authentication_the_waiting_room_comes_on(teacher: ZoomApp) -> None:
    open_door = teacher.create(default_password=False, settings={"waiting_room": False})
    signed_in = teacher.create(default_password=False, settings={"meeting_authentication": True})

    assert (open_door["password"], open_door["settings"]["waiting_room"]) == ("", True)
    assert signed_in["settings"]["waiting_room"] is False


@pytest.mark.parametrize(("password", "status"), [("1234", 400), ("abcdefgh", 400), ("12345678", 201)])
def test_passcode_policy_is_enforced(
    simulator: SimulatorControl, account: dict[str, Any], teacher: ZoomApp, password: str, status: int
) -> None:
    simulator.patch_account(account["account_id"], passcode_policy={"min_length": 8, "numeric_only": True})

    assert teacher.call("POST", "/users/me/meetings", {"password": password}).status == status


def test_account_that_requires_a_passcode_makes_one(
    simulator: SimulatorControl, account: dict[str, Any], teacher: ZoomApp
) -> None:
    policy = {"min_length": 8, "numeric_only": True, "required": True}
    simulator.patch_account(account["account_id"], passcode_policy=policy)

    password = teacher.create(default_password=False)["password"]

    assert len(password) == 8
    assert password.isdecimal()


def test_required_tracking_field_has_to_be_there(
    simulator: SimulatorControl, account: dict[str, Any], teacher: ZoomApp
) -> None:
    simulator.patch_account(account["account_id"], required_tracking_field="Department")
    assert teacher.call("POST", "/users/me/meetings", {}).code == 300

    meeting = teacher.create(tracking_fields=[{"field": "Department", "value": "Maths"}])

    assert meeting["tracking_fields"] == [{"field": "Department", "value": "Maths", "visible": True}]


def test_alternative_hosts_are_licensed_users_of_the_account(
    simulator: SimulatorControl, account: dict[str, Any], teacher: ZoomApp
) -> None:
    wish = {"settings": {"alternative_hosts": f"{OTHER_TEACHER['email']};"}}
    assert teacher.create(**wish)["settings"]["alternative_hosts"] == f"{OTHER_TEACHER['email']};"

    simulator.patch_user(account["users"][1]["id"], type=1)
    assert teacher.call("POST", "/users/me/meetings", wish).code == 300


def test_user_without_meetings_licence_cannot_host(
    simulator: SimulatorControl, account: dict[str, Any], teacher: ZoomApp
) -> None:
    simulator.patch_user(account["users"][0]["id"], type=4)

    assert teacher.call("POST", "/users/me/meetings", {}).code == 3161


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"schedule_for": "nobody@school.example"}, 300),
        ({"schedule_for": OTHER_TEACHER["email"]}, 3000),
        ({"schedule_for": TEACHER["email"], "type": 1}, 3000),
        ({"schedule_for": TEACHER["email"]}, None),
    ],
)
def test_scheduling_for_others_needs_their_leave(teacher: ZoomApp, body: dict[str, Any], code: int | None) -> None:
    answer = teacher.call("POST", "/users/me/meetings", body)

    assert answer.json.get("code") == code


def test_who_was_given_the_privilege_schedules_for_another_user_who_is_then_the_host(
    simulator: SimulatorControl, account: dict[str, Any], teacher: ZoomApp
) -> None:
    mine, other = (user["id"] for user in account["users"])
    simulator.patch_user(other, schedulers=[mine])
    assert teacher.create(schedule_for=OTHER_TEACHER["email"])["host_id"] == other


def test_in_some_accounts_a_server_app_creates_for_others_only_with_their_leave(
    simulator: SimulatorControl, account: dict[str, Any], office: ZoomApp
) -> None:
    owner, other = (user["id"] for user in account["users"])
    assert office.call("POST", f"/users/{other}/meetings", {}).status == 201
    simulator.patch_account(account["account_id"], scheduling_needs_privilege=True)

    refused = office.call("POST", f"/users/{other}/meetings", {})
    assert (refused.status, refused.code) == (400, 3000)
    assert office.call("POST", f"/users/{owner}/meetings", {}).status == 201
    simulator.patch_user(other, schedulers=[owner])
    assert office.call("POST", f"/users/{other}/meetings", {}).status == 201


def test_deleted_meeting_is_unknown_from_then_on(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    meeting = teacher.create()
    path = f"/meetings/{meeting['id']}"
    deleted = teacher.call("DELETE", path)

    assert (deleted.status, deleted.text) == (204, "")
    assert teacher.call("GET", path).status == 404
    assert [teacher.call(method, path, {}).code for method in ("GET", "PATCH", "DELETE")] == [3001, 3001, 3001]
    assert teacher.call("GET", "/users/me/meetings").json["meetings"] == []
    assert simulator.meeting(meeting["id"])["deleted"] is True


def test_deleted_meeting_can_be_recovered(teacher: ZoomApp) -> None:
    meeting = teacher.create()
    teacher.call("DELETE", f"/meetings/{meeting['id']}")

    assert teacher.call("PUT", f"/meetings/{meeting['id']}/status", {"action": "recover"}).status == 204
    assert teacher.call("GET", f"/meetings/{meeting['id']}").status == 200


def test_running_meeting_cannot_be_deleted_but_ended(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    meeting = teacher.create()
    simulator.start(meeting["id"])
    path = f"/meetings/{meeting['id']}"
    assert teacher.call("GET", path).json["status"] == "started"
    assert teacher.call("DELETE", path).code == 3002

    assert teacher.call("PUT", f"{path}/status", {"action": "end"}).status == 204

    assert teacher.call("GET", path).json["status"] == "waiting"
    assert simulator.meeting(meeting["id"])["instances"][0]["end_time"]
    assert teacher.call("PUT", f"{path}/status", {"action": "end"}).code == 3000


def test_numbers_expire_after_thirty_days_and_those_of_series_after_a_year(
    simulator: SimulatorControl, teacher: ZoomApp
) -> None:
    single = teacher.create(start_time="2027-03-02T10:00:00Z")
    series = teacher.create(type=3)
    simulator.set_clock(MORNING + dt.timedelta(days=33))
    teacher.renew()

    assert teacher.call("GET", f"/meetings/{single['id']}").code == 3001
    assert teacher.call("GET", f"/meetings/{series['id']}").status == 200
    assert [each["id"] for each in teacher.call("GET", "/users/me/meetings").json["meetings"]] == [series["id"]]


def test_webinar_number_on_a_meeting_path_is_3000(teacher: ZoomApp) -> None:
    answer = teacher.call("GET", f"/meetings/{teacher.create('webinar')['id']}")

    assert (answer.status, answer.code) == (400, 3000)


@pytest.mark.parametrize(("number", "code"), [("80000000001", 3001), ("abc", 300), ("9" * 5000, 300)])
def test_numbers_that_are_no_meeting(teacher: ZoomApp, number: str, code: int) -> None:
    assert teacher.call("GET", f"/meetings/{number}").code == code


def test_invitation_and_invite_links(teacher: ZoomApp) -> None:
    meeting = teacher.create()

    invitation = teacher.call("GET", f"/meetings/{meeting['id']}/invitation").json["invitation"]
    links = teacher.call("POST", f"/meetings/{meeting['id']}/invite_links", {"attendees": [{"name": "Learner One"}]})

    assert meeting["join_url"] in invitation
    assert (links.status, links.json["attendees"][0]["name"]) == (201, "Learner One")
    assert teacher.call("POST", f"/meetings/{meeting['id']}/invite_links", {}).code == 300


def test_zak_and_other_tokens(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    meeting = teacher.create()

    zak = teacher.call("GET", "/users/me/token", type="zak").json["token"]
    onbehalf = teacher.call("GET", "/users/me/token", type="onbehalf", meeting_id=str(meeting["id"])).json["token"]
    short = teacher.call("GET", "/users/me/zak").json["token"]

    assert len({zak, onbehalf, short}) == 3
    assert len(zak) <= 512
    assert teacher.call("GET", "/users/me/token", type="zak", ttl=366 * 24 * 3600).code == 300
    assert teacher.call("GET", "/users/me/token", type="onbehalf").code == 300
    assert parse_qs(urlsplit(meeting["start_url"]).query)["zak"][0] != zak
