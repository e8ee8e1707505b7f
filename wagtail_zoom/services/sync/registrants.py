"""What ``sync_zoom`` does about registrants: enrolments compared, due people sent, lists read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from ... import clock, conf
from ...api.operations import OPERATIONS
from ...models import Approval, Ledger, Meeting, Registrant, ZoomSettings
from ..coordination.leases import free
from ..registrants import dry_run, enrolment_sync
from ..registrants.plan import OPERATION_NAMES
from ..registrants.sync import step


if TYPE_CHECKING:
    from .run import SyncRun

#: Meetings compared or worked on in one run; the next run goes on.
_AT_ONCE = 200


def compare_enrolments(run: SyncRun) -> None:
    """Write down who enrolled and who left, where it is time to look, and where a person has said yes."""
    for meeting_id in _to_compare().values_list("pk", flat=True)[:_AT_ONCE]:
        if run.budget.is_spent:
            return
        synced = enrolment_sync.sync(meeting_id)
        run.count("people registered by their enrolment", synced.registered)
        run.count("registrations cancelled", synced.cancelled)


def send_registrants(run: SyncRun) -> None:
    """Send what is due for people, the soonest lesson first, and read Zoom's lists where it is time to."""
    for meeting_id in due_meetings().values_list("pk", flat=True)[:_AT_ONCE]:
        if run.budget.is_spent:
            return
        if run.dry_run:
            _foretell(run, meeting_id)
        else:
            outcome = step(meeting_id, budget=run.budget.slice())
            is_done = outcome.status == "done"
            run.count(f"registrant lists {'brought in line' if is_done else 'not finished'}")


def due_meetings() -> QuerySet[Meeting]:
    """Return the meetings about whose people something is due now and nothing stands in the way."""
    now = clock.now()
    people = Registrant.objects.filter(free(), meeting=OuterRef("pk"), due_at__lte=now)
    reading = Q(ledger__read_due_at__lte=now) | ~Q(ledger__reading={})
    rows = Meeting.objects.filter(Exists(people) | (Q(ledger__isnull=False) & reading), actual=Meeting.Actual.PRESENT)
    waiting = Ledger.objects.filter(Q(wait_until__gt=now) | ~Q(lease_owner="") & Q(lease_until__gt=now))
    rows = rows.exclude(pk__in=waiting.values("meeting"))
    rows = rows.exclude(site__in=ZoomSettings.objects.filter(is_paused=True).values("site"))
    return rows.none() if conf.is_paused() else rows.order_by(F("starts_at").asc(nulls_last=True), "pk")


def _to_compare() -> QuerySet[Meeting]:
    now = clock.now()
    due = Q(ledger__enrolments_due_at__lte=now) | Q(ledger__waits_for__verdict=Approval.Verdict.YES)
    never = Q(ledger__isnull=True) | Q(ledger__enrolments_at__isnull=True)
    upcoming = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    return (
        Meeting.objects.filter(due | never, upcoming, lessons__page__live=True).distinct().order_by("starts_at", "pk")
    )


def _foretell(run: SyncRun, meeting_id: int) -> None:
    meeting = Meeting.objects.select_related("connection__app", "host").get(pk=meeting_id)
    if meeting.connection is None:
        return
    forecast = dry_run.plan(meeting)
    for call in (*forecast.plan.calls, *forecast.plan.later):
        operation = OPERATIONS[f"{meeting.kind}s.{OPERATION_NAMES[call.act]}"]
        path = operation.filled(str(meeting.zoom_id), *(entry.registrant_id or "…" for entry in call.people[:1]))
        about = "" if call.act in ("read_lists", "read_links") else f"  {_people(len(call.people))}"
        for _page in range(call.count):
            run.would(f"{operation.method} {path}{about}")


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"
