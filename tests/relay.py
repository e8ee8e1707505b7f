"""A receiver for the simulator's webhooks: it keeps what came, so that a test can hand it on when and as it likes."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any


@dataclass(frozen=True)
class Kept:
    """A delivery as it came: raw body and the two headers."""

    body: bytes
    timestamp: str
    signature: str

    @property
    def event(self) -> str:
        """Zoom's name of what happened."""
        return str(json.loads(self.body)["event"])


class Relay:
    """Keeps deliveries, and answers Zoom's validation with ``secret``."""

    def __init__(self) -> None:
        self.secret = ""
        self._kept: list[Kept] = []
        self._lock = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """The address to give to Zoom."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def take(self) -> list[Kept]:
        """Return what came since the last time, in the order in which it came."""
        with self._lock:
            kept, self._kept = self._kept, []
        return kept

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, body: bytes, headers: Any) -> bytes:
        """Keep a delivery, or answer a validation."""
        said = json.loads(body)
        if said["event"] == "endpoint.url_validation":
            token = said["payload"]["plainToken"]
            digest = hmac.new(self.secret.encode(), token.encode(), hashlib.sha256).hexdigest()
            return json.dumps({"plainToken": token, "encryptedToken": digest}).encode()
        with self._lock:
            self._kept.append(Kept(body, headers["x-zm-request-timestamp"], headers["x-zm-signature"]))
        return b"{}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                answer = relay.answer(body, self.headers)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_arguments: Any) -> None:
                """Say nothing."""

        return Handler


@contextmanager
def listening() -> Iterator[Relay]:
    """Listen until the block ends."""
    relay = Relay()
    try:
        yield relay
    finally:
        relay.close()
