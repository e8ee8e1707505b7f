"""Who completed the lesson? A rule of the school's choice, each verdict with its grounds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Page

from ... import clock
from ...models import Attendance, Completion, JoinClick, LessonMeeting, Meeting, ZoomSettings
from .. import lms
from ..coordination.bulk_insert import bulk_insert
from ..lessons.options import options_of
from .intervals import Interval, merged, seconds


Rule = ZoomSettings.CompletionRule


@dataclass(frozen=True)
class CompletionRule:
    """A rule with its amount: minutes or per cent, whatever ``rule`` counts."""

    rule: str
    amount: int = 0


@dataclass(frozen=True)
class Verdict:
    """Whether it is enough, and the numbers it rests on, in seconds."""

    is_complete: bool
    rule: str
    seconds: int
    needed: int
    lesson: int

    def grounds(self) -> dict[str, Any]:
        """Return what is stored with the verdict."""
        return {"rule": self.rule, "seconds": self.seconds, "needed": self.needed, "lesson": self.lesson}


def rule_of(page: Page) -> CompletionRule:
    """Return the lesson's own rule, else its space's."""
    own = options_of(page)
    if own.completion_rule:
        return CompletionRule(own.completion_rule, own.completion_amount)
    site = page.get_site()
    settings = ZoomSettings.objects.filter(site=site).first() if site else None
    return (
        CompletionRule(settings.completion_rule, settings.completion_amount) if settings else CompletionRule(Rule.ANY)
    )


def judge(rule: CompletionRule, *, present: int, lesson: int, opened: bool) -> Verdict:
    """Return the verdict for a learner who was there ``present`` seconds of ``lesson`` seconds. Pure."""
    needed = {
        Rule.MINUTES: rule.amount * 60,
        Rule.PERCENT: -(-lesson * rule.amount // 100),
        Rule.ANY: 1,
    }.get(Rule(rule.rule), 0)
    enough = opened or present > 0 if rule.rule == Rule.OPENED else 0 < needed <= present
    return Verdict(is_complete=enough, rule=rule.rule, seconds=present, needed=needed, lesson=lesson)


def explain(grounds: Mapping[str, Any]) -> str:
    """Return the sentence behind a verdict: "41 of 60 minutes, 75 % needed"."""
    there, lesson = int(grounds.get("seconds", 0)) // 60, int(grounds.get("lesson", 0)) // 60
    minutes = ngettext("%(there)d minute", "%(there)d minutes", there) % {"there": there}
    match grounds.get("rule"):
        case Rule.PERCENT if grounds.get("lesson"):
            per_cent = round(100 * int(grounds["needed"]) / int(grounds["lesson"]))
            return _("%(there)d of %(lesson)d minutes, %(per_cent)d %% needed") % {
                "there": there,
                "lesson": lesson,
                "per_cent": per_cent,
            }
        case Rule.MINUTES:
            needed = int(grounds.get("needed", 0)) // 60
            return _("%(minutes)s, %(needed)d needed") % {"minutes": minutes, "needed": needed}
        case Rule.OPENED:
            return _("opened the lesson") if not there else minutes
        case _other:
            return _("was there for %(minutes)s") % {"minutes": minutes}


def evaluate_completion(meeting: Meeting) -> int:
    """Judge every learner of every lesson that uses ``meeting``, and tell the LMS; return how many verdicts changed.

    A verdict that a person gave by hand stays. The LMS is told once; what it did not take is told at the next judging.
    """
    present = _presence_of_users(meeting)
    changed = 0
    for link in meeting.lessons.select_related("page").filter(page__isnull=False):
        changed += _judge_lesson(link, present)
    return changed


def meeting_with_report(page: Page) -> int | None:
    """Return the id of the meeting in which the lesson ``page`` took place, once it was read who was there."""
    held = LessonMeeting.objects.filter(page_id=page.pk, meeting__instances__read_at__isnull=False)
    return held.values_list("meeting_id", flat=True).first()


def judge_held(meeting_id: int) -> int:
    """Judge a meeting anew, because a lesson's rule may be another one; return how many verdicts changed."""
    meeting = Meeting.objects.filter(pk=meeting_id).first()
    return evaluate_completion(meeting) if meeting else 0


def _judge_lesson(link: LessonMeeting, present: Mapping[Any, int]) -> int:
    if link.page is None:
        return 0
    page = link.page.specific
    rule = rule_of(page)
    if rule.rule == Rule.NONE:
        return 0
    meeting = link.meeting
    if rule.rule == Rule.ANY and not Attendance.objects.filter(meeting=meeting).exists():
        # Nothing may be read of this meeting: the clicks on our own Join are the evidence, under their own name.
        rule = CompletionRule(Rule.OPENED)
    lesson = (page.zoom_duration or 0) * 60 or planned_seconds(meeting)
    opened = set(JoinClick.objects.filter(page_id=page.pk, user__isnull=False).values_list("user_id", flat=True))
    # Somebody else's learner may share the webinar: only people of this lesson are judged for it.
    enrolled = _enrolled_ids(page)
    people = {user_id for user_id in present if enrolled is None or user_id in enrolled} | opened
    known = {row.user_id: row for row in Completion.objects.filter(page_id=page.pk, user__isnull=False)}
    now = clock.now()
    fresh, altered = [], []
    for user_id in people:
        verdict = judge(rule, present=present.get(user_id, 0), lesson=lesson, opened=user_id in opened)
        row = known.get(user_id)
        if row is None:
            fresh.append(_new_completion(page, user_id, verdict, now))
        elif not row.override_reason and row.grounds != verdict.grounds():
            row.is_complete, row.grounds, row.decided_at = verdict.is_complete, verdict.grounds(), now
            altered.append(row)
    with transaction.atomic():
        bulk_insert(fresh, ignore_conflicts=True)
        Completion.objects.bulk_update(altered, ["is_complete", "grounds", "decided_at"], batch_size=500)
    tell_lms(page)
    return len(fresh) + len(altered)


def tell_lms(page: Page) -> int:
    """Tell the LMS of completions that it has not taken note of yet; return how many it took."""
    untold = Completion.objects.filter(page_id=page.pk, is_complete=True, told_lms_at=None, user__isnull=False)
    told = [row.pk for row in untold.select_related("user") if lms.mark_complete(row.user, page, row)]
    Completion.objects.filter(pk__in=told).update(told_lms_at=clock.now())
    return len(told)


def override(completion: Completion, *, is_complete: bool, reason: str, by: Any) -> None:
    """Let a person decide otherwise, with a reason; later readings leave it alone.

    Raises ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("an override needs a reason")
    completion.is_complete = is_complete
    completion.override_reason = reason.strip()[:255]
    completion.overridden_by = by
    completion.decided_at = clock.now()
    completion.told_lms_at = None
    completion.save()
    if completion.page:
        tell_lms(completion.page.specific)


def _presence_of_users(meeting: Meeting) -> dict[Any, int]:
    stretches: dict[Any, list[Interval]] = {}
    rows = Attendance.objects.filter(meeting=meeting, user__isnull=False, is_host=False)
    for user_id, stays in rows.values_list("user_id", "stretches"):
        stretches.setdefault(user_id, []).extend(Interval(*stay) for stay in stays)
    return {user_id: seconds(merged(stays)) for user_id, stays in stretches.items()}


def _enrolled_ids(page: Page) -> set[Any] | None:
    people = lms.enrolled(page)
    return None if people is None else {user.pk for user in people}


def _new_completion(page: Page, user_id: Any, verdict: Verdict, now: dt.datetime) -> Completion:
    return Completion(
        page_id=page.pk,
        page_title=page.title,
        user_id=user_id,
        is_complete=verdict.is_complete,
        grounds=verdict.grounds(),
        decided_at=now,
    )


def planned_seconds(meeting: Meeting) -> int:
    """Return how long the meeting is planned to last; 0 where that is not known."""
    if meeting.starts_at and meeting.ends_at:
        return int((meeting.ends_at - meeting.starts_at).total_seconds())
    return 0
