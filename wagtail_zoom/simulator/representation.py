"""Meetings, registrants and users as JSON, the way Zoom writes them."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote, urlencode

from .clock import zoom_time
from .json_wire import to_wire
from .records import Meeting, Occurrence, User
from .roll import Registrant, shown_status
from .state import Zoom


# Zoom: lists cut the agenda off after so many characters.
LISTED_AGENDA = 250


def encrypted_passcode(meeting: Meeting) -> str:
    """Return what stands for the passcode in links."""
    return base64.urlsafe_b64encode(f"{meeting.id}:{meeting.password}".encode()).decode().rstrip("=")


def join_url(zoom: Zoom, meeting: Meeting) -> str:
    """Return the ordinary link, which lets anybody past the passcode."""
    query = f"?{urlencode({'pwd': encrypted_passcode(meeting)})}" if meeting.password else ""
    return f"{zoom.base_url}/j/{meeting.id}{query}"


def start_url(zoom: Zoom, meeting: Meeting) -> str:
    """Return a link with which the host can start the meeting for two hours (Zoom: start_url carries a ZAK)."""
    return f"{zoom.base_url}/s/{meeting.id}?{urlencode({'zak': zoom.issue_zak(meeting.host)})}"


def registration_url(zoom: Zoom, meeting: Meeting) -> str:
    """Return the page where people can register themselves."""
    return f"{zoom.base_url}/{meeting.kind}/register/{meeting.id}"


def registrant_join_url(zoom: Zoom, meeting: Meeting, registrant: Registrant) -> str:
    """Return the personal link, or nothing while the registration is not approved."""
    if registrant.status != "approved":
        return ""
    # Both values consist of URL-safe characters only.
    passcode = f"&pwd={encrypted_passcode(meeting)}" if meeting.password else ""
    return f"{zoom.base_url}/w/{meeting.id}?tk={registrant.tk}{passcode}"


def start_of(meeting: Meeting) -> str:
    """Return the planned start, that of the first occurrence for a series, or nothing."""
    return zoom_time(meeting.start) if meeting.start else ""


def meeting_json(zoom: Zoom, meeting: Meeting, *, all_occurrences: bool = False) -> dict[str, Any]:
    """Return the meeting as its host may see it, but for the start link."""
    encrypted = encrypted_passcode(meeting) if meeting.password else ""
    answer: dict[str, Any] = {
        "uuid": meeting.uuid,
        "id": meeting.id,
        "host_id": meeting.host.id,
        "host_email": meeting.host.email,
        "topic": meeting.topic,
        "type": meeting.type,
        "duration": meeting.duration,
        "timezone": meeting.timezone,
        "agenda": meeting.agenda,
        "created_at": zoom_time(meeting.created),
        "join_url": join_url(zoom, meeting),
        "settings": dict(meeting.settings),
        "creation_source": meeting.creation_source,
    }
    if meeting.kind == "meeting":
        answer.update(
            assistant_id="",
            status="started" if meeting.running else "waiting",
            password=meeting.password,
            encrypted_password=encrypted,
            pstn_password=meeting.password if meeting.password.isdecimal() else "",
            h323_password=meeting.password if meeting.password.isdecimal() else "",
            pre_schedule=False,
        )
    else:
        answer.update(password=meeting.password, encrypted_passcode=encrypted, is_simulive=False)
    if meeting.start and meeting.type not in (3, 6):
        answer["start_time"] = zoom_time(meeting.start)
    if meeting.registration:
        answer["registration_url"] = registration_url(zoom, meeting)
    if meeting.recurrence:
        answer["recurrence"] = meeting.recurrence
    if meeting.occurrences:
        now = zoom.now()
        kept = [each for each in meeting.occurrences if all_occurrences or _ends(each) >= now.timestamp()]
        answer["occurrences"] = [occurrence_json(each) for each in kept]
    if meeting.tracking_fields:
        answer["tracking_fields"] = meeting.tracking_fields
    return answer


def occurrence_json(occurrence: Occurrence) -> dict[str, Any]:
    """Return one occurrence."""
    return {
        "occurrence_id": occurrence.id,
        "start_time": zoom_time(occurrence.start),
        "duration": occurrence.duration,
        "status": occurrence.status,
    }


def listed_meeting(zoom: Zoom, meeting: Meeting) -> dict[str, Any]:
    """Return the meeting as it stands in lists: without settings and passcode, and with a cut-off agenda."""
    item: dict[str, Any] = {
        "uuid": meeting.uuid,
        "id": meeting.id,
        "host_id": meeting.host.id,
        "topic": meeting.topic,
        "type": meeting.type,
        "duration": meeting.duration,
        "timezone": meeting.timezone,
        "agenda": meeting.agenda[:LISTED_AGENDA],
        "created_at": zoom_time(meeting.created),
        "join_url": join_url(zoom, meeting),
    }
    if meeting.start and meeting.type not in (3, 6):
        item["start_time"] = zoom_time(meeting.start)
    return item


def registrant_json(zoom: Zoom, meeting: Meeting, registrant: Registrant) -> dict[str, Any]:
    """Return a registrant with the whole form; people who were cancelled are shown as denied."""
    details = registrant.details or {}
    item: dict[str, Any] = {
        "id": registrant.id,
        "email": registrant.email,
        "first_name": registrant.first_name,
        "last_name": registrant.last_name,
        **_EMPTY_FORM,
        **details,
        "status": shown_status(registrant.status),
        "create_time": zoom_time(registrant.created),
    }
    if registrant.status == "approved":
        item["join_url"] = registrant_join_url(zoom, meeting, registrant)
    if meeting.kind == "meeting":
        item["participant_pin_code"] = registrant.pin_code
    return item


def registrant_wire(zoom: Zoom, meeting: Meeting, registrant: Registrant) -> bytes:
    """Return a registrant's JSON as bytes, made once until the registrant changes."""
    if registrant.wire is None:
        registrant.wire = to_wire(registrant_json(zoom, meeting, registrant))
    return registrant.wire


def user_json(user: User) -> dict[str, Any]:
    """Return a user as lists show one."""
    return {
        "id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "display_name": user.display_name,
        "email": user.email,
        "type": user.type,
        "pmi": user.pmi,
        "timezone": user.timezone,
        "verified": 1,
        "dept": "",
        "created_at": zoom_time(user.created),
        "user_created_at": zoom_time(user.created),
        "last_login_time": zoom_time(user.created),
        "status": user.status,
        "role_id": "0" if user is user.account.owner else "2",
    }


def personal_meeting_url(zoom: Zoom, user: User) -> str:
    """Return the link of the user's personal room."""
    return f"{zoom.base_url}/j/{quote(str(user.pmi))}"


FORM_FIELDS = (
    "address",
    "city",
    "country",
    "zip",
    "state",
    "phone",
    "industry",
    "org",
    "job_title",
    "purchasing_time_frame",
    "role_in_purchase_process",
    "no_of_employees",
    "comments",
)


_EMPTY_FORM: dict[str, Any] = {**dict.fromkeys(FORM_FIELDS, ""), "custom_questions": []}


def _ends(occurrence: Occurrence) -> float:
    return occurrence.start.timestamp() + occurrence.duration * 60
