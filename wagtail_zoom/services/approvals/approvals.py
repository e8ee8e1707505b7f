"""Mass acts wait for a person's yes, with their figures."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from wagtail.models import Page, Site

from ... import clock, conf
from ...models import Approval, Installation, Meeting, ZoomSettings
from .. import audit_log


Verdict = Approval.Verdict
Wanted, Actual = Meeting.Wanted, Meeting.Actual

OLD_LESSONS, CREATE, CANCEL = "old_lessons", "create", "cancel"


def is_older_than_installation(page: Page, space: ZoomSettings | None) -> bool:
    """Tell whether ``page`` waits for the yes of its space: last published before the installation, or never (an import)."""
    if space is not None and space.old_lessons_allowed_at is not None:
        return False
    if page.last_published_at is None:
        return True
    installed_at = Installation.objects.order_by("pk").values_list("installed_at", flat=True).first()
    return installed_at is not None and page.last_published_at < installed_at


def ask(site: Site | None, act: str) -> Approval:
    """Return the open question about ``act`` in the space ``site``, asked now unless it was asked before."""
    found = Approval.objects.filter(site=site, act=act, verdict=Verdict.OPEN).first()
    return found or Approval.objects.create(site=site, act=act, asked_at=clock.now())


def open_questions(site: Site) -> QuerySet[Approval]:
    """Return what waits for a person's yes in the space ``site``, the oldest first."""
    return Approval.objects.filter(site=site, verdict=Verdict.OPEN).order_by("asked_at")


def answer(approval_id: int, *, yes: bool, by: Any) -> list[int]:
    """Store what the person ``by`` said, and return the meetings that became due; a second answer changes nothing."""
    now = clock.now()
    verdict = Verdict.YES if yes else Verdict.NO
    with transaction.atomic():
        said = Approval.objects.filter(pk=approval_id, verdict=Verdict.OPEN).update(
            verdict=verdict, answered_at=now, answered_by=by
        )
        if not said:
            return []
        approval = Approval.objects.select_related("site").get(pk=approval_id)
        waiting = Meeting.objects.filter(waits_for=approval)
        due = list(waiting.values_list("pk", flat=True)) if yes else []
        if yes:
            waiting.update(due_at=now)
        else:
            code = "kept_on_zoom" if approval.act == CANCEL else "decided_against"
            waiting.update(due_at=None, attention=code, attention_params={}, attention_at=now)
        if approval.site is not None:
            if yes and approval.act == OLD_LESSONS:
                ZoomSettings.objects.update_or_create(site=approval.site, defaults={"old_lessons_allowed_at": now})
            data = {"act": approval.act, "yes": yes, **approval.figures}
            audit_log.note(approval.site, "mass_act_allowed" if yes else "mass_act_refused", by, **data)
    return due


def is_held(meeting: Meeting) -> bool:
    """Tell whether ``meeting`` waits for a yes that was not given (yet)."""
    return meeting.waits_for is not None and meeting.waits_for.verdict != Verdict.YES


def hold_mass_acts(now: dt.datetime) -> int:
    """Let what is due and has never been tried wait for a yes, wherever one space would do more than the limit at once.

    Returns how many meetings wait from now on. What was tried before is no new act: after an outage the work goes on.
    """
    groups: dict[tuple[int | None, str], list[int]] = defaultdict(list)
    untried = Meeting.objects.filter(_is_act(), due_at__lte=now, attempts=0, waits_for=None, is_owned=True)
    for meeting in untried.only("pk", "site", "wanted"):
        groups[meeting.site_id, CREATE if meeting.wanted == Wanted.PRESENT else CANCEL].append(meeting.pk)
    held = 0
    for (site_id, act), pks in groups.items():
        if len(pks) > conf.mass_meetings():
            held += _hold(Site.objects.filter(pk=site_id).first(), act, pks)
    return held


def count_waiting(approval: Approval) -> None:
    """Write how many meetings wait for ``approval`` into its figures."""
    approval.figures = {**approval.figures, "meetings": Meeting.objects.filter(waits_for=approval).count()}
    approval.save(update_fields=["figures"])


def _hold(site: Site | None, act: str, pks: Collection[int]) -> int:
    with transaction.atomic():
        approval = ask(site, act)
        Meeting.objects.filter(pk__in=pks, waits_for=None).update(waits_for=approval)
        count_waiting(approval)
    return len(pks)


def _is_act() -> Q:
    """Return what would be created or cancelled; changes do not count."""
    return Q(wanted=Wanted.PRESENT, actual=Actual.ABSENT) | Q(wanted=Wanted.ABSENT, actual=Actual.PRESENT)
