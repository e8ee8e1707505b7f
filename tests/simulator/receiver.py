"""A place to which webhooks are sent: keeps what comes, and answers as a test wishes."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self


class Received(NamedTuple):
    """One delivery as it arrived."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def event(self) -> str:
        return str(self.json["event"])


class Receiver:
    """An HTTP server on a free port; a context manager."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.challenges: list[Received] = []
        self.statuses: list[int] = []
        self.secret = ""
        self.answers_challenges = True
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = owner.take(Received({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it overrides
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def take(self, delivery: Received) -> tuple[int, bytes]:
        if delivery.event == "endpoint.url_validation":
            self.challenges.append(delivery)
            return self._answer_challenge(delivery)
        self.received.append(delivery)
        return (self.statuses.pop(0) if self.statuses else 200), b""

    def _answer_challenge(self, delivery: Received) -> tuple[int, bytes]:
        token = delivery.json["payload"]["plainToken"]
        secret = self.secret if self.answers_challenges else "another secret"
        encrypted = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        return 200, json.dumps({"plainToken": token, "encryptedToken": encrypted}).encode()

    @property
    def events(self) -> list[str]:
        return [delivery.event for delivery in self.received]

    def only(self, event: str) -> Any:
        """Return the body of the one delivery of this event."""
        [delivery] = [each for each in self.received if each.event == event]
        return delivery.json

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
