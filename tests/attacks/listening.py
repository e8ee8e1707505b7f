"""Somebody on the line: a proxy that passes everything on, and remembers it."""

from __future__ import annotations

import http.client
import json
import select
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit


#: What Zoom's answers call their secrets.
SECRET_KEYS = frozenset(
    [
        "access_token",
        "refresh_token",
        "join_url",
        "start_url",
        "password",
        "encrypted_password",
        "h323_password",
        "pstn_password",
        "token",
        "registration_url",
        "passcode",
        "play_url",
        "download_url",
        "invite_link",
    ]
)


@dataclass
class Heard:
    """One request as it passed: to whom, and everything in it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Line:
    """What was heard. ``upstream`` is where requests go that name no host themselves."""

    upstream: str = ""
    requests: list[Heard] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    url: str = ""

    def secrets(self) -> set[str]:
        """Return every secret that Zoom has handed out on this line, links also by their secret parts."""
        found: set[str] = set()
        for answer in self.answers:
            found |= _secrets_in(answer)
        return {secret for secret in found if len(secret) > 5}


def _secrets_in(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_secrets_in, value))
    if not isinstance(value, dict):
        return set()
    found: set[str] = set()
    for key, inner in value.items():
        if key in SECRET_KEYS and isinstance(inner, str):
            found |= {inner, *(part.partition("=")[2] for part in urlsplit(inner).query.split("&"))}
        else:
            found |= _secrets_in(inner)
    return found


@contextmanager
def on_the_line(upstream: str = "") -> Iterator[Line]:
    """Listen at an address of this machine until the block ends."""
    line = Line(upstream)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(line, Lock()))
    server.daemon_threads = True
    line.url = f"http://127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield line
    finally:
        server.shutdown()
        server.server_close()


def _handler(line: Line, lock: Lock) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            with lock:
                line.requests.append(Heard(self.command, self.path, dict(self.headers), body))
            parts = urlsplit(self.path if self.path.startswith("http") else line.upstream + self.path)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            headers = {name: value for name, value in self.headers.items() if not name.lower().startswith("proxy")}
            try:
                with closing(http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=20)) as far:
                    far.request(self.command, path, body, {**headers, "Connection": "close"})
                    answer = far.getresponse()
                    content = answer.read()
            except (http.client.HTTPException, OSError):
                # What breaks there breaks here.
                self.close_connection = True
                return
            with lock:
                line.answers.append(_json(content))
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "content-length", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = pass_on

        def do_CONNECT(self) -> None:
            with lock:
                line.requests.append(Heard("CONNECT", self.path, dict(self.headers), b""))
            host, _colon, port = self.path.rpartition(":")
            with socket.create_connection((host, int(port)), timeout=20) as far:
                self.send_response(200)
                self.end_headers()
                self._shovel(far)
            self.close_connection = True

        def _shovel(self, far: socket.socket) -> None:
            other = {self.connection: far, far: self.connection}
            while True:
                for ready in select.select(list(other), [], [], 20)[0] or [None]:
                    data = ready.recv(65536) if ready else b""
                    if not data:
                        return
                    with lock:
                        line.requests[-1].body += data
                    other[ready].sendall(data)

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    return Handler


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
