"""Recordings on Zoom: listed for the teacher, shown to learners only where the teacher says so.

Hiding is hiding: whoever kept Zoom's own link can still open it. No media passes through this site.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from .. import clock
from ..api.responses import RecordingAnswer
from ..api.scopes import FEATURES
from ..exceptions import ZoomError, ZoomNotFound, ZoomScopeError
from ..models import Instance, Meeting, RecordingFile
from . import encryption
from .connections import capabilities, clients
from .lessons.time_format import spoken_day, spoken_time


logger = logging.getLogger("wagtail_zoom")

#: Zoom says "complete" of a part before all parts are there (observed behaviour): look again so long after.
LOOK_AGAIN = dt.timedelta(hours=1)
RETRY = dt.timedelta(minutes=15)


def note_complete(meeting: Meeting, uuid: str) -> None:
    """Remember that Zoom has a recording of the run ``uuid``; it is looked up in the background."""
    instance, _created = Instance.objects.get_or_create(meeting=meeting, uuid=uuid)
    Instance.objects.filter(pk=instance.pk).update(recordings_due_at=clock.now())


def due(now: dt.datetime) -> list[int]:
    """Return the runs whose recordings are to be looked up."""
    return list(Instance.objects.filter(recordings_due_at__lte=now).values_list("pk", flat=True))


def read_recordings(instance_id: int, *, urgent: bool = False) -> int | None:
    """Look up the recordings of a run; return how many there are, None when Zoom could not be asked.

    A part that Zoom no longer has is marked as gone and disappears from every list.
    """
    instance = Instance.objects.select_related("meeting__connection__app").get(pk=instance_id)
    connection = instance.meeting.connection
    if connection is None or not capabilities.allowed(connection, "recordings").likely:
        _next_look(instance, None)
        return None
    try:
        with clients.client_for(connection, urgent=urgent) as client:
            answer = client.recordings.of_meeting(instance.uuid)
    except ZoomNotFound:
        _gone(RecordingFile.objects.filter(meeting=instance.meeting, instance_uuid=instance.uuid))
        _next_look(instance, None)
        return 0
    except ZoomScopeError:
        capabilities.note_refusal(connection, FEATURES["recordings"].operations[0].name)
        _next_look(instance, None)
        return None
    except ZoomError as trouble:
        logger.info("Recordings of meeting %s could not be read: %s", instance.meeting_id, trouble.detail)
        _next_look(instance, RETRY)
        return None
    count = _write(instance, answer)
    incomplete = any(part.status == "processing" for part in answer.files)
    _next_look(instance, LOOK_AGAIN if incomplete else None)
    return count


def recordings_of(meeting: Meeting, *, shown_only: bool) -> list[RecordingFile]:
    """Return the recordings that are still on Zoom, the oldest first; for learners only those that are shown."""
    found = meeting.recordings.filter(gone_at=None).order_by("started_at", "pk")
    return list(found.filter(is_shown=True) if shown_only else found)


def label_of(recording: RecordingFile, zone: ZoneInfo) -> str:
    """Return what ``recording`` is and when it began, as it is read in ``zone``: the same for learners and teachers."""
    words = _words(recording.kind.lower())
    if recording.started_at is None:
        return words
    return _("%(what)s, %(day)s, %(time)s") % {
        "what": words,
        "day": spoken_day(recording.started_at, zone),
        "time": spoken_time(recording.started_at, zone),
    }


def link_of(recording: RecordingFile) -> tuple[str, str]:
    """Return Zoom's address of the recording and its passcode, '' if it has none; for the very view that shows them."""
    return encryption.decrypt_field(recording, "play_url"), encryption.decrypt_field(recording, "passcode")


def _words(kind: str) -> str:
    """Return what Zoom's recording_type is called; what it invents next is a recording."""
    known: dict[str, Any] = {
        "shared_screen": _("Screen and sound"),
        "speaker": _("Picture of the speaker"),
        "active_speaker": _("Picture of the speaker"),
        "gallery": _("Picture of everybody"),
        "audio_only": _("Sound only"),
        "audio_transcript": _("Transcript"),
        "closed_caption": _("Captions"),
        "chat": _("Chat"),
    }
    return str(next((words for begin, words in known.items() if kind.startswith(begin)), _("Recording")))


def _write(instance: Instance, answer: RecordingAnswer) -> int:
    known = {row.zoom_file_id: row for row in instance.meeting.recordings.filter(instance_uuid=instance.uuid)}
    seen: set[str] = set()
    with transaction.atomic():
        for part in answer.files:
            if not part.id or not part.play_url:
                continue
            seen.add(part.id)
            row = known.get(part.id) or RecordingFile(
                meeting=instance.meeting, instance_uuid=instance.uuid, zoom_file_id=part.id
            )
            row.kind = (part.recording_type or part.file_type)[:40]
            row.started_at, row.ended_at = part.recording_start, part.recording_end
            row.size = part.size or 0
            row.gone_at = None
            encryption.encrypt_field(row, "play_url", part.play_url)
            encryption.encrypt_field(row, "passcode", answer.passcode)
            row.save()
        _gone(instance.meeting.recordings.filter(instance_uuid=instance.uuid).exclude(zoom_file_id__in=seen))
    return len(seen)


def _gone(rows: Any) -> None:
    rows.filter(gone_at=None).update(gone_at=clock.now(), is_shown=False)


def _next_look(instance: Instance, wait: dt.timedelta | None) -> None:
    Instance.objects.filter(pk=instance.pk).update(recordings_due_at=clock.now() + wait if wait else None)
