"""The control surface, and what it refuses."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import threading
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.simulator.zoom_app import LEARNER, MORNING, ZoomApp
from wagtail_zoom import clock
from wagtail_zoom.testing import SimulatorControl, SimulatorError


def send(simulator: SimulatorControl, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(urlsplit(simulator.base_url).netloc, timeout=60)
    connection.request(method, f"/_simulator/{path}", body if isinstance(body, str) else body and json.dumps(body))
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, json.loads(text) if text else None


def test_reset_forgets_everything(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    teacher.create()
    simulator.fault("GET", "/", "status")
    simulator.webhooks(drop=1)

    before = clock.machine_time().replace(microsecond=0)
    simulator.reset()

    assert simulator.meetings() == simulator.requests() == simulator.deliveries() == []
    assert teacher.call("GET", "/users/me").code == 124
    assert before <= simulator.now() <= clock.machine_time()


def test_keys_may_be_left_out(simulator: SimulatorControl) -> None:
    status, account = send(simulator, "POST", "accounts", {"users": [{}]})
    assert (status, bool(account["users"][0]["email"])) == (200, True)

    status, app = send(simulator, "POST", "apps", {"account_id": account["account_id"], "type": "server_to_server"})

    assert status == 200
    assert {"client_id", "client_secret", "secret_token"} <= app.keys()
    assert (app["scopes"], app["webhook_url"], app["published"]) == ([], None, False)


def test_calls_answer_with_json_or_204(simulator: SimulatorControl) -> None:
    assert send(simulator, "POST", "reset") == (204, None)
    assert send(simulator, "DELETE", "requests") == (204, None)
    assert send(simulator, "GET", "meetings") == (200, [])


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "accounts", {"plan": "gold"}, 400),
        ("POST", "accounts", {"users": {}}, 400),
        ("POST", "accounts", {"users": [{"type": 3}]}, 400),
        ("POST", "accounts", "{", 400),
        ("POST", "accounts", "[]", 400),
        ("PATCH", "accounts/unknown", {}, 404),
        ("PATCH", "users/unknown", {}, 404),
        ("DELETE", "users/unknown", None, 404),
        ("POST", "apps", {"account_id": "unknown", "type": "general"}, 404),
        ("PATCH", "apps/unknown", {"active": False}, 404),
        ("POST", "grants/revoke", {"client_id": "unknown"}, 404),
        ("GET", "meetings/80000000001", None, 404),
        ("GET", "meetings/abc", None, 404),
        ("POST", "meetings/80000000001/start", {}, 404),
        ("POST", "clock", {"now": "noon"}, 400),
        ("POST", "clock", {"advance": "an hour"}, 400),
        ("POST", "clock", {"advance": 1e15}, 400),
        ("POST", "clock", '{"advance": NaN}', 400),
        ("POST", "clock", {"now": "1066-10-14T09:00:00Z"}, 400),
        ("POST", "accounts", {"users": [None]}, 400),
        ("POST", "accounts", {"plan": {}}, 400),
        ("POST", "faults", {"headers": "none"}, 400),
        ("POST", "faults", {"headers": {"X": "a\r\nb"}}, 400),
        ("GET", f"meetings/{'9' * 5000}", None, 404),
        ("POST", "webhooks", {"drop": "all"}, 400),
        ("POST", "webhooks", {"delay": -1}, 400),
    ],
)
def test_what_cannot_be_done_says_so(
    simulator: SimulatorControl, method: str, path: str, body: Any, status: int
) -> None:
    answered, content = send(simulator, method, path, body)

    assert answered == status
    assert content["error"]


def test_unknown_changes_are_named(simulator: SimulatorControl, account: dict[str, Any]) -> None:
    for path in (f"accounts/{account['account_id']}", f"users/{account['users'][0]['id']}"):
        status, content = send(simulator, "PATCH", path, {"colour": "green"})
        assert status == 400
        assert content["error"].startswith("colour: not one of")
    for change in (
        {"locked_settings": []},
        {"passcode_policy": "strict"},
        {"passcode_policy": {"min_length": "long"}},
        {"passcode_policy": {"colour": "green"}},
        {"plan": "gold"},
    ):
        assert send(simulator, "PATCH", f"accounts/{account['account_id']}", change)[0] == 400
    assert send(simulator, "PATCH", f"users/{account['users'][0]['id']}", {"capacity": "many"})[0] == 400
    assert send(simulator, "POST", "apps", {"account_id": account["account_id"], "type": "desktop"})[0] == 400


def test_clock_runs_is_set_and_advances(simulator: SimulatorControl) -> None:
    assert MORNING <= simulator.now() < MORNING + dt.timedelta(hours=1)

    assert simulator.set_clock(MORNING + dt.timedelta(days=1)).day == 2
    assert simulator.advance(3600) >= MORNING + dt.timedelta(days=1, hours=1)
    assert simulator.advance(-7200) < MORNING + dt.timedelta(days=1)


def test_state_of_a_meeting_shows_what_the_api_does_not(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    number = teacher.create(settings={"approval_type": 0})["id"]
    person = teacher.register(number)
    cancel = {"action": "cancel", "registrants": [{"id": person["registrant_id"]}]}
    teacher.call("PUT", f"/meetings/{number}/registrants/status", cancel)

    state = simulator.meeting(number)

    assert (state["kind"], state["deleted"], state["account_id"]) == ("meeting", False, teacher.account_id)
    assert [(each["email"], each["status"]) for each in state["registrants"]] == [(LEARNER["email"], "cancelled")]
    assert simulator.meetings() == [state]


def test_change_by_hand_is_checked_like_any_other(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    number = teacher.create()["id"]

    with pytest.raises(SimulatorError) as refused:
        simulator.patch_meeting(number, duration=0)

    assert refused.value.status == 400


def test_changes_by_hand_do_not_count_to_the_daily_allowance(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    number = teacher.create()["id"]
    for round_ in range(100):
        simulator.patch_meeting(number, topic=f"Lesson {round_}")

    assert teacher.call("PATCH", f"/meetings/{number}", {"topic": "By app"}).status == 204


def test_deleted_meeting_can_neither_be_started_nor_deleted_again(
    simulator: SimulatorControl, teacher: ZoomApp
) -> None:
    number = teacher.create()["id"]
    simulator.delete_meeting(number)

    for act in (simulator.start, simulator.delete_meeting):
        with pytest.raises(SimulatorError) as refused:
            act(number)
        assert refused.value.status == 409


def test_deleted_user_takes_meetings_along(
    simulator: SimulatorControl, account: dict[str, Any], office: ZoomApp
) -> None:
    number = office.create(host="teacher.two@school.example")["id"]
    simulator.delete_user(account["users"][1]["id"])

    assert office.call("GET", f"/meetings/{number}").code == 3001
    assert office.call("POST", "/users/teacher.two@school.example/meetings", {}).code == 1001
    with pytest.raises(SimulatorError):
        simulator.delete_user(account["users"][1]["id"])


def test_control_can_be_used_from_several_threads(simulator: SimulatorControl) -> None:
    seen: list[dt.datetime] = []
    threads = [threading.Thread(target=lambda: seen.append(simulator.now())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == 4


def test_kept_connection_that_was_closed_is_opened_again(simulator: SimulatorControl) -> None:
    simulator.now()
    simulator.close()

    assert simulator.now() >= MORNING
