"""Import attendance: ask Zoom for a run's report, or take what webhooks told, and write it down."""

from __future__ import annotations

import datetime as dt
import logging

from ... import clock
from ...api.client import ZoomClient
from ...api.scopes import FEATURES, feature_name
from ...exceptions import (
    ZoomError,
    ZoomLicenceError,
    ZoomNotFound,
    ZoomPermissionError,
    ZoomScopeError,
)
from ...models import Instance, Meeting
from ...models.meetings import LONGEST_RUN
from ..connections import capabilities, clients
from ..coordination.bulk_insert import bulk_insert
from ..meetings.live_status import REPORT_LAG
from .completion import evaluate_completion
from .intervals import PresenceRecord, aggregate_presence, aggregate_report
from .store import record


logger = logging.getLogger("wagtail_zoom")

#: Zoom's report may still grow: it is read once more so long after the first time (observed behaviour).
SECOND_READ = dt.timedelta(hours=24)
#: While one process reads a report, others leave it alone for so long.
CLAIM = dt.timedelta(minutes=10)
#: Without webhooks, runs are asked for until so long after the planned end.
LOOK_FOR_RUNS = dt.timedelta(days=7)

#: The uuid of a run of which only the meeting's number is known: Zoom then answers for the latest run.
LATEST = "latest:"

#: What to read, best first: feature names of `api.scopes`.
SOURCES = ("reports", "past_participants")


def expect_runs(now: dt.datetime, *, limit: int = 100) -> int:
    """Make a run for lessons that have ended without one being heard of; return how many.

    Zoom is then asked for the latest run by number, which is all that can be known without webhooks.
    """
    ended = Meeting.objects.filter(
        actual=Meeting.Actual.PRESENT,
        instances=None,
        ends_at__lt=now - REPORT_LAG,
        ends_at__gt=now - LOOK_FOR_RUNS,
    )
    fresh = [Instance(meeting=meeting, uuid=_latest(meeting), read_due_at=now) for meeting in ended[:limit]]
    bulk_insert(fresh, ignore_conflicts=True)
    return len(fresh)


def expect_run_of(meeting: Meeting) -> None:
    """Make a run to read for ``meeting`` where none is known: Zoom then answers for its latest one."""
    if meeting.zoom_id and meeting.ends_at and not meeting.instances.exists():
        Instance.objects.get_or_create(meeting=meeting, uuid=_latest(meeting), defaults={"read_due_at": clock.now()})


def due(now: dt.datetime) -> list[int]:
    """Return the runs whose attendance is to be read now."""
    waiting = Instance.objects.filter(read_due_at__lte=now, is_practice=False)
    return list(waiting.order_by("read_due_at").values_list("pk", flat=True))


def import_run(instance_id: int, *, urgent: bool = False) -> int | None:
    """Read and write down who was in the run; return how many people, None when another process is at it.

    What Zoom does not let us read is kept as ``error`` on the run ("scope", "permission", "plan", "unreachable"), and
    what webhooks told is used instead. Read again after a day, because Zoom's report may still grow.
    """
    now = clock.now()
    instance = Instance.objects.select_related("meeting__connection__app", "meeting__site").get(pk=instance_id)
    claimed = Instance.objects.filter(pk=instance.pk, read_due_at=instance.read_due_at)
    if not claimed.update(read_due_at=now + CLAIM):
        return None
    people, error, retry = _from_zoom(instance.meeting, instance, now, urgent=urgent)
    is_reported = bool(people)
    _add_heard(people, instance, now)
    if is_reported or ((people or not retry) and not _knows_more(instance, len(people))):
        count = record(instance, people.values())
        evaluate_completion(instance.meeting)
    else:
        count = instance.attendance.count()
    retry = retry and now < (instance.ended_at or instance.meeting.ends_at or now) + LOOK_FOR_RUNS
    instance.reads += 0 if retry else 1
    instance.error = error
    instance.read_at = now
    instance.read_due_at = now + REPORT_LAG if retry else _next_read(instance, now)
    instance.save(update_fields=["reads", "error", "read_at", "read_due_at"])
    return count


def _knows_more(instance: Instance, heard: int) -> bool:
    """Tell whether an earlier reading holds more people than are left without Zoom's report.

    A report that is gone (after a year, or because a scope was taken away) takes nobody's minutes with it.
    """
    return instance.reads > 0 and instance.attendance.count() >= max(heard, 1)


def _next_read(instance: Instance, now: dt.datetime) -> dt.datetime | None:
    return now + SECOND_READ if instance.reads < 2 else None


def _from_zoom(
    meeting: Meeting, instance: Instance, now: dt.datetime, *, urgent: bool
) -> tuple[dict[str, PresenceRecord], str, bool]:
    """Return the people, an error code ('' when all is well), and whether to try again soon."""
    connection = meeting.connection
    if connection is None or not connection.is_usable or meeting.zoom_id is None:
        return {}, "unconnected", False
    error = "scope"
    for source in SOURCES:
        feature = feature_name(meeting.kind, source)
        if not capabilities.allowed(connection, feature).likely:
            continue
        try:
            with clients.client_for(connection, urgent=urgent) as client:
                return _ask(client, meeting, instance, source, now), "", False
        except ZoomNotFound:
            # No report: nobody came, or one person only, of whom Zoom makes no report.
            return {}, "", False
        except ZoomScopeError:
            capabilities.note_refusal(connection, FEATURES[feature].operations[0].name)
        except ZoomPermissionError:
            error = "permission"
        except ZoomLicenceError:
            error = "plan"
        except ZoomError as trouble:
            logger.info("Attendance of meeting %s could not be read: %s", meeting.pk, trouble.detail)
            return {}, "unreachable", True
    return {}, error, False


def _ask(
    client: ZoomClient, meeting: Meeting, instance: Instance, source: str, now: dt.datetime
) -> dict[str, PresenceRecord]:
    meetings = client.of_kind(meeting.api_kind)
    run: int | str = int(meeting.zoom_id or 0) if instance.uuid.startswith(LATEST) else instance.uuid
    rows = meetings.participants_report(run) if source == "reports" else meetings.past_participants(run)
    return aggregate_report(rows, now=now)


def _add_heard(people: dict[str, PresenceRecord], instance: Instance, now: dt.datetime) -> None:
    """Add whom webhooks told of and the report does not: all of them when there is no report.

    Beside a report only recognisable identities are added: a guest's number differs between the two.
    """
    ended_at = instance.ended_at or min(now, (instance.started_at or now) + LONGEST_RUN)
    has_report = bool(people)
    for key, person in aggregate_presence(instance.presence.all(), ended_at=ended_at).items():
        if key not in people and not (has_report and key.startswith("guest:")):
            people[key] = person


def _latest(meeting: Meeting) -> str:
    return f"{LATEST}{meeting.ends_at:%Y-%m-%d}"
