"""One slice of work on the registrants of one meeting: read where that is due, plan, send, plan again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import cast

from django.db.models import Min, QuerySet

from ... import clock, conf
from ...api.client import ZoomClient
from ...exceptions import ZoomError
from ...models import Connection, Ledger, Meeting, Registrant
from ..connections.clients import client_for
from ..coordination import daily_quotas, leases
from ..coordination.leases import Lease, free
from ..coordination.work_budget import Budget, Outcome
from . import confirmation_emails, list_refresh, planner_input
from .decisions import ledger_of, portions
from .error_policy import PlanOutdated, Stop, backoff_for
from .executor import RULES_PAUSE, Sender
from .plan import Call, Cannot, Plan
from .planner import plan


#: People planned for at once: more than one slice can ever send.
_MOST_PEOPLE = 1000

#: Rounds of planning in one slice; each is ended by an answer that changed what is known.
_MOST_ROUNDS = 50

#: After so long, whoever found the ledger at work elsewhere looks again.
_BUSY = dt.timedelta(seconds=5)

#: When an obstacle of ours is looked at again; who removes it has the work done at once.
_OBSTRUCTED = dt.timedelta(minutes=10)


def step(meeting_id: int, *, budget: Budget | None = None) -> Outcome:
    """Do one slice of what is due for the people of a meeting. Needs the network; call it outside any transaction.

    Never raises for what Zoom does or does not do: what came of it stands on the rows.
    """
    meeting = _meeting(meeting_id)
    return Outcome("done") if meeting is None else _step(meeting, ledger_of(meeting), budget or Budget())


def _meeting(meeting_id: int) -> Meeting | None:
    return Meeting.objects.select_related("connection__app", "host", "site").filter(pk=meeting_id).first()


def _step(meeting: Meeting, ledger: Ledger, budget: Budget) -> Outcome:
    now = clock.now()
    if ledger.wait_until is not None and ledger.wait_until > now:
        return Outcome("waiting", due_at=ledger.wait_until)
    obstacle = planner_input.obstacle_of(meeting)
    if obstacle:
        Ledger.objects.filter(pk=ledger.pk).update(error=obstacle, error_params={})
        return Outcome("waiting", due_at=now + _OBSTRUCTED)
    lease = leases.take(ledger, budget.seconds_left + conf.call_deadline())
    if lease is None:
        return Outcome("again", due_at=now + _BUSY)
    return _worked(meeting, lease, budget)


def read_back(meeting_id: int, *, budget: Budget | None = None) -> Outcome:
    """Read Zoom's lists now, whenever they would have been read next, then go on as `step` does."""
    meeting = _meeting(meeting_id)
    if meeting is None:
        return Outcome("done")
    return _step(meeting, ask_to_read(meeting), budget or Budget())


def ask_to_read(meeting: Meeting) -> Ledger:
    """Have Zoom's lists read with the next step, whenever they would have been read. Rows only."""
    ledger = ledger_of(meeting)
    ledger.read_due_at, ledger.wait_until = clock.now(), None
    ledger.save(update_fields=["read_due_at", "wait_until"])
    return ledger


def may_read(meeting: Meeting) -> bool:
    """Tell whether the meeting's connection probably may read Zoom's lists."""
    return meeting.connection is not None and planner_input.may(meeting, "list")


def is_reading(ledger: Ledger) -> bool:
    """Tell whether Zoom's lists are being read, or are next."""
    return bool(ledger.reading) or (ledger.read_due_at is not None and ledger.read_due_at <= clock.now())


def is_due(meeting: Meeting, ledger: Ledger) -> bool:
    """Tell whether `step` would find something to do for ``meeting`` now."""
    return is_reading(ledger) or due_rows(meeting).exists()


def due_rows(meeting: Meeting) -> QuerySet[Registrant]:
    """Return the people about whom something is to be sent now, and with whom nobody is busy."""
    return Registrant.objects.filter(free(), meeting=meeting, due_at__lte=clock.now())


def _worked(meeting: Meeting, lease: Lease[Ledger], budget: Budget) -> Outcome:
    """Work under ``lease`` and give it back; return what is left."""
    error, until = "", None
    try:
        with client_for(cast(Connection, meeting.connection), urgent=_is_urgent(meeting)) as client:
            _Slice(client, meeting, lease, budget).run()
    except Stop as stop:
        error, until = stop.code, stop.until
    except ZoomError as failure:
        meant = backoff_for(failure)
        error, until = meant.code, meant.until
    finally:
        lease.release(error=error, error_params={}, wait_until=until)
    confirmation_emails.write_due(meeting)
    return _left(meeting, lease.row, until)


def _is_urgent(meeting: Meeting) -> bool:
    return due_rows(meeting).filter(source=Registrant.Source.SELF).exists()


def _left(meeting: Meeting, ledger: Ledger, until: dt.datetime | None) -> Outcome:
    following = Registrant.objects.filter(meeting=meeting).aggregate(due=Min("due_at"))["due"]
    if ledger.reading:
        following = clock.now()
    if following is None:
        return Outcome("done")
    if until is not None:
        return Outcome("waiting", due_at=max(until, following))
    return Outcome("again", due_at=following)


@dataclass
class _Slice:
    """The work of one slice."""

    client: ZoomClient
    meeting: Meeting
    lease: Lease[Ledger]
    budget: Budget

    def run(self) -> None:
        """Read, plan and send until nothing is left or the budget is spent."""
        for _round in range(_MOST_ROUNDS):
            calls_before = self.client.calls
            try:
                goes_on = self._read_if_due() and self._send_what_is_planned()
            except PlanOutdated:
                continue
            if not goes_on or self.budget.is_spent or self.client.calls == calls_before:
                return

    def _read_if_due(self) -> bool:
        """Read on in Zoom's lists where that is due; return whether sending may go on."""
        ledger = self.lease.row
        never_read = ledger.read_at is None and not self.meeting.is_owned
        due = ledger.read_due_at is not None and ledger.read_due_at <= clock.now()
        if not (never_read or due or ledger.reading):
            if ledger.read_due_at is None and ledger.read_at is None:
                self.lease.write(read_due_at=list_refresh.next_reading(self.meeting))
            return True
        if not planner_input.may(self.meeting, "list"):
            self.lease.write(reading={}, read_due_at=None, read_at=ledger.read_at or clock.now())
            return True
        return list_refresh.read_slice(self.client, self.meeting, self.lease, self.budget)

    def _send_what_is_planned(self) -> bool:
        """Plan for the people who are due, and send; return whether there were any."""
        ledger = self.lease.row
        started = clock.now()
        rows = due_rows(self.meeting).order_by("due_at", "pk")[:_MOST_PEOPLE]
        entries = planner_input.entries_of(self.meeting, rows)
        if not entries:
            return False
        around = planner_input.circumstances_of(self.meeting, ledger)
        planned = plan(entries, around)
        _note_standstill(planned, started)
        sender = Sender(
            self.client,
            self.meeting,
            ledger,
            owner=self.lease.owner,
            until=self.lease.until,
            can_look="list" in around.can,
        )
        for call in planned.calls:
            if self.budget.is_spent:
                break
            self._make(call, sender)
        return True

    def _make(self, call: Call, sender: Sender) -> None:
        if call.act == "read_lists":
            list_refresh.begin_again(self.lease)
            raise PlanOutdated
        if call.act == "read_links":
            list_refresh.read_links(self.client, self.meeting, call.people, self.budget)
            return
        before = self.client.calls
        try:
            sender.send(call)
        finally:
            self.budget.spend(self.client.calls - before)


def _note_standstill(planned: Plan, started: dt.datetime) -> None:
    """Write on the rows why nothing can be done for them, and let go of those for whom nothing has to be done.

    A wish that came in since ``started`` made its row due anew: such rows stay as they are.
    """
    rows = Registrant.objects.filter(free(), due_at__lte=started)
    ordered = sorted(planned.cannot, key=_reason)
    for (code, params), group in groupby(ordered, key=_reason):
        for some in portions([cannot.entry.pk for cannot in group]):
            rows.filter(pk__in=some).update(error=code, error_params=dict(params), due_at=_again_at(code))
    for some in portions(planned.settled):
        rows.filter(pk__in=some).update(error="", error_params={}, due_at=None)


def _reason(cannot: Cannot) -> tuple[str, tuple[tuple[str, str], ...]]:
    return cannot.code, tuple(sorted(cannot.params.items()))


def _again_at(code: str) -> dt.datetime | None:
    """Return when somebody who cannot be helped because of ``code`` is tried again by itself."""
    if code in ("adds_used", "status_used", "no_answer_blind"):
        return daily_quotas.end_of_day()
    if code in ("rules_failed", "registration_off"):
        return clock.now() + RULES_PAUSE
    if code == "no_scope":
        return clock.now() + dt.timedelta(days=1)
    return None
