"""The practice Zoom is given what nobody types: it refuses or takes it, and goes on."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest

from tests.services.registering.desks import Desk
from wagtail_zoom.testing import SimulatorControl


BODIES = {
    "deep": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "bottomless": b"[" * 100_000,
    "nul": rb'{"topic": "a\u0000b", "type": 2, "first_name": "\u0000", "email": "a\u0000@x.example"}',
    "half": rb'{"topic": "\ud83d", "type": 2, "first_name": "\ud83d", "email": "half@x.example"}',
    "endless": b'{"duration": ' + b"9" * 4000 + b', "type": ' + b"9" * 400 + b"}",
    "more": b'{"duration": ' + b"9" * 6000 + b"}",
    "float": b'{"duration": 1e999, "type": -1e999}',
    "no text": b"\xff\xfe\x00",
    "nothing": b"",
    "list": b"[]",
    "huge": b'{"topic": "' + b"x" * 17_000_000 + b'"}',
}


def sent(simulator: SimulatorControl, method: str, path: str, body: bytes, token: str) -> int:
    parts = urlsplit(simulator.api_url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    try:
        connection.request(method, path, body, headers)
        return connection.getresponse().status
    except (BrokenPipeError, ConnectionResetError):
        # Told to stop in the midst of a body that is too large.
        return 413
    finally:
        connection.close()


@pytest.mark.parametrize("name", BODIES)
def test_no_body_breaks_it(desk: Desk, name: str) -> None:
    simulator = desk.school.simulator
    token = desk.zoom._caller._tokens.token().value
    number, host = desk.number, desk.school.zoom_users[0]["id"]
    for method, path in (
        ("POST", f"/v2/users/{host}/meetings"),
        ("PATCH", f"/v2/meetings/{number}"),
        ("POST", f"/v2/meetings/{number}/registrants"),
        ("PUT", f"/v2/meetings/{number}/registrants/status"),
        ("POST", "/oauth/token"),
        ("POST", "/_simulator/accounts"),
        ("PATCH", f"/_simulator/meetings/{number}"),
    ):
        assert sent(simulator, method, path, BODIES[name], token) < 500, path
    assert simulator.meeting(number)
