"""Zoom's own receiver of webhooks, for those machines that have node and the package @zoom/rivet."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self


_PROGRAM = Path(__file__).with_name("rivet_receiver.mjs")
_INSTALLED_AT = Path(os.environ.get("NODE_MODULES") or Path(__file__).parents[2] / "node_modules")
_MODULE = _INSTALLED_AT / "@zoom" / "rivet" / "meetings" / "meetings.mjs"
NODE = shutil.which("node")


def is_missing() -> bool:
    """Tell whether this machine lacks node or the package."""
    return NODE is None or not _MODULE.is_file()


class Rivet:
    """A running receiver that knows ``secret``; a context manager."""

    def __init__(self, secret: str) -> None:
        assert NODE is not None
        arguments = [NODE, str(_PROGRAM), str(_MODULE), secret]
        self._process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def next_line(self) -> Any:
        """Return what the receiver prints next: a verified event."""
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> Self:
        self.url = f"http://127.0.0.1:{self.next_line()}/zoom/events"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=30)
