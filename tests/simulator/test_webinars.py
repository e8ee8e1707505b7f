"""What is different with webinars."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.zoom_app import LEARNER, OTHER_TEACHER, ZoomApp
from wagtail_zoom.testing import SimulatorControl


def test_webinar_needs_the_add_on(office: ZoomApp) -> None:
    answer = office.call("POST", f"/users/{OTHER_TEACHER['email']}/webinars", {})

    assert (answer.status, answer.code) == (400, 200)
    assert answer.json["message"].startswith("Webinar plan is missing")


def test_webinar_is_made_read_changed_listed_and_deleted(teacher: ZoomApp) -> None:
    webinar = teacher.create("webinar", topic="Open day")
    path = f"/webinars/{webinar['id']}"

    assert webinar["type"] == 5
    assert "waiting_room" not in webinar["settings"]
    assert "join_before_host" not in webinar["settings"]
    assert teacher.call("PATCH", path, {"topic": "Open evening"}).status == 204
    assert teacher.call("GET", path).json["topic"] == "Open evening"
    assert [each["topic"] for each in teacher.call("GET", "/users/me/webinars").json["webinars"]] == ["Open evening"]
    assert teacher.call("GET", "/users/me/meetings").json["meetings"] == []
    assert teacher.call("DELETE", path).status == 204
    assert teacher.call("GET", path).code == 3001


def test_settings_of_meetings_are_unknown(teacher: ZoomApp) -> None:
    answer = teacher.call("POST", "/users/me/webinars", {"settings": {"waiting_room": True}})

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "settings.waiting_room")


def test_meeting_number_on_a_webinar_path_is_300(teacher: ZoomApp) -> None:
    answer = teacher.call("GET", f"/webinars/{teacher.create()['id']}")

    assert (answer.status, answer.code) == (400, 300)


def test_ending_a_webinar_answers_200(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    webinar = teacher.create("webinar")
    simulator.start(webinar["id"])

    answer = teacher.call("PUT", f"/webinars/{webinar['id']}/status", {"action": "end"})

    assert (answer.status, answer.text) == (200, "")
    assert simulator.meeting(webinar["id"])["instances"][0]["end_time"]


@pytest.mark.parametrize(("kind", "code"), [("meeting", 3000), ("webinar", 300)])
def test_what_does_not_run_cannot_be_ended(teacher: ZoomApp, kind: str, code: int) -> None:
    answer = teacher.call("PUT", f"/{kind}s/{teacher.create(kind)['id']}/status", {"action": "end"})

    assert (answer.status, answer.code) == (400, code)


def test_list_is_paged_by_number_too(teacher: ZoomApp) -> None:
    made = {teacher.create("webinar")["id"] for _ in range(3)}

    first = teacher.call("GET", "/users/me/webinars", page_size=2).json["webinars"]
    second = teacher.call("GET", "/users/me/webinars", page_size=2, page_number=2).json["webinars"]

    assert {each["id"] for each in first + second} == made


def test_panelists_have_personal_links_and_cannot_register(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    webinar = teacher.create("webinar", settings={"approval_type": 0})
    path = f"/webinars/{webinar['id']}/panelists"
    guest = {"name": "Guest One", "email": "guest.one@school.example"}

    assert teacher.call("POST", path, {"panelists": [guest, guest]}).status == 201

    listed = teacher.call("GET", path).json
    [panelist] = listed["panelists"]
    assert listed["total_records"] == 1
    assert panelist["join_url"].startswith(f"{simulator.base_url}/w/{webinar['id']}?tk=")
    refused = teacher.call("POST", f"/webinars/{webinar['id']}/registrants", {**LEARNER, "email": guest["email"]})
    assert refused.code == 3000
    assert teacher.call("DELETE", f"{path}/unknown").code == 300
    assert teacher.call("DELETE", f"{path}/{panelist['id']}").status == 204
    assert teacher.call("GET", path).json["panelists"] == []


@pytest.mark.parametrize(
    "panelists",
    [[{"name": "Guest"}], [{"email": "guest.one@school.example"}], [{"name": "x", "email": "a@b.example"}] * 31],
)
def test_wrong_panelists_are_refused(teacher: ZoomApp, panelists: list[Any]) -> None:
    webinar = teacher.create("webinar")

    assert teacher.call("POST", f"/webinars/{webinar['id']}/panelists", {"panelists": panelists}).code == 300


def test_all_panelists_are_removed_at_once(teacher: ZoomApp) -> None:
    path = f"/webinars/{teacher.create('webinar')['id']}/panelists"
    people = [{"name": str(n), "email": f"guest.{n}@school.example"} for n in range(2)]
    teacher.call("POST", path, {"panelists": people})

    assert teacher.call("DELETE", path).status == 204
    assert teacher.call("GET", path).json["total_records"] == 0


def test_absentees_are_those_who_never_came(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    webinar = teacher.create("webinar", settings={"approval_type": 0})
    came = teacher.register(webinar["id"], "webinar")
    teacher.register(webinar["id"], "webinar", email="learner.two@school.example")
    simulator.start(webinar["id"])
    simulator.join(webinar["id"], registrant_id=came["registrant_id"])
    simulator.end(webinar["id"])

    answer = teacher.call("GET", f"/past_webinars/{webinar['id']}/absentees").json

    assert [each["email"] for each in answer["registrants"]] == ["learner.two@school.example"]
    open_one = teacher.create("webinar")
    simulator.start(open_one["id"])
    simulator.end(open_one["id"])
    assert teacher.call("GET", f"/past_webinars/{open_one['id']}/absentees").code == 3000
