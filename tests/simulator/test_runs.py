"""Runs: who was there, and what the reports say about it afterwards."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote

import pytest

from tests.simulator.zoom_app import LEARNER, MORNING, OTHER_TEACHER, TEACHER, ZoomApp
from wagtail_zoom.testing import SimulatorControl, SimulatorError


def minutes(number: float) -> dt.datetime:
    return MORNING + dt.timedelta(minutes=number)


def encoded(uuid: str) -> str:
    """Return a uuid as Zoom wants it in a path: encoded once, or twice where slashes demand it."""
    once = quote(uuid, safe="")
    return quote(once, safe="") if uuid.startswith("/") or "//" in uuid else once


@pytest.fixture
def taught(simulator: SimulatorControl, teacher: ZoomApp, office: ZoomApp) -> dict[str, Any]:
    """Return a meeting that is over: a learner came twice, a colleague and a guest once."""
    meeting = teacher.create(start_time="2027-03-01T08:00:00Z", settings={"approval_type": 0})
    person = teacher.register(meeting["id"])
    number = meeting["id"]
    run = simulator.start(number)
    simulator.join(number, registrant_id=person["registrant_id"], at=minutes(1))
    simulator.leave(number, registrant_id=person["registrant_id"], at=minutes(11))
    simulator.join(number, email=OTHER_TEACHER["email"], at=minutes(2))
    simulator.join(number, name="Guest", at=minutes(3))
    simulator.join(number, registrant_id=person["registrant_id"], at=minutes(12))
    simulator.end(number, at=minutes(42))
    simulator.set_clock(minutes(44))
    return {"number": number, "uuid": run["uuid"], "registrant_id": person["registrant_id"]}


def test_report_has_one_row_for_every_join(taught: dict[str, Any], office: ZoomApp) -> None:
    answer = office.call("GET", f"/report/meetings/{taught['number']}/participants", include_fields="registrant_id")

    rows = answer.json["participants"]
    assert [(row["name"], row["duration"]) for row in rows] == [
        ("Teacher One", 42 * 60),
        ("Learner One", 10 * 60),
        ("Teacher Two", 40 * 60),
        ("Guest", 39 * 60),
        ("Learner One", 30 * 60),
    ]
    assert [row["registrant_id"] for row in rows] == ["", taught["registrant_id"], "", "", taught["registrant_id"]]
    assert [row["user_email"] for row in rows] == [TEACHER["email"], "", OTHER_TEACHER["email"], "", ""]
    assert [bool(row["id"]) for row in rows] == [True, False, True, False, False]
    assert (rows[1]["join_time"], rows[1]["leave_time"]) == ("2027-03-01T08:01:00Z", "2027-03-01T08:11:00Z")
    assert len({row["user_id"] for row in rows}) == 5


def test_registrant_id_of_a_report_has_to_be_asked_for(taught: dict[str, Any], office: ZoomApp) -> None:
    rows = office.call("GET", f"/report/meetings/{taught['number']}/participants").json["participants"]

    assert not any("registrant_id" in row for row in rows)


def test_reports_come_in_pages(simulator: SimulatorControl, taught: dict[str, Any], office: ZoomApp) -> None:
    path = f"/report/meetings/{taught['number']}/participants"
    first = office.call("GET", path, page_size=3).json
    second = office.call("GET", path, page_size=3, next_page_token=first["next_page_token"]).json

    assert (len(first["participants"]), len(second["participants"]), second["next_page_token"]) == (3, 2, "")
    simulator.advance(15 * 60 + 1)
    assert office.call("GET", path, page_size=3, next_page_token=first["next_page_token"]).code == 300


def test_durations_of_past_participants_are_zero_right_after_the_end(
    simulator: SimulatorControl, taught: dict[str, Any], teacher: ZoomApp
) -> None:
    path = f"/past_meetings/{taught['number']}/participants"
    simulator.set_clock(minutes(42.5))
    early = teacher.call("GET", path).json["participants"]
    simulator.set_clock(minutes(44))
    late = teacher.call("GET", path).json["participants"]

    assert {row["duration"] for row in early} == {0}
    assert [row["duration"] for row in late] == [42 * 60, 10 * 60, 40 * 60, 39 * 60, 30 * 60]
    assert [row["internal_user"] for row in late] == [True, False, True, False, False]


def test_details_sum_it_up(taught: dict[str, Any], teacher: ZoomApp, office: ZoomApp) -> None:
    past = teacher.call("GET", f"/past_meetings/{taught['number']}").json
    report = office.call("GET", f"/report/meetings/{taught['number']}").json

    for summary in (past, report):
        assert summary["uuid"] == taught["uuid"]
        assert (summary["duration"], summary["participants_count"]) == (42, 4)
        assert summary["total_minutes"] == 42 + 10 + 40 + 39 + 30
        assert (summary["start_time"], summary["end_time"]) == ("2027-03-01T08:00:00Z", "2027-03-01T08:42:00Z")


def test_host_alone_makes_no_report(simulator: SimulatorControl, teacher: ZoomApp, office: ZoomApp) -> None:
    number = teacher.create()["id"]
    simulator.start(number)
    simulator.end(number)

    assert office.call("GET", f"/report/meetings/{number}/participants").json["participants"] == []
    assert teacher.call("GET", f"/past_meetings/{number}/participants").json["participants"] == []
    assert office.call("GET", f"/report/meetings/{number}").code == 3001


def test_running_and_never_started_meetings_are_not_past(
    simulator: SimulatorControl, teacher: ZoomApp, office: ZoomApp
) -> None:
    number = teacher.create()["id"]
    assert office.call("GET", f"/report/meetings/{number}/participants").code == 3001

    uuid = simulator.start(number)["uuid"]

    assert office.call("GET", f"/report/meetings/{number}/participants").code == 3001
    assert teacher.call("GET", f"/past_meetings/{encoded(uuid)}").code == 3001
    assert teacher.call("GET", f"/past_meetings/{number}/instances").json == {"meetings": []}


def test_every_run_has_a_uuid_of_its_own_and_awkward_ones_need_double_encoding(
    simulator: SimulatorControl, teacher: ZoomApp
) -> None:
    number = teacher.create(type=3)["id"]
    uuids = []
    for run in range(6):
        uuids.append(simulator.start(number)["uuid"])
        simulator.join(number, name=f"Guest {run}")
        simulator.end(number)
        simulator.advance(60)

    assert len(set(uuids)) == 6
    assert any(uuid.startswith("/") for uuid in uuids)
    assert any("//" in uuid for uuid in uuids)
    instances = teacher.call("GET", f"/past_meetings/{number}/instances").json["meetings"]
    assert [each["uuid"] for each in instances] == uuids
    for run, uuid in enumerate(uuids):
        path = f"/past_meetings/{encoded(uuid)}/participants"
        assert teacher.call("GET", path).json["participants"][1]["name"] == f"Guest {run}"
        twice = quote(quote(uuid, safe=""), safe="")
        assert teacher.call("GET", f"/past_meetings/{twice}").json["uuid"] == uuid
        if encoded(uuid) == twice:
            assert teacher.call("GET", f"/past_meetings/{quote(uuid, safe='')}").status == 404


def test_number_means_the_latest_run(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    number = teacher.create(type=3)["id"]
    for _ in range(2):
        last = simulator.start(number)["uuid"]
        simulator.end(number)

    assert teacher.call("GET", f"/past_meetings/{number}").json["uuid"] == last


def test_what_is_older_than_a_year_is_12702(
    simulator: SimulatorControl, taught: dict[str, Any], teacher: ZoomApp, office: ZoomApp
) -> None:
    simulator.advance(366 * 24 * 3600)
    office.connect_account()
    teacher.connect()

    assert office.call("GET", f"/report/meetings/{taught['number']}/participants").code == 12702
    assert teacher.call("GET", f"/past_meetings/{encoded(taught['uuid'])}/participants").code == 12702


def test_reports_and_participants_need_a_paid_plan(
    simulator: SimulatorControl, account: dict[str, Any], taught: dict[str, Any], teacher: ZoomApp
) -> None:
    simulator.patch_account(account["account_id"], plan="free")

    assert teacher.call("GET", f"/past_meetings/{taught['number']}/participants").code == 200


def test_report_of_a_host_lists_runs_of_a_month(
    simulator: SimulatorControl, taught: dict[str, Any], office: ZoomApp
) -> None:
    path = f"/report/users/{TEACHER['email']}/meetings"

    month = office.call("GET", path, **{"from": "2027-02-15", "to": "2027-03-05"}).json
    assert [each["uuid"] for each in month["meetings"]] == [taught["uuid"]]
    assert office.call("GET", path, **{"from": "2027-03-02", "to": "2027-03-05"}).json["meetings"] == []
    for wrong in ({"from": "2027-01-01", "to": "2027-03-05"}, {"from": "2026-03-01", "to": "2026-03-05"}, {}):
        assert office.call("GET", path, **wrong).code == 300


def test_webinar_reports_are_under_webinars(simulator: SimulatorControl, teacher: ZoomApp, office: ZoomApp) -> None:
    number = teacher.create("webinar", settings={"approval_type": 0})["id"]
    person = teacher.register(number, "webinar")
    simulator.start(number)
    simulator.join(number, registrant_id=person["registrant_id"])
    simulator.end(number)

    path = f"/report/webinars/{number}/participants"
    rows = office.call("GET", path, include_fields="registrant_id").json["participants"]
    assert [row["registrant_id"] for row in rows] == ["", person["registrant_id"]]
    assert teacher.call("GET", f"/past_webinars/{number}/instances").json["webinars"]
    assert office.call("GET", f"/report/meetings/{number}/participants").code == 3001


def test_waiting_room_makes_a_row_of_its_own(simulator: SimulatorControl, teacher: ZoomApp, office: ZoomApp) -> None:
    number = teacher.create(settings={"waiting_room": True})["id"]
    simulator.start(number)
    simulator.join(number, name="Guest", waiting_room=True)
    simulator.join(number, name="Guest")
    simulator.end(number)

    rows = office.call("GET", f"/report/meetings/{number}/participants").json["participants"]

    assert [row["status"] for row in rows] == ["in_meeting", "in_waiting_room", "in_meeting"]


def test_joining_before_the_host_starts_where_that_is_allowed(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    closed = teacher.create()["id"]
    with pytest.raises(SimulatorError, match="not started") as refused:
        simulator.join(closed, name="Guest")
    assert refused.value.status == 409

    allowed = teacher.create(start_time="2027-03-01T08:20:00Z", settings={"join_before_host": True, "jbh_time": 10})
    with pytest.raises(SimulatorError):
        simulator.join(allowed["id"], name="Guest")
    simulator.set_clock(minutes(11))
    simulator.join(allowed["id"], name="Guest")
    assert [each["name"] for each in simulator.meeting(allowed["id"])["instances"][0]["participants"]] == ["Guest"]

    with_door = teacher.create(settings={"join_before_host": True, "waiting_room": True})["id"]
    with pytest.raises(SimulatorError):
        simulator.join(with_door, name="Guest")


def test_registrant_who_is_not_approved_cannot_join(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    number = teacher.create(settings={"approval_type": 1})["id"]
    person = teacher.register(number)
    simulator.start(number)

    with pytest.raises(SimulatorError, match="pending") as refused:
        simulator.join(number, registrant_id=person["registrant_id"])
    assert refused.value.status == 403


def test_address_of_an_approved_registrant_is_that_registrant(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    number = teacher.create(settings={"approval_type": 0})["id"]
    person = teacher.register(number)
    simulator.start(number)

    stay = simulator.join(number, email=LEARNER["email"].upper())

    assert stay["registrant_id"] == person["registrant_id"]


def test_starting_twice_ending_nothing_and_leaving_unseen_are_refused(
    simulator: SimulatorControl, teacher: ZoomApp
) -> None:
    number = teacher.create()["id"]
    with pytest.raises(SimulatorError, match="not running"):
        simulator.end(number)
    simulator.start(number)
    with pytest.raises(SimulatorError, match="running already"):
        simulator.start(number)
    with pytest.raises(SimulatorError, match="Nobody"):
        simulator.leave(number, name="Guest")


def test_recording_is_there_after_the_end(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    number = teacher.create(settings={"auto_recording": "cloud"})["id"]
    assert teacher.call("GET", f"/meetings/{number}/recordings").code == 3301
    uuid = simulator.start(number)["uuid"]
    simulator.end(number, at=minutes(30))

    recording = teacher.call("GET", f"/meetings/{number}/recordings", include_fields="download_access_token").json
    by_uuid = teacher.call("GET", f"/meetings/{encoded(uuid)}/recordings").json
    day = {"from": "2027-03-01", "to": "2027-03-01"}

    assert (recording["uuid"], by_uuid["uuid"], recording["duration"]) == (uuid, uuid, 30)
    assert recording["recording_count"] == len(recording["recording_files"]) == 2
    assert recording["download_access_token"]
    assert [each["uuid"] for each in teacher.call("GET", "/users/me/recordings", **day).json["meetings"]] == [uuid]
    one = recording["recording_files"][0]["id"]
    assert teacher.call("DELETE", f"/meetings/{number}/recordings/{one}").status == 204
    assert teacher.call("DELETE", f"/meetings/{number}/recordings/{one}").code == 3303
    assert teacher.call("DELETE", f"/meetings/{number}/recordings").status == 204
    assert teacher.call("GET", f"/meetings/{number}/recordings").code == 3301
    assert len(teacher.call("GET", "/users/me/recordings", trash="true", **day).json["meetings"]) == 1


def test_nothing_is_recorded_unless_asked_for(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    number = teacher.create(settings={"auto_recording": "local"})["id"]
    simulator.start(number)
    simulator.end(number)

    assert teacher.call("GET", f"/meetings/{number}/recordings").code == 3301


def test_many_come_and_go_in_one_call_as_one_join_and_one_leave_each_would(
    simulator: SimulatorControl, teacher: ZoomApp, office: ZoomApp
) -> None:
    meeting = teacher.create(start_time="2027-03-01T08:00:00Z", settings={"approval_type": 0})
    person = teacher.register(meeting["id"])
    simulator.start(meeting["id"])

    simulator.stay(
        meeting["id"],
        [
            {"registrant_id": person["registrant_id"], "at": minutes(1), "until": minutes(11)},
            {"name": "Guest", "at": minutes(2), "until": minutes(4)},
            {"registrant_id": person["registrant_id"], "at": minutes(12), "until": minutes(20)},
        ],
    )
    simulator.end(meeting["id"], at=minutes(42))
    simulator.set_clock(minutes(44))

    path = f"/report/meetings/{meeting['id']}/participants"
    rows = office.call("GET", path, include_fields="registrant_id").json["participants"]
    assert [(row["registrant_id"], row["duration"]) for row in rows[1:]] == [
        (person["registrant_id"], 600),
        ("", 120),
        (person["registrant_id"], 480),
    ]
    assert rows[1]["id"] == rows[3]["id"]
