"""What ``sync_zoom`` does about deliveries, and after lessons: attendance, recordings, and forgetting in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ... import clock, conf
from .. import attendance, privacy, recordings, webhooks
from ..connections import token_refresh
from ..installation import heartbeats
from ..meetings import live_status


if TYPE_CHECKING:
    from .run import SyncRun

#: Forgetting is a matter of days: once an hour is often enough.
FORGET_EVERY = dt.timedelta(hours=1)
_FORGOT = "forgot"


def handle_deliveries(run: SyncRun) -> None:
    """Handle webhook deliveries that no worker has taken up."""
    more = True
    while more and not run.budget.is_spent:
        done = webhooks.drain()
        run.count("webhook deliveries processed", done.handled)
        run.count("webhook deliveries not processed", done.failed)
        more = done.more


def close_runs(run: SyncRun) -> None:
    """Stop claiming that a lesson is live when Zoom cannot be running it any more: its end was never heard."""
    run.count("stale live sessions closed", live_status.close_stale(run.now))


def renew_grants(run: SyncRun) -> None:
    """Renew grants that nobody has used for a month, so that they do not die unused."""
    if run.dry_run:
        for grant in token_refresh.idle_connections(run.now):
            run.would(f"POST /oauth/token  ({grant})")
        return
    if not conf.is_paused():
        tried = token_refresh.renew_due(run.now, run.budget)
        run.count("grants renewed", tried.renewed)
        run.count("grants not renewed", tried.failed)


def read_attendance(run: SyncRun) -> None:
    """Read who was there, of runs whose report is due."""
    if not run.dry_run:
        run.count("ended lessons queued for attendance", attendance.expect_runs(run.now))
    due = attendance.due(clock.now())
    _ask_about(run, due, attendance.import_run, "/report/…/participants", "lesson runs with attendance imported")


def read_recordings(run: SyncRun) -> None:
    """Look up recordings that Zoom has told of."""
    due = recordings.due(clock.now())
    _ask_about(run, due, recordings.read_recordings, "/meetings/…/recordings", "lesson runs with recordings looked up")


def _ask_about(
    run: SyncRun, instances: Iterable[int], ask: Callable[[int], int | None], path: str, counted: str
) -> None:
    for instance_id in instances:
        if run.budget.is_spent:
            return
        if run.dry_run:
            run.would(f"GET {path}  (run {instance_id})")
            continue
        run.budget.spend()
        run.count(counted, ask(instance_id) is not None)


def forget(run: SyncRun) -> None:
    """Delete what is older than the site wants to keep."""
    last = heartbeats.last_beat(_FORGOT)
    if run.dry_run or (last is not None and run.now - last < FORGET_EVERY):
        return
    heartbeats.beat(_FORGOT)
    run.count("old webhook deliveries deleted", webhooks.prune(run.now))
    run.count("old rows deleted or erased", privacy.purge(run.now))
