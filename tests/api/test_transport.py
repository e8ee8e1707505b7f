"""What happens between the call and the socket: deadlines, connections, proxies, and what is known afterwards."""

from __future__ import annotations

import gzip
import socket
import struct

import pytest
import requests

import wagtail_zoom
from wagtail_zoom.api.deadline_adapter import Deadline
from wagtail_zoom.api.transport import new_session
from wagtail_zoom.exceptions import ZoomResponseError, in_doubt

from .servers import CREATED, ScriptedServer, always, client_of, dripping, failure_of, hasty_client_of, wire


@pytest.mark.parametrize("start", [0, 5, 30, 60], ids=["status line", "status", "headers", "body"])
def test_a_dripping_server_does_not_outlive_the_deadline(start, stop):
    with ScriptedServer(dripping(wire(body=b" " * 1000), start, stop)) as server, hasty_client_of(server.url) as client:
        error = failure_of(client.users.me)
        stop.set()
    assert error.timed_out
    assert error.sent


def test_a_silent_server_does_not_outlive_the_deadline(stop):
    with ScriptedServer(lambda connection, request: stop.wait(30)) as server, hasty_client_of(server.url) as client:
        error = failure_of(lambda: client.meetings.create("me", {"topic": "x"}))
        stop.set()
    assert error.timed_out
    assert in_doubt(error)


def test_a_server_that_takes_no_connections_does_not_outlive_the_deadline():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        host, port = listening.getsockname()
        # The queue of those who wait to be accepted is full now: whoever comes next is kept waiting.
        waiting = [socket.socket() for _ in range(2)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex((host, port))
        with hasty_client_of(f"http://{host}:{port}/v2") as client:
            error = failure_of(lambda: client.meetings.create("me", {"topic": "x"}))
        for each in waiting:
            each.close()
    assert error.timed_out
    assert not in_doubt(error)


def test_a_refused_connection_was_never_sent_and_even_a_create_is_tried_again():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with client_of(f"http://127.0.0.1:{taken.getsockname()[1]}/v2") as client:
            error = failure_of(lambda: client.meetings.create("me", {"topic": "x"}))
            assert client.calls == 3
    assert not error.sent
    assert not error.timed_out
    assert "NewConnectionError" in error.detail


def reset(connection, _request):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_a_connection_that_breaks_after_the_request_leaves_a_create_in_doubt_and_is_not_repeated():
    with ScriptedServer(reset) as server, client_of(server.url) as client:
        error = failure_of(lambda: client.meetings.create("me", {"topic": "x"}))
        assert len(server.requests) == 1
    assert in_doubt(error)
    assert not error.timed_out


def test_half_an_answer_is_no_answer():
    with ScriptedServer(lambda c, r: c.sendall(CREATED[:-5])) as server, client_of(server.url) as client:
        error = failure_of(lambda: client.meetings.create("me", {"topic": "x"}))
        assert len(server.requests) == 1
    assert in_doubt(error)


def test_nothing_of_request_or_address_hangs_on_an_error():
    with ScriptedServer(reset) as server, client_of(server.url) as client:
        error = failure_of(lambda: list(client.meetings.list("teacher.one@school.example")))
    assert error.__context__ is None
    assert error.__cause__ is None
    assert error.detail == "GET /users/{userId}/meetings: ConnectionResetError Connection reset by peer"


def test_reads_share_one_connection_and_a_create_gets_a_fresh_one():
    with ScriptedServer(always(CREATED)) as server, client_of(server.url) as client:
        client.users.me()
        client.users.me()
        assert server.connections == 1
        client.meetings.create("me", {"topic": "x"})
        assert server.connections == 2
        client.users.me()
        assert server.connections == 2


def test_an_idle_connection_that_the_server_has_closed_puts_no_create_in_doubt():
    def once(connection, _request):
        connection.sendall(CREATED)

    with ScriptedServer(once) as server, client_of(server.url) as client:
        client.users.me()
        assert client.meetings.create("me", {"topic": "x"}).id == 12345678901
        assert client.users.me()
        assert len(server.requests) == 3


def test_clients_may_share_the_connections_of_a_session():
    session = new_session()
    with ScriptedServer(always(wire())) as server:
        for _ in range(3):
            with client_of(server.url, session=session) as client:
                client.users.me()
        assert server.connections == 1
        session.close()


def test_a_session_of_ones_own_gets_deadlines_too(stop):
    with requests.Session() as session, ScriptedServer(dripping(wire(body=b" " * 1000), 5, stop)) as server:
        with hasty_client_of(server.url, session=session) as client:
            error = failure_of(client.users.me)
        stop.set()
    assert error.timed_out


def test_a_redirect_is_not_followed():
    with ScriptedServer(always(wire())) as other:
        answer = wire(302, b"", Location=f"{other.url}/users/me")
        with (
            ScriptedServer(always(answer)) as server,
            client_of(server.url) as client,
            pytest.raises(ZoomResponseError, match="redirect"),
        ):
            client.users.me()
        assert other.requests == []


def test_the_request_says_who_asks_and_what_it_takes():
    with ScriptedServer(always(CREATED)) as server:
        with client_of(server.url) as client:
            client.meetings.create("me", {"topic": "Größe"})
        with client_of(server.url, user_agent="site/1.0") as client:
            client.users.me()
    create, read = (request.decode() for request in server.requests)
    assert f"User-Agent: wagtail-zoom/{wagtail_zoom.__version__}\r\n" in create
    assert "Authorization: Bearer TOKENSECRET\r\n" in create
    assert "Content-Type: application/json\r\n" in create
    assert '{"topic": "Gr' in create
    assert "User-Agent: site/1.0\r\n" in read
    assert "Content-Type" not in read


def test_a_password_file_does_not_replace_the_token(monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password NETRCSECRET\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with ScriptedServer(always(wire())) as server, client_of(server.url) as client:
        client.users.me()
    assert b"Authorization: Bearer TOKENSECRET" in server.requests[0]


def test_cookies_are_not_carried_from_call_to_call():
    with ScriptedServer(always(wire(Set_Cookie="session=1"))) as server, client_of(server.url) as client:
        client.users.me()
        client.users.me()
    assert b"Cookie" not in server.requests[1]


def test_packed_answers_are_unpacked():
    answer = wire(body=gzip.compress(b'{"id": "u1"}'), Content_Encoding="gzip")
    with ScriptedServer(always(answer)) as server, client_of(server.url) as client:
        assert client.users.me().id == "u1"


def test_an_answer_without_a_length_is_read_to_its_end():
    def chunked(connection, _request):
        connection.sendall(
            b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{"id\r\n8\r\n": "u1"}\r\n0\r\n\r\n'
        )
        return True

    with ScriptedServer(chunked) as server, client_of(server.url) as client:
        assert client.users.me().id == "u1"
        assert client.users.me().id == "u1"
        assert server.connections == 1


def test_an_answer_that_unpacks_to_more_than_anybody_needs_is_cut_off():
    bomb = gzip.compress(b" " * (21 * 1024 * 1024))
    with (
        ScriptedServer(always(wire(body=bomb, Content_Encoding="gzip"))) as server,
        client_of(server.url) as client,
        pytest.raises(ZoomResponseError, match="more than"),
    ):
        client.users.me()


def test_the_environments_proxy_is_used(monkeypatch):
    with ScriptedServer(always(wire())) as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.host}")
        with client_of("http://zoom.invalid/v2") as client:
            assert client.users.me().id == "u1"
        assert proxy.requests[0].startswith(b"GET http://zoom.invalid/v2/users/me HTTP/1.1")


def test_hosts_that_the_environment_excepts_are_reached_directly(monkeypatch):
    with ScriptedServer(always(wire())) as proxy, ScriptedServer(always(wire())) as server:
        monkeypatch.setenv("http_proxy", f"http://{proxy.host}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with client_of(server.url) as client:
            client.users.me()
        assert proxy.requests == []


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n", b"not HTTP\r\n\r\n", b""], ids=["407", "garbage", "end"]
)
def test_a_proxy_that_builds_no_tunnel_leaves_nothing_in_doubt(monkeypatch, answer):
    with ScriptedServer(lambda connection, request: connection.sendall(answer)) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.host}")
        with client_of("https://zoom.invalid/v2") as client:
            error = failure_of(lambda: client.meetings.create("me", {"topic": "x"}))
        assert all(request.startswith(b"CONNECT zoom.invalid:443") for request in proxy.requests)
        assert not any(b"TOKENSECRET" in request for request in proxy.requests)
    assert not in_doubt(error)


def test_a_proxy_that_drips_while_it_builds_the_tunnel_does_not_outlive_the_deadline(monkeypatch, stop):
    script = dripping(b"HTTP/1.1 200 Connected\r\n" + b"X: y\r\n" * 500, 5, stop)
    with ScriptedServer(script) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.host}")
        with hasty_client_of("https://zoom.invalid/v2") as client:
            error = failure_of(lambda: client.meetings.create("me", {"topic": "x"}))
        stop.set()
    assert not in_doubt(error)


def test_a_deadline_that_has_passed_lets_nothing_out():
    with ScriptedServer(always(CREATED)) as server, client_of(server.url, deadline=0) as client:
        error = failure_of(lambda: client.meetings.create("me", {"topic": "x"}))
        assert server.requests == []
    assert not in_doubt(error)
    assert error.timed_out
    with pytest.raises(TimeoutError):
        Deadline.after(-1).timeout()
