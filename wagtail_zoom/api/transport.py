"""HTTP: one request out, one whole answer back in time, or a clear word on what is known."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter

import wagtail_zoom

from .. import clock
from ..exceptions import ZoomConfigurationError, ZoomError, ZoomResponseError, ZoomTransportError
from .deadline_adapter import Deadline, DeadlineAdapter, Exchange, under_way


logger = logging.getLogger("wagtail_zoom.api")

TRACKING_HEADER = "x-zm-trackingid"
USER_AGENT = f"wagtail-zoom/{wagtail_zoom.__version__}"
_LARGEST_BODY = 20 * 1024 * 1024
_READ_SIZE = 64 * 1024
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate"}


class Answer(NamedTuple):
    """What came back: the status, the headers (any case) and the whole body, unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def new_session() -> requests.Session:
    """Return a session with keep-alive connections under deadlines, and the environment's proxies and certificates."""
    return _with_deadlines(requests.Session())


def _with_deadlines(session: requests.Session) -> requests.Session:
    """Give ``session`` our adapter where it has none but requests' ordinary one."""
    adapter = DeadlineAdapter()
    for prefix in ("https://", "http://"):
        if type(session.get_adapter(prefix)) is HTTPAdapter:
            session.mount(prefix, adapter)
    return session


class Transport:
    """Sends requests over one pool of kept-alive connections.

    Of ``session``, if one is given, proxies, certificates and connections are used; cookies and redirects never are:
    an Authorization header goes exactly where it was meant to go.
    """

    def __init__(self, *, session: requests.Session | None = None, user_agent: str | None = None) -> None:
        self._owned = session is None
        self._session = new_session() if session is None else _with_deadlines(session)
        self._user_agent = user_agent or USER_AGENT
        self._environments: dict[str, Mapping[str, Any]] = {}

    def close(self) -> None:
        """Close the connections, unless they belong to a session that somebody else gave."""
        if self._owned:
            self._session.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        name: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        deadline: Deadline,
        fresh: bool = False,
    ) -> Answer:
        """Send one request, once, and return the whole answer, be it success or refusal.

        ``name`` stands for the address in logs and errors: its path with placeholders. ``fresh`` opens a new
        connection even if one is idle: the far end may have closed an idle one already, and then nobody could tell
        whether the request arrived.

        Raises ZoomTransportError if no whole answer came in time, ZoomResponseError if it is larger than 20 MB or a
        redirect, and ZoomConfigurationError if address or headers can never be sent.
        """
        called = f"{method} {name}"
        if deadline.remaining() <= 0:
            raise ZoomTransportError(f"{called}: no time left", sent=False, timed_out=True)
        request, adapter = self._prepared(called, method, url, headers, body)
        exchange = Exchange(deadline, fresh)
        started = clock.monotonic()
        failure: ZoomError
        try:
            with under_way(exchange):
                answer = self._exchanged(request, adapter, deadline)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, UnicodeError) as error:
            timed_out = isinstance(error, requests.Timeout) or deadline.remaining() <= 0
            failure = ZoomTransportError(f"{called}: {_root_cause(error)}", sent=exchange.sent, timed_out=timed_out)
        except ZoomResponseError as error:
            failure = error
        except Exception as error:
            # Whatever the libraries trip over: their words and frames hold the request.
            failure = ZoomTransportError(f"{called}: {type(error).__name__}", sent=exchange.sent)
        else:
            _log(called, answer.status, started, answer.headers.get(TRACKING_HEADER, "-"))
            if 300 <= answer.status < 400:
                raise ZoomResponseError(f"{called}: {answer.status}, a redirect, which is not followed")
            return answer
        _log(called, "no answer", started, "-")
        # Raised out here so that nothing of requests, which knows headers and addresses, hangs on the exception.
        raise failure

    def _prepared(
        self, called: str, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[requests.PreparedRequest, BaseAdapter]:
        everything = {"User-Agent": self._user_agent, **_HEADERS, **headers}
        try:
            "".join(everything.values()).encode("latin-1")
            # Not through the session, which would put a password of ~/.netrc in place of our Authorization header.
            request = requests.Request(method, url, headers=everything, data=body).prepare()
            return request, self._session.get_adapter(str(request.url))
        except ValueError as error:
            reason = type(error).__name__
        raise ZoomConfigurationError(f"{called}: {reason} in the address or a header")

    def _exchanged(self, request: requests.PreparedRequest, adapter: BaseAdapter, deadline: Deadline) -> Answer:
        remaining = max(deadline.remaining(), 0.001)
        response = adapter.send(
            request,
            # Half for connecting: names often have two addresses, and each of them may stay silent.
            timeout=(remaining / 2, remaining),
            **self._environment(str(request.url)),
        )
        try:
            return Answer(response.status_code, response.headers, _whole_body(response.raw))
        except BaseException:
            response.raw.close()
            raise

    def _environment(self, url: str) -> Mapping[str, Any]:
        """Return proxies and certificates for the host of ``url``: read once, since the environment is slow to ask."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._environments:
            session = self._session
            # A session's own certificates go before the environment's, which requests alone has the other way round.
            settings = session.merge_environment_settings(origin, {}, True, session.verify, session.cert)
            self._environments[origin] = settings
        return self._environments[origin]


class Connected:
    """What holds connections of its own: close it, or use it in a ``with`` block."""

    def __init__(self, *, session: requests.Session | None, user_agent: str | None) -> None:
        self._transport = Transport(session=session, user_agent=user_agent)

    def close(self) -> None:
        """Close the idle connections, unless they belong to a session that somebody else gave."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _log(called: str, outcome: int | str, started: float, tracking: str) -> None:
    level = logging.INFO if isinstance(outcome, int) and outcome < 500 else logging.WARNING
    took = (clock.monotonic() - started) * 1000
    logger.log(level, "%s: %s in %.0f ms (tracking %s)", called, outcome, took, tracking)


def _whole_body(raw: urllib3.HTTPResponse) -> bytes:
    chunks = []
    size = 0
    for chunk in raw.stream(_READ_SIZE, decode_content=True):
        size += len(chunk)
        if size > _LARGEST_BODY:
            raise ZoomResponseError(f"an answer of more than {_LARGEST_BODY} bytes")
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _root_cause(error: BaseException) -> str:
    """Return the innermost reason that requests and urllib3 wrapped, without the addresses in their words."""
    while True:
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((part for part in error.args if isinstance(part, BaseException)), None)
        if inner is None:
            words = error.strerror if isinstance(error, OSError) and error.strerror else ""
            return f"{type(error).__name__} {words}".strip()
        error = inner
