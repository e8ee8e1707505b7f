"""Ports: one that was named is used or refused; one that was not is replaced when it is busy."""

from __future__ import annotations

import fcntl
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO


HOST = "127.0.0.1"


#: Locks on the ports that were chosen here. A demo listens only seconds after it chose, and another demo (a second
#: terminal, a second test process) may choose in between. The locks end with the process.
_reserved: list[IO[str]] = []


class PortRefused(Exception):
    """A port was asked for by name and cannot be had."""


def choose_port(environ: Mapping[str, str], name: str, usual: int, *, taken: tuple[int, ...] = ()) -> int:
    """Return the port to use: the one that ``environ`` names, else ``usual``, else the next free one above it.

    Raises PortRefused when the named one is no port, is busy, or is among ``taken``.
    """
    named = environ.get(name, "").strip()
    if not named:
        # Upwards from the usual one, not whatever the system gives out: that could be some program's outgoing
        # connection before the demo listens on it.
        return next(port for port in range(usual, 65536) if port not in taken and is_free(port) and _reserve(port))
    if not named.isascii() or not named.isdecimal() or not 0 < int(named) < 65536:
        raise PortRefused(f"{name}={named} is not a port: give a number from 1 to 65535, or leave {name} out.")
    port = int(named)
    if port in taken:
        raise PortRefused(f"{name}={named} is also the other port. Give two different ones, or leave one out.")
    if not (is_free(port) and _reserve(port)):
        raise PortRefused(
            f"{name}={named} is in use by another program. End it, name another port, or leave {name} out."
        )
    return port


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this port of the loopback address."""
    with socket.socket() as probe:
        # As servers do, so that connections of an earlier demo that are still closing do not count as busy.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _reserve(port: int) -> bool:
    """Keep this port from other demos on this machine for as long as this process lives."""
    lock = (Path(tempfile.gettempdir()) / f"wagtail-zoom-demo-{port}.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return False
    _reserved.append(lock)
    return True
