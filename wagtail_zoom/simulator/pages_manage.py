"""The page on which a host changes or deletes a meeting by hand, as on Zoom's own site. Nobody has to log in here."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web

from . import control_meetings
from .errors import ApiError, ControlError
from .markup import Markup, fill, page
from .records import Meeting
from .state import Zoom


def show(zoom: Zoom, kind: str, number: str, query: dict[str, str]) -> web.Response:
    """Answer GET /{kind}/{id}: what Zoom has, ready to be changed."""
    meeting = _found(zoom, kind, number)
    if meeting is None:
        return _gone()
    said = "Saved." if "saved" in query else ""
    return page(meeting.topic, _form(meeting, said))


def save(zoom: Zoom, kind: str, number: str, form: dict[str, str]) -> web.Response:
    """Answer POST /{kind}/{id}: change or delete it; apps are told, as always."""
    meeting = _found(zoom, kind, number)
    if meeting is None:
        return _gone()
    try:
        if form.get("action") == "delete":
            control_meetings.delete_meeting(zoom, number)
            return page("Deleted", fill("refusal", title="Deleted", reason=f"The {kind} is gone.", code=""))
        control_meetings.change_meeting(zoom, number, _wish(meeting, form))
    except (ApiError, ControlError, ValueError) as error:
        return page(meeting.topic, _form(meeting, str(error) or "That cannot be saved."), status=400)
    return web.Response(status=303, headers={"Location": f"/{kind}/{number}?saved=1"})


def _wish(meeting: Meeting, form: dict[str, str]) -> dict[str, Any]:
    wish: dict[str, Any] = {"topic": form.get("topic") or meeting.topic}
    if form.get("start"):
        wish |= {"start_time": f"{form['start']}:00"[:19], "timezone": meeting.timezone}
    if form.get("duration"):
        wish["duration"] = int(form["duration"])
    return wish


def _form(meeting: Meeting, said: str) -> Markup:
    return fill(
        "manage",
        topic=meeting.topic,
        kind=meeting.kind,
        number=meeting.id,
        host=meeting.host.display_name,
        timezone=meeting.timezone,
        start=meeting.start.astimezone(_zone(meeting)).strftime("%Y-%m-%dT%H:%M") if meeting.start else "",
        duration=meeting.duration,
        problem=fill("problem", text=said) if said else Markup(""),
    )


def _zone(meeting: Meeting) -> ZoneInfo:
    try:
        return ZoneInfo(meeting.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _found(zoom: Zoom, kind: str, number: str) -> Meeting | None:
    meeting = zoom.live_meeting(number)
    return meeting if meeting is not None and meeting.kind == kind else None


def _gone() -> web.Response:
    body = fill("refusal", title="Nothing here", reason="It was deleted, or never existed.", code="")
    return page("Nothing here", body, status=404)
