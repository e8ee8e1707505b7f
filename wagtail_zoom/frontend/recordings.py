"""Recordings as they are listed for those who belong in the lesson: by addresses of ours, opened at the click."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from ..models import RecordingFile
from ..services.lesson_pages.spoken_times import spoken_day, spoken_time
from ..services.sealing import SealingError
from ..services.taking_part import joining, recordings
from ..services.taking_part.joining import Decision
from .addresses import recording_address


def shown_to(decision: Decision, token: str = "") -> list[dict[str, str]]:
    """Return what the person behind ``decision`` may see: label, address of ours and passcode ('' for none) of each."""
    if decision.meeting is None:
        return []
    shown = recordings.recordings_of(decision.meeting, shown_only=True)
    if not shown or not joining.takes_part(decision):
        return []
    return [
        {
            "label": _label(recording, decision),
            "address": recording_address(decision.page, recording.uid, token),
            "passcode": _passcode(recording),
        }
        for recording in shown
    ]


def _passcode(recording: RecordingFile) -> str:
    try:
        return recordings.link_of(recording)[1]
    except SealingError:
        return ""


def _label(recording: RecordingFile, decision: Decision) -> str:
    words = _words(recording.kind.lower())
    if recording.started_at is None:
        return words
    zone, began = decision.times.zone, recording.started_at
    return _("%(what)s, %(day)s, %(time)s") % {
        "what": words,
        "day": spoken_day(began, zone),
        "time": spoken_time(began, zone),
    }


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
