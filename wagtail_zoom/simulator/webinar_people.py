"""Panelists and tracking sources of webinars."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from .calls import Call
from .clock import zoom_time
from .errors import bad_request, invalid
from .identifiers import opaque
from .records import Meeting
from .state import Zoom


JSON = dict[str, Any]


def list_panelists(call: Call) -> JSON:
    """Zoom: GET /webinars/{webinarId}/panelists."""
    webinar = call.meeting()
    shown = [panelist_json(call.zoom, webinar, each) for each in webinar.panelists]
    return {"total_records": len(shown), "panelists": shown}


def add_panelists(call: Call) -> JSON:
    """Zoom: POST /webinars/{webinarId}/panelists."""
    webinar = call.meeting()
    people = call.body.get("panelists") or []
    problems = [
        (f"panelists[{index}].{name}", "Missing field.")
        for index, person in enumerate(people)
        for name in ("name", "email")
        if not person.get(name)
    ]
    if problems:
        raise invalid(*problems)
    known = {each["email"].casefold() for each in webinar.panelists}
    for person in people:
        if person["email"].casefold() not in known:
            known.add(person["email"].casefold())
            webinar.panelists.append(
                {"id": opaque(22), "name": person["name"], "email": person["email"], "tk": opaque(43)}
            )
    return {"id": opaque(22), "updated_at": zoom_time(call.zoom.now())}


def delete_panelists(call: Call) -> None:
    """Zoom: DELETE /webinars/{webinarId}/panelists."""
    call.meeting().panelists.clear()


def delete_panelist(call: Call) -> None:
    """Zoom: DELETE /webinars/{webinarId}/panelists/{panelistId}."""
    webinar = call.meeting()
    kept = [each for each in webinar.panelists if each["id"] != call.params["panelistId"]]
    if len(kept) == len(webinar.panelists):
        raise bad_request(300, "The panelist does not exist.")
    webinar.panelists = kept


def list_tracking_sources(call: Call) -> JSON:
    """Zoom: GET /webinars/{webinarId}/tracking_sources; there are none."""
    call.meeting()
    return {"total_records": 0, "tracking_sources": []}


def panelist_json(zoom: Zoom, webinar: Meeting, panelist: JSON) -> JSON:
    """Return a panelist with the personal link."""
    link = f"{zoom.base_url}/w/{webinar.id}?{urlencode({'tk': panelist['tk']})}"
    return {"id": panelist["id"], "name": panelist["name"], "email": panelist["email"], "join_url": link}
