"""The page on which people register themselves."""

from __future__ import annotations

from aiohttp import web

from .errors import ApiError
from .markup import Markup, fill, page
from .records import Meeting
from .registration import register, require_open
from .representation import registrant_join_url
from .roll import Registrant
from .state import Zoom


def show_form(zoom: Zoom, kind: str, number: str, query: dict[str, str]) -> web.Response:
    """Answer GET /{kind}/register/{id}."""
    meeting = _meeting(zoom, kind, number)
    return _not_possible() if meeting is None else _form(meeting, {})


def submit(zoom: Zoom, kind: str, number: str, form: dict[str, str]) -> web.Response:
    """Answer POST /{kind}/register/{id}: the personal link, or that somebody has to approve."""
    meeting = _meeting(zoom, kind, number)
    if meeting is None:
        return _not_possible()
    if not form.get("first_name") or not form.get("email"):
        return _form(meeting, form, "Enter your first name and your e-mail address.")
    try:
        require_open(zoom, meeting)
        registrant = register(zoom, meeting, dict(form), auto_approve=False)
    except ApiError as error:
        return _form(meeting, form, error.fields[0][1] if error.fields else error.message)
    return page("Registration", _result(zoom, meeting, registrant))


def _meeting(zoom: Zoom, kind: str, number: str) -> Meeting | None:
    meeting = zoom.live_meeting(number)
    return meeting if meeting and meeting.kind == kind and meeting.registration else None


def _form(meeting: Meeting, given: dict[str, str], problem: str = "") -> web.Response:
    body = fill(
        "register",
        kind=meeting.kind,
        number=meeting.id,
        topic=meeting.topic,
        problem=fill("problem", text=problem) if problem else Markup(""),
        first_name=given.get("first_name", ""),
        last_name=given.get("last_name", ""),
        email=given.get("email", ""),
    )
    return page(f"Register for the {meeting.kind}", body, status=400 if problem else 200)


def _result(zoom: Zoom, meeting: Meeting, registrant: Registrant) -> Markup:
    link = registrant_join_url(zoom, meeting, registrant)
    if link:
        return fill("registered", topic=meeting.topic, link=link)
    return fill("refusal", title="Thank you", reason="The host has to approve your registration first.", code="")


def _not_possible() -> web.Response:
    title = "Registration is not possible"
    reason = "The meeting is not there any more, or it needs no registration."
    return page(title, fill("refusal", title=title, reason=reason, code=""), status=404)
