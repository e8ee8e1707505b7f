"""A simulator in a process of its own, started and stopped from Python."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self


STOP_SECONDS = 10.0


class SimulatorError(Exception):
    """The simulator refused a control call, or did not start; ``status`` is the HTTP status (0: no answer)."""

    def __init__(self, message: str, status: int = 0) -> None:
        """Take the sentence and the status."""
        super().__init__(message)
        self.status = status


class SimulatorProcess:
    """A simulator in a process of its own; a context manager that starts and stops it."""

    def __init__(self, port: int = 0) -> None:
        """Prepare a simulator on 127.0.0.1; port 0 takes a free one."""
        self.base_url = ""
        self._port = port
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        """Return the number of the running process; 0 when it does not run."""
        return self._process.pid if self._process else 0

    def start(self) -> Self:
        """Start it and wait until it answers; raise ``SimulatorError`` when it ends instead."""
        package_parent = str(Path(__file__).resolve().parents[2])
        paths = [package_parent, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(  # noqa: S603 - a fixed command
            [sys.executable, "-m", "wagtail_zoom.simulator", "--port", str(self._port), "--until-eof"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        prefix = "Simulator on "
        if not line.startswith(prefix):
            self.stop()
            raise SimulatorError("The simulator did not start; is the extra 'simulator' installed?")
        self.base_url = line.removeprefix(prefix).strip()
        return self

    def stop(self) -> None:
        """Stop it, and wait until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_SECONDS)
        for pipe in (process.stdin, process.stdout):
            if pipe:
                # The other end is gone, so there is nowhere to flush to.
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()
