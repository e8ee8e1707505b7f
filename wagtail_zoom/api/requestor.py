"""One call to Zoom from beginning to end: token, pace, deadline, retries, and what the answer means."""

from __future__ import annotations

import datetime as dt
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from .. import clock
from ..exceptions import (
    ZoomAuthenticationError,
    ZoomError,
    ZoomResponseError,
    ZoomTransportError,
    in_doubt,
)
from .base_url import choose_api_url
from .coerce import objects
from .deadline_adapter import Deadline
from .errors import is_refusal, json_object, refusal
from .operations import OPERATIONS, Operation
from .protocols import Pacer
from .retries import pause_before_repeat
from .tokens import AccessToken, TokenSource
from .transport import Answer, Transport


Query = Mapping[str, str | int | None]
#: Told after each call: the operation's name, and the error it ended with (None: it went well).
Watch = Callable[[str, ZoomError | None], None]


class Caller:
    """Makes calls with the tokens of one connection, over one pool of connections.

    ``deadline`` is the total of seconds that one call may take, whatever has to be repeated or waited for in it.
    ``clock`` returns the current aware instant, ``sleep`` waits seconds, ``jitter`` returns a number from 0 to 1,
    ``watch`` is told what came of each call.
    """

    def __init__(
        self,
        *,
        base_url: str,
        tokens: TokenSource,
        transport: Transport,
        deadline: float = 8.0,
        pacer: Pacer | None = None,
        urgent: bool = False,
        clock: Callable[[], dt.datetime] = clock.now,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        watch: Watch | None = None,
    ) -> None:
        self.calls = 0
        self._watch = watch
        self._base_url = base_url
        self._tokens = tokens
        self._transport = transport
        self._deadline = deadline
        self._pacer = pacer
        self._urgent = urgent
        self._now = clock
        self._sleep = sleep
        self._jitter = jitter

    def call(self, name: str, *segments: str, query: Query | None = None, body: Any = None) -> dict[str, Any]:
        """Carry out operation ``name`` and return the JSON object that Zoom answered.

        ``segments`` fill the path's placeholders, already percent-encoded; None in ``query`` means "leave out". For
        operations that change or delete, whose answers say nothing, the object is empty.

        Raises the children of ZoomError; see :func:`wagtail_zoom.exceptions.in_doubt` for writes.
        """
        try:
            answer = self._carry_out(OPERATIONS[name], segments, query, body)
        except ZoomError as error:
            if self._watch is not None:
                self._watch(name, error)
            raise
        if self._watch is not None:
            self._watch(name, None)
        return answer

    def _carry_out(
        self, operation: Operation, segments: tuple[str, ...], query: Query | None, body: Any
    ) -> dict[str, Any]:
        deadline = Deadline.after(self._deadline)
        address = operation.filled(*segments) + _query_string(query)
        content = None if body is None else json.dumps(body).encode()
        token = self._token(self._tokens.token)
        renewed = False
        repeats = 0
        while True:
            if self._pacer is not None:
                self._pacer.acquire(operation.label, urgent=self._urgent)
            try:
                return self._try(operation, address, content, token, deadline)
            except ZoomAuthenticationError:
                # A refused token means that nothing was carried out, so that even a create may go out again.
                if renewed:
                    raise
                renewed = True
                token = self._token(partial(self._tokens.renewed, token))
            except ZoomError as error:
                safe = operation.method == "GET"
                pause = pause_before_repeat(error, repeats=repeats, safe=safe, jitter=self._jitter())
                if pause is None or pause >= deadline.remaining():
                    raise
                repeats += 1
                self._sleep(pause)

    def pages(self, name: str, key: str, *segments: str, query: Query | None = None) -> Iterator[Mapping[str, Any]]:
        """Yield the items of a list under ``key``, page after page, holding one page at a time.

        Zoom: next_page_token lives 15 minutes; "" means that this was the last page. Raises ZoomPageExpired if it was
        read more slowly than that: what was yielded is then not the whole list.
        """
        asked = dict(query or {})
        while True:
            items, following = self.page(name, key, *segments, query=asked)
            yield from items
            if not following:
                return
            asked.update(following)

    def page(
        self, name: str, key: str, *segments: str, query: Query | None = None
    ) -> tuple[list[Mapping[str, Any]], Query]:
        """Return one page of a list, and what to add to ``query`` for the next one; nothing after the last.

        Raises ZoomResponseError for a page without its list and for one that leads to itself: neither may pass for
        the end.
        """
        page = self.call(name, *segments, query=query)
        items = page.get(key, [])
        if not isinstance(items, list):
            raise ZoomResponseError(f"{name}: a page without its list")
        following = _next_page(page)
        if following and query and all(query.get(asked) == value for asked, value in following.items()):
            raise ZoomResponseError(f"{name}: a page that leads to itself")
        return objects(items), following

    def _try(
        self, operation: Operation, address: str, content: bytes | None, token: AccessToken, deadline: Deadline
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token.value}"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        self.calls += 1
        answer = self._transport.send(
            operation.method,
            choose_api_url(self._base_url, token.api_url) + address,
            name=operation.path,
            headers=headers,
            body=content,
            deadline=deadline,
            fresh=operation.method == "POST",
        )
        return self._understood(operation, answer)

    def _understood(self, operation: Operation, answer: Answer) -> dict[str, Any]:
        called = f"{operation.method} {operation.path}"
        if answer.status >= 400:
            raise refusal(answer, operation=called, now=self._now())
        says_nothing = operation.method in ("PATCH", "PUT", "DELETE")
        if says_nothing and (answer.status == 204 or not answer.body.strip()):
            return {}
        body = json_object(answer, called)
        if is_refusal(body):
            raise refusal(answer, operation=called, now=self._now())
        return {} if says_nothing else body

    def _token(self, fetch: Callable[[], AccessToken]) -> AccessToken:
        """Return a token; whatever goes wrong on the way to it, the call itself was certainly not sent."""
        try:
            return fetch()
        except ZoomError as error:
            if not in_doubt(error):
                raise
            timed_out = isinstance(error, ZoomTransportError) and error.timed_out
            raise ZoomTransportError(f"no access token: {error.detail}", sent=False, timed_out=timed_out) from error


def _query_string(query: Query | None) -> str:
    present = {name: value for name, value in (query or {}).items() if value is not None}
    return f"?{urlencode(present)}" if present else ""


def _next_page(page: Mapping[str, Any]) -> dict[str, str | int]:
    """Return what to ask for next; nothing after the last page."""
    token = page.get("next_page_token")
    if isinstance(token, str):
        return {"next_page_token": token} if token else {}
    # Some older lists know page numbers only.
    number, count = page.get("page_number"), page.get("page_count")
    if isinstance(number, int) and isinstance(count, int) and number < count:
        return {"page_number": number + 1}
    return {}
