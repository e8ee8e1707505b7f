"""Requests to a server over many connections at once: as fast as it answers, or so many a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answered:
    """How long it took in all, and for each request its status and seconds, counted from when it was due."""

    seconds: float
    statuses: list[int]
    latencies: list[float]

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.statuses) / self.seconds

    def percentile(self, share: float) -> float:
        """Return the seconds within which ``share`` of the requests were answered."""
        return sorted(self.latencies)[min(len(self.latencies) - 1, int(len(self.latencies) * share))]


def send(address: str, messages: Sequence[tuple[bytes, dict[str, str]]], *, at_once: int = 8) -> Answered:
    """Post all ``messages`` (body and headers), ``at_once`` at a time."""
    return asyncio.run(_send(address, messages, at_once, None))


def send_steadily(address: str, messages: Sequence[tuple[bytes, dict[str, str]]], *, rate: float) -> Answered:
    """Post ``messages``, ``rate`` of them a second, whether or not those before were answered."""
    return asyncio.run(_send(address, messages, len(messages), rate))


async def _send(
    address: str, messages: Sequence[tuple[bytes, dict[str, str]]], at_once: int, rate: float | None
) -> Answered:
    parts = urlsplit(address)
    raw = [_raw(parts.path, body, headers) for body, headers in messages]
    seats = asyncio.Semaphore(at_once)
    started = time.perf_counter()

    async def one(number: int) -> tuple[int, float]:
        if rate is not None:
            await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
        async with seats:
            due = started + number / rate if rate is not None else time.perf_counter()
            status = await _post(parts.hostname or "", parts.port or 80, raw[number])
            return status, time.perf_counter() - due

    answers = await asyncio.gather(*(one(number) for number in range(len(raw))))
    took = time.perf_counter() - started
    return Answered(took, [status for status, _seconds in answers], [seconds for _status, seconds in answers])


async def _post(host: str, port: int, raw: bytes) -> int:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(raw)
        await writer.drain()
        line = await reader.readline()
        await reader.read()
        return int(line.split()[1])
    finally:
        writer.close()


def _raw(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    lines = {
        "Host": "localhost",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    head = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items()), "", ""]
    return "\r\n".join(head).encode() + body
