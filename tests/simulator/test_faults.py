"""Faults: wrong answers, and what goes wrong on the socket itself."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.simulator.zoom_app import ZoomApp
from wagtail_zoom.testing import SimulatorControl, SimulatorError


def raw_exchange(app: ZoomApp, request: str, patience: float = 60) -> list[tuple[float, bytes]]:
    """Send a request over a fresh socket; return what came and when, in seconds after the sending."""
    address = urlsplit(app.simulator.base_url)
    arrived = []
    with socket.create_connection((address.hostname, address.port), timeout=patience) as connection:
        connection.sendall(f"{request}\r\nHost: x\r\nAuthorization: Bearer {app.token}\r\n\r\n".encode())
        begun = time.monotonic()
        while piece := connection.recv(65536):
            arrived.append((time.monotonic() - begun, piece))
    return arrived


def test_status_answers_without_any_work(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.fault("POST", "/meetings$", "status", status=503, body="<html>Sorry</html>", headers={"Retry-After": "7"})

    answer = teacher.call("POST", "/users/me/meetings", {})

    assert (answer.status, answer.text, answer.headers["Retry-After"]) == (503, "<html>Sorry</html>", "7")
    assert answer.headers["Content-Type"] == "text/html"
    assert simulator.meetings() == []
    assert simulator.requests()[-1]["fault"] == "status"


def test_status_sends_json_as_json(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.fault("GET", "/users/me", "status", status=429, body={"code": 429, "message": "Too many"})

    answer = teacher.call("GET", "/users/me")

    assert (answer.status, answer.code) == (429, 429)
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("body", [[], [{"id": 1}], {}])
def test_status_sends_any_json(simulator: SimulatorControl, teacher: ZoomApp, body: Any) -> None:
    simulator.fault("GET", "/users/me", "status", status=200, body=body)

    assert json.loads(teacher.call("GET", "/users/me").text) == body


@pytest.mark.parametrize("fault", ["status", "reset_before", "delay"])
def test_whose_request_met_a_fault_is_known(simulator: SimulatorControl, teacher: ZoomApp, fault: str) -> None:
    simulator.fault("GET", "/users/me", fault, seconds=0)

    with contextlib.suppress(ConnectionResetError):
        teacher.call("GET", "/users/me")

    seen = simulator.requests()[-1]
    assert (seen["client_id"], seen["label"]) == (teacher.client_id, "light")


def test_reset_before_does_no_work(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.fault("POST", "/meetings$", "reset_before")

    with pytest.raises(ConnectionResetError):
        teacher.call("POST", "/users/me/meetings", {})

    assert simulator.meetings() == []
    assert simulator.requests()[-1]["status"] is None


def test_reset_after_has_done_the_work(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.fault("POST", "/meetings$", "reset_after")

    with pytest.raises(ConnectionResetError):
        teacher.call("POST", "/users/me/meetings", {"topic": "In doubt"})

    assert [each["topic"] for each in simulator.meetings()] == ["In doubt"]
    assert simulator.requests()[-1]["status"] == 201


def test_reset_is_a_reset_and_no_orderly_end(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.fault("GET", "/users/me", "reset_after")

    with pytest.raises(ConnectionResetError):
        raw_exchange(teacher, "GET /v2/users/me HTTP/1.1")


def test_delay_works_late(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.fault("GET", "/users/me", "delay", seconds=0.3)
    begun = time.monotonic()

    assert teacher.call("GET", "/users/me").status == 200
    assert time.monotonic() - begun >= 0.3


def test_drip_gives_every_byte_a_few_at_a_time(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.fault("GET", "/users/me", "drip", seconds=0.005)

    pieces = raw_exchange(teacher, "GET /v2/users/me HTTP/1.1")

    whole = b"".join(piece for _, piece in pieces)
    assert whole.startswith(b"HTTP/1.1 200 OK\r\n")
    assert whole.endswith(b"}")
    # The headers drip like the body: the first piece holds not even the first line.
    assert len(pieces[0][1]) < len(b"HTTP/1.1 200 OK\r\n")
    assert len(pieces) > 20
    assert pieces[-1][0] > len(whole) / 8 * 0.005 * 0.9


def test_drip_outlives_the_patience_for_each_byte(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.fault("GET", "/users/me", "drip", seconds=0.01)

    pieces = raw_exchange(teacher, "GET /v2/users/me HTTP/1.1", patience=0.5)

    assert pieces[-1][0] > 0.5


def test_garbage_is_no_http(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.fault("GET", "/users/me", "garbage")

    with pytest.raises(http.client.BadStatusLine):
        teacher.call("GET", "/users/me")


def test_truncate_breaks_off_in_the_body(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.fault("GET", "/users/me", "truncate")

    with pytest.raises(http.client.IncompleteRead) as cut:
        teacher.call("GET", "/users/me")

    assert cut.value.partial


def test_truncate_of_an_answer_without_body_breaks_off_in_the_headers(
    simulator: SimulatorControl, teacher: ZoomApp
) -> None:
    meeting = teacher.create()
    simulator.fault("PATCH", "/meetings/", "truncate")
    teacher.call("GET", "/users/me")

    address = urlsplit(simulator.base_url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        head = f"PATCH /v2/meetings/{meeting['id']} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
        connection.sendall(f"{head}Authorization: Bearer {teacher.token}\r\n\r\n{{}}".encode())
        whole = b""
        while piece := connection.recv(65536):
            whole += piece

    assert whole.startswith(b"HTTP/1.1 204")
    assert not whole.endswith(b"\r\n\r\n")


def test_faults_count_their_times_after_skipping_some(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.fault("GET", "/users/me", "status", times=2, skip=1, status=500)

    assert [teacher.call("GET", "/users/me").status for _ in range(4)] == [200, 500, 500, 200]


def test_faults_follow_one_another(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.fault("GET", "/users/me", "status", status=500)
    simulator.fault(None, "/users/", "status", status=502)

    assert [teacher.call("GET", "/users/me").status for _ in range(3)] == [500, 502, 200]


def test_faults_hit_only_what_they_match(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.fault("POST", r"/users/[^/]+/meetings$", "status", status=500)

    assert teacher.call("GET", "/users/me/meetings").status == 200
    assert teacher.call("POST", "/users/me/webinars", {}).status == 201
    assert teacher.call("POST", "/users/me/meetings", {}).status == 500


def test_faults_can_be_cleared(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.fault("GET", "/", "status", times=100, status=500)
    simulator.clear_faults()

    assert teacher.call("GET", "/users/me").status == 200


def test_token_endpoint_can_fail_too(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    old = teacher.refresh_token
    simulator.fault("POST", "/oauth/token", "reset_after")

    with pytest.raises(ConnectionResetError):
        teacher.refresh()

    # The work was done: the old refresh token has been used up.
    assert teacher.ask_token(grant_type="refresh_token", refresh_token=old).json["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "wish",
    [
        {"fault": "earthquake"},
        {"fault": "status", "path": "("},
        {"fault": "status", "times": 0},
        {"fault": "status", "times": "many"},
        {"fault": "status", "status": 42},
        {"fault": "delay", "seconds": -1},
        {"fault": "status", "skip": -1},
    ],
)
def test_impossible_faults_are_refused(simulator: SimulatorControl, wish: dict[str, Any]) -> None:
    with pytest.raises(SimulatorError) as refused:
        simulator.fault("GET", wish.pop("path", "/"), **wish)

    assert refused.value.status == 400


def test_simulator_goes_on_after_a_client_that_went_away(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.fault("GET", "/users/me", "drip", seconds=0.05)
    address = urlsplit(simulator.base_url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        connection.sendall(
            f"GET /v2/users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {teacher.token}\r\n\r\n".encode()
        )
        connection.recv(1)

    assert teacher.call("GET", "/users/me").status == 200
