"""``manage.py sync_zoom``: everything that is due on Zoom. For cron, every minute."""

from __future__ import annotations

import signal
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from ... import clock, conf, tasks
from ...error_reporting import hide_local_variables
from ...models import Heartbeat
from ...services.coordination.work_budget import Budget
from ...services.installation import clone_guard, heartbeats
from ...services.sync.run import SyncRun, sweep


#: A run ends within its minute: no work is begun after so many seconds, and a call takes eight at most.
WORK_SECONDS = 45.0
RUN_SECONDS = 60.0

#: While watching, pages are looked through this often; due rows at every turn.
PAGES_EVERY = 30.0

#: More calls than one run could make; time is what ends it.
MANY_CALLS = 100_000


class Command(BaseCommand):
    """Brings Zoom and this site in step: what is due, what was missed, what is to be read again."""

    help = (
        "Does everything that is due on Zoom, and finds what was missed. Run it every minute from cron, or leave it "
        "running with --watch. A second run at the same time leaves at once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--watch", action="store_true", help="Go on until interrupted, instead of one run.")
        parser.add_argument(
            "--interval", type=float, default=2.0, help="Seconds between two turns while watching (default: 2)."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Print the calls that would be made, and how many; change nothing."
        )

    @hide_local_variables
    def handle(self, *args: Any, **options: Any) -> None:
        """Run once, or watch."""
        if clone_guard.is_clone():
            self.stdout.write(str(clone_guard.ClonedDatabaseError.default_message))
        if options["dry_run"]:
            self._foretell()
            return
        if not heartbeats.acquire_sync_lock(RUN_SECONDS):
            self.stdout.write("Another sync_zoom is at work. Nothing done.")
            return
        try:
            if options["watch"]:
                self._watch(options["interval"])
            else:
                self._report(self._turn(with_pages=True))
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        finally:
            heartbeats.release_sync_lock()

    def _foretell(self) -> None:
        run = sweep(budget=Budget(WORK_SECONDS, MANY_CALLS), dry_run=True)
        for call in run.calls:
            self.stdout.write(call)
        self.stdout.write("1 call to Zoom." if len(run.calls) == 1 else f"{len(run.calls)} calls to Zoom.")

    def _watch(self, interval: float) -> None:
        _stop_on_terminate()
        looked_at = float("-inf")
        while True:
            with_pages = clock.monotonic() - looked_at >= PAGES_EVERY
            run = self._turn(with_pages=with_pages)
            looked_at = clock.monotonic() if with_pages else looked_at
            if run.done:
                self._report(run)
            close_old_connections()
            time.sleep(interval)

    def _turn(self, *, with_pages: bool) -> SyncRun:
        heartbeats.extend_sync_lock(RUN_SECONDS)
        heartbeats.beat_throttled(Heartbeat.SYNC)
        tasks.enqueue_beat()
        return sweep(budget=Budget(WORK_SECONDS, MANY_CALLS), with_pages=with_pages)

    def _report(self, run: SyncRun) -> None:
        figures = ", ".join(f"{what}: {number}" for what, number in run.done.items())
        if figures:
            self.stdout.write(figures)
        elif conf.is_paused():
            self.stdout.write("Paused by the settings: nothing was sent to Zoom.")
        elif not clone_guard.is_clone():
            self.stdout.write("Nothing was due.")
        self.stdout.flush()


def _stop_on_terminate() -> None:
    """Let a service manager's TERM end the watch the way Ctrl-C does, so that the next run need not wait."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
