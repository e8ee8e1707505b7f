"""Zoom's daily allowances, counted in rows before they bite. Zoom's days begin at 00:00 UTC."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from ... import clock
from ...models import Allowance
from .bulk_insert import bulk_insert


What = Allowance.What

#: Zoom: how much of each a day has.
LIMITS: Mapping[str, int] = {What.HOST_WRITES: 100, What.REGISTRANT_ADDS: 3, What.REGISTRANT_STATUS: 10}

#: Subjects in one query: below the number of parameters that every supported database takes.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Use:
    """How much of today's allowance one subject has used, and how much it has left."""

    used: int
    left: int


def take(account_key: str, what: str, subject: str, amount: int = 1) -> bool:
    """Use ``amount`` of today's allowance of ``subject``; return False, having used nothing, if that is too much."""
    _ensure_rows(account_key, what, [subject])
    enough = _rows(account_key, what, [subject]).filter(_not_blocked(), used__lte=LIMITS[what] - amount)
    return bool(enough.update(used=F("used") + amount))


def left(account_key: str, what: str, subject: str) -> int:
    """Return how much of today's allowance ``subject`` has left."""
    return uses(account_key, what, [subject])[subject].left


def uses(account_key: str, what: str, subjects: Collection[str]) -> dict[str, Use]:
    """Return for each of ``subjects`` what is used and left today, in few queries."""
    limit, now = LIMITS[what], clock.now()
    found = {subject: Use(0, limit) for subject in subjects}
    for some in _portions(list(subjects)):
        for row in _rows(account_key, what, some):
            blocked = row.blocked_until is not None and row.blocked_until > now
            found[row.subject] = Use(row.used, 0 if blocked else max(0, limit - row.used))
    return found


def take_each(account_key: str, what: str, subjects: Collection[str]) -> set[str]:
    """Use one of today's allowance of each of ``subjects``; return those that had one left."""
    granted = {subject for subject, use in uses(account_key, what, subjects).items() if use.left > 0}
    for some in _portions(sorted(granted)):
        _ensure_rows(account_key, what, some)
        _rows(account_key, what, some).update(used=F("used") + 1)
    return granted


def give_back(account_key: str, what: str, subjects: Collection[str]) -> None:
    """Undo `take_each` for ``subjects``: what they were to pay for certainly never reached Zoom."""
    for some in _portions(list(subjects)):
        _rows(account_key, what, some).filter(used__gt=0).update(used=F("used") - 1)


def block(account_key: str, what: str, subject: str, until: dt.datetime | None = None) -> None:
    """Note that Zoom itself refuses more for ``subject`` until ``until`` (aware; the end of Zoom's day if None)."""
    _ensure_rows(account_key, what, [subject])
    _rows(account_key, what, [subject]).update(blocked_until=until or end_of_day())


def end_of_day() -> dt.datetime:
    """Return when Zoom's next day begins (aware, UTC)."""
    return dt.datetime.combine(_today() + dt.timedelta(days=1), dt.time(), tzinfo=dt.UTC)


def _today() -> dt.date:
    return clock.now().astimezone(dt.UTC).date()


def _rows(account_key: str, what: str, subjects: Collection[str]) -> QuerySet[Allowance]:
    return Allowance.objects.filter(account_key=account_key, what=what, subject__in=subjects, day=_today())


def _ensure_rows(account_key: str, what: str, subjects: Collection[str]) -> None:
    day = _today()
    rows = [Allowance(account_key=account_key, what=what, subject=subject, day=day) for subject in subjects]
    bulk_insert(rows, ignore_conflicts=True)


def _not_blocked() -> Q:
    return Q(blocked_until__isnull=True) | Q(blocked_until__lte=clock.now())


def _portions(subjects: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(subjects), _AT_ONCE):
        yield subjects[start : start + _AT_ONCE]
