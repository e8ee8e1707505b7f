"""Connections that keep a call's total deadline, and know whether anything of the request has left.

``requests`` counts its timeouts per read, so a server that sends a byte now and then can hold a caller for ever. Here
every single read waits only for what is left of the call's deadline. Only the machine's resolver of names keeps its own
time.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import certifi
import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from .. import clock


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant on the monotonic clock after which nothing is waited for any more."""

    expires_at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the deadline ``seconds`` from now."""
        return cls(clock.monotonic() + seconds)

    def remaining(self) -> float:
        """Return the seconds that are left; zero or less when it has passed."""
        return self.expires_at - clock.monotonic()

    def timeout(self) -> float:
        """Return the seconds that are left, as a timeout for a socket.

        Raises TimeoutError when nothing is left, since a socket would take zero for "do not block".
        """
        remaining = self.remaining()
        if remaining <= 0:
            raise TimeoutError("the deadline has passed")
        return remaining


@dataclass(slots=True)
class Exchange:
    """One request under way; ``fresh`` wants a connection of its own.

    ``sent`` is True until our own connection knows better: a SOCKS proxy's connection never tells.
    """

    deadline: Deadline
    fresh: bool
    sent: bool = True


# The connections look it up here, since requests and urllib3 hand nothing through to them.
_current: ContextVar[Exchange | None] = ContextVar("wagtail_zoom_exchange", default=None)


@contextmanager
def under_way(exchange: Exchange) -> Iterator[None]:
    """Let ``exchange`` be the one that connections of this thread work for."""
    mark = _current.set(exchange)
    try:
        yield
    finally:
        _current.reset(mark)


class _DeadlineReader(io.RawIOBase):
    """Reads from a socket, waiting each time no longer than the deadline allows."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: Deadline) -> None:
        self._raw = raw
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._deadline.timeout())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _DeadlineResponse(http.client.HTTPResponse):
    """Puts the deadline between the socket and whoever reads status line, headers and body."""

    def __init__(
        self, sock: socket.socket, debuglevel: int = 0, method: str | None = None, url: str | None = None
    ) -> None:
        super().__init__(sock, debuglevel, method, url)
        exchange = _current.get()
        if exchange is not None:
            raw: io.RawIOBase = self.fp.detach()
            self.fp = io.BufferedReader(_DeadlineReader(raw, sock, exchange.deadline))


class _WatchedConnection(HTTPConnection):
    """Tells the exchange whether anything of its request has left, and gives way where a fresh one is wanted."""

    response_class = _DeadlineResponse

    @property
    def is_connected(self) -> bool:
        """Say no to the pool where a fresh connection is wanted, so that it closes this one and connects anew."""
        exchange = _current.get()
        return super().is_connected and not (exchange is not None and exchange.fresh)

    def connect(self) -> None:
        exchange = _current.get()
        try:
            super().connect()
        finally:
            # What a proxy was told while a tunnel was built, and TLS's own greetings, are not the request.
            if exchange is not None:
                exchange.sent = False

    def send(self, data: Any) -> None:
        exchange = _current.get()
        if exchange is not None:
            if self.sock is None:
                self.connect()
            self.sock.settimeout(exchange.deadline.timeout())
            exchange.sent = True
        super().send(data)


class _WatchedTLSConnection(_WatchedConnection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _WatchedConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTLSConnection


_POOLS = {"http": _Pool, "https": _TLSPool}


@lru_cache(maxsize=8)
def _trusting(bundle: str) -> ssl.SSLContext:
    """Return what TLS needs to trust the authorities in ``bundle``, a file or a folder."""
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    if Path(bundle).is_dir():
        context.load_verify_locations(capath=bundle)
    else:
        context.load_verify_locations(cafile=bundle)
    return context


class DeadlineAdapter(HTTPAdapter):
    """An adapter for a requests session whose connections keep the deadline of the call that uses them.

    Certificate authorities are read once for all connections: it takes longer than the rest of a call, and creates
    connect afresh each time.
    """

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Return the pools of connections through ``proxy``; those through SOCKS keep urllib3's own connections."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        if isinstance(manager, urllib3.ProxyManager) and not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = _POOLS
        return manager

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        """Let a pool use the authorities that were read already."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if _is_shared(host["scheme"], verify, cert):
            bundle = verify if isinstance(verify, str) else certifi.where()
            return host, {"cert_reqs": "CERT_REQUIRED", "ssl_context": _trusting(bundle)}
        return host, pool

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Keep a pool from reading the authorities again at each connection."""
        super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]
        if _is_shared(url.partition(":")[0].lower(), verify, cert):
            conn.ca_certs = conn.ca_cert_dir = None


def _is_shared(scheme: str, verify: Any, cert: Any) -> bool:
    # A certificate of the client's own would be loaded into what all connections share.
    return scheme == "https" and bool(verify) and cert is None
