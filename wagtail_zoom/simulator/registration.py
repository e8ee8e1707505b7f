"""Who may register for a meeting, and what becomes of a registration."""

from __future__ import annotations

from typing import Any

from . import notifications
from .contract import EMAIL
from .errors import bad_request, invalid
from .identifiers import opaque, pin_code
from .records import Meeting, User
from .representation import FORM_FIELDS, registrant_wire
from .roll import Registrant
from .state import Zoom


JSON = dict[str, Any]

MEETING_CEILING = 4_999
WEBINAR_CEILING = 20_000
_STATUS_AFTER = {"approve": "approved", "deny": "denied", "cancel": "cancelled"}
_STATUS_BEFORE = {"approve": ("pending", "denied", "cancelled"), "deny": ("pending",), "cancel": ("approved",)}


def register(
    zoom: Zoom, meeting: Meeting, form: JSON, *, auto_approve: bool, occurrence_ids: list[str] | None = None
) -> Registrant:
    """Register somebody, or hand back the registrant who has this address already; both count to the daily limit.

    Raises ``ApiError`` when the meeting is full, the address is the host's own, or the day's limit is reached.
    """
    email = form["email"].strip()
    if not EMAIL.fullmatch(email):
        raise invalid(("email", "Invalid field: not an e-mail address."))
    _require_guest(meeting, email)
    zoom.limits.spend_registration(meeting, email)
    known = meeting.registrants.with_address(email)
    if known is not None:
        # Observed behaviour: whoever was cancelled or denied stays so.
        if occurrence_ids is not None and known.occurrences is not None:
            known.occurrences.update(dict.fromkeys(occurrence_ids, known.status))
        return known
    require_room(meeting, 1)
    status = "approved" if meeting.settings.get("approval_type") == 0 or auto_approve else "pending"
    details = {name: form[name] for name in (*FORM_FIELDS, "custom_questions") if form.get(name)}
    registrant = Registrant(
        id=opaque(22),
        email=email,
        first_name=form["first_name"],
        last_name=form.get("last_name", ""),
        status=status,
        created=zoom.now(),
        tk=opaque(43),
        pin_code=pin_code(),
        details=details or None,
        occurrences=None if occurrence_ids is None else dict.fromkeys(occurrence_ids, status),
    )
    meeting.registrants.add(registrant)
    # Written out now, so that listing thousands for the first time is no slower than the second time.
    registrant_wire(zoom, meeting, registrant)
    notifications.registration_created(zoom, meeting, registrant)
    return registrant


def withdraw(meeting: Meeting, registrant: Registrant, occurrence: str | None) -> None:
    """Delete a registrant from one occurrence, or, where that was the last one or none is named, altogether."""
    if occurrence:
        booked = registrant.occurrences
        left = {each.id for each in meeting.occurrences} if booked is None else set(booked)
        left.discard(occurrence)
        if left:
            registrant.occurrences = dict.fromkeys(sorted(left), registrant.status)
            return
    meeting.registrants.remove(registrant)


def change_status(
    zoom: Zoom, meeting: Meeting, registrant: Registrant, action: str, operator: User, occurrence: str | None
) -> None:
    """Approve, deny or cancel; where the action does not fit the status, nothing happens and nobody is told."""
    if registrant.status_in(occurrence or "") not in _STATUS_BEFORE[action]:
        return
    after = _STATUS_AFTER[action]
    if occurrence:
        if registrant.occurrences is None:
            registrant.occurrences = {each.id: registrant.status for each in meeting.occurrences}
        registrant.occurrences[occurrence] = after
    else:
        meeting.registrants.change_status(registrant, after)
    notifications.registration_changed(zoom, meeting, registrant, operator, after)


def require_open(zoom: Zoom, meeting: Meeting) -> None:
    """Raise ``ApiError`` unless people can register now: switched on, a licensed host, not over."""
    require_enabled(meeting)
    if meeting.host.type != 2:
        raise bad_request(200, f"Only available for paid users: {meeting.host.email}.")
    if meeting.kind == "webinar" and not meeting.host.webinar:
        raise bad_request(200, "Webinar plan is missing: the host has no licence for webinars.")
    ends = meeting.ends
    if ends and ends < zoom.now() and not meeting.running:
        raise bad_request(3038, f"The {meeting.kind} is over.")


def require_enabled(meeting: Meeting) -> None:
    """Raise ``ApiError`` unless people have to register."""
    if not meeting.registration:
        code = 404 if meeting.kind == "meeting" else 3000
        raise bad_request(code, f"Registration has not been enabled for this {meeting.kind}: {meeting.id}.")


def require_room(meeting: Meeting, more: int) -> None:
    """Raise ``ApiError`` unless so many more people can register."""
    limits = [MEETING_CEILING if meeting.kind == "meeting" else WEBINAR_CEILING]
    limits += [limit for limit in (meeting.settings.get("registrants_restrict_number"), meeting.host.capacity) if limit]
    if meeting.registrants.count("approved") + meeting.registrants.count("pending") + more > min(limits):
        code = 3043 if meeting.kind == "meeting" else 3034
        raise bad_request(code, f"The {meeting.kind} is full: no more people can register.")


def require_capacity(meeting: Meeting, more: int) -> None:
    """Raise ``ApiError`` unless so many more people of a webinar can be approved."""
    capacity = meeting.host.capacity
    if capacity and meeting.registrants.count("approved") + more > capacity:
        raise bad_request(3035, "The webinar is full: no more people can be approved.")


def check_answers(meeting: Meeting, form: JSON) -> None:
    """Refuse a form without what the questions require, or with answers to questions that are not asked."""
    problems = [
        (each["field_name"], "Missing field.")
        for each in meeting.questions["questions"]
        if each.get("required") and not form.get(each["field_name"])
    ]
    asked = {each.get("title"): each for each in meeting.questions["custom_questions"]}
    given = {each.get("title"): each.get("value") for each in form.get("custom_questions", [])}
    problems += [("custom_questions", f"Unknown question: {title}.") for title in given if title not in asked]
    problems += [
        ("custom_questions", f"Missing answer: {title}.")
        for title, question in asked.items()
        if question.get("required") and not given.get(title)
    ]
    if problems:
        raise invalid(*problems)


def _require_guest(meeting: Meeting, email: str) -> None:
    others = (meeting.settings.get("alternative_hosts") or "").replace(",", ";").split(";")
    hosts = {meeting.host.email.casefold(), *(each.strip().casefold() for each in others if each.strip())}
    if email.casefold() in hosts:
        raise bad_request(3027, "A host cannot register.")
    if any(each["email"].casefold() == email.casefold() for each in meeting.panelists):
        raise bad_request(3000, "A panelist cannot register.")
