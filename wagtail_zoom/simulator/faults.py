"""Faults on demand: wrong answers, and what goes wrong on the socket itself."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import struct
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from .errors import ControlError


KINDS = ("status", "reset_before", "reset_after", "delay", "drip", "garbage", "truncate")
DEFAULT_SECONDS = {"delay": 1.0, "drip": 0.5}
DRIP_BYTES = 8
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+: [\t\x20-\x7e]*")
GARBAGE = b"\x16\x03\x01\x02\x00 this is not HTTP \xff\xfe\r\n\r\n"


@dataclass(slots=True)
class Fault:
    """One fault: which requests it hits, how often, and what it does."""

    kind: str
    method: str | None
    path: re.Pattern[str]
    times: int = 1
    skip: int = 0
    status: int = 500
    body: str = ""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def before_work(self) -> bool:
        """Tell whether the request is never worked on."""
        return self.kind in ("status", "reset_before")


class Faults:
    """The faults still to come, in the order in which they were asked for."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        """Start without any."""
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let ``fault`` happen to the requests that it matches from now on."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that hits this request, counting it, or None."""
        for fault in self._waiting:
            if fault.method not in (None, method) or not fault.path.search(path):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self._waiting.remove(fault)
            return fault
        return None


def parse_fault(wish: dict[str, Any]) -> Fault:
    """Return the fault that a control call asks for; raise ``ControlError`` 400 where it makes no sense."""
    kind = wish.get("fault", "status")
    if kind not in KINDS:
        raise ControlError(400, f"fault: one of {', '.join(KINDS)}.")
    try:
        pattern = re.compile(wish.get("path", ""))
    except re.error as error:
        raise ControlError(400, f"path: no regular expression ({error}).") from error
    body = wish.get("body", "")
    text = body if isinstance(body, str) else json.dumps(body)
    fault = Fault(
        kind=kind,
        method=wish.get("method", "").upper().strip("*") or None,
        path=pattern,
        times=wish.get("times", 1),
        skip=wish.get("skip", 0),
        status=wish.get("status", 500),
        body=text,
        content_type="application/json" if _is_json(text) else "text/html",
        headers={name: str(value) for name, value in wish.get("headers", {}).items()},
        seconds=wish.get("seconds", DEFAULT_SECONDS.get(kind, 0.0)),
    )
    if fault.times < 1 or min(fault.skip, fault.seconds) < 0 or not 200 <= fault.status <= 599:
        raise ControlError(400, "times is 1 or more, skip and seconds are 0 or more, status is 200 to 599.")
    if not all(_HEADER.fullmatch(f"{name}: {value}") for name, value in fault.headers.items()):
        raise ControlError(400, "headers: a name or a value cannot be sent.")
    return fault


def status_answer(fault: Fault) -> web.Response:
    """Return the answer that a ``status`` fault gives instead of the work."""
    headers = {"Content-Type": fault.content_type, **fault.headers}
    return web.Response(status=fault.status, body=fault.body.encode(), headers=headers)


def reset(request: web.BaseRequest) -> web.Response:
    """Send a TCP reset instead of an answer; the answer returned goes nowhere."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


async def spoil(request: web.BaseRequest, answer: web.Response, fault: Fault) -> web.Response:
    """Let ``fault`` happen to an answer after the work was done; what is returned is for aiohttp to send, if it can."""
    if fault.kind == "reset_after":
        return reset(request)
    if fault.kind == "garbage":
        return await _send_raw(request, [GARBAGE])
    if fault.kind == "truncate":
        wire, body = wire_of(answer), body_of(answer)
        return await _send_raw(request, [wire[: len(wire) - max(1, len(body) // 2)]])
    if fault.kind == "drip":
        wire = wire_of(answer)
        pieces = [wire[start : start + DRIP_BYTES] for start in range(0, len(wire), DRIP_BYTES)]
        return await _send_raw(request, pieces, fault.seconds)
    return answer


def wire_of(answer: web.Response) -> bytes:
    """Return the whole answer as the bytes of HTTP/1.1, with an end of the connection announced."""
    body = body_of(answer)
    headers = {**answer.headers, "Connection": "close"}
    if answer.status != 204:
        headers["Content-Length"] = str(len(body))
    lines = [f"HTTP/1.1 {answer.status} {answer.reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def body_of(answer: web.Response) -> bytes:
    """Return the bytes of an answer's body."""
    return answer.body if isinstance(answer.body, bytes) else b""


async def _send_raw(request: web.BaseRequest, pieces: list[bytes], pause: float = 0.0) -> web.Response:
    transport = request.transport
    for piece in pieces:
        if transport is None or transport.is_closing():
            break
        transport.write(piece)
        await asyncio.sleep(pause)
    if transport is not None:
        transport.close()
    return web.Response()


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
