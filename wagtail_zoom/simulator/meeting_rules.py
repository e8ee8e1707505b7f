"""What becomes of the fields that a caller sends for a meeting or webinar: defaults, refusals, silent drops."""

from __future__ import annotations

import re
from typing import Any

from .errors import bad_request, invalid
from .identifiers import passcode
from .records import Kind, Meeting
from .schedule import checked_recurrence, checked_zone, occurrences_of, parse_start
from .state import Zoom


SINGLE = {"meeting": (1, 2, 10), "webinar": (5,)}
UNTIMED = (3, 6)
SERIES = (8, 9)
DEFAULT_TYPE: dict[Kind, int] = {"meeting": 2, "webinar": 5}

_COMMON_SETTINGS: dict[str, Any] = {
    "host_video": False,
    "approval_type": 2,
    "registration_type": 1,
    "audio": "both",
    "auto_recording": "none",
    "alternative_hosts": "",
    "close_registration": False,
    "allow_multiple_devices": False,
    "show_share_button": True,
    "registrants_confirmation_email": True,
    "registrants_email_notification": True,
    "meeting_authentication": False,
    "request_permission_to_unmute_participants": False,
    "email_in_attendee_report": True,
}
_OWN_SETTINGS: dict[Kind, dict[str, Any]] = {
    "meeting": {
        "participant_video": False,
        "cn_meeting": False,
        "in_meeting": False,
        "join_before_host": False,
        "jbh_time": 0,
        "mute_upon_entry": False,
        "watermark": False,
        "use_pmi": False,
        "waiting_room": False,
        "email_notification": True,
        "private_meeting": False,
        "focus_mode": False,
        "encryption_type": "enhanced_encryption",
        "internal_meeting": False,
        "participant_focused_meeting": False,
        "push_change_to_calendar": False,
        "alternative_hosts_email_notification": True,
    },
    "webinar": {
        "panelists_video": False,
        "practice_session": False,
        "hd_video": False,
        "on_demand": False,
        "registrants_restrict_number": 0,
        "panelist_authentication": False,
        "panelists_invitation_email_notification": True,
        "post_webinar_survey": False,
        "survey_url": "",
        "email_language": "en-US",
    },
}


def default_settings(kind: Kind) -> dict[str, Any]:
    """Return the settings of a meeting about which nothing was said."""
    return {**_COMMON_SETTINGS, **_OWN_SETTINGS[kind]}


def fill_new(zoom: Zoom, meeting: Meeting, body: dict[str, Any]) -> None:
    """Apply the body of a creation to a fresh meeting; raise ``ApiError`` where Zoom refuses."""
    meeting.type = body.get("type", DEFAULT_TYPE[meeting.kind])
    meeting.timezone = checked_zone(body.get("timezone") or meeting.host.timezone)
    _apply_plain(meeting, body)
    now = zoom.now().replace(microsecond=0)
    wanted = parse_start(body["start_time"], meeting.timezone) if body.get("start_time") else now
    # Zoom: a start that is missing or past is not refused; the meeting gets the current time.
    meeting.start = None if meeting.type in UNTIMED else max(wanted, now)
    _apply_recurrence(meeting, body)
    meeting.tracking_fields = _checked_tracking_fields(meeting, body.get("tracking_fields", []))
    meeting.settings = default_settings(meeting.kind)
    settings = dict(body.get("settings", {}))
    if meeting.host.type == 1:
        # Zoom: registration exists for licensed hosts only; observed behaviour: the wish is dropped silently.
        settings.pop("approval_type", None)
    _apply_settings(zoom, meeting, settings)
    _apply_new_passcode(meeting, body)
    _force_what_the_account_demands(meeting)


def apply_changes(zoom: Zoom, meeting: Meeting, body: dict[str, Any]) -> None:
    """Apply the body of a change; raise ``ApiError`` where Zoom refuses, and drop silently what Zoom drops."""
    settings = dict(body.get("settings", {}))
    now = zoom.now().replace(microsecond=0)
    zone = checked_zone(body["timezone"]) if body.get("timezone") else meeting.timezone
    start = parse_start(body["start_time"], zone) if body.get("start_time") else None
    if meeting.type in UNTIMED or (meeting.start and meeting.start < now) or meeting.host.type == 1:
        # Observed behaviour: the answer is 204 and nothing changes.
        settings.pop("approval_type", None)
    if "tracking_fields" in body:
        meeting.tracking_fields = _checked_tracking_fields(meeting, body["tracking_fields"])
    _check_settings(zoom, meeting, settings)
    changed_type = body.get("type", meeting.type)
    if changed_type != meeting.type and meeting.type in SINGLE[meeting.kind]:
        # Observed behaviour: a single meeting that becomes a series loses its registration.
        meeting.settings["approval_type"] = 2
        settings.pop("approval_type", None)
    meeting.type = changed_type
    meeting.timezone = zone
    _apply_plain(meeting, body)
    if meeting.type in UNTIMED:
        meeting.start = None
    elif start and start >= now:
        meeting.start = start
    elif meeting.start is None:
        meeting.start = now
    if {"type", "recurrence", "start_time", "duration", "timezone"} & body.keys():
        _apply_recurrence(meeting, body)
    _apply_settings(zoom, meeting, settings)
    if "password" in body:
        _set_passcode(meeting, body["password"])
    _force_what_the_account_demands(meeting)


def _apply_plain(meeting: Meeting, body: dict[str, Any]) -> None:
    meeting.topic = body.get("topic") or meeting.topic
    meeting.agenda = body.get("agenda", meeting.agenda)
    meeting.duration = body.get("duration", meeting.duration)


def _apply_recurrence(meeting: Meeting, body: dict[str, Any]) -> None:
    if meeting.type not in SERIES:
        meeting.recurrence = None
        meeting.occurrences = []
        return
    if "recurrence" in body:
        meeting.recurrence = checked_recurrence(body["recurrence"], meeting.kind)
    if meeting.recurrence is None or meeting.start is None:
        raise invalid(("recurrence", "Missing field."))
    meeting.occurrences = occurrences_of(meeting.start, meeting.timezone, meeting.duration, meeting.recurrence)


def _check_settings(zoom: Zoom, meeting: Meeting, settings: dict[str, Any]) -> None:
    for named in re.split(r"[;,]\s*", settings.get("alternative_hosts") or ""):
        if not named:
            continue
        other = zoom.find_user(meeting.host.account, named)
        if other is None or other.type != 2:
            # Observed behaviour: only licensed users of the same account can stand in.
            raise invalid(("settings.alternative_hosts", f"Invalid field: {named} cannot be an alternative host."))


def _apply_settings(zoom: Zoom, meeting: Meeting, settings: dict[str, Any]) -> None:
    _check_settings(zoom, meeting, settings)
    meeting.settings.update(settings)


def _force_what_the_account_demands(meeting: Meeting) -> None:
    known = default_settings(meeting.kind)
    for name, value in meeting.host.account.locked_settings.items():
        if name in known:
            meeting.settings[name] = value
    unprotected = not meeting.password and not meeting.settings.get("meeting_authentication")
    if meeting.kind == "meeting" and unprotected:
        # Observed behaviour: without passcode and authentication Zoom switches the waiting room on by itself.
        meeting.settings["waiting_room"] = True


def _apply_new_passcode(meeting: Meeting, body: dict[str, Any]) -> None:
    policy = meeting.host.account.passcode_policy
    wants_one = body.get("default_passcode" if meeting.kind == "webinar" else "default_password", True)
    if body.get("password"):
        _set_passcode(meeting, body["password"])
    elif wants_one or policy.get("required"):
        length = max(6, int(policy.get("min_length", 0)))
        meeting.password = passcode(min(length, 10), digits_only=bool(policy.get("numeric_only")))


def _set_passcode(meeting: Meeting, wanted: str) -> None:
    policy = meeting.host.account.passcode_policy
    if not wanted and not policy.get("required"):
        meeting.password = ""
        return
    problems = []
    if len(wanted) < int(policy.get("min_length", 1)):
        problems.append("too short for this account")
    if policy.get("numeric_only") and not wanted.isdecimal():
        problems.append("this account allows digits only")
    if not re.fullmatch(r"[A-Za-z0-9@_*!#$%&^.+-]*", wanted):
        problems.append("contains a character that is not allowed")
    if problems:
        raise bad_request(300, f"The passcode does not meet the requirements: {'; '.join(problems)}.")
    meeting.password = wanted
    meeting.registrants.forget_wires()


def _checked_tracking_fields(meeting: Meeting, wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    account = meeting.host.account
    known = {each["field"] for each in account.tracking_fields}
    if account.required_tracking_field:
        known.add(account.required_tracking_field)
    given = [
        {"field": each["field"], "value": each.get("value", ""), "visible": True}
        for each in wanted
        if each["field"] in known
    ]
    required = account.required_tracking_field
    if required and not any(each["field"] == required and each["value"] for each in given):
        raise invalid(("tracking_fields", f"Missing field: {required} is required."))
    return given
