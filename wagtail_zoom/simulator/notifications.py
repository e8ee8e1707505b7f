"""Which event is sent when, and what stands in it."""

from __future__ import annotations

from typing import Any

from .clock import zoom_time
from .records import Account, App, Attendance, Meeting, Run, User
from .representation import meeting_json, registrant_join_url, start_of
from .roll import Registrant
from .state import Zoom


def emit(zoom: Zoom, account: Account, event: str, payload: dict[str, Any], **top_level: Any) -> None:
    """Send one event of ``account`` to every app of that account that listens."""
    envelope = {
        "event": event,
        "event_ts": int(zoom.clock.timestamp() * 1000),
        "payload": {"account_id": account.id, **payload},
        **top_level,
    }
    for app in zoom.apps.values():
        if app.account is account:
            zoom.outbox.post(app, event, envelope)


def meeting_created(zoom: Zoom, meeting: Meeting, operator: User) -> None:
    """Tell that a meeting or webinar was made."""
    full = meeting_json(zoom, meeting)
    keys = ("uuid", "id", "host_id", "topic", "type", "start_time", "duration", "timezone", "join_url", "password")
    more = ("occurrences", "recurrence", "tracking_fields")
    thing = {key: full[key] for key in keys + more if key in full}
    thing["settings"] = {name: meeting.settings.get(name, False) for name in _SETTINGS_WHEN_CREATED[meeting.kind]}
    if meeting.kind == "webinar":
        thing["creation_source"] = meeting.creation_source
    _tell(zoom, meeting, "created", {**_operated_by(operator), "object": thing})


def meeting_updated(zoom: Zoom, meeting: Meeting, operator: User, before: dict[str, Any], scope: str = "all") -> None:
    """Tell which fields of a meeting changed; ``before`` is its JSON as it was."""
    after = meeting_json(zoom, meeting)
    names = [name for name in after if name not in _NEVER_IN_UPDATES and after[name] != before.get(name)]
    stamp = int(zoom.clock.timestamp() * 1000)
    new: dict[str, Any] = {"id": meeting.id}
    old: dict[str, Any] = {"id": meeting.id}
    for name in names:
        new[name] = after[name]
        if name in before:
            old[name] = before[name]
    if "settings" in names:
        changed = [key for key, value in after["settings"].items() if before["settings"].get(key) != value]
        new["settings"] = {key: after["settings"][key] for key in changed}
        old["settings"] = {key: before["settings"][key] for key in changed if key in before["settings"]}
    payload = {**_operated_by(operator), "scope": scope, "object": new, "time_stamp": stamp, "old_object": old}
    _tell(zoom, meeting, "updated", payload)


def meeting_deleted(
    zoom: Zoom, meeting: Meeting, operator: User, occurrence: dict[str, Any] | None = None, event: str = "deleted"
) -> None:
    """Tell that a meeting, or one occurrence of it, is gone (or, as ``recovered``, is there again)."""
    thing = _number_object(meeting)
    if occurrence:
        thing["occurrences"] = [occurrence]
    operation = "single" if occurrence else "all"
    _tell(zoom, meeting, event, {**_operated_by(operator), "operation": operation, "object": thing})


def meeting_started(zoom: Zoom, meeting: Meeting, run: Run) -> None:
    """Tell that a run began."""
    _tell(zoom, meeting, "started", {"object": _run_object(meeting, run)})


def meeting_ended(zoom: Zoom, meeting: Meeting, run: Run) -> None:
    """Tell that a run is over."""
    thing = _run_object(meeting, run)
    if run.ended:
        thing["end_time"] = zoom_time(run.ended)
    if meeting.kind == "webinar":
        thing["practice_session"] = False
    _tell(zoom, meeting, "ended", {"object": thing})


def participant_joined(zoom: Zoom, meeting: Meeting, run: Run, stay: Attendance) -> None:
    """Tell that somebody came in."""
    thing = _run_object(meeting, run)
    thing["participant"] = {**_participant(stay), "join_time": zoom_time(stay.joined)}
    _tell(zoom, meeting, "participant_joined", {"object": thing})


def participant_left(zoom: Zoom, meeting: Meeting, run: Run, stay: Attendance, reason: str) -> None:
    """Tell that somebody went out."""
    thing = _run_object(meeting, run)
    left = zoom_time(stay.left) if stay.left else ""
    thing["participant"] = {**_participant(stay), "leave_time": left, "leave_reason": reason}
    _tell(zoom, meeting, "participant_left", {"object": thing})


def registration_created(zoom: Zoom, meeting: Meeting, registrant: Registrant) -> None:
    """Tell the whole form that somebody sent."""
    form = _registrant_names(registrant)
    form.update(registrant.details or {})
    form["status"] = registrant.status
    form["join_url"] = registrant_join_url(zoom, meeting, registrant)
    if meeting.kind == "meeting":
        form["participant_pin_code"] = registrant.pin_code
    _tell(zoom, meeting, "registration_created", {"object": {**_number_object(meeting), "registrant": form}})


def registration_changed(zoom: Zoom, meeting: Meeting, registrant: Registrant, operator: User, change: str) -> None:
    """Tell that a registrant was ``approved``, ``cancelled`` or ``denied``."""
    person = _registrant_names(registrant)
    if change == "approved":
        person["join_url"] = registrant_join_url(zoom, meeting, registrant)
        if meeting.kind == "meeting":
            person["participant_pin_code"] = registrant.pin_code
    thing = {**_number_object(meeting), "registrant": person}
    _tell(zoom, meeting, f"registration_{change}", {**_operated_by(operator), "object": thing})


def recording_completed(zoom: Zoom, meeting: Meeting, thing: dict[str, Any], download_token: str) -> None:
    """Tell that a cloud recording can be fetched; ``thing`` is its JSON."""
    emit(zoom, meeting.host.account, "recording.completed", {"object": thing}, download_token=download_token)


def app_deauthorized(zoom: Zoom, app: App, user: User) -> None:
    """Tell a published app that a user removed it (Zoom: private apps are not told)."""
    if not app.published:
        return
    payload = {
        "account_id": user.account.id,
        "user_id": user.id,
        "client_id": app.client_id,
        "deauthorization_time": zoom_time(zoom.now()),
        "signature": "",
    }
    envelope = {"event": "app_deauthorized", "event_ts": int(zoom.clock.timestamp() * 1000), "payload": payload}
    zoom.outbox.post(app, "app_deauthorized", envelope)


_SETTINGS_WHEN_CREATED = {
    "meeting": ("use_pmi", "alternative_hosts", "join_before_host", "jbh_time"),
    "webinar": ("use_pmi", "alternative_hosts"),
}
_NEVER_IN_UPDATES = frozenset({"id", "start_url", "status", "created_at", "uuid"})


def _tell(zoom: Zoom, meeting: Meeting, event: str, payload: dict[str, Any]) -> None:
    emit(zoom, meeting.host.account, f"{meeting.kind}.{event}", payload)


def _operated_by(user: User) -> dict[str, str]:
    return {"operator": user.email, "operator_id": user.id}


def _number_object(meeting: Meeting) -> dict[str, Any]:
    return {
        "uuid": meeting.uuid,
        "id": meeting.id,
        "host_id": meeting.host.id,
        "topic": meeting.topic,
        "type": meeting.type,
        "start_time": start_of(meeting),
        "duration": meeting.duration,
        "timezone": meeting.timezone,
    }


def _run_object(meeting: Meeting, run: Run) -> dict[str, Any]:
    # Zoom writes the number as text in what happens during a run, and as a number elsewhere.
    started = zoom_time(run.started)
    return {**_number_object(meeting), "id": str(meeting.id), "uuid": run.uuid, "start_time": started}


def _participant(stay: Attendance) -> dict[str, Any]:
    user = stay.user
    person: dict[str, Any] = {
        "user_id": str(stay.user_id),
        "user_name": stay.name,
        "id": user.id if user else "",
        "participant_uuid": stay.participant_uuid,
        "participant_user_id": user.id if user else "",
        "email": user.email if user else "",
    }
    if stay.registrant:
        person["registrant_id"] = stay.registrant.id
    return person


def _registrant_names(registrant: Registrant) -> dict[str, Any]:
    return {
        "id": registrant.id,
        "first_name": registrant.first_name,
        "last_name": registrant.last_name,
        "email": registrant.email,
    }
