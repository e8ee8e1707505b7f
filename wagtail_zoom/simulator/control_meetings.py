"""The control surface for meetings: their full state, and what people do with them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from . import wishes
from .clock import parse_instant, zoom_time
from .contract import checked_body
from .errors import ControlError
from .meetings import change, remove
from .records import Attendance, Meeting, Run
from .representation import meeting_json, occurrence_json, registrant_json
from .roll import Registrant
from .running import end_run, join_run, leave_run, running, start_run
from .state import Zoom


JSON = dict[str, Any]


def list_states(zoom: Zoom) -> list[JSON]:
    """Return every meeting and webinar there ever was."""
    return [meeting_state(zoom, meeting) for meeting in zoom.meetings.values()]


def get_state(zoom: Zoom, number: str) -> JSON:
    """Return one of them."""
    return meeting_state(zoom, _meeting(zoom, number))


def meeting_state(zoom: Zoom, meeting: Meeting) -> JSON:
    """Return all about a meeting: what the API shows of it, and what it does not."""
    return {
        **meeting_json(zoom, meeting, all_occurrences=True),
        "kind": meeting.kind,
        "account_id": meeting.host.account.id,
        "status": "started" if meeting.running else "waiting",
        "deleted": meeting.deleted,
        "occurrences": [occurrence_json(each) for each in meeting.occurrences],
        "tracking_fields": meeting.tracking_fields,
        "questions": meeting.questions,
        "panelists": meeting.panelists,
        "registrants": [_registrant_state(zoom, meeting, each) for each in meeting.registrants],
        "instances": [_run_state(run) for run in meeting.runs],
    }


def change_meeting(zoom: Zoom, number: str, wish: JSON) -> JSON:
    """Do what its host does on Zoom's own site; apps are told."""
    meeting = _live(zoom, number)
    operation = next(each for each in zoom.contract.operations if each.name == _PATCH[meeting.kind])
    change(zoom, meeting, checked_body(operation, wish), meeting.host, counted=False)
    return meeting_state(zoom, meeting)


def delete_meeting(zoom: Zoom, number: str) -> None:
    """Delete it on Zoom's own site; apps are told."""
    meeting = _live(zoom, number)
    remove(zoom, meeting, meeting.host)


def start(zoom: Zoom, number: str, wish: JSON) -> JSON:
    """Let the host start it."""
    meeting = _live(zoom, number)
    return _run_state(start_run(zoom, meeting, meeting.host, _instant(wish)))


def end(zoom: Zoom, number: str, wish: JSON) -> JSON:
    """Let the host end it for all."""
    return _run_state(end_run(zoom, _live(zoom, number), "Host ended the meeting.", _instant(wish)))


def join(zoom: Zoom, number: str, wish: JSON) -> JSON:
    """Let a registrant, or somebody with an e-mail address or just a name, join."""
    meeting = _live(zoom, number)
    person = wishes.given(wishes.checked(wish, wishes.PERSON))
    stay = join_run(
        zoom,
        meeting,
        registrant=_registrant(meeting, person),
        email=person.get("email", ""),
        name=person.get("name", ""),
        at=_instant(person),
        waiting=person.get("waiting_room", False),
    )
    return _stay_state(stay)


def leave(zoom: Zoom, number: str, wish: JSON) -> JSON:
    """Let somebody who joined leave."""
    meeting = _live(zoom, number)
    person = wishes.given(wishes.checked(wish, wishes.PERSON))
    registrant = _registrant(meeting, person)
    email, name = person.get("email", "").casefold(), person.get("name", "")
    for stay in reversed(running(meeting).attendance):
        if stay.left is None and _is(stay, registrant, email, name):
            leave_run(zoom, meeting, stay, _instant(person))
            return _stay_state(stay)
    raise ControlError(404, "Nobody like this is in the meeting.")


def stay(zoom: Zoom, number: str, wish: JSON) -> JSON:
    """Let many people come and go at once, as one join and one leave each would; answers how many."""
    stays = wishes.checked(wish, wishes.STAYS).get("stays") or []
    for each in stays:
        join(zoom, number, each)
        leave(zoom, number, {**each, "at": each.get("until")})
    return {"stays": len(stays)}


_PATCH = {"meeting": "PATCH /meetings/{meetingId}", "webinar": "PATCH /webinars/{webinarId}"}
ACTIONS = {"start": start, "end": end, "join": join, "leave": leave, "stay": stay}


def _meeting(zoom: Zoom, number: str) -> Meeting:
    meeting = zoom.meeting(number)
    if meeting is None:
        raise ControlError(404, f"There is no meeting {number}.")
    return meeting


def _live(zoom: Zoom, number: str) -> Meeting:
    meeting = _meeting(zoom, number)
    if meeting.deleted:
        raise ControlError(409, f"The {meeting.kind} {number} is deleted.")
    return meeting


def _registrant(meeting: Meeting, person: JSON) -> Registrant | None:
    wanted = person.get("registrant_id")
    if wanted:
        registrant = meeting.registrants.get(wanted)
        if registrant is None:
            raise ControlError(404, f"There is no registrant {wanted}.")
        return registrant
    known = meeting.registrants.with_address(person.get("email", ""))
    return known if known and known.status == "approved" else None


def _is(stay: Attendance, registrant: Registrant | None, email: str, name: str) -> bool:
    if registrant:
        return stay.registrant is registrant
    if email:
        return email in (stay.email.casefold(), stay.user.email.casefold() if stay.user else None)
    return bool(name) and stay.name == name


def _instant(wish: JSON) -> dt.datetime | None:
    if not wish.get("at"):
        return None
    try:
        return parse_instant(str(wish["at"]))
    except ValueError as error:
        raise ControlError(400, "at: an ISO time.") from error


def _run_state(run: Run) -> JSON:
    return {
        "uuid": run.uuid,
        "start_time": zoom_time(run.started),
        "end_time": zoom_time(run.ended) if run.ended else None,
        "participants": [_stay_state(stay) for stay in run.attendance],
        "recorded": run.recording is not None,
    }


def _stay_state(stay: Attendance) -> JSON:
    return {
        "user_id": str(stay.user_id),
        "participant_uuid": stay.participant_uuid,
        "name": stay.name,
        "email": stay.email or (stay.registrant.email if stay.registrant else ""),
        "registrant_id": stay.registrant.id if stay.registrant else None,
        "status": stay.status,
        "join_time": zoom_time(stay.joined),
        "leave_time": zoom_time(stay.left) if stay.left else None,
    }


def _registrant_state(zoom: Zoom, meeting: Meeting, registrant: Registrant) -> JSON:
    shown = registrant_json(zoom, meeting, registrant)
    return {**shown, "status": registrant.status, "occurrences": registrant.occurrences}
