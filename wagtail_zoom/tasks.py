"""Background doors: an id comes in, a service is called, the outcome stands on the row. Only here is work enqueued.

A task does one slice and leaves the rest due on the rows. Recovery comes from leases and ``sync_zoom``, never from the
queue: whatever is lost there is found on the rows.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, Literal

from django.core.signals import request_finished, request_started
from django.db import transaction
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, task, task_backends

from . import clock
from .error_reporting import hide_local_variables
from .exceptions import trace_of
from .models import Heartbeat
from .services import attendance, registrants, webhooks
from .services.access import guests
from .services.coordination.work_budget import Budget
from .services.installation import heartbeats
from .services.meetings import reconcile


logger = logging.getLogger("wagtail_zoom")

#: So long a delivery that was stored may keep its answer waiting while others are handled along with it.
IN_PLACE_SECONDS = 1.0

#: What spaces out the drains that this process asks for.
_drains = webhooks.Spacing(dt.timedelta(seconds=1))

#: True once a request has had its one meeting; None outside of requests.
_request_task_used: ContextVar[bool | None] = ContextVar("wagtail_zoom_request_had_one", default=None)


@dataclass(frozen=True)
class Engine:
    """What does the background work: ``sync_zoom`` alone (``immediate``), or a worker of the task queue as well.

    ``last_seen`` is when the slower of those expected was last heard of (None: never); ``healthy`` says that this was
    within ten minutes.
    """

    kind: Literal["immediate", "worker"]
    last_seen: dt.datetime | None
    healthy: bool


def engine() -> Engine:
    """Return which engine works on this site, and when it was last seen."""
    kind: Literal["immediate", "worker"] = "immediate" if runs_inline() else "worker"
    seen = [heartbeats.last_beat(Heartbeat.SYNC)]
    if kind == "worker":
        seen.append(heartbeats.last_beat(Heartbeat.WORKER))
    known = [instant for instant in seen if instant is not None]
    last_seen = min(known) if len(known) == len(seen) else None
    return Engine(kind, last_seen, last_seen is not None and clock.now() - last_seen < heartbeats.QUIET)


def runs_inline() -> bool:
    """Tell whether the task backend runs tasks where they are enqueued, inside the request."""
    return type(task_backends[DEFAULT_TASK_BACKEND_ALIAS]).__name__ == "ImmediateBackend"


class TaskFailed(Exception):
    """A task broke off; its words are where and why, without what other people's words may quote."""


def _for_the_queue(work: Callable[..., None]) -> Callable[..., None]:
    """Let ``work`` fail with an error that a queue may keep: many store it with its traceback, for anybody to read."""

    @wraps(work)
    def inner(*arguments: Any) -> None:
        try:
            return work(*arguments)
        except Exception as error:
            failure = TaskFailed(trace_of(error))
        # Out here, so that the error itself does not hang on the one that is kept.
        raise failure

    return inner


@task()
@hide_local_variables
@_for_the_queue
def reconcile_meeting(meeting_id: int) -> None:
    """Bring one meeting nearer to what is wanted: one slice."""
    record_worker_heartbeat()
    outcome = reconcile.reconcile(meeting_id, budget=Budget(), urgent=True)
    goes_on = (meeting_id,) if outcome.status == "again" and outcome.due_at and outcome.due_at <= clock.now() else ()
    if not runs_inline():
        for due in (*goes_on, *outcome.became_due):
            enqueue_reconcile(due)


@task()
@hide_local_variables
@_for_the_queue
def register_people(meeting_id: int) -> None:
    """Send what is due for the people of one meeting: one slice."""
    record_worker_heartbeat()
    outcome = registrants.step(meeting_id, budget=Budget())
    goes_on = outcome.status == "again" and outcome.due_at is not None and outcome.due_at <= clock.now()
    if goes_on and not runs_inline():
        enqueue_register_people(meeting_id)


@task()
@hide_local_variables
@_for_the_queue
def drain_inbox() -> None:
    """Handle webhook deliveries that are waiting: one slice; in place a short one, since Zoom waits three seconds."""
    record_worker_heartbeat()
    if runs_inline():
        webhooks.drain(seconds=IN_PLACE_SECONDS)
    elif webhooks.drain().more:
        # What is known to be waiting has no reason to wait for more.
        after_commit(drain_inbox)


@task()
@hide_local_variables
@_for_the_queue
def import_attendance(instance_id: int) -> None:
    """Read who was in one run."""
    record_worker_heartbeat()
    attendance.import_run(instance_id, urgent=True)


@task()
@hide_local_variables
@_for_the_queue
def judge_attendance(meeting_id: int) -> None:
    """Decide again who completed the lessons of one meeting."""
    record_worker_heartbeat()
    attendance.judge_held(meeting_id)


@task()
@hide_local_variables
@_for_the_queue
def write_to_guest(registrant_id: int, page_id: int, language: str) -> None:
    """Send a guest their personal address."""
    record_worker_heartbeat()
    guests.write(registrant_id, page_id, language)


@task()
@hide_local_variables
@_for_the_queue
def beat() -> None:
    """Show that a worker is there. Enqueued by ``sync_zoom``."""
    heartbeats.beat(Heartbeat.WORKER)


def enqueue_reconcile(meeting_id: int | None) -> None:
    """Have the meeting taken up once the present transaction, if any, has been committed.

    Of one request only the first goes to the engine; the others stay due for ``sync_zoom``. So nobody waits for twenty
    meetings, and an act over many is seen as a whole before it is carried out.
    """
    if meeting_id is None or _request_task_used.get():
        return
    if _request_task_used.get() is False:
        _request_task_used.set(True)
    after_commit(reconcile_meeting, meeting_id)


def enqueue_register_people(meeting_id: int | None) -> None:
    """Have what is due for the meeting's people sent once the present transaction, if any, has been committed.

    Of one request only the first meeting goes to the engine, as with `enqueue_reconcile`.
    """
    if meeting_id is None or _request_task_used.get():
        return
    if _request_task_used.get() is False:
        _request_task_used.set(True)
    after_commit(register_people, meeting_id)


def enqueue_inbox() -> None:
    """Have waiting deliveries handled after commit. Handling needs no network, so it may be done in place too.

    A drain handles whatever waits, so deliveries that come close together share one: the first has it at once, those of
    the second that follows have one at its end. A queue that cannot put work off gets a drain for each.
    """
    transaction.on_commit(_enqueue_drain, robust=True)


def enqueue_attendance(instance_id: int) -> None:
    """Have a run's attendance read after commit; of one request only the first run goes to the engine."""
    if _request_task_used.get():
        return
    if _request_task_used.get() is False:
        _request_task_used.set(True)
    after_commit(import_attendance, instance_id)


def enqueue_judging(meeting_id: int | None) -> None:
    """Have a lesson that took place judged anew after commit. That needs no network, so it may be done in place too."""
    if meeting_id is not None:
        after_commit(judge_attendance, meeting_id)


def enqueue_guest_letter(registrant_id: int, page_id: int, language: str) -> None:
    """Have a guest written to after commit, so that whoever asked cannot tell by the time it takes whom we know."""
    after_commit(write_to_guest, registrant_id, page_id, language)


def enqueue_beat() -> None:
    """Ask the worker, if there is one, to show itself."""
    if not runs_inline():
        after_commit(beat)


def after_commit(door: Any, *arguments: Any) -> None:
    """Enqueue ``door`` (a task of this module) after commit; a queue that fails disturbs nobody."""
    transaction.on_commit(partial(_enqueue, door, *arguments), robust=True)


def record_worker_heartbeat() -> None:
    """Note that a worker ran a task, unless tasks run in place."""
    if not runs_inline():
        heartbeats.beat_throttled(Heartbeat.WORKER)


def _enqueue_drain() -> None:
    if not task_backends[DEFAULT_TASK_BACKEND_ALIAS].supports_defer:
        _enqueue(drain_inbox)
    elif (wait := _drains.wait()) is not None:
        _enqueue(drain_inbox.using(run_after=clock.now() + wait) if wait else drain_inbox)


def _enqueue(door: Any, *arguments: Any) -> None:
    try:
        door.enqueue(*arguments)
    except Exception:
        # The row is due all the same: sync_zoom takes it up.
        logger.exception("A task could not be enqueued; sync_zoom will take it up.")


def _request_began(**_named: Any) -> None:
    _request_task_used.set(False)


def _request_ended(**_named: Any) -> None:
    _request_task_used.set(None)


request_started.connect(_request_began, dispatch_uid="wagtail_zoom_request_began")
request_finished.connect(_request_ended, dispatch_uid="wagtail_zoom_request_ended")
