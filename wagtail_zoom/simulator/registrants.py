"""Registrants over the API: add one or thirty, list, get, change the status, delete; and the form's questions."""

from __future__ import annotations

from typing import Any

from .calls import Call
from .clock import zoom_time
from .errors import bad_request, invalid
from .meetings import find_occurrence
from .records import Meeting
from .registration import (
    change_status,
    check_answers,
    register,
    require_capacity,
    require_enabled,
    require_open,
    require_room,
    withdraw,
)
from .representation import occurrence_json, registrant_join_url, registrant_json, registrant_wire
from .roll import Registrant
from .state import Zoom


JSON = dict[str, Any]

BATCH_TYPES = (2, 5)
PER_OCCURRENCE = (2, 3)


def add(call: Call) -> JSON:
    """Zoom: POST /meetings/{meetingId}/registrants and the webinar twin."""
    zoom, body = call.zoom, call.body
    meeting = call.meeting()
    require_open(zoom, meeting)
    check_answers(meeting, body)
    auto_approve = meeting.kind == "meeting" and bool(body.get("auto_approve"))
    chosen = _chosen_occurrences(meeting, call.query.get("occurrence_ids"))
    registrant = register(zoom, meeting, body, auto_approve=auto_approve, occurrence_ids=chosen)
    answer: JSON = {
        **_personal(zoom, meeting, registrant),
        "id": meeting.id,
        "topic": meeting.topic,
        "start_time": zoom_time(meeting.start or meeting.created),
    }
    if meeting.occurrences:
        wanted = registrant.occurrences
        listed = [each for each in meeting.occurrences if wanted is None or each.id in wanted]
        answer["occurrences"] = [occurrence_json(each) for each in listed]
    return answer


def add_batch(call: Call) -> JSON:
    """Zoom: POST /meetings/{meetingId}/batch_registrants and the webinar twin."""
    zoom, body = call.zoom, call.body
    meeting = call.meeting()
    if meeting.type not in BATCH_TYPES:
        code = 303 if meeting.kind == "meeting" else 300
        raise bad_request(code, f"Batch registration is not possible for this type of {meeting.kind}.")
    require_open(zoom, meeting)
    people = body.get("registrants")
    if not people:
        raise invalid(("registrants", "Missing field."))
    for person in people:
        zoom.limits.check_registration(meeting, person["email"])
    require_room(meeting, sum(1 for each in people if meeting.registrants.with_address(each["email"]) is None))
    auto_approve = bool(body.get("auto_approve"))
    added = [register(zoom, meeting, person, auto_approve=auto_approve) for person in people]
    return {"registrants": [{**_personal(zoom, meeting, each), "email": each.email} for each in added]}


def list_registrants(call: Call) -> bytes:
    """Zoom: GET /meetings/{meetingId}/registrants and the webinar twin; ``approved`` and 30 unless said otherwise."""
    zoom, query = call.zoom, call.query
    meeting = call.meeting()
    status, occurrence = query["status"], query.get("occurrence_id") or ""
    if occurrence:
        find_occurrence(meeting, occurrence)
    people = meeting.registrants.listed(status, occurrence)
    page = zoom.pages.page(f"registrants:{meeting.id}:{status}:{occurrence}", people, query)
    envelope = page.envelope()
    head = (
        f'{{"page_count":{envelope["page_count"]},"page_size":{page.size},"total_records":{page.total},'
        f'"next_page_token":"{page.next_page_token}","registrants":['
    )
    return head.encode() + b",".join(registrant_wire(zoom, meeting, each) for each in page.items) + b"]}"


def get(call: Call) -> JSON:
    """Zoom: GET /meetings/{meetingId}/registrants/{registrantId} and the webinar twin."""
    meeting = call.meeting()
    return registrant_json(call.zoom, meeting, _named(call, meeting))


def delete(call: Call) -> None:
    """Zoom: DELETE /meetings/{meetingId}/registrants/{registrantId} and the webinar twin; no event is sent."""
    meeting = call.meeting()
    registrant = _named(call, meeting)
    occurrence = call.query.get("occurrence_id")
    if meeting.settings.get("registration_type") in PER_OCCURRENCE and meeting.occurrences and not occurrence:
        raise bad_request(300, "occurrence_id is required for this registration type.")
    if occurrence:
        find_occurrence(meeting, occurrence)
    withdraw(meeting, registrant, occurrence)


def set_status(call: Call) -> None:
    """Zoom: PUT /meetings/{meetingId}/registrants/status and the webinar twin.

    What the action does not fit is passed over in silence, and so is a list under a wrong key (observed behaviour).
    """
    zoom, action = call.zoom, call.body["action"]
    meeting = call.meeting()
    occurrence = call.query.get("occurrence_id")
    if occurrence:
        find_occurrence(meeting, occurrence)
    chosen = [_chosen(meeting, each) for each in call.body.get("registrants", [])]
    people = [registrant for registrant in chosen if registrant is not None]
    if action == "approve" and meeting.kind == "webinar":
        require_capacity(meeting, sum(1 for each in people if each.status != "approved"))
    zoom.limits.spend_status_change(meeting, [each.id for each in people])
    for registrant in people:
        change_status(zoom, meeting, registrant, action, call.token.user, occurrence)


def get_questions(call: Call) -> JSON:
    """Zoom: GET /meetings/{meetingId}/registrants/questions and the webinar twin."""
    meeting = call.meeting()
    require_enabled(meeting)
    return meeting.questions


def set_questions(call: Call) -> None:
    """Zoom: PATCH /meetings/{meetingId}/registrants/questions and the webinar twin."""
    meeting = call.meeting()
    require_enabled(meeting)
    meeting.questions.update({key: call.body[key] for key in ("questions", "custom_questions") if key in call.body})


def _personal(zoom: Zoom, meeting: Meeting, registrant: Registrant) -> JSON:
    item: JSON = {"registrant_id": registrant.id, "join_url": registrant_join_url(zoom, meeting, registrant)}
    if meeting.kind == "meeting":
        item["participant_pin_code"] = registrant.pin_code
    return item


def _chosen_occurrences(meeting: Meeting, wanted: str | None) -> list[str] | None:
    if not meeting.occurrences or meeting.settings.get("registration_type") not in PER_OCCURRENCE or not wanted:
        return None
    return [find_occurrence(meeting, each.strip()).id for each in wanted.split(",") if each.strip()]


def _named(call: Call, meeting: Meeting) -> Registrant:
    named = call.params["registrantId"]
    registrant = meeting.registrants.get(named)
    if registrant is None:
        code = 3079 if meeting.kind == "webinar" else 300
        raise bad_request(code, f"The registrant does not exist: {named}.")
    return registrant


def _chosen(meeting: Meeting, wanted: JSON) -> Registrant | None:
    if wanted.get("id"):
        return meeting.registrants.get(wanted["id"])
    return meeting.registrants.with_address(wanted.get("email", ""))
