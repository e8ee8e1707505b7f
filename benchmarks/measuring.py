"""Measuring one piece of work: requests to Zoom, database queries, seconds and memory; and one table of it.

Counts are judged as they are. Seconds depend on the machine and on what else it does: they are shown, and judged only
against other seconds of the same run.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import django
from django.conf import settings
from django.db import connection

from wagtail_zoom.testing import SimulatorControl


_STATUS = Path("/proc/self/status")
_RESET_PEAK = "5"
_NOTHING = "–"


@dataclass
class Measured:
    """What one piece of work took.

    ``memory`` is the peak above the start in MB, None where the system hides it; ``queries`` is None where no database
    of ours is asked. ``kept`` tells whether ``target`` was met, None without one. ``missing`` says why nothing was
    measured.
    """

    name: str
    target: str = ""
    seconds: float = 0.0
    queries: int | None = 0
    memory: float | None = None
    calls: Counter[str] = field(default_factory=Counter)
    kept: bool | None = None
    missing: str = ""
    #: What our own process computed, in seconds; the rest went to waiting, for others' work as well.
    computed: float = 0.0
    #: Instead of seconds, where something else is measured: "212 a second".
    figure: str = ""

    @property
    def reads(self) -> int:
        """How many requests changed nothing on Zoom."""
        return sum(count for call, count in self.calls.items() if call.startswith("GET"))

    @property
    def writes(self) -> int:
        """How many requests changed something on Zoom."""
        return sum(self.calls.values()) - self.reads

    @property
    def verdict(self) -> str:
        """In words."""
        return self.missing or {True: "kept", False: "MISSED", None: ""}[self.kept]

    def cells(self) -> tuple[str, ...]:
        """Return the line of the table."""
        if self.missing:
            return (self.name, *[_NOTHING] * 6, self.target, self.verdict)
        return (
            self.name,
            str(self.writes),
            str(self.reads),
            _NOTHING if self.queries is None else str(self.queries),
            self.figure or f"{self.seconds:.2f} s",
            _NOTHING if self.figure else f"{self.computed:.2f} s",
            _NOTHING if self.memory is None else f"{self.memory:.0f}",
            self.target,
            self.verdict,
        )


@contextmanager
def measured(name: str, simulator: SimulatorControl, target: str = "") -> Iterator[Measured]:
    """Measure the block; only what Zoom's REST API sees counts as a request."""
    simulator.clear_requests()
    found = Measured(name, target)
    _reset_peak()
    before = _megabytes("VmRSS")
    counted = 0

    def count(execute: Any, *arguments: Any) -> Any:
        nonlocal counted
        counted += 1
        return execute(*arguments)

    started, computed = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(count):
        yield found
    found.seconds, found.computed = time.perf_counter() - started, time.process_time() - computed
    found.queries = counted
    peak = _megabytes("VmHWM")
    found.memory = None if before is None or peak is None else max(0.0, peak - before)
    found.calls = Counter(each["method"] for each in simulator.requests() if each["path"].startswith("/v2/"))


def alternately(turns: int, *works: Callable[[], object]) -> list[float]:
    """Let ``works`` take turns, so that all meet the machine in the same mood; return the median of what each computed.

    In seconds of this process, SQLite's included: long work is interrupted by other processes more often than short.
    """
    seconds: list[list[float]] = [[] for _work in works]
    for _turn in range(turns):
        for work, taken in zip(works, seconds, strict=True):
            computed = time.process_time()
            work()
            taken.append(time.process_time() - computed)
    return [median(taken) for taken in seconds]


def compared(name: str, seconds: float, reference: float, *, most: float) -> Measured:
    """Return the verdict on ``seconds``, which may be at most ``most`` times those of ``reference``."""
    ratio = seconds / reference
    return Measured(name, f"at most {most:g} times", queries=None, figure=f"{ratio:.2f} times", kept=ratio <= most)


def report(title: str, rows: list[Measured]) -> int:
    """Print the rows as a table, which is Markdown too, and which targets were missed; return 1 if one was."""
    head = ("what", "writes", "reads", "queries", "took", "computed", "MB", "target", "verdict")
    lines = [head, *[row.cells() for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    is_number = [1 <= column <= 6 for column in range(len(head))]

    def shown(cells: tuple[str, ...]) -> str:
        padded = zip(cells, widths, is_number, strict=True)
        return "| " + " | ".join(c.rjust(w) if right else c.ljust(w) for c, w, right in padded) + " |"

    rule = "|" + "|".join("-" * (w + 1) + (":" if right else "-") for w, right in zip(widths, is_number, strict=True))
    print(f"\n**{title}** ({_machine()})\n")
    print("\n".join([shown(head), rule + "|", *map(shown, lines[1:])]), flush=True)
    missed = [row.name for row in rows if row.kept is False]
    for name in missed:
        print(f"\nMissed: {name}", flush=True)
    return 1 if missed else 0


def in_fresh_database(measure: Callable[[], int]) -> int:
    """Start Django on a migrated SQLite file, or on an empty database that ``DATABASE_URL`` names, and measure there."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
        file = Path(folder) / "bench.sqlite3"
        is_ours = "DATABASE_URL" not in os.environ
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{file}")
        django.setup()
        from django.core.management import call_command

        from tests.databases import migrated_file

        if is_ours:
            # Wagtail's migrations take longer than all that is measured, so their result is kept and copied.
            shutil.copy(migrated_file(), file)
        else:
            call_command("migrate", verbosity=0)
        try:
            return measure()
        finally:
            connection.close()


def _machine() -> str:
    """Say on what was measured, and how busy it was: others' work lengthens ours."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    database = f", {connection.vendor}" if settings.configured else ""
    python = sys.version.split()[0]
    return f"Django {django.get_version()}{database}, Python {python}, {os.cpu_count()} processors{load}"


def _reset_peak() -> None:
    try:
        Path("/proc/self/clear_refs").write_text(_RESET_PEAK)
    except OSError:
        return


def _megabytes(name: str) -> float | None:
    try:
        found = re.search(rf"^{name}:\s+(\d+) kB", _STATUS.read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) / 1024 if found else None
