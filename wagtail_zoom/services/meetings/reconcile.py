"""Bringing what is on Zoom to what is wanted, one meeting and one slice at a time.

`want` and `unwant` write rows; `reconcile` speaks to Zoom; the rest is what a person may decide.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from ... import clock, conf
from ...api import ZoomClient
from ...exceptions import ZoomError
from ...models import Meeting
from ..approvals import approvals
from ..connections import zoom_apps
from ..connections.clients import client_for
from ..coordination import leases
from ..coordination.leases import Lease
from ..coordination.work_budget import Budget, Outcome
from ..installation import clone_guard
from . import create, diff, error_policy, refresh, update
from .actions import (
    DecisionRefused,
    keep_here,
    mark_done_by_hand,
    mark_former_done,
    new_here,
    new_link,
    recreate,
    retry,
    settle_doubt,
)
from .intent import unwant, want


__all__ = [
    "Budget",
    "DecisionRefused",
    "Outcome",
    "keep_here",
    "mark_done_by_hand",
    "mark_former_done",
    "new_here",
    "new_link",
    "next_step",
    "reconcile",
    "recreate",
    "retry",
    "settle_doubt",
    "unwant",
    "want",
]

logger = logging.getLogger("wagtail_zoom")

Wanted, Actual = Meeting.Wanted, Meeting.Actual
Step = Callable[[Lease[Meeting], ZoomClient], None]

#: A meeting comes to rest in fewer steps than this; more in one slice means that something goes in circles.
MOST_STEPS = 4


def reconcile(meeting_id: int, *, budget: Budget, urgent: bool = False) -> Outcome:
    """Bring one meeting nearer to what is wanted, within ``budget``; call it outside any transaction.

    A lease keeps others away meanwhile; whoever finds it taken does not wait. ``urgent`` is for what a person waits
    for. Errors of Zoom's end on the row, with the instant of the next try or with what a person has to do.
    """
    rows = Meeting.objects.select_related("connection__app", "host__connection__app", "site", "waits_for")
    meeting = rows.filter(pk=meeting_id).first()
    if meeting is None or meeting.due_at is None:
        return Outcome("done")
    if meeting.due_at > clock.now():
        return Outcome("again", meeting.due_at)
    if is_stopped(meeting):
        return Outcome("waiting")
    lease = leases.take(meeting, budget.seconds_left)
    if lease is None:
        return Outcome("waiting")
    try:
        _work(lease, budget, urgent)
    except ZoomError as error:
        lease.decide(**error_policy.columns_for(lease.row, error))
    except Exception:
        # A mistake of ours must not keep the row leased, nor be tried again every minute.
        logger.exception("Meeting %s could not be brought in line.", meeting_id)
        lease.decide(due_at=clock.now() + error_policy.LATER, attempts=lease.row.attempts + 1)
    finally:
        lease.release()
    return _outcome(meeting_id)


def is_stopped(meeting: Meeting) -> bool:
    """Tell whether a pause, an unanswered question or another address keeps ``meeting`` from being worked on."""
    if conf.is_paused() or approvals.is_held(meeting) or clone_guard.is_clone():
        return True
    return meeting.site is not None and zoom_apps.settings_of(meeting.site).is_paused


def next_step(meeting: Meeting) -> Step | None:
    """Return what is to be done on Zoom about ``meeting`` now; None if nothing is."""
    if not meeting.is_owned:
        return refresh.read_linked if meeting.wanted == Wanted.PRESENT else None
    if meeting.actual == Actual.DOUBT:
        return create.look
    if meeting.wanted == Wanted.ABSENT:
        return update.cancel if meeting.actual == Actual.PRESENT and not _waits_for_successor(meeting) else None
    if meeting.actual == Actual.ABSENT:
        return None if meeting.is_over(clock.now()) else create.create
    if meeting.actual == Actual.PRESENT and diff.changes(meeting):
        return update.update
    return None


def _work(lease: Lease[Meeting], budget: Budget, urgent: bool) -> None:
    for _number in range(MOST_STEPS):
        meeting = lease.row
        step = next_step(meeting)
        if step is None:
            lease.decide(**_resting(meeting))
            return
        if meeting.connection is None or budget.is_spent:
            return
        deadline = max(1.0, min(conf.call_deadline(), budget.seconds_left))
        with client_for(meeting.connection, urgent=urgent, deadline=deadline) as client:
            try:
                step(lease, client)
            finally:
                budget.spend(client.calls)
        if not _goes_on(lease):
            return


def _goes_on(lease: Lease[Meeting]) -> bool:
    """Tell whether the same slice may take another step: the lease is ours, and something is due at once."""
    lease.row.refresh_from_db(fields=["due_at", "lease_owner", "actual", "wanted", "attention"])
    row = lease.row
    return row.lease_owner == lease.owner and row.due_at is not None and row.due_at <= clock.now()


def _resting(meeting: Meeting) -> dict[str, object]:
    """Return the columns of a meeting about which nothing is to be done; what a person was told stays."""
    return {"due_at": None} if meeting.attention else Meeting.clear_attention()


def _waits_for_successor(meeting: Meeting) -> bool:
    """Tell whether the meeting that takes this one's place is still to be made: then this one stays until it is there."""
    successor = meeting.replaced_by
    return successor is not None and successor.wanted == Wanted.PRESENT and successor.actual != Actual.PRESENT


def _outcome(meeting_id: int) -> Outcome:
    meeting = Meeting.objects.get(pk=meeting_id)
    became_due: tuple[int, ...] = ()
    if meeting.actual == Actual.PRESENT and meeting.wanted == Wanted.PRESENT:
        became_due = _wake_predecessors(meeting)
    if meeting.due_at is not None:
        return Outcome("again", meeting.due_at, became_due)
    return Outcome("failed" if meeting.attention else "done", None, became_due)


def _wake_predecessors(meeting: Meeting) -> tuple[int, ...]:
    """Let the meetings whose place ``meeting`` has taken be cancelled, now that it exists."""
    waiting = meeting.replaces.filter(wanted=Wanted.ABSENT, actual=Actual.PRESENT, due_at=None, attention="")
    due = tuple(waiting.values_list("pk", flat=True))
    Meeting.objects.filter(pk__in=due).update(due_at=clock.now())
    return due
