"""Fixtures for the demo's own parts."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest

from example_site.demo.ports import HOST


@pytest.fixture
def ports() -> tuple[int, int]:
    """Return two ports that nobody listens on."""
    with ExitStack() as probes:
        first, second = (probes.enter_context(socket.socket()) for _each in range(2))
        first.bind((HOST, 0))
        second.bind((HOST, 0))
        return first.getsockname()[1], second.getsockname()[1]


@pytest.fixture
def port(ports: tuple[int, int]) -> int:
    """Return a port that nobody listens on."""
    return ports[0]
