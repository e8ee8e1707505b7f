"""Deliveries: signed, retried on the clock, and duplicated, shuffled, dropped or delayed on demand."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

from .clock import Clock, Timer, machine_timestamp, zoom_time
from .identifiers import opaque
from .json_wire import to_wire
from .records import App


ANSWER_SECONDS = 3.0
RETRY_GAPS = (5 * 60, 20 * 60, 60 * 60)
AT_ONCE_PER_APP = 20
SHUFFLE_SECONDS = 0.25
QUIET_POLL_SECONDS = 0.005
REVALIDATION_SECONDS = 72 * 3600
FAILURES_THAT_DISABLE = 6


@dataclass(slots=True)
class Delivery:
    """One notification on its way to one app."""

    id: str
    app: App
    url: str
    event: str
    body: bytes
    created: str
    state: str = "waiting"
    tries: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return what the control surface shows."""
        return {
            "id": self.id,
            "client_id": self.app.client_id,
            "url": self.url,
            "event": self.event,
            "time": self.created,
            "state": self.state,
            "body": json.loads(self.body),
            "tries": self.tries,
        }


@dataclass(slots=True)
class Mischief:
    """What happens to the deliveries that follow."""

    duplicate: int = 0
    shuffle: bool = False
    drop: int = 0
    delay: float = 0.0


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the value of ``x-zm-signature`` (Zoom: HMAC-SHA256 of version, timestamp and raw body)."""
    text = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


class Outbox:
    """Everything that was sent to apps, and everything that still has to be."""

    def __init__(self, clock: Clock) -> None:
        """Send nothing yet."""
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.reset()

    def reset(self) -> None:
        """Forget all deliveries; what is being sent is abandoned."""
        for task in self._tasks:
            task.cancel()
        self.deliveries: list[Delivery] = []
        self.mischief = Mischief()
        self._held_back = 0
        self._shuffling: list[Delivery] = []
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._revalidations: dict[str, Timer] = {}

    async def close(self) -> None:
        """Abandon what is being sent and close every connection."""
        self.reset()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    @property
    def in_flight(self) -> int:
        """Return how many first tries and due retries have not been answered yet."""
        return len(self._tasks) + self._held_back + len(self._shuffling)

    async def wait_quiet(self, seconds: float) -> bool:
        """Wait until nothing is in flight; return False when that takes longer than ``seconds``."""
        patience_ends = time.monotonic() + seconds
        while self.in_flight and time.monotonic() < patience_ends:
            await asyncio.sleep(QUIET_POLL_SECONDS)
        return self.in_flight == 0

    def post(self, app: App, event: str, envelope: dict[str, Any]) -> None:
        """Send one notification to one app, with whatever mischief is wanted."""
        if not app.webhook_url or not app.active or app.webhook_failures >= FAILURES_THAT_DISABLE:
            return
        body = to_wire(envelope)
        if self.mischief.drop > 0:
            self.mischief.drop -= 1
            self._new_delivery(app, event, body).state = "dropped"
            return
        for _ in range(1 + self.mischief.duplicate):
            self._dispatch(self._new_delivery(app, event, body))

    def _new_delivery(self, app: App, event: str, body: bytes) -> Delivery:
        created = zoom_time(self._clock.now())
        delivery = Delivery(uuid4().hex, app, app.webhook_url or "", event, body, created)
        self.deliveries.append(delivery)
        return delivery

    def _dispatch(self, delivery: Delivery) -> None:
        if self.mischief.delay > 0:
            self._held_back += 1
            self._clock.call_later(self.mischief.delay, lambda: self._release(delivery))
        elif self.mischief.shuffle:
            if not self._shuffling:
                asyncio.get_running_loop().call_later(SHUFFLE_SECONDS, self._flush_shuffled)
            self._shuffling.append(delivery)
        else:
            self._start(self._first_or_later_try(delivery))

    def _release(self, delivery: Delivery) -> None:
        self._held_back -= 1
        self._start(self._first_or_later_try(delivery))

    def _flush_shuffled(self) -> None:
        waiting, self._shuffling = self._shuffling, []
        as_made = list(waiting)
        random.shuffle(waiting)
        if waiting == as_made:
            waiting.reverse()
        for delivery in waiting:
            self._start(self._first_or_later_try(delivery))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _first_or_later_try(self, delivery: Delivery) -> None:
        app = delivery.app
        async with self._slots.setdefault(app.client_id, asyncio.Semaphore(AT_ONCE_PER_APP)):
            attempt = await self._send(delivery.url, app.secret_token, delivery.body, delivery.id)
        delivery.tries.append(attempt)
        if attempt["status"] in (200, 204):
            delivery.state = "delivered"
        elif len(delivery.tries) <= len(RETRY_GAPS):
            delivery.state = "retrying"
            gap = RETRY_GAPS[len(delivery.tries) - 1]
            self._clock.call_later(gap, lambda: self._start(self._first_or_later_try(delivery)))
        else:
            delivery.state = "lost"

    async def _send(self, url: str, secret: str, body: bytes, request_id: str) -> dict[str, Any]:
        # The clock may stand in another year; a receiver compares the signature's time with its own.
        timestamp = str(machine_timestamp())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Zoom Marketplace/1.0a",
            "x-zm-request-timestamp": timestamp,
            "x-zm-signature": signature(secret, timestamp, body),
            "x-zm-request-id": request_id,
        }
        attempt: dict[str, Any] = {"time": zoom_time(self._clock.now()), "status": None, "answer": "", "error": ""}
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0, force_close=True)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                    attempt["status"] = answer.status
                    attempt["answer"] = (await answer.content.read(4096)).decode("utf-8", "replace")
        except TimeoutError:
            attempt["status"] = None
            attempt["error"] = f"no answer within {ANSWER_SECONDS:g} seconds"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            attempt["error"] = f"{type(error).__name__}: {error}"
        return attempt

    async def validate(self, app: App, url: str) -> str:
        """Challenge ``url`` as Zoom does; return what is wrong with the answer, or nothing."""
        token = opaque(22)
        envelope = {
            "event": "endpoint.url_validation",
            "payload": {"plainToken": token},
            "event_ts": int(self._clock.timestamp() * 1000),
        }
        attempt = await self._send(url, app.secret_token, to_wire(envelope), uuid4().hex)
        if attempt["error"]:
            return str(attempt["error"])
        if attempt["status"] != 200:
            return f"the answer has status {attempt['status']}, not 200"
        expected = hmac.new(app.secret_token.encode(), token.encode(), hashlib.sha256).hexdigest()
        try:
            given = json.loads(attempt["answer"])
            right = given["plainToken"] == token and given["encryptedToken"] == expected
        except (ValueError, KeyError, TypeError):
            return "the answer is not JSON with plainToken and encryptedToken"
        return "" if right else "encryptedToken is not the token's HMAC with this app's secret token"

    def watch(self, app: App) -> None:
        """Challenge the app's address again every 72 hours of the clock, until six failures in a row disable it."""
        known = self._revalidations.pop(app.client_id, None)
        if known:
            known.cancel()
        if app.webhook_url:
            self._revalidations[app.client_id] = self._clock.call_later(
                REVALIDATION_SECONDS, lambda: self._start(self._revalidate(app))
            )

    async def _revalidate(self, app: App) -> None:
        if not app.webhook_url or app.webhook_failures >= FAILURES_THAT_DISABLE:
            return
        problem = await self.validate(app, app.webhook_url)
        app.webhook_failures = app.webhook_failures + 1 if problem else 0
        self.watch(app)
