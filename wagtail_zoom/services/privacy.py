"""What is stored about a person: handed out, erased, and forgotten in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from .. import clock, conf
from ..models import Assignment, Attendance, Completion, Instance, JoinClick, Meeting, Presence, Registrant
from .registrants.person import email_key


#: What stands where a person's name and address stood.
ERASED = "erased"

#: Rows deleted in one statement, so that no purge holds the database for long.
BATCH = 500


@dataclass(frozen=True)
class Erased:
    """How many rows of each kind lost the person, and which meetings have to be told to Zoom."""

    registrants: int
    attendance: int
    clicks: int
    completions: int
    presence: int
    due_meetings: tuple[int, ...]


def export_person(*, user: Any = None, email: str = "") -> dict[str, Any]:
    """Return everything stored about a person, ready for JSON; found by account, by address, or by both.

    Join links are named as "stored" only: they are keys to a room, not facts about a person.
    Raises ValueError when neither is given.
    """
    key = _key(user, email)
    return {
        "registrations": [
            {
                "meeting": str(row.meeting),
                "email": row.email,
                "first_name": row.first_name,
                "last_name": row.last_name,
                "answers": row.answers,
                "wanted": row.wanted,
                "on_zoom": row.actual,
                "source": row.source,
                "personal_link": "stored" if row.join_url else "",
                "since": _text(row.created_at),
            }
            for row in _registrants(user, key).select_related("meeting")
        ],
        "attendance": [
            {
                "meeting": str(row.meeting),
                "name": row.name,
                "email": row.email,
                "seconds": row.seconds,
                "first_join": _text(row.first_join),
                "last_leave": _text(row.last_leave),
                "recognised_by": row.matched_by,
            }
            for row in _attendance(user, key).select_related("meeting")
        ],
        "opened_lessons": [{"lesson": row.page_title, "what": row.what, "at": _text(row.at)} for row in _clicks(user)],
        "completions": [
            {
                "lesson": row.page_title,
                "complete": row.is_complete,
                "grounds": row.grounds,
                "override_reason": row.override_reason,
                "at": _text(row.decided_at),
            }
            for row in _completions(user)
        ],
    }


def erase_person(*, user: Any = None, email: str = "", cancel_on_zoom: bool = True) -> Erased:
    """Take a person out of everything stored, keeping the counts.

    Attendance and clicks stay as rows of nobody. Registrations that Zoom still has are cancelled there first when
    ``cancel_on_zoom`` is true: their rows keep the address until Zoom has been told, and lose it in the next purge.
    Raises ValueError when neither account nor address is given.
    """
    key = _key(user, email)
    registrants = _registrants(user, key)
    on_zoom = registrants.filter(actual__in=[Registrant.Actual.APPROVED, Registrant.Actual.PENDING])
    with transaction.atomic():
        due = tuple(sorted(set(on_zoom.values_list("meeting_id", flat=True)))) if cancel_on_zoom else ()
        counted = registrants.count()
        kept = list(on_zoom.values_list("pk", flat=True)) if cancel_on_zoom else []
        registrants.filter(pk__in=kept).update(
            wanted=Registrant.Wanted.CANCELLED, user=None, answers={}, due_at=clock.now(), erase_when_told=True
        )
        forget_registrants(registrants.exclude(pk__in=kept))
        seen = _attendance(user, key)
        identities = set(seen.exclude(zoom_identity="").values_list("zoom_identity", flat=True))
        presence = Presence.objects.filter(_heard_as(identities, key))
        figures = Erased(
            registrants=counted,
            attendance=_forget_attendance(seen),
            presence=presence.update(name=ERASED, email="", zoom_user_id="", registrant_id=""),
            clicks=_clicks(user).update(user=None, user_label=ERASED) if user else 0,
            completions=_completions(user).update(user=None, user_label=ERASED) if user else 0,
            due_meetings=due,
        )
        if user is not None:
            Assignment.objects.filter(user=user).delete()
    return figures


def forget_registrants(rows: models.QuerySet[Registrant]) -> int:
    """Replace name, address, answers and link of ``rows``, one by one because the key must stay unique."""
    count = 0
    for row in rows.iterator(chunk_size=BATCH):
        Registrant.objects.filter(pk=row.pk).update(
            email_key=f"{ERASED}:{row.uid}",
            email="",
            first_name=ERASED,
            last_name="",
            user=None,
            answers={},
            join_url=type(row.join_url)(),
            erase_when_told=False,
        )
        count += 1
    return count


def purge(now: dt.datetime) -> int:
    """Delete people's data of lessons that ended longer ago than the retention; return how many rows, erased ones too.

    Counts on the meeting stay; the meeting's own row goes with them only when no lesson uses it any more.
    """
    told = Registrant.objects.filter(erase_when_told=True).exclude(
        actual__in=[Registrant.Actual.APPROVED, Registrant.Actual.PENDING]
    )
    count = forget_registrants(told)
    before = now - dt.timedelta(days=conf.retention_days())
    old = Meeting.objects.filter(ends_at__lt=before)
    for rows in (
        Registrant.objects.filter(meeting__in=old),
        Attendance.objects.filter(meeting__in=old),
        Presence.objects.filter(instance__meeting__in=old),
        JoinClick.objects.filter(at__lt=before),
        Instance.objects.filter(meeting__in=old),
    ):
        count += _delete(rows)
    return count + _delete(old.filter(lessons=None))


def _delete(rows: Any) -> int:
    deleted = 0
    while chunk := list(rows.values_list("pk", flat=True)[:BATCH]):
        deleted += rows.model._default_manager.filter(pk__in=chunk).delete()[0]
    return deleted


def _forget_attendance(rows: models.QuerySet[Attendance]) -> int:
    count = 0
    for row in rows.iterator(chunk_size=BATCH):
        Attendance.objects.filter(pk=row.pk).update(
            person_key=f"{ERASED}:{row.uid}",
            zoom_identity="",
            name=ERASED,
            email="",
            user=None,
            registrant=None,
            matched_by=Attendance.Match.NONE,
        )
        count += 1
    return count


def _registrants(user: Any, key: str) -> models.QuerySet[Registrant]:
    wanted = Q(pk__in=[])
    if user is not None:
        wanted |= Q(user=user)
    if key:
        wanted |= Q(email_key=key)
    return Registrant.objects.filter(wanted)


def _attendance(user: Any, key: str) -> models.QuerySet[Attendance]:
    wanted = Q(registrant__in=_registrants(user, key))
    if user is not None:
        wanted |= Q(user=user)
    if key:
        wanted |= Q(email__iexact=key)
    return Attendance.objects.filter(wanted)


def _heard_as(identities: Iterable[str], key: str) -> Q:
    heard = Q(email__iexact=key) if key else Q(pk__in=[])
    for identity in identities:
        how, _colon, value = identity.partition(":")
        column = {"registrant": "registrant_id", "zoom": "zoom_user_id", "guest": "participant_key"}.get(how)
        if column and value:
            heard |= Q(**{column: value})
    return heard


def _clicks(user: Any) -> models.QuerySet[JoinClick]:
    return JoinClick.objects.filter(user=user) if user is not None else JoinClick.objects.none()


def _completions(user: Any) -> models.QuerySet[Completion]:
    return Completion.objects.filter(user=user) if user is not None else Completion.objects.none()


def _key(user: Any, email: str) -> str:
    if user is None and not email:
        raise ValueError("a person is found by account or by e-mail address")
    return email_key(email)


def _text(moment: dt.datetime | None) -> str:
    return moment.isoformat() if moment else ""
