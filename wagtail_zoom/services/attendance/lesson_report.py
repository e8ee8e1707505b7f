"""What a teacher reads about one lesson: who was there, who was not, and who could not be placed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Case, Count, Max, Min, Q, QuerySet, Sum, Value, When

from ...models import Attendance, Completion, JoinClick, LessonMeeting, Meeting, Registrant
from .. import lms
from ..users import email_of, name_of


#: Codes of `Instance.error` and where nothing could be read at all.
NO_SOURCE = ("scope", "permission", "plan", "unconnected")


@dataclass(frozen=True)
class Figures:
    """Counts for one lesson; ``unmatched`` people were there, but nobody knows who they are."""

    present: int
    unmatched: int
    registered: int
    complete: int
    opened: int


@dataclass(frozen=True)
class Missing:
    """Somebody who should have been there: a registrant or an enrolled learner."""

    user_id: Any
    name: str
    email: str


def people_there(meeting: Meeting) -> QuerySet[Any]:
    """Return one dictionary per person over all runs of ``meeting``: whoever could not be placed comes first."""
    return (
        Attendance.objects.filter(meeting=meeting)
        .values("person_key", "user_id", "matched_by")
        .annotate(
            row_id=Min("pk"),
            called=Max("name"),
            address=Max("email"),
            total=Sum("seconds"),
            came=Min("first_join"),
            went=Max("last_leave"),
            # PostgreSQL has no maximum of truth values.
            host=Max(Case(When(is_host=True, then=Value(1)), default=Value(0))),
            registrant_pk=Max("registrant_id"),
        )
        .order_by("matched_by", "called", "person_key")
    )


def figures_of(meeting: Meeting, page_id: int) -> Figures:
    """Return the counts of one lesson, in four queries."""
    there = Attendance.objects.filter(meeting=meeting).aggregate(
        present=Count("person_key", distinct=True, filter=Q(is_host=False)),
        unmatched=Count("person_key", distinct=True, filter=Q(matched_by=Attendance.Match.NONE, is_host=False)),
    )
    return Figures(
        present=there["present"],
        unmatched=there["unmatched"],
        registered=meeting.registrants.filter(actual=Registrant.Actual.APPROVED).count(),
        complete=Completion.objects.filter(page_id=page_id, is_complete=True).count(),
        opened=JoinClick.objects.filter(page_id=page_id, what=JoinClick.What.JOIN).values("user_id").distinct().count(),
    )


def no_shows(link: LessonMeeting, *, limit: int = 500) -> list[Missing]:
    """Return who was registered, or enrolled where the LMS knows, and is not known to have been there; by name."""
    there = Attendance.objects.filter(meeting=link.meeting)
    users = set(there.exclude(user=None).values_list("user_id", flat=True))
    # A subquery: thousands of keys are more parameters than some databases take.
    registrants = there.exclude(registrant=None).values("registrant_id")
    missing: dict[Any, Missing] = {}
    approved = link.meeting.registrants.filter(actual=Registrant.Actual.APPROVED)
    for row in approved.exclude(pk__in=registrants).only("user_id", "first_name", "last_name", "email"):
        if row.user_id not in users or row.user_id is None:
            name = f"{row.first_name} {row.last_name}".strip() or row.email
            missing[row.user_id or f"registrant:{row.pk}"] = Missing(row.user_id, name, row.email)
    for user in lms.enrolled(link.page.specific) or [] if link.page else []:
        if user.pk not in users and user.pk not in missing:
            missing[user.pk] = Missing(user.pk, name_of(user), email_of(user))
    return sorted(missing.values(), key=lambda person: person.name.casefold())[:limit]


def verdicts_of(page_id: int, user_ids: Iterable[Any]) -> Mapping[Any, Completion]:
    """Return the completions of these users for the lesson, by user id."""
    rows = Completion.objects.filter(page_id=page_id, user_id__in=list(user_ids))
    return {row.user_id: row for row in rows}


def names_of(user_ids: Iterable[Any]) -> Mapping[Any, str]:
    """Return how these users are called on this site, by id."""
    users = get_user_model()._default_manager.filter(pk__in=list(user_ids))
    return {user.pk: name_of(user) for user in users}


def stays_of(meeting: Meeting, *, limit: int = 500) -> Sequence[tuple[str, bool, list[tuple[int, int]]]]:
    """Return name, host or not, and the stretches (epoch seconds) of up to ``limit`` people, the earliest first."""
    rows = Attendance.objects.filter(meeting=meeting).exclude(stretches=[])
    # Of a webinar with thousands only those who are shown are read.
    earliest = rows.values_list("person_key").annotate(first=Min("first_join")).order_by("first", "person_key")
    keys = [key for key, _first in earliest[:limit]]
    columns = ("person_key", "name", "is_host", "stretches")
    together: dict[str, tuple[str, bool, list[tuple[int, int]]]] = {}
    for key, called, is_host, stretches in (
        rows.filter(person_key__in=keys).order_by("first_join", "pk").values_list(*columns)
    ):
        _name, _host, stays = together.setdefault(key, (called, is_host, []))
        stays.extend((int(begin), int(end)) for begin, end in stretches)
    return list(together.values())


def opened_by(page_id: int) -> QuerySet[Any]:
    """Return who clicked Join and when first, one dictionary per user: evidence where Zoom shows nothing."""
    clicks = JoinClick.objects.filter(page_id=page_id, what=JoinClick.What.JOIN, user__isnull=False)
    return clicks.values("user_id").annotate(first=Min("at"), times=Count("pk")).order_by("first")


def span_of(stays: Sequence[tuple[str, bool, list[tuple[int, int]]]]) -> tuple[dt.datetime, dt.datetime] | None:
    """Return from when until when anybody was there; None when nobody was."""
    every = [stretch for _name, _host, stretches in stays for stretch in stretches]
    if not every:
        return None
    begin, end = min(one for one, _two in every), max(two for _one, two in every)
    return dt.datetime.fromtimestamp(begin, dt.UTC), dt.datetime.fromtimestamp(end, dt.UTC)
