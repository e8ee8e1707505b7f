"""The pages behind a join link: come in, wait, leave."""

from __future__ import annotations

import hmac

from aiohttp import web

from .errors import ControlError
from .markup import Markup, fill, joined, page
from .pages_host import host_page
from .records import Attendance, Meeting
from .representation import encrypted_passcode, registration_url
from .roll import Registrant
from .running import join_run, leave_run, may_host, may_join_before_host
from .state import Zoom


_HIDDEN = ("pwd", "tk")
_REFUSED_STATUS = {
    "pending": "Your registration has not been approved yet.",
    "denied": "Your registration was not accepted.",
    "cancelled": "Your registration has been cancelled.",
}


class Refusal(Exception):
    """A person cannot come in; what the page says about it, and its HTTP status."""

    def __init__(self, title: str, reason: str, status: int) -> None:
        """Take title, reason and status."""
        super().__init__(reason)
        self.title = title
        self.reason = reason
        self.status = status


def answer_join_link(zoom: Zoom, number: str, query: dict[str, str]) -> web.Response:
    """Answer GET /j/{id} and /w/{id}: the form with which one joins, or why one cannot."""
    try:
        meeting = find_meeting(zoom, number)
        if may_host(zoom, meeting, zoom.zak_user(query.get("zak", ""))):
            return host_page(meeting, query["zak"])
        registrant, panelist = _holder(meeting, query.get("tk", ""))
        if meeting.registration and not registrant and not panelist:
            return _register_first(zoom, meeting)
        return _join_form(meeting, query, registrant, panelist)
    except Refusal as refusal:
        return refusal_answer(refusal)


def join(zoom: Zoom, number: str, form: dict[str, str]) -> web.Response:
    """Answer POST /j/{id}: come in, or wait for the host or at the door."""
    try:
        meeting = find_meeting(zoom, number)
        registrant, panelist = _holder(meeting, form.get("tk", ""))
        if meeting.registration and not registrant and not panelist:
            return _register_first(zoom, meeting)
        name, email = _who(form, registrant, panelist)
        problem = _problem(zoom, meeting, form, name, email)
        if problem:
            return _join_form(meeting, form, registrant, panelist, problem)
        if not meeting.running and not may_join_before_host(zoom, meeting):
            return _wait_for_host(meeting, form, name, email)
        return _come_in(zoom, meeting, registrant, name, email)
    except Refusal as refusal:
        return refusal_answer(refusal)


def inside(zoom: Zoom, number: str, stay_number: str, query: dict[str, str]) -> web.Response:
    """Answer GET /j/{id}/in/{stay}: where one is now."""
    try:
        meeting = find_meeting(zoom, number)
        stay = _stay(meeting, stay_number)
        admitted = _admitted(meeting, stay)
        if admitted is not stay:
            return _to_inside(meeting, admitted)
    except Refusal as refusal:
        return refusal_answer(refusal)
    if stay.left is not None:
        body = fill("left", kind=meeting.kind, number=meeting.id, topic=meeting.topic)
        return page(f"You have left the {meeting.kind}", body)
    template = "waiting_room" if stay.status == "in_waiting_room" else "inside"
    people = joined([fill("item", text=each.name) for each in _present(meeting)])
    body = fill(
        template,
        kind=meeting.kind,
        number=meeting.id,
        topic=meeting.topic,
        name=stay.name,
        stay=stay.user_id,
        people=people,
    )
    return page("Waiting room" if template == "waiting_room" else f"In the {meeting.kind}", body)


def leave(zoom: Zoom, number: str, stay_number: str, form: dict[str, str]) -> web.Response:
    """Answer POST /j/{id}/in/{stay}/leave."""
    try:
        meeting = find_meeting(zoom, number)
        stay = _stay(meeting, stay_number)
    except Refusal as refusal:
        return refusal_answer(refusal)
    if stay.left is None and meeting.running:
        leave_run(zoom, meeting, stay)
    return _to_inside(meeting, stay)


def find_meeting(zoom: Zoom, number: str) -> Meeting:
    """Return the meeting that a link names; raise ``Refusal`` 404 when it is not there any more."""
    meeting = zoom.live_meeting(number)
    if meeting is None:
        raise Refusal("This meeting ID is not valid", "It may have been deleted. Ask the host for a new link.", 404)
    return meeting


def refusal_answer(refusal: Refusal) -> web.Response:
    """Return the page that says why one cannot come in."""
    body = fill("refusal", title=refusal.title, reason=refusal.reason, code="")
    return page(refusal.title, body, status=refusal.status)


def _holder(meeting: Meeting, tk: str) -> tuple[Registrant | None, dict[str, str] | None]:
    """Return whose personal link it is; raise ``Refusal`` 403 when it opens nothing."""
    if not tk:
        return None, None
    for panelist in meeting.panelists:
        if hmac.compare_digest(panelist["tk"], tk):
            return None, panelist
    registrant = meeting.registrants.with_token(tk)
    if registrant is None:
        raise Refusal("You cannot join", "This personal link is not valid any more.", 403)
    if registrant.status != "approved":
        raise Refusal("You cannot join", _REFUSED_STATUS[registrant.status], 403)
    return registrant, None


def _register_first(zoom: Zoom, meeting: Meeting) -> web.Response:
    link = registration_url(zoom, meeting)
    return page("Registration required", fill("register_first", kind=meeting.kind, link=link), status=403)


def _who(form: dict[str, str], registrant: Registrant | None, panelist: dict[str, str] | None) -> tuple[str, str]:
    if registrant:
        return f"{registrant.first_name} {registrant.last_name}".strip(), registrant.email
    if panelist:
        return panelist["name"], panelist["email"]
    return form.get("name", "").strip(), form.get("email", "").strip()


def _problem(zoom: Zoom, meeting: Meeting, form: dict[str, str], name: str, email: str) -> str:
    if not name:
        return "Enter your name."
    if not _passes(meeting, form):
        return "The passcode is wrong."
    if meeting.settings.get("meeting_authentication"):
        accounts = zoom.accounts.values()
        if not any(zoom.find_user(account, email) for account in accounts if email):
            return "Only people who are signed in to Zoom can join: enter the e-mail address of a Zoom user."
    return ""


def _passes(meeting: Meeting, form: dict[str, str]) -> bool:
    if not meeting.password or form.get("tk"):
        return True
    given = form.get("pwd", "").encode()
    typed = form.get("passcode", "").strip().encode()
    return hmac.compare_digest(given, encrypted_passcode(meeting).encode()) or hmac.compare_digest(
        typed, meeting.password.encode()
    )


def _come_in(zoom: Zoom, meeting: Meeting, registrant: Registrant | None, name: str, email: str) -> web.Response:
    if registrant and meeting.running and not meeting.settings.get("allow_multiple_devices"):
        for stay in meeting.running.attendance:
            if stay.registrant is registrant and stay.left is None:
                leave_run(zoom, meeting, stay, reason="Joined from another device.")
    waiting = bool(meeting.settings.get("waiting_room"))
    try:
        stay = join_run(zoom, meeting, registrant=registrant, email=email, name=name, waiting=waiting)
    except ControlError as error:
        raise Refusal("You cannot join", error.message, error.status) from error
    return _to_inside(meeting, stay)


def _join_form(
    meeting: Meeting,
    given: dict[str, str],
    registrant: Registrant | None,
    panelist: dict[str, str] | None,
    problem: str = "",
) -> web.Response:
    name, email = _who(given, registrant, panelist)
    known = registrant is not None or panelist is not None
    fields = [fill("known_person", name=name, email=email)] if known else [fill("person", name=name, email=email)]
    if not _passes(meeting, given):
        fields.append(fill("passcode"))
    body = fill(
        "join",
        kind=meeting.kind,
        number=meeting.id,
        topic=meeting.topic,
        host=meeting.host.display_name,
        state="It is running now." if meeting.running else "It has not started yet.",
        problem=fill("problem", text=problem) if problem else Markup(""),
        hidden=_hidden(given),
        fields=joined(fields),
    )
    return page(f"Join {meeting.kind}", body, status=400 if problem else 200)


def _wait_for_host(meeting: Meeting, form: dict[str, str], name: str, email: str) -> web.Response:
    again = {**form, "name": name, "email": email}
    body = fill(
        "wait_for_host",
        kind=meeting.kind,
        number=meeting.id,
        topic=meeting.topic,
        hidden=_hidden(again, (*_HIDDEN, "name", "email", "passcode")),
    )
    return page("Waiting for the host", body)


def _hidden(given: dict[str, str], names: tuple[str, ...] = _HIDDEN) -> Markup:
    return joined([fill("hidden", name=name, value=given[name]) for name in names if given.get(name)])


def _stay(meeting: Meeting, stay_number: str) -> Attendance:
    for stay in meeting.runs[-1].attendance if meeting.runs else ():
        if str(stay.user_id) == stay_number:
            return stay
    raise Refusal("You are not in this meeting", "Open your link again.", 404)


def _admitted(meeting: Meeting, stay: Attendance) -> Attendance:
    """Return the stay that followed a wait at the door, or the same one."""
    if stay.status != "in_waiting_room" or stay.left is None:
        return stay
    later = (each for each in meeting.runs[-1].attendance if each.user_id > stay.user_id)
    return next((each for each in later if each.participant_uuid == stay.participant_uuid), stay)


def _present(meeting: Meeting) -> list[Attendance]:
    stays = meeting.running.attendance if meeting.running else []
    return [stay for stay in stays if stay.left is None and stay.status == "in_meeting"]


def _to_inside(meeting: Meeting, stay: Attendance) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/j/{meeting.id}/in/{stay.user_id}"})
