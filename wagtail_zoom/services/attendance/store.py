"""Write down who was there in one run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q

from ... import signals
from ...models import Attendance, Instance
from ...signals import send_safely
from ..coordination.bulk_insert import bulk_insert
from .intervals import Interval, PresenceRecord, clipped, merged, seconds, without
from .matching import CHUNK, ParticipantMatcher, Recognised


BATCH = 1000

#: What a reading says about somebody.
WRITTEN = [
    "registrant",
    "user",
    "name",
    "email",
    "zoom_identity",
    "matched_by",
    "is_host",
    "seconds",
    "first_join",
    "last_leave",
    "stretches",
]


def record(instance: Instance, people: Iterable[PresenceRecord]) -> int:
    """Replace what is stored about the run by ``people``, recognised and merged per person; return how many rows.

    Two devices of one person, two identities that are one user, two runs at once count overlapping time once. Where the space counts
    only the lesson's own time, stretches outside it are cut off.
    """
    everybody = list(people)
    recogniser = ParticipantMatcher(instance.meeting, everybody)
    begin, end = _lesson_time(instance)
    together: dict[str, tuple[PresenceRecord, Recognised]] = {}
    for person in everybody:
        found = recogniser.recognise(person)
        key = f"user:{found.user_id}" if found.user_id is not None else person.key
        if key in together:
            together[key][0].absorb(person)
            together[key] = (together[key][0], _combine(together[key][1], found))
        else:
            together[key] = (person, found)
    elsewhere = _in_runs_at_the_same_time(instance)
    rows = [
        _row(instance, key, person, found, without(clipped(person.stretches, begin, end), elsewhere.get(key, ())))
        for key, (person, found) in together.items()
    ]
    _replace(instance, rows)
    send_safely(signals.attendance_recorded, Attendance, meeting=instance.meeting, instance=instance)
    return len(rows)


def _replace(instance: Instance, rows: Sequence[Attendance]) -> None:
    """Write ``rows`` in place of what the run had. Whoever stays keeps their row: a teacher may be looking at it."""
    wanted = {row.person_key for row in rows}
    with transaction.atomic():
        known = Attendance.objects.filter(instance=instance).values_list("pk", "person_key")
        gone = [pk for pk, key in known if key not in wanted]
        for start in range(0, len(gone), CHUNK):
            Attendance.objects.filter(pk__in=gone[start : start + CHUNK]).delete()
        bulk_insert(rows, unique_fields=["instance", "person_key"], update_fields=WRITTEN)


def merge_rows(row: Attendance, user: Any) -> Attendance:
    """Make ``row`` that of ``user``, together with what the same run already holds of them; return the row that stays."""
    key = f"user:{user.pk}"
    with transaction.atomic():
        known = Attendance.objects.filter(instance=row.instance, person_key=key).exclude(pk=row.pk).first()
        if known is None:
            row.person_key, row.user, row.matched_by = key, user, Attendance.Match.PERSON
            row.save(update_fields=["person_key", "user", "matched_by"])
            return row
        stays = merged([*(Interval(*stay) for stay in known.stretches), *(Interval(*stay) for stay in row.stretches)])
        known.stretches = [list(stay) for stay in stays]
        known.seconds = seconds(stays)
        known.first_join = _instant(stays[0].begin) if stays else None
        known.last_leave = _instant(stays[-1].end) if stays else None
        known.save(update_fields=["stretches", "seconds", "first_join", "last_leave"])
        row.delete()
        return known


def _row(
    instance: Instance,
    key: str,
    person: PresenceRecord,
    found: Recognised,
    stretches: list[Interval],
) -> Attendance:
    return Attendance(
        meeting_id=instance.meeting_id,
        instance=instance,
        person_key=key[:200],
        registrant_id=found.registrant_pk,
        user_id=found.user_id,
        name=person.name[:255],
        email=person.email[:254],
        zoom_identity=person.key[:200],
        matched_by=found.matched_by,
        is_host=found.is_host,
        seconds=seconds(stretches),
        first_join=_instant(stretches[0].begin) if stretches else None,
        last_leave=_instant(stretches[-1].end) if stretches else None,
        stretches=[list(stretch) for stretch in stretches],
    )


def _in_runs_at_the_same_time(instance: Instance) -> dict[str, list[Interval]]:
    """Return by person what other runs of the meeting have counted already, where they overlap with this one."""
    begin, end = instance.started_at, instance.ended_at
    others = Instance.objects.filter(meeting=instance.meeting_id).exclude(pk=instance.pk)
    if begin is not None:
        others = others.filter(Q(ended_at=None) | Q(ended_at__gt=begin))
    if end is not None:
        others = others.filter(Q(started_at=None) | Q(started_at__lt=end))
    counted: dict[str, list[Interval]] = {}
    rows = Attendance.objects.filter(instance__in=others).values_list("person_key", "stretches")
    for key, stretches in rows.iterator(chunk_size=BATCH):
        counted.setdefault(key, []).extend(Interval(*stretch) for stretch in stretches)
    return counted


def _combine(one: Recognised, other: Recognised) -> Recognised:
    return Recognised(
        matched_by=one.matched_by or other.matched_by,
        user_id=one.user_id if one.user_id is not None else other.user_id,
        registrant_pk=one.registrant_pk or other.registrant_pk,
        is_host=one.is_host or other.is_host,
    )


def _lesson_time(instance: Instance) -> tuple[dt.datetime | None, dt.datetime | None]:
    meeting = instance.meeting
    settings: Any = getattr(meeting.site, "zoomsettings", None) if meeting.site else None
    if settings is None or not settings.clip_to_lesson:
        return None, None
    return meeting.starts_at, meeting.ends_at


def _instant(epoch: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(epoch, dt.UTC)
