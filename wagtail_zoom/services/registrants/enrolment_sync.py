"""Keeping the ledger in step with the LMS: who enrols is registered, who leaves loses the place. Rows only.

An adapter that cannot say who is enrolled means "unknown", never "nobody". What a person decided about somebody stays
until that person enrols or leaves.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from wagtail.models import Page

from ... import clock, conf
from ...models import Approval, Ledger, Meeting, Registrant
from ...models.lessons import Audience
from .. import lms
from ..lessons.lesson_lookup import original_id, original_link_of
from . import decisions, hooks
from .admission_policy import Policy
from .decisions import Source, Wanted, ledger_of
from .list_refresh import next_reading
from .person import key_of, of_user, tidied
from .planner_input import known_of
from .register import register


#: The act that waits for a yes when too many people would lose their registration at once.
DEREGISTER = "deregister"

_NEAR = dt.timedelta(hours=24)
_OFTEN = dt.timedelta(minutes=10)
_SELDOM = dt.timedelta(hours=1)

#: What stands on the row of somebody whom a person on Zoom put out.
_PUT_OUT = ("changed_on_zoom", "gone_on_zoom")

#: Whose wishes follow the enrolments: not those of editors, files and Zoom.
_FOLLOWING = (Source.ENROLMENT, Source.SELF)


@dataclass(frozen=True)
class Synced:
    """What came of comparing. ``status``: "off" (does not follow), "unknown" (the LMS could not say for every lesson),
    "open" (others may come too, so nobody is taken out), "held" (``leaving`` people wait for a yes) or "done"."""

    status: Literal["off", "unknown", "open", "held", "done"]
    registered: int = 0
    cancelled: int = 0
    leaving: int = 0
    due: tuple[int, ...] = ()


def follow(meeting: Meeting, by: Any = None) -> Synced:
    """Register everyone on the courses of the meeting's lessons, and follow the enrolments from now on."""
    ledger = ledger_of(meeting)
    Ledger.objects.filter(pk=ledger.pk).update(follows_enrolments=True)
    return sync(meeting.pk, by=by)


def follows(meeting: Meeting, ledger: Ledger, policy: Policy) -> bool:
    """Tell whether enrolling and leaving is followed: an editor said so, or a lesson of the meeting has registration on."""
    return ledger.follows_enrolments or any(options.registration == "on" for _page, options in policy.lessons)


def sync(meeting_id: int, by: Any = None) -> Synced:
    """Compare the ledger of a meeting with who is enrolled in its lessons, and write down what that changes.

    A person is wanted if any of the lessons wants them. Where one lesson's list is unknown, or one is open to others,
    nobody is taken out. More people leaving than `conf.mass_people` wait for a person's yes; the others go on.
    """
    meeting = Meeting.objects.select_related("site").filter(pk=meeting_id).first()
    if meeting is None:
        return Synced("off")
    ledger, policy = ledger_of(meeting), Policy(meeting)
    if not follows(meeting, ledger, policy) or _is_over(meeting):
        _note(ledger, None)
        return Synced("off")
    if ledger.read_at is None and ledger.read_due_at is None:
        # Whoever finds the form on Zoom's own page is read back though nobody here ever registers.
        Ledger.objects.filter(pk=ledger.pk, read_due_at=None).update(read_due_at=next_reading(meeting))
    lessons = [page for page, _options in policy.lessons]
    people, is_complete = _enrolled(lessons, asked_for=ledger.follows_enrolments)
    known = list(
        Registrant.objects.filter(meeting=meeting, occurrence_id="").only(
            "pk", "meeting_id", "email_key", "user_id", "wanted", "wanted_by", "actual", "error"
        )
    )
    settled = _decided_about(known, people)
    moving = people.keys() - settled.keys() - _decided_otherwise(known, policy.wish_for_enrolled())
    try:
        registered = register(
            meeting,
            [people[key] for key in moving],
            source=Source.ENROLMENT,
            wanted=policy.wish_for_enrolled(),
            by=by,
        )
    except hooks.RulesFailed:
        _note(ledger, clock.now() + _SELDOM)
        return Synced("unknown")
    _note(ledger, _next(meeting))
    done = registered.new + registered.changed
    if not is_complete:
        return Synced("unknown", done, due=registered.due)
    if any(is_open(lesson) for lesson in lessons):
        return Synced("open", done, due=registered.due)
    staying = people.keys() | settled.values()
    leaving = [row for row in known if row.email_key not in staying and _follows(row)]
    losing = [row for row in leaving if row.wanted != Wanted.CANCELLED]
    if _has_to_wait(meeting, ledger, losing, by):
        return Synced("held", done, leaving=len(losing), due=registered.due)
    left = decisions.decide(leaving, Wanted.CANCELLED, by=by, source=Source.ENROLMENT)
    return Synced("done", done, left.changed, due=tuple({*registered.due, *left.due}))


def note_enrolled(user: Any, lesson: Page) -> tuple[int, ...]:
    """Register somebody who has just enrolled; return the ids of meetings for which something is to be sent."""
    meeting = _meeting_of(lesson)
    if meeting is None or not _takes_registrations(meeting) or _is_over(meeting):
        return ()
    try:
        return register(
            meeting, [of_user(user)], source=Source.ENROLMENT, wanted=Policy(meeting).wish_for_enrolled()
        ).due
    except hooks.RulesFailed:
        return ()


def note_left(user: Any, lesson: Page) -> tuple[int, ...]:
    """Take back the registration of somebody who has just left, unless another lesson of the meeting wants them.

    Returns the ids of meetings for which something is to be sent. While the LMS cannot say about the other lessons,
    nothing is taken back.
    """
    meeting = _meeting_of(lesson)
    if meeting is None or _is_over(meeting):
        return ()
    others = [page for page, _options in Policy(meeting).lessons if page.pk != original_id(lesson)]
    if any(lms.may_join(user, page) is not False for page in others):
        return ()
    rows = Registrant.objects.filter(meeting=meeting, user=user, wanted_by__in=_FOLLOWING)
    return decisions.cancel(rows.exclude(wanted=Wanted.DENIED), source=Source.ENROLMENT).due


def is_open(lesson: Any) -> bool:
    """Tell whether others than the enrolled may come to ``lesson``: who leaves its course then keeps the place."""
    return bool(lesson.zoom_audience != Audience.ENROLLED)


def _enrolled(lessons: Sequence[Page], *, asked_for: bool) -> tuple[dict[str, Any], bool]:
    """Return everybody enrolled by key, and whether that is all of them: False when one lesson's list is unknown.

    To a lesson that is open to others those who want to register come by themselves; its course is registered where a
    person ``asked_for`` it.
    """
    people: dict[str, Any] = {}
    is_complete = bool(lessons)
    for lesson in lessons:
        users = lms.enrolled(lesson) if asked_for or not is_open(lesson) else None
        is_complete = is_complete and users is not None
        for user in users or ():
            person = tidied(of_user(user))
            people.setdefault(key_of(person), person)
    return people, is_complete


def _decided_otherwise(known: Collection[Registrant], wanted: str) -> set[str]:
    """Return the keys of those whom the list of enrolments does not move: they are as wanted, or somebody decided."""
    return {
        row.email_key
        for row in known
        if row.wanted == wanted or (row.wanted != Wanted.WAITING and row.wanted_by != Source.ENROLMENT)
    }


def _decided_about(known: Collection[Registrant], people: Mapping[str, Any]) -> dict[str, str]:
    """Return the keys of enrolled people about whom somebody decided under another address, with the key of that row.

    The decision is about the person: another address on their account is no way round it, nor a second place.
    """
    decided = {row.user_id: row.email_key for row in known if row.user_id and _is_decided(row)}
    found = {key: decided.get(person.user.pk) for key, person in people.items()}
    return {key: other for key, other in found.items() if other not in (None, key)}


def _is_decided(row: Registrant) -> bool:
    if row.error in _PUT_OUT:
        return True
    never_came = row.wanted == Wanted.APPROVED and row.actual == Registrant.Actual.ABSENT and bool(row.error)
    return row.wanted != Wanted.WAITING and row.wanted_by not in _FOLLOWING and not never_came


def _follows(row: Registrant) -> bool:
    """Tell whether somebody who is not enrolled (any more) loses their registration, or the memory of cancelling it."""
    if not row.user_id or row.wanted_by not in _FOLLOWING:
        return False
    in_or_waiting = row.wanted in (Wanted.APPROVED, Wanted.WAITING)
    return in_or_waiting or (row.wanted == Wanted.CANCELLED and row.wanted_by == Source.SELF)


def _has_to_wait(meeting: Meeting, ledger: Ledger, leaving: Sequence[Registrant], by: Any) -> bool:
    """Tell whether so many people leaving wait for a yes, and ask for it. Whoever asked for it has said yes."""
    if by is not None or len(leaving) <= conf.mass_people():
        _withdraw(ledger)
        return False
    asked = ledger.waits_for
    digest = hashlib.sha256(",".join(str(row.pk) for row in leaving).encode()).hexdigest()[:16]
    if asked is not None and asked.verdict == Approval.Verdict.YES and asked.figures.get("count", 0) >= len(leaving):
        Ledger.objects.filter(pk=ledger.pk).update(waits_for=None)
        return False
    figures = {"meeting": meeting.pk, "title": str(meeting), "count": len(leaving), "digest": digest}
    if asked is not None and asked.verdict == Approval.Verdict.OPEN:
        Approval.objects.filter(pk=asked.pk).update(figures=figures)
    elif asked is None or asked.figures.get("digest") != digest:
        approval = Approval.objects.create(site=meeting.site, act=DEREGISTER, figures=figures, asked_at=clock.now())
        Ledger.objects.filter(pk=ledger.pk).update(waits_for=approval)
    return True


def _withdraw(ledger: Ledger) -> None:
    """Take a question back that is no longer one."""
    if ledger.waits_for_id is not None:
        Approval.objects.filter(pk=ledger.waits_for_id, verdict=Approval.Verdict.OPEN).delete()
        Ledger.objects.filter(pk=ledger.pk).update(waits_for=None)


def _meeting_of(lesson: Page) -> Meeting | None:
    link = original_link_of(lesson)
    return link.meeting if link else None


def _takes_registrations(meeting: Meeting) -> bool:
    return known_of(meeting).get("settings.approval_type") in (0, 1)


def _is_over(meeting: Meeting) -> bool:
    return meeting.ends_at is not None and meeting.ends_at < clock.now()


def _next(meeting: Meeting) -> dt.datetime:
    now = clock.now()
    near = meeting.starts_at is not None and meeting.starts_at - now <= _NEAR
    return now + (_OFTEN if near else _SELDOM)


def _note(ledger: Ledger, due_at: dt.datetime | None) -> None:
    Ledger.objects.filter(pk=ledger.pk).update(enrolments_at=clock.now(), enrolments_due_at=due_at)
