"""Live state, claimed only from what was heard. Every function may be repeated and called in any order."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Q

from ...models import Instance, Meeting, Presence
from ...models.meetings import LONGEST_RUN
from ...webhooks import Participant


#: Zoom's report lags behind the end (observed behaviour): first read so long after it.
REPORT_LAG = dt.timedelta(minutes=20)


def note_started(meeting: Meeting, uuid: str, at: dt.datetime) -> None:
    """Remember that the run ``uuid`` began at ``at``; the earliest time heard holds."""
    instance = _instance(meeting, uuid)
    if instance.started_at is None or at < instance.started_at:
        instance.started_at = at
        instance.save(update_fields=["started_at"])
    refresh(meeting, now=at)


def note_ended(meeting: Meeting, uuid: str, at: dt.datetime, *, is_practice: bool = False) -> None:
    """Remember that the run ``uuid`` ended at ``at``; the latest time heard holds. A rehearsal is marked as one."""
    instance = _instance(meeting, uuid)
    instance.is_practice = instance.is_practice or is_practice
    if instance.ended_at is None or at > instance.ended_at:
        instance.ended_at = at
        instance.read_due_at = None if instance.is_practice else at + REPORT_LAG
    instance.save(update_fields=["ended_at", "is_practice", "read_due_at"])
    refresh(meeting, now=at)


def note_all_ended(meeting: Meeting, at: dt.datetime) -> None:
    """Remember that nothing of ``meeting`` runs any more at ``at``: Zoom has ended it, or says that it is over."""
    for uuid in meeting.instances.filter(started_at__isnull=False, ended_at=None).values_list("uuid", flat=True):
        note_ended(meeting, uuid, at)
    refresh(meeting, now=at)


def note_presence(meeting: Meeting, uuid: str, at: dt.datetime, participant: Participant, *, joined: bool) -> None:
    """Remember that ``participant`` joined or left the run ``uuid`` at ``at``."""
    instance = _instance(meeting, uuid)
    Presence.objects.bulk_create(
        [
            Presence(
                instance=instance,
                participant_key=participant.key,
                joined=joined,
                at=at,
                name=participant.name,
                email=participant.email,
                zoom_user_id=participant.zoom_user_id,
                registrant_id=participant.registrant_id,
            )
        ],
        ignore_conflicts=True,
    )
    refresh(meeting, now=at)


def refresh(meeting: Meeting, *, now: dt.datetime) -> None:
    """Derive the meeting's live columns from its runs and who is in them."""
    runs = list(meeting.instances.filter(is_practice=False).order_by("started_at"))
    begun = [run for run in runs if run.started_at]
    running = [run for run in begun if run.ended_at is None and run.started_at and now - run.started_at < LONGEST_RUN]
    current = running[-1] if running else None
    ends = [run.ended_at for run in runs if run.ended_at]
    meeting.live_uuid = current.uuid if current else ""
    meeting.live_since = current.started_at if current else None
    meeting.live_count = _people_in(current) if current else 0
    # What turned out to be a rehearsal was no beginning: until the real one the webinar may still be changed.
    meeting.started_at = begun[0].started_at if begun else None
    meeting.ended_at = max(ends) if ends and not current else None
    meeting.save(update_fields=["live_uuid", "live_since", "live_count", "started_at", "ended_at"])


def close_stale(now: dt.datetime) -> int:
    """Take the live badge from meetings that cannot be running any more; return how many. Their end was never heard."""
    stale = Meeting.objects.filter(live_since__lt=now - LONGEST_RUN)
    return stale.update(live_uuid="", live_since=None, live_count=0)


def _instance(meeting: Meeting, uuid: str) -> Instance:
    return Instance.objects.get_or_create(meeting=meeting, uuid=uuid)[0]


def _people_in(run: Instance) -> int:
    # Joins minus leaves of each person hold in whatever order they were heard, and two devices are one person; a leave
    # that was lost is repaired by the end.
    people = run.presence.order_by().values("participant_key")
    inside = people.annotate(
        devices=Count("pk", filter=Q(joined=True)) - Count("pk", filter=Q(joined=False)),
    )
    return int(inside.filter(devices__gt=0).count())
