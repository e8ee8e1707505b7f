"""Cloud recordings: made when a run ends, listed, fetched, deleted."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from . import notifications
from .calls import Call
from .clock import zoom_time
from .errors import ApiError, bad_request
from .identifiers import opaque, passcode
from .records import Meeting, Recording, Run
from .state import Zoom


JSON = dict[str, Any]

_FILES = (
    ("MP4", "shared_screen_with_speaker_view", "MP4", 2_097_152),
    ("M4A", "audio_only", "M4A", 262_144),
)


def make_recording(zoom: Zoom, meeting: Meeting, run: Run) -> Recording:
    """Make the recording of a run that has ended, and tell about it."""
    end = run.ended or zoom.now()
    files = [
        {
            "id": str(uuid4()),
            "meeting_id": run.uuid,
            "recording_start": zoom_time(run.started),
            "recording_end": zoom_time(end),
            "file_type": file_type,
            "file_extension": extension,
            "file_size": size,
            "play_url": f"{zoom.base_url}/rec/play/{opaque(40)}",
            "download_url": f"{zoom.base_url}/rec/download/{opaque(40)}",
            "status": "completed",
            "recording_type": recording_type,
        }
        for file_type, recording_type, extension, size in _FILES
    ]
    recording = Recording(run.uuid, run.started, end, files, passcode(8, digits_only=False))
    run.recording = recording
    token = opaque(200)
    thing = {
        **recording_json(zoom, meeting, recording),
        "type": meeting.type,
        "timezone": meeting.timezone,
        "host_email": meeting.host.email,
    }
    notifications.recording_completed(zoom, meeting, thing, token)
    return recording


def recording_json(zoom: Zoom, meeting: Meeting, recording: Recording) -> JSON:
    """Return a recording with its files."""
    return {
        "uuid": recording.uuid,
        "id": meeting.id,
        "account_id": meeting.host.account.id,
        "host_id": meeting.host.id,
        "topic": meeting.topic,
        # Zoom: text in the API's answers, a number in the webhook.
        "type": str(meeting.type),
        "start_time": zoom_time(recording.start),
        "duration": int((recording.end - recording.start).total_seconds() // 60),
        "total_size": sum(each["file_size"] for each in recording.files),
        "recording_count": len(recording.files),
        "share_url": f"{zoom.base_url}/rec/share/{recording.files[0]['id'] if recording.files else ''}",
        "password": recording.play_passcode,
        "recording_play_passcode": recording.play_passcode,
        "recording_files": recording.files,
    }


def list_recordings(call: Call) -> JSON:
    """Zoom: GET /users/{userId}/recordings."""
    zoom, query = call.zoom, call.query
    user = call.user()
    today = zoom.now().date().isoformat()
    since, until = query.get("from") or today, query.get("to") or today
    found = [
        recording_json(zoom, meeting, run.recording)
        for meeting in zoom.meetings.values()
        for run in meeting.runs
        if meeting.host is user
        and run.recording
        and run.recording.trashed == query.get("trash", False)
        and since <= run.recording.start.date().isoformat() <= until
        and query.get("meeting_id", meeting.id) == meeting.id
    ]
    found.sort(key=lambda item: item["start_time"])
    page = zoom.pages.page(f"recordings:{user.id}:{since}:{until}", found, query)
    return {"from": since, "to": until, **page.envelope(), "meetings": list(page.items)}


def get_recordings(call: Call) -> JSON:
    """Zoom: GET /meetings/{meetingId}/recordings."""
    meeting, recording = _find(call)
    answer = recording_json(call.zoom, meeting, recording)
    if "download_access_token" in (call.query.get("include_fields") or ""):
        answer["download_access_token"] = opaque(200)
    return answer


def delete_recordings(call: Call) -> None:
    """Zoom: DELETE /meetings/{meetingId}/recordings."""
    meeting, recording = _find(call)
    if call.query.get("action") == "delete":
        _run_of(meeting, recording).recording = None
    else:
        recording.trashed = True


def delete_recording_file(call: Call) -> None:
    """Zoom: DELETE /meetings/{meetingId}/recordings/{recordingId}."""
    _, recording = _find(call)
    kept = [each for each in recording.files if each["id"] != call.params["recordingId"]]
    if len(kept) == len(recording.files):
        raise bad_request(3303, "The recording file does not exist.")
    recording.files = kept


def _find(call: Call) -> tuple[Meeting, Recording]:
    named = call.named()
    meeting = call.zoom.meeting(named)
    runs = meeting.runs[::-1] if meeting else []
    if named in call.zoom.runs:
        meeting, run = call.zoom.runs[named]
        runs = [run]
    if meeting is None or meeting.host.account is not call.account:
        raise _none_there(named)
    call.require_own(meeting)
    for run in runs:
        if run.recording and not run.recording.trashed:
            return meeting, run.recording
    raise _none_there(named)


def _run_of(meeting: Meeting, recording: Recording) -> Run:
    return next(run for run in meeting.runs if run.recording is recording)


def _none_there(named: str) -> ApiError:
    return ApiError(404, 3301, f"There is no recording for this meeting: {named}.")
