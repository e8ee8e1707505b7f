"""The pages behind a start link: start, let people in, leave, end for all."""

from __future__ import annotations

import hmac

from aiohttp import web

from .markup import Markup, fill, joined, page
from .records import Attendance, Meeting, Run
from .running import admit, end_run, join_run, leave_run, may_host, start_run
from .state import Zoom


_ASK_AGAIN = "A start link works for two hours. Ask the site where you found it for a new one."


def answer_start_link(zoom: Zoom, number: str, query: dict[str, str]) -> web.Response:
    """Answer GET /s/{id}: the button with which the host starts, or why this link does not do."""
    meeting = zoom.live_meeting(number)
    if meeting is None:
        return _refused("This meeting ID is not valid", "It may have been deleted.", 404)
    zak = query.get("zak", "")
    if not may_host(zoom, meeting, zoom.zak_user(zak)):
        return _refused("You cannot start this meeting", _ASK_AGAIN, 403)
    return host_page(meeting, zak)


def host_page(meeting: Meeting, zak: str) -> web.Response:
    """Return the page on which the host starts the meeting, or joins it while it runs."""
    body = fill(
        "start",
        kind=meeting.kind,
        number=meeting.id,
        topic=meeting.topic,
        host=meeting.host.display_name,
        zak=zak,
        verb="Join as host" if meeting.running else "Start",
    )
    return page(f"Start {meeting.kind}", body)


def start(zoom: Zoom, number: str, form: dict[str, str]) -> web.Response:
    """Answer POST /s/{id}: start, or join what runs already, and go to the host's controls."""
    meeting = zoom.live_meeting(number)
    opener = zoom.zak_user(form.get("zak", ""))
    if meeting is None or opener is None or not may_host(zoom, meeting, opener):
        return _refused("You cannot start this meeting", _ASK_AGAIN, 403)
    if meeting.running is None:
        return _to_controls(meeting, start_run(zoom, meeting, opener))
    if not any(stay.user is opener and stay.left is None for stay in meeting.running.attendance):
        join_run(zoom, meeting, email=opener.email)
    return _to_controls(meeting, meeting.running)


def controls(zoom: Zoom, number: str, key: str, query: dict[str, str]) -> web.Response:
    """Answer GET /s/{id}/host/{key}: who is in, who waits, and the buttons."""
    found = _keyed_run(zoom, number, key)
    if found is None:
        return _refused("You are not the host of this meeting", _ASK_AGAIN, 403)
    meeting, run = found
    if run.ended:
        return page("The meeting is over", fill("over", kind=meeting.kind, number=meeting.id, topic=meeting.topic))
    waiting = [stay for stay in run.attendance if stay.left is None and stay.status == "in_waiting_room"]
    present = [stay for stay in run.attendance if stay.left is None and stay.status == "in_meeting"]
    body = fill(
        "controls",
        kind=meeting.kind,
        number=meeting.id,
        topic=meeting.topic,
        key=key,
        count=len(present),
        people=joined([fill("item", text=stay.name) for stay in present]),
        waiting=_waiting(meeting, key, waiting),
    )
    return page(f"Hosting the {meeting.kind}", body)


def act(zoom: Zoom, number: str, key: str, form: dict[str, str]) -> web.Response:
    """Answer POST /s/{id}/host/{key}: one of the buttons was pressed."""
    found = _keyed_run(zoom, number, key)
    if found is None:
        return _refused("You are not the host of this meeting", _ASK_AGAIN, 403)
    meeting, run = found
    if run.ended is None:
        _do(zoom, meeting, run, form.get("action", ""), form.get("stay", ""))
    return _to_controls(meeting, run)


def _do(zoom: Zoom, meeting: Meeting, run: Run, action: str, stay_number: str) -> None:
    if action == "end":
        end_run(zoom, meeting, "Host ended the meeting.")
    elif action == "leave":
        for stay in run.attendance:
            if stay.left is None and may_host(zoom, meeting, stay.user):
                leave_run(zoom, meeting, stay)
    elif action == "admit":
        for stay in list(run.attendance):
            wanted = stay_number in ("", str(stay.user_id))
            if wanted and stay.status == "in_waiting_room" and stay.left is None:
                admit(zoom, meeting, stay)


def _keyed_run(zoom: Zoom, number: str, key: str) -> tuple[Meeting, Run] | None:
    meeting = zoom.live_meeting(number)
    for run in meeting.runs if meeting else ():
        if meeting and hmac.compare_digest(run.host_key.encode(), key.encode()):
            return meeting, run
    return None


def _waiting(meeting: Meeting, key: str, waiting: list[Attendance]) -> Markup:
    if not waiting:
        return Markup("")
    people = [fill("admit", number=meeting.id, key=key, stay=stay.user_id, name=stay.name) for stay in waiting]
    return fill("waiting_people", people=joined(people))


def _refused(title: str, reason: str, status: int) -> web.Response:
    return page(title, fill("refusal", title=title, reason=reason, code=""), status=status)


def _to_controls(meeting: Meeting, run: Run) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/s/{meeting.id}/host/{run.host_key}"})
