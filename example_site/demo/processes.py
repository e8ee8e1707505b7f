"""Several programs as one foreground group: they start together, their output is kept, and they end together.

They end with this process however it ends: a killed demo leaves no server behind that holds its port.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import requests

from .redaction import without_queries


#: Each program is run by this one, which watches for the end of whoever started it.
CHILD = Path(__file__).with_name("child.py")


class DidNotStart(Exception):
    """A program ended, or did not answer in time; the message tells which, with the end of its output."""


class Program:
    """One running program. Its output goes to a file of its own, and to the terminal once ``shown``."""

    def __init__(self, name: str, arguments: list[str], *, environ: Mapping[str, str], directory: Path, log: Path):
        self.name = name
        self.log = log
        self.shown = False
        log.touch()
        # No process group of its own: Ctrl-C in the terminal reaches every program at once.
        self.process = subprocess.Popen(  # noqa: S603
            arguments,
            cwd=directory,
            env=dict(environ),
            # Nothing is ever written: it is there to be closed, by us or by the system when we are killed.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, name=f"output of {name}", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None  # noqa: S101
        with self.process.stdout as output, self.log.open("w", encoding="utf-8") as log:
            for raw in output:
                line = without_queries(raw)
                log.write(line)
                log.flush()
                if self.shown:
                    print(f"{self.name:>9} | {line}", end="", flush=True)

    @property
    def has_ended(self) -> bool:
        """Tell whether the program is no longer running."""
        return self.process.poll() is not None

    def hear_out(self) -> None:
        """Wait until everything that the ended program printed is kept."""
        # A grandchild may hold the pipe open for ever.
        self._reader.join(timeout=2)

    def close(self) -> None:
        """Let go of the ended program's standard input."""
        assert self.process.stdin is not None  # noqa: S101
        self.process.stdin.close()

    def last_lines(self, count: int = 15) -> str:
        """Return the end of what the program printed."""
        if self.has_ended:
            self.hear_out()
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(encoding="utf-8").splitlines()[-count:])
        return ""


class Group:
    """The programs of one demo."""

    def __init__(self, *, directory: Path, environ: Mapping[str, str], logs: Path):
        self.directory = directory
        self.environ = environ
        self.logs = logs
        self.programs: list[Program] = []

    def __enter__(self) -> Group:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def start(self, name: str, *arguments: str) -> Program:
        """Start ``python arguments…`` under a name."""
        program = Program(
            name,
            [sys.executable, str(CHILD), *arguments],
            environ=self.environ,
            directory=self.directory,
            log=self.logs / f"{name}.log",
        )
        self.programs.append(program)
        return program

    def run(self, name: str, *arguments: str, seconds: float = 300) -> None:
        """Run ``python arguments…`` to its end. Raises DidNotStart when it fails."""
        program = self.start(name, *arguments)
        try:
            code = program.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            code = None
        if code != 0:
            raise DidNotStart(f"{name} failed:\n{program.last_lines()}")
        program.hear_out()
        program.close()
        self.programs.remove(program)

    def wait_until(self, program: Program, is_ready: Callable[[], bool], *, seconds: float = 180) -> None:
        """Wait until a program does its work. Raises DidNotStart when it ends first, or takes too long."""
        deadline = time.monotonic() + seconds
        while True:
            # In this order: another program may answer on the port that this one did not get.
            ready = is_ready()
            if program.has_ended:
                raise DidNotStart(f"{program.name} ended at once:\n{program.last_lines()}")
            if ready:
                return
            if time.monotonic() > deadline:
                raise DidNotStart(f"{program.name} did not answer within {seconds:.0f} s:\n{program.last_lines()}")
            time.sleep(0.05)

    def first_ended(self) -> Program | None:
        """Return a program that is no longer running, if there is one."""
        return next((program for program in self.programs if program.has_ended), None)

    def show(self) -> None:
        """From now on print what the programs say."""
        for program in self.programs:
            program.shown = True

    def stop(self, *, seconds: float = 8) -> None:
        """End all programs: asked first, then made to."""
        running = [program.process for program in self.programs if not program.has_ended]
        for process in running:
            with contextlib.suppress(OSError):
                process.terminate()
        deadline = time.monotonic() + seconds
        for process in running:
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for program in self.programs:
            program.hear_out()
            program.close()
        self.programs.clear()


def answers(address: str) -> bool:
    """Tell whether a web server answers at this address."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            # The first page of a site on a busy machine takes its time, and asking anew would begin it anew.
            return session.get(address, timeout=30, allow_redirects=False).status_code < 500
        except requests.RequestException:
            return False


def environment_for_children(chosen: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with ``chosen`` laid over it."""
    merged = {**os.environ, **chosen, "PYTHONUNBUFFERED": "1"}
    # A proxy for the outside must not be asked for programs on this machine.
    for name in ("NO_PROXY", "no_proxy"):
        merged[name] = ",".join(part for part in (os.environ.get(name, ""), "localhost", "127.0.0.1") if part)
    return merged
