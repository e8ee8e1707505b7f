"""Recordings as they are listed for those who belong in the lesson: by addresses of ours, opened at the click."""

from __future__ import annotations

from ..models import RecordingFile
from ..services import recordings
from ..services.access import join_policy
from ..services.access.join_policy import Decision
from ..services.encryption import EncryptionError
from .lesson_urls import recording_address


def shown_to(decision: Decision, token: str = "") -> list[dict[str, str]]:
    """Return what the person behind ``decision`` may see: label, address of ours and passcode ('' for none) of each."""
    if decision.meeting is None:
        return []
    shown = recordings.recordings_of(decision.meeting, shown_only=True)
    if not shown or not join_policy.takes_part(decision):
        return []
    return [
        {
            "label": recordings.label_of(recording, decision.times.zone),
            "address": recording_address(decision.page, recording.uid, token),
            "passcode": _passcode(recording),
        }
        for recording in shown
    ]


def _passcode(recording: RecordingFile) -> str:
    try:
        return recordings.link_of(recording)[1]
    except EncryptionError:
        return ""
