"""A meeting runs: it is started, people join, wait, leave, and it is ended."""

from __future__ import annotations

import datetime as dt
import re
from uuid import uuid4

from . import notifications
from .errors import ControlError
from .identifiers import meeting_uuid, opaque
from .recordings import make_recording
from .records import Attendance, Meeting, Run, User
from .roll import Registrant
from .state import Zoom


FIRST_PARTICIPANT_NUMBER = 16_778_240


def start_run(zoom: Zoom, meeting: Meeting, opener: User | None, at: dt.datetime | None = None) -> Run:
    """Begin a new run with a uuid of its own, in which ``opener`` is the first, if it is a host who opens it.

    Raises ``ControlError`` 409 while a run is going on.
    """
    if meeting.running:
        raise ControlError(409, "The meeting is running already.")
    run = Run(meeting_uuid(), _instant(zoom, at), host_key=opaque(22))
    meeting.uuid = run.uuid
    meeting.running = run
    meeting.runs.append(run)
    zoom.runs[run.uuid] = (meeting, run)
    notifications.meeting_started(zoom, meeting, run)
    if opener:
        join_run(zoom, meeting, email=opener.email, at=run.started)
    return run


def end_run(zoom: Zoom, meeting: Meeting, reason: str, at: dt.datetime | None = None) -> Run:
    """End the run that is going on: everybody leaves; raise ``ControlError`` 409 when there is none."""
    run = running(meeting)
    end = _instant(zoom, at)
    for stay in run.attendance:
        if stay.left is None:
            _leave(zoom, meeting, run, stay, max(end, stay.joined), reason)
    run.ended = end
    meeting.running = None
    notifications.meeting_ended(zoom, meeting, run)
    if meeting.settings.get("auto_recording") == "cloud" and meeting.host.type == 2:
        make_recording(zoom, meeting, run)
    return run


def join_run(
    zoom: Zoom,
    meeting: Meeting,
    *,
    registrant: Registrant | None = None,
    email: str = "",
    name: str = "",
    at: dt.datetime | None = None,
    waiting: bool = False,
) -> Attendance:
    """Let a person in, or into the waiting room.

    Where the host is not there yet, the meeting begins with this person if its settings allow to join before the host;
    else ``ControlError`` 409 is raised, and 403 for a registrant who is not approved.
    """
    if registrant and registrant.status != "approved":
        raise ControlError(403, f"The registration is {registrant.status}.")
    if not meeting.running:
        if not may_join_before_host(zoom, meeting):
            raise ControlError(409, "The meeting has not started: start it first.")
        start_run(zoom, meeting, None, at)
    run = running(meeting)
    user = zoom.find_user(meeting.host.account, registrant.email if registrant else email)
    stay = Attendance(
        user_id=FIRST_PARTICIPANT_NUMBER + 1024 * len(run.attendance),
        participant_uuid=_participant(run, registrant, user),
        name=name or _name_of(registrant, user) or email,
        joined=_instant(zoom, at),
        user=user,
        registrant=registrant,
        email=email,
        status="in_waiting_room" if waiting else "in_meeting",
    )
    run.attendance.append(stay)
    if not waiting:
        notifications.participant_joined(zoom, meeting, run, stay)
    return stay


def admit(zoom: Zoom, meeting: Meeting, waiting: Attendance) -> Attendance:
    """Let somebody from the waiting room into the meeting: the wait ends, and another stay begins."""
    run = running(meeting)
    now = _instant(zoom, None)
    waiting.left = now
    stay = Attendance(
        user_id=FIRST_PARTICIPANT_NUMBER + 1024 * len(run.attendance),
        participant_uuid=waiting.participant_uuid,
        name=waiting.name,
        joined=now,
        user=waiting.user,
        registrant=waiting.registrant,
        email=waiting.email,
    )
    run.attendance.append(stay)
    notifications.participant_joined(zoom, meeting, run, stay)
    return stay


def leave_run(
    zoom: Zoom, meeting: Meeting, stay: Attendance, at: dt.datetime | None = None, reason: str = "Left the meeting."
) -> None:
    """Let a person go."""
    _leave(zoom, meeting, running(meeting), stay, _instant(zoom, at), reason)


def may_host(zoom: Zoom, meeting: Meeting, user: User | None) -> bool:
    """Tell whether ``user`` is the host or an alternative host."""
    if user is None or user is meeting.host:
        return user is not None
    others = re.split(r"[;,]", meeting.settings.get("alternative_hosts") or "")
    return any(zoom.find_user(meeting.host.account, each) is user for each in others if each.strip())


def running(meeting: Meeting) -> Run:
    """Return the run that is going on; raise ``ControlError`` 409 when there is none."""
    if meeting.running is None:
        raise ControlError(409, "The meeting is not running.")
    return meeting.running


def may_join_before_host(zoom: Zoom, meeting: Meeting) -> bool:
    """Tell whether somebody else than the host may begin the meeting now (Zoom: not with a waiting room)."""
    settings = meeting.settings
    if meeting.kind == "webinar" or settings.get("waiting_room") or not settings.get("join_before_host"):
        return False
    early = settings.get("jbh_time", 0)
    if not early or meeting.start is None:
        return True
    return zoom.now() >= meeting.start - dt.timedelta(minutes=early)


def _leave(zoom: Zoom, meeting: Meeting, run: Run, stay: Attendance, at: dt.datetime, reason: str) -> None:
    stay.left = at
    if stay.status == "in_meeting":
        notifications.participant_left(zoom, meeting, run, stay, reason)


def _instant(zoom: Zoom, at: dt.datetime | None) -> dt.datetime:
    # Durations are differences of the times that Zoom writes, which are whole seconds.
    return (at or zoom.now()).replace(microsecond=0)


def _participant(run: Run, registrant: Registrant | None, user: User | None) -> str:
    """Return how the person is known in this run: as before, where something tells that they were here before."""
    keys = [f"{type(each).__name__} {each.id}" for each in (registrant, user) if each]
    known = next((run.participants[key] for key in keys if key in run.participants), None) or str(uuid4()).upper()
    run.participants.update(dict.fromkeys(keys, known))
    return known


def _name_of(registrant: Registrant | None, user: User | None) -> str:
    if registrant:
        return f"{registrant.first_name} {registrant.last_name}".strip()
    return user.display_name if user else ""
