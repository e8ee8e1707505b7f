"""Everything that is due, in order: what ``sync_zoom`` runs every minute."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F, Q, QuerySet

from ... import clock, conf
from ...api.scopes import feature_name
from ...exceptions import ZoomError
from ...models import Approval, Meeting, ZoomSettings
from ..approvals import approvals
from ..connections import capabilities
from ..coordination import leases
from ..coordination.work_budget import Budget
from ..installation import clone_guard
from ..meetings import create, diff, offboarding, orphans, page_sync, reconcile, refresh, update
from ..status import problem_emails
from . import maintenance
from .registrants import compare_enrolments, send_registrants


logger = logging.getLogger("wagtail_zoom")


@dataclass
class SyncRun:
    """One run over everything that is due.

    With ``dry_run`` a step speaks to nobody: it says with `would` which calls it would make. ``with_pages`` lets the
    pages themselves be looked through as well, which costs more than the rows. ``done`` counts what was done.
    """

    now: dt.datetime
    budget: Budget
    dry_run: bool = False
    with_pages: bool = True
    calls: list[str] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)

    def would(self, call: str) -> None:
        """Note a call that would be made."""
        self.calls.append(call)

    def count(self, what: str, number: int = 1) -> None:
        """Count something that was done."""
        if number:
            self.done[what] = self.done.get(what, 0) + number


Step = Callable[[SyncRun], None]


def sweep(now: dt.datetime | None = None, *, budget: Budget, dry_run: bool = False, with_pages: bool = True) -> SyncRun:
    """Run all steps within ``budget``; one that fails is logged, and the others run. Call it outside any transaction.

    A dry run does the same to the rows inside a transaction that is taken back, and makes no call. In a copy of the
    database nothing is done at all.
    """
    run = SyncRun(now or clock.now(), budget, dry_run, with_pages)
    if clone_guard.is_clone():
        return run
    if not dry_run:
        _run_steps(run)
        return run
    with transaction.atomic():
        _run_steps(run)
        transaction.set_rollback(True)
    return run


def find_differing(run: SyncRun) -> None:
    """Write down what pages want, where no row says so yet."""
    if run.with_pages:
        run.count("lessons changed", page_sync.write_down_differing_lessons(run.now))
        run.count("lessons changed", page_sync.write_down_lost_ends(run.now))
        run.count("meetings unblocked", page_sync.wake_what_can_go_on())


def hold_mass_acts(run: SyncRun) -> None:
    """Let acts over many meetings wait for a person."""
    run.count("meetings waiting for a yes", approvals.hold_mass_acts(clock.now()))


def work_off(run: SyncRun) -> None:
    """Bring due meetings in line, the soonest lesson first; what one of them sets going is taken up as well."""
    ended: dict[int, str] = {}
    _work_off(run, ended)
    run.count("meetings brought in line", sum(status == "done" for status in ended.values()))
    run.count("meetings not finished", sum(status != "done" for status in ended.values()))


def _work_off(run: SyncRun, ended: dict[int, str]) -> None:
    """Work on due meetings while the budget lasts; ``ended`` gets the status with which each of them was left."""
    seen: dict[int, int] = {}
    while True:
        fresh = [pk for pk in due_meetings().values_list("pk", flat=True) if seen.get(pk, 0) < reconcile.MOST_STEPS]
        if not fresh or run.budget.is_spent:
            return
        for pk in fresh:
            seen[pk] = seen.get(pk, 0) + 1
            if run.dry_run:
                seen[pk] = reconcile.MOST_STEPS
                _foretell(run, pk)
            elif run.budget.is_spent:
                return
            else:
                outcome = reconcile.reconcile(pk, budget=run.budget.slice())
                seen[pk] = reconcile.MOST_STEPS if outcome.status == "waiting" else seen[pk]
                ended[pk] = outcome.status


def read_due(run: SyncRun) -> None:
    """Read what is on Zoom where it is time to."""
    groups = {} if conf.is_paused() else refresh.by_host(refresh.due_for_reading(clock.now()))
    for group in groups.values():
        if run.budget.is_spent:
            return
        if run.dry_run:
            _foretell_reading(run, group)
            continue
        try:
            refresh.read_group(group)
        except ZoomError as error:
            logger.info("Meetings of one host could not be read: %s", error.detail)
            later = clock.now() + refresh.SETTLES
            Meeting.objects.filter(pk__in=[meeting.pk for meeting in group]).update(read_due_at=later)
            run.count("meetings not read", len(group))
        else:
            run.count("meetings read", len(group))


def settle_orphans(run: SyncRun) -> None:
    """Clear away meetings that were made and belong to nothing."""
    for orphan in [] if conf.is_paused() else orphans.waiting(clock.now()):
        if run.budget.is_spent:
            return
        if run.dry_run:
            run.would(f"DELETE /{orphan.kind}s/{orphan.zoom_id}")
            continue
        try:
            orphans.settle(orphan)
        except ZoomError as error:
            logger.info("An orphaned meeting could not be settled: %s", error.detail)
            run.count("orphaned meetings not settled")
        else:
            run.count("orphaned meetings settled")


def release_departed_hosts(run: SyncRun) -> None:
    """Release the hosts whose people have left."""
    if run.dry_run:
        for host in offboarding.departed_hosts():
            run.would(f"POST /oauth/revoke  ({host})")
        return
    released = offboarding.release_departed_hosts(run.now)
    run.count("departed hosts released", released.hosts)
    run.count("lessons that need a host", released.lessons_without_host)
    run.count("lessons whose host is back", released.lessons_with_host_again)


def write_about_problems(run: SyncRun) -> None:
    """Write to people whose lesson is not ready, or whose connection has ended."""
    if not run.dry_run and problem_emails.may_write():
        run.count("mails sent about lessons", problem_emails.write_about_lessons(run.now, run.budget))
        run.count("mails sent about connections", problem_emails.write_about_connections(run.now))


#: What a sweep does, in this order: rows first, then whatever needs Zoom, the most urgent first.
STEPS: tuple[Step, ...] = (
    maintenance.handle_deliveries,
    maintenance.close_runs,
    find_differing,
    release_departed_hosts,
    hold_mass_acts,
    compare_enrolments,
    work_off,
    send_registrants,
    read_due,
    settle_orphans,
    maintenance.renew_grants,
    write_about_problems,
    maintenance.read_attendance,
    maintenance.read_recordings,
    maintenance.forget,
)


def due_meetings() -> QuerySet[Meeting]:
    """Return the meetings that are due now and that nothing holds up, the soonest lesson first."""
    now = clock.now()
    paused = ZoomSettings.objects.filter(is_paused=True).values("site")
    rows = Meeting.objects.filter(due_at__lte=now).exclude(site__in=paused)
    rows = rows.filter(Q(waits_for=None) | Q(waits_for__verdict=Approval.Verdict.YES))
    rows = rows.filter(leases.free(now))
    return rows.none() if conf.is_paused() else rows.order_by(F("starts_at").asc(nulls_last=True), "pk")


def _run_steps(run: SyncRun) -> None:
    for step in STEPS:
        try:
            if run.dry_run:
                with transaction.atomic():
                    step(run)
            else:
                step(run)
        except Exception:
            logger.exception("sync_zoom: the step %s failed; the others go on.", step.__name__)


def _foretell(run: SyncRun, pk: int) -> None:
    """Say which call would be made for a due meeting."""
    rows = Meeting.objects.select_related("connection__app", "host__connection__app", "replaced_by")
    meeting = rows.get(pk=pk)
    step = reconcile.next_step(meeting)
    if step is None or meeting.connection is None:
        return
    host = meeting.host.zoom_ref if meeting.host else "?"
    plural = f"{meeting.kind}s"
    foretold: dict[reconcile.Step, str] = {
        create.create: f"POST /users/{host}/{plural}",
        create.look: f"GET /users/{host}/{plural}",
        update.update: f"PATCH /{plural}/{meeting.zoom_id} {', '.join(sorted(diff.changes(meeting)))}",
        update.cancel: f"DELETE /{plural}/{meeting.zoom_id}",
        refresh.read_linked: f"GET /{plural}/{meeting.zoom_id}",
    }
    features_of: dict[reconcile.Step, str] = {update.update: "change", update.cancel: "cancel"}
    needed = features_of.get(step)
    if needed and not capabilities.allowed(meeting.connection, feature_name(meeting.kind, needed)).likely:
        return
    run.would(f"{foretold[step]}  “{meeting.topic}”")


def _foretell_reading(run: SyncRun, group: list[Meeting]) -> None:
    first = group[0]
    host = first.host if first.is_owned else None
    if host is not None and refresh.is_listed(host, first.kind):
        run.would(f"GET /users/{host.zoom_ref}/{first.kind}s")
    elif create.may_read(first):
        for meeting in group:
            run.would(f"GET /{meeting.kind}s/{meeting.zoom_id}")
