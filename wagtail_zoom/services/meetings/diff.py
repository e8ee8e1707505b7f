"""What Zoom says about a meeting, put beside what it was told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from ...api.responses import MeetingAnswer
from ...models import Meeting
from ..lessons.schedule import known_zones


#: Zoom: a list shows so many characters of an agenda.
LIST_AGENDA = 250

#: Compared by hand below, since Zoom answers them in another form than it takes them.
_TIMES = ("start_time", "timezone")

#: Settings of an answer that are kept: those that we set. Others, such as lists of people, are none of our business.
KEPT_SETTINGS = (
    "waiting_room",
    "join_before_host",
    "mute_upon_entry",
    "auto_recording",
    "alternative_hosts",
    "practice_session",
    "approval_type",
    "registration_type",
    "registrants_confirmation_email",
    "registrants_email_notification",
    "registrants_restrict_number",
)


def payload_in(answer: MeetingAnswer) -> dict[str, Any]:
    """Return what ``answer`` says, flat like the wishes; the start as an ISO instant in UTC. No link, no passcode."""
    said: dict[str, Any] = {
        "topic": answer.topic,
        "agenda": answer.agenda,
        "type": answer.type,
        "duration": answer.duration,
        "timezone": answer.timezone,
        "start_time": answer.start_time.isoformat() if answer.start_time else None,
        **{f"settings.{name}": answer.settings[name] for name in KEPT_SETTINGS if name in answer.settings},
    }
    return {name: value for name, value in said.items() if value not in (None, "")}


def drift(meeting: Meeting) -> list[str]:
    """Return the fields in which Zoom now says something else than it accepted; nothing for what was never read.

    A meeting that is not ours has no drift: there Zoom's word is the only one.
    """
    if not meeting.is_owned:
        return []
    accepted, actual = meeting.accepted_payload, meeting.actual_payload
    differing = [
        name
        for name, value in accepted.items()
        if name in actual and name not in _TIMES and not _same(name, value, actual[name])
    ]
    if starts_differ(meeting):
        differing.append("start_time")
    return differing


def starts_differ(meeting: Meeting) -> bool:
    """Tell whether Zoom's start is another instant than the accepted one."""
    told = accepted_start(meeting.accepted_payload)
    return told is not None and "start_time" in meeting.actual_payload and told != _instant(meeting.actual_payload)


def accepted_start(payload: Mapping[str, Any]) -> dt.datetime | None:
    """Return the instant that ``start_time`` and ``timezone`` of a payload for Zoom mean, None without a start."""
    start = payload.get("start_time")
    if not isinstance(start, str) or not start:
        return None
    local = dt.datetime.fromisoformat(start)
    if local.tzinfo is None:
        zone = payload.get("timezone")
        local = local.replace(tzinfo=ZoneInfo(zone if zone in known_zones() else "UTC"))
    return local.astimezone(dt.UTC)


def _instant(actual: Mapping[str, Any]) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(str(actual["start_time"]))
    except (KeyError, ValueError):
        return None


def _same(name: str, told: Any, heard: Any) -> bool:
    if name == "agenda":
        # Lists cut the agenda short (Zoom: 250 characters); then only the part that was heard can be compared.
        heard = str(heard).strip()
        return str(told).strip() == heard or (len(heard) >= LIST_AGENDA and str(told).startswith(heard))
    if name == "settings.alternative_hosts":
        return _addresses(told) == _addresses(heard)
    if isinstance(told, str) and isinstance(heard, str):
        return " ".join(told.split()) == " ".join(heard.split())
    return bool(told == heard)


def _addresses(value: Any) -> set[str]:
    return {part.strip().casefold() for part in str(value or "").replace(",", ";").split(";") if part.strip()}


def changes(meeting: Meeting) -> dict[str, Any]:
    """Return the wanted fields, flat, that differ from what Zoom last accepted; nothing means that no call is due.

    Start and zone go together, since Zoom reads a local start in the zone that comes with it.
    """
    accepted = meeting.accepted_payload
    differing = {name: value for name, value in meeting.wanted_payload.items() if accepted.get(name) != value}
    if any(name in differing for name in _TIMES):
        differing |= {name: meeting.wanted_payload[name] for name in _TIMES if name in meeting.wanted_payload}
    return differing


def only_address_differs(meeting: Meeting) -> bool:
    """Tell whether nothing but the lesson's address in the agenda's last line is to be changed."""
    if set(changes(meeting)) != {"agenda"}:
        return False
    wanted, accepted = meeting.wanted_payload["agenda"], str(meeting.accepted_payload.get("agenda", ""))
    return bool(wanted.rpartition("\n")[0] == accepted.rpartition("\n")[0])
