"""Servers that misbehave below HTTP, in ways that a well-made simulator cannot, and clients to try them with."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any, Self

import pytest

from wagtail_zoom.api import AccessToken, StaticToken, ZoomClient
from wagtail_zoom.exceptions import ZoomTransportError


#: The deadline, in seconds, of a call to a server that holds back its answer for ten times as long: a call that outlived
#: it would end well, or as a closed connection, and not as timed out. A busy machine connects and sends within it.
SHORT = 2.0
TOKEN = StaticToken(AccessToken("TOKENSECRET", dt.datetime(2026, 11, 21, tzinfo=dt.UTC)))

Script = Callable[[socket.socket, bytes], bool | None]


class ScriptedServer:
    """Accepts connections, reads whole requests, and lets a script answer each.

    The script gets the socket and the request's bytes, and returns True to keep the connection.
    """

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._script = script
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._listening.getsockname()[1]}"

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://{self.host}/v2"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_error: object) -> None:
        # A thread that waits in accept() or recv() does not notice a close(): shutdown() wakes it.
        for each in (self._listening, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for each in (self._listening, *self._open):
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            while request := _whole_request(connection):
                self.requests.append(request)
                if not self._script(connection, request):
                    break
        except OSError:
            pass
        finally:
            connection.close()


def _whole_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        more = connection.recv(65536)
        if not more:
            return b""
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def wire(status: int = 200, body: bytes = b'{"id": "u1"}', **headers: str) -> bytes:
    """Return an answer as it goes over the wire; names of headers use _ for -."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def always(answer: bytes) -> Script:
    """Return a script that gives the same answer to everything and keeps the connection."""

    def script(connection: socket.socket, _request: bytes) -> bool:
        connection.sendall(answer)
        return True

    return script


def dripping(answer: bytes, start: int, stop: threading.Event) -> Script:
    """Return a script that sends ``start`` bytes at once and then one now and then, until ``stop`` is set."""

    def script(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(answer[:start])
        for position in range(start, len(answer)):
            if stop.wait(0.02):
                return
            connection.sendall(answer[position : position + 1])

    return script


CREATED = wire(201, b'{"id": 12345678901}')


def client_of(url: str, **options: Any) -> ZoomClient:
    """Return a client of ``url`` that does not wait between its tries."""
    given = {"tokens": TOKEN, "sleep": lambda seconds: None, "jitter": lambda: 0.5, **options}
    return ZoomClient(base_url=url, **given)


def hasty_client_of(url: str, **options: Any) -> ZoomClient:
    """Return a client of ``url`` whose calls end after a short time."""
    return client_of(url, deadline=SHORT, **options)


def failure_of(call: Callable[[], Any]) -> ZoomTransportError:
    """Return the error that ``call`` ends with."""
    with pytest.raises(ZoomTransportError) as caught:
        call()
    return caught.value
