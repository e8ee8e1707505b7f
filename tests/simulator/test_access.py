"""Who may call what: scopes, ``me``, roles, and what belongs to others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.zoom_app import EVERY_SCOPE, OTHER_TEACHER, TEACHER, ZoomApp, later, make_app
from wagtail_zoom.testing import SimulatorControl


def test_missing_scope_is_4711_with_the_alternatives(new_app: Callable[..., ZoomApp]) -> None:
    app = new_app(scopes=["user:read:token"])
    app.connect()

    answer = app.call("GET", "/users/me/meetings")

    assert (answer.status, answer.code) == (400, 4711)
    assert "meeting:read:list_meetings, meeting:read:list_meetings:admin" in answer.json["message"]


@pytest.mark.parametrize(
    "scope", ["meeting:write:meeting", "meeting:write:meeting:admin", "meeting:write", "meeting:write:admin"]
)
def test_granular_admin_and_classic_names_are_alike(
    simulator: SimulatorControl, new_app: Callable[..., ZoomApp], scope: str
) -> None:
    app = new_app(scopes=[scope])
    app.connect()

    assert app.call("POST", "/users/me/meetings", {"start_time": later(simulator)}).status == 201


def test_any_scope_name_is_accepted(new_app: Callable[..., ZoomApp]) -> None:
    app = new_app(scopes=["meeting:write:participant:admin", "of:my:own:making", "user:read:user"])
    app.connect()

    assert app.call("GET", "/users/me").status == 200


def test_user_managed_app_has_to_say_me(account: dict[str, Any], new_app: Callable[..., ZoomApp]) -> None:
    app = new_app(scopes=["user:read:user"])
    app.connect()

    own_id, own_email, other = account["users"][0]["id"], TEACHER["email"], OTHER_TEACHER["email"]

    assert [app.call("GET", f"/users/{named}").code for named in (own_id, own_email, other)] == [4711, 4711, 4711]


def test_admin_scopes_open_only_own_data_to_a_user_managed_app(teacher: ZoomApp) -> None:
    assert teacher.call("GET", f"/users/{OTHER_TEACHER['email']}").code == 200


def test_user_managed_app_does_not_reach_meetings_of_others(teacher: ZoomApp, office: ZoomApp) -> None:
    meeting = office.create(host=OTHER_TEACHER["email"])

    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/registrants")):
        body = {} if method == "PATCH" else None
        assert teacher.call(method, f"/meetings/{meeting['id']}{path}", body).status == 400
    assert office.call("GET", f"/meetings/{meeting['id']}").json["topic"] == "Fractions"


def test_account_app_names_users_by_id_or_address(account: dict[str, Any], office: ZoomApp) -> None:
    user_id = account["users"][1]["id"]

    assert office.call("GET", f"/users/{user_id}").json["email"] == OTHER_TEACHER["email"]
    assert office.call("GET", "/users/teacher.two%40school.example").json["id"] == user_id


def test_me_is_the_owner_for_an_account_app(office: ZoomApp) -> None:
    assert office.call("GET", "/users/me").json["email"] == TEACHER["email"]


def test_unknown_user_is_1001(office: ZoomApp) -> None:
    answer = office.call("GET", "/users/nobody@school.example")

    assert (answer.status, answer.code) == (404, 1001)


def test_users_and_meetings_of_another_account_are_unknown(simulator: SimulatorControl, office: ZoomApp) -> None:
    other = simulator.add_account(users=[{"email": "host.one@academy.example"}])
    stranger = make_app(simulator, other["account_id"], "server_to_server")
    stranger.connect_account()
    meeting = stranger.create(host="host.one@academy.example")
    stranger.close()

    assert office.call("GET", "/users/host.one@academy.example").code == 1001
    assert office.call("GET", f"/meetings/{meeting['id']}").code == 3001
    assert office.call("DELETE", f"/meetings/{meeting['id']}").code == 3001


def test_reports_need_the_role_permission(
    simulator: SimulatorControl, account: dict[str, Any], office: ZoomApp
) -> None:
    simulator.patch_user(account["users"][0]["id"], permissions={"UsageReport:Read": False})

    refused = office.call("GET", "/report/meetings/12345678901/participants")
    assert (refused.status, refused.code) == (400, 200)
    assert office.call("GET", "/users").status == 200

    simulator.patch_user(account["users"][0]["id"], permissions={"UsageReport:Read": True})
    assert office.call("GET", "/report/meetings/12345678901/participants").code == 3001


def test_reports_are_for_admins_only(teacher: ZoomApp) -> None:
    teacher.connect(OTHER_TEACHER["email"])

    assert teacher.call("GET", "/report/meetings/12345678901/participants").code == 200
    assert teacher.call("GET", "/users").code == 200


def test_unknown_address_is_2300(teacher: ZoomApp) -> None:
    answer = teacher.call("GET", "/meetings/1/polls/none/at/all")

    assert (answer.status, answer.code) == (404, 2300)


def test_trailing_slash_and_unknown_parameters_are_accepted(teacher: ZoomApp) -> None:
    assert teacher.call("GET", "/users/me/", unknown="1").status == 200


def test_no_or_wrong_token_is_401_124(teacher: ZoomApp) -> None:
    for token in ("", "wrong"):
        answer = teacher.call("GET", "/users/me", token=token)
        assert (answer.status, answer.code) == (401, 124)


def test_every_answer_has_a_tracking_id_of_its_own(teacher: ZoomApp) -> None:
    first, second = teacher.call("GET", "/users/me"), teacher.call("GET", "/users/me/zzz")

    assert first.headers["x-zm-trackingid"].startswith("v=2.0")
    assert first.headers["x-zm-trackingid"] != second.headers["x-zm-trackingid"]


def test_requests_are_remembered_with_who_and_what(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.clear_requests()
    teacher.call("POST", "/users/me/meetings", {"topic": "Seen", "duration": "long"}, extra="1")

    [seen] = simulator.requests()

    assert seen["method"] == "POST"
    assert seen["path"] == "/v2/users/me/meetings"
    assert seen["query"] == {"extra": "1"}
    assert seen["body"] == {"topic": "Seen", "duration": "long"}
    assert seen["status"] == 400
    assert seen["client_id"] == teacher.client_id
    assert seen["label"] == "light"
    assert seen["time"].startswith(simulator.now().date().isoformat())


def test_contract_knows_the_scopes_that_the_tests_use() -> None:
    assert "meeting:write:meeting" in EVERY_SCOPE
    assert not [scope for scope in EVERY_SCOPE if scope.endswith(":master")]
