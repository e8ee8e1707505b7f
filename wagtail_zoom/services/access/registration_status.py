"""Where a person stands with a lesson to which Zoom admits registered people only. Told from rows, Zoom is not asked."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from ...models import Ledger, Meeting, Registrant
from ..lessons.options import options_of
from ..registrants.admission_policy import Policy


Source, Wanted, Actual = Registrant.Source, Registrant.Wanted, Registrant.Actual

Code = Literal[
    "no_address",
    "pending",
    "denied",
    "gave_up",
    "full",
    "closed",
    "tomorrow",
    "questions",
    "host_on_zoom",
    "registration_off",
    "registration_failed",
]

#: What people are told about the reasons on their row that concern them; the others are the teacher's to mend.
_ERRORS: dict[str, Code] = {
    "full": "full",
    "places": "full",
    "adds_used": "tomorrow",
    "status_used": "tomorrow",
    "no_email": "no_address",
    "bad_email": "no_address",
    "long_email": "no_address",
    "questions": "questions",
    "host": "host_on_zoom",
    "registration_off": "registration_off",
    "admits_at_once": "pending",
    "changed_on_zoom": "denied",
    "gone_on_zoom": "denied",
}

#: What keeps everybody from being registered until somebody has mended it; anything else passes by itself.
_STANDSTILL = frozenset({"registration_off", "registration_closed", "licence", "not_permitted", "wrong_kind", "gone"})


def takes_registrations(page: Any) -> bool:
    """Tell whether people may register for the lesson ``page`` by themselves."""
    return options_of(page).registration == "on"


def registrant_status(row: Registrant) -> Code | None:
    """Return what keeps the person of ``row`` out; None for who is in, or on the way in."""
    if row.wanted == Wanted.CANCELLED and may_return(row):
        return "gave_up"
    if row.wanted not in {Wanted.APPROVED, Wanted.WAITING}:
        return "denied"
    if row.actual == Actual.APPROVED:
        return None
    if row.error in _ERRORS:
        return _ERRORS[row.error]
    if row.wanted == Wanted.APPROVED and row.due_at is not None:
        return "registration_off" if _is_blocked(row.meeting_id) else None
    if row.error:
        return "registration_failed"
    return "denied" if row.actual == Actual.DENIED else "pending"


def visitor_status(page: Any, meeting: Meeting, now: dt.datetime) -> Code | None:
    """Return what keeps somebody without a row from registering for the lesson ``page``; None if nothing does."""
    options = options_of(page)
    if options.registration != "on":
        return None
    if options.closes_at is not None and now >= options.closes_at:
        return "closed"
    if options.places is not None and is_full(meeting):
        return "full"
    return "registration_off" if _is_blocked(meeting.pk) else None


def is_full(meeting: Meeting) -> bool:
    """Tell whether all places that the lessons of ``meeting`` offer are taken, or about to be."""
    places = Policy(meeting).places
    if places is None:
        return False
    wanted = Registrant.objects.filter(meeting=meeting, wanted=Wanted.APPROVED)
    coming = wanted.exclude(actual=Actual.APPROVED).filter(due_at__isnull=False)
    return wanted.filter(actual=Actual.APPROVED).count() + coming.count() >= places


def is_unusable(row: Registrant) -> bool:
    """Tell whether ``row`` never got to Zoom for want of an address: who has another one by now starts anew."""
    return row.actual == Actual.ABSENT and _ERRORS.get(row.error) == "no_address"


def decided_by(row: Registrant) -> str:
    """Return whose decision the wish on ``row`` is: a `Registrant.Source`."""
    return row.wanted_by or row.source


def may_return(row: Registrant) -> bool:
    """Tell whether a cancelled registration was given up by its person, or with a course: not taken by an editor."""
    return row.wanted_by in {Source.SELF, Source.ENROLMENT}


def _is_blocked(meeting_id: int) -> bool:
    return Ledger.objects.filter(meeting_id=meeting_id, error__in=_STANDSTILL).exists()
