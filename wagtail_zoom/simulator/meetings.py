"""Meetings and webinars: create, get, change, delete, list, status, invitation."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from . import notifications
from .calls import Call
from .clock import zoom_time
from .errors import ApiError, bad_request, invalid, no_such_meeting
from .identifiers import meeting_uuid
from .meeting_rules import DEFAULT_TYPE, UNTIMED, apply_changes, fill_new
from .records import Meeting, Occurrence, User
from .representation import join_url, listed_meeting, meeting_json, occurrence_json, start_url
from .running import end_run
from .schedule import checked_zone, parse_start
from .state import Zoom


JSON = dict[str, Any]


def create(call: Call) -> JSON:
    """Zoom: POST /users/{userId}/meetings and /webinars."""
    zoom, body, kind = call.zoom, call.body, call.operation.kind
    host = _scheduled_for(call, call.user())
    _require_may_host(host, kind)
    now = zoom.now().replace(microsecond=0)
    meeting = Meeting(
        id=zoom.new_meeting_number(),
        kind=kind,
        uuid=meeting_uuid(),
        host=host,
        type=DEFAULT_TYPE[kind],
        topic="My Webinar" if kind == "webinar" else "Zoom Meeting",
        created=now,
    )
    fill_new(zoom, meeting, body)
    zoom.limits.spend_meeting_write(host)
    zoom.meetings[meeting.id] = meeting
    notifications.meeting_created(zoom, meeting, call.token.user)
    return {**meeting_json(zoom, meeting), "start_url": start_url(zoom, meeting)}


def get(call: Call) -> JSON:
    """Zoom: GET /meetings/{meetingId} and /webinars/{webinarId}."""
    meeting = call.meeting()
    answer = meeting_json(call.zoom, meeting, all_occurrences=bool(call.query.get("show_previous_occurrences")))
    wanted = call.query.get("occurrence_id")
    if wanted:
        occurrence = find_occurrence(meeting, wanted)
        answer["start_time"] = zoom_time(occurrence.start)
        answer["duration"] = occurrence.duration
        answer["agenda"] = meeting.agenda if occurrence.agenda is None else occurrence.agenda
        answer["settings"].update(occurrence.settings)
    answer["start_url"] = start_url(call.zoom, meeting)
    return answer


def update(call: Call) -> None:
    """Zoom: PATCH /meetings/{meetingId} and /webinars/{webinarId}."""
    meeting = call.meeting()
    _scheduled_for(call, meeting.host)
    occurrence_id = call.query.get("occurrence_id")
    if occurrence_id:
        _update_occurrence(call, meeting, find_occurrence(meeting, occurrence_id))
    else:
        change(call.zoom, meeting, call.body, call.token.user, counted=True)


def change(zoom: Zoom, meeting: Meeting, body: JSON, operator: User, *, counted: bool) -> None:
    """Change a meeting and tell about it; ``counted`` against the host's daily allowance when an app does it."""
    before = meeting_json(zoom, meeting, all_occurrences=True)
    # What is refused halfway must not have changed anything.
    draft = dataclasses.replace(meeting, settings=dict(meeting.settings))
    apply_changes(zoom, draft, body)
    if counted:
        zoom.limits.spend_meeting_write(meeting.host)
    for each in dataclasses.fields(meeting):
        setattr(meeting, each.name, getattr(draft, each.name))
    notifications.meeting_updated(zoom, meeting, operator, before)


def delete(call: Call) -> None:
    """Zoom: DELETE /meetings/{meetingId} and /webinars/{webinarId}."""
    meeting = call.meeting()
    remove(call.zoom, meeting, call.token.user, call.query.get("occurrence_id"))


def remove(zoom: Zoom, meeting: Meeting, operator: User, occurrence_id: str | None = None) -> None:
    """Delete a meeting, or one occurrence of it, and tell about it; raise ``ApiError`` 3002 while it runs."""
    if meeting.running:
        raise bad_request(3002, f"The {meeting.kind} is in progress and cannot be deleted.")
    if occurrence_id:
        occurrence = find_occurrence(meeting, occurrence_id)
        occurrence.status = "deleted"
        shown = occurrence_json(occurrence)
        notifications.meeting_deleted(zoom, meeting, operator, {k: shown[k] for k in ("occurrence_id", "start_time")})
        return
    meeting.deleted = True
    notifications.meeting_deleted(zoom, meeting, operator)


def set_status(call: Call) -> None:
    """Zoom: PUT /meetings/{meetingId}/status and /webinars/{webinarId}/status."""
    action = call.body.get("action")
    if action == "recover":
        meeting = call.zoom.meeting(call.number())
        if meeting is None or meeting.host.account is not call.account:
            raise no_such_meeting(call.number())
        call.require_own(meeting)
        if meeting.deleted:
            meeting.deleted = False
            notifications.meeting_deleted(call.zoom, meeting, call.token.user, event="recovered")
        return
    meeting = call.meeting()
    if action != "end":
        raise invalid(("action", "Invalid field: not one of the allowed values."))
    if not meeting.running:
        # Zoom: 3000 stands among the errors of the meeting's operation alone.
        raise bad_request(
            3000 if meeting.kind == "meeting" else 300, f"This {meeting.kind} has not started or is over."
        )
    end_run(call.zoom, meeting, "Host ended the meeting.")


def invitation(call: Call) -> JSON:
    """Zoom: GET /meetings/{meetingId}/invitation."""
    meeting = call.meeting()
    lines = [
        f"{meeting.host.display_name} is inviting you to a Zoom meeting.",
        f"Topic: {meeting.topic}",
        f"Time: {zoom_time(meeting.start)}" if meeting.start else "Time: no fixed time",
        f"Join: {join_url(call.zoom, meeting)}",
        f"Meeting ID: {meeting.id}",
        f"Passcode: {meeting.password}" if meeting.password else "",
    ]
    return {"invitation": "\r\n".join(line for line in lines if line), "sip_links": []}


def invite_links(call: Call) -> JSON:
    """Zoom: POST /meetings/{meetingId}/invite_links and the webinar twin."""
    meeting = call.meeting()
    link = join_url(call.zoom, meeting)
    people = call.body.get("attendees")
    if not people:
        raise invalid(("attendees", "Missing field."))
    return {"attendees": [{"name": each["name"], "join_url": link} for each in people]}


def list_meetings(call: Call) -> JSON:
    """Zoom: GET /users/{userId}/meetings and /webinars."""
    zoom, query, kind = call.zoom, call.query, call.operation.kind
    user = call.user()
    listing = query["type"]
    chosen = [meeting for meeting in zoom.meetings_of(user, kind) if _is_listed(zoom, meeting, listing, query)]
    chosen.sort(
        key=lambda meeting: (meeting.start or meeting.created, meeting.id), reverse=listing == "previous_meetings"
    )
    page = zoom.pages.page(f"{kind}:{user.id}:{listing}", chosen, query)
    plural = f"{kind}s"
    return {**page.envelope(), "page_number": 1, plural: [listed_meeting(zoom, each) for each in page.items]}


def upcoming(call: Call) -> JSON:
    """Zoom: GET /users/{userId}/upcoming_meetings, the next 24 hours."""
    zoom, user = call.zoom, call.user()
    now = zoom.now()
    tomorrow = now + dt.timedelta(hours=24)
    items = []
    for meeting in zoom.meetings_of(user, "meeting"):
        starts: list[dt.datetime | None] = [each.start for each in meeting.occurrences]
        for start in starts or [meeting.start]:
            if start and now <= start <= tomorrow:
                items.append(
                    {
                        "id": meeting.id,
                        "topic": meeting.topic,
                        "type": meeting.type,
                        "start_time": zoom_time(start),
                        "duration": meeting.duration,
                        "timezone": meeting.timezone,
                        "created_at": zoom_time(meeting.created),
                        "join_url": join_url(zoom, meeting),
                        "passcode": meeting.password,
                        "use_pmi": False,
                        "is_host": True,
                    }
                )
    items.sort(key=lambda item: (item["start_time"], item["id"]))
    return {"total_records": len(items), "meetings": items}


def find_occurrence(meeting: Meeting, occurrence_id: str) -> Occurrence:
    """Return the occurrence that is still there; raise ``ApiError`` 3001 for another."""
    for occurrence in meeting.occurrences:
        if occurrence.id == occurrence_id and occurrence.status == "available":
            return occurrence
    raise ApiError(404, 3001, f"{meeting.kind.capitalize()} occurrence does not exist: {occurrence_id}.")


def _require_may_host(host: User, kind: str) -> None:
    if host.type not in (1, 2):
        raise bad_request(3161, "This user may neither host nor schedule meetings.")
    if kind == "webinar" and not host.webinar:
        raise bad_request(200, "Webinar plan is missing: the host has no licence for webinars.")


def _scheduled_for(call: Call, host: User) -> User:
    """Return who is to host: ``schedule_for`` names another user who gave ``host`` the privilege to schedule for them.

    In some accounts (observed behaviour) a Server-to-Server app needs that privilege to create for others at all.
    """
    owner = call.account.owner
    if call.account.scheduling_needs_privilege and not call.token.user_managed and owner is not None:
        _require_privilege(call, owner, host)
    wanted = call.body.get("schedule_for")
    if not wanted:
        return host
    other = call.zoom.find_user(call.account, wanted)
    if other is None:
        raise bad_request(300, "schedule_for names nobody of this account.")
    if call.body.get("type") == 1:
        raise bad_request(3000, "schedule_for does not go with an instant meeting.")
    _require_privilege(call, host, other)
    return other


def _require_privilege(call: Call, scheduler: User, host: User) -> None:
    if host is not scheduler and scheduler.id not in host.schedulers:
        raise bad_request(3000, f"You cannot schedule a {call.operation.kind} for {host.email}.")


def _update_occurrence(call: Call, meeting: Meeting, occurrence: Occurrence) -> None:
    zoom, body = call.zoom, call.body
    before = meeting_json(zoom, meeting, all_occurrences=True)
    start = occurrence.start
    if body.get("start_time"):
        start = parse_start(body["start_time"], checked_zone(body.get("timezone") or meeting.timezone))
    zoom.limits.spend_meeting_write(meeting.host)
    # Zoom: only some fields of a single occurrence can be changed; the others are ignored.
    occurrence.start = start
    occurrence.duration = body.get("duration", occurrence.duration)
    occurrence.agenda = body.get("agenda", occurrence.agenda)
    occurrence.settings.update(body.get("settings", {}))
    notifications.meeting_updated(zoom, meeting, call.token.user, before, scope="single")


def _is_listed(zoom: Zoom, meeting: Meeting, listing: str, query: JSON) -> bool:
    if meeting.type == 1:
        return False
    now = zoom.now()
    if listing == "live":
        listed = meeting.running is not None
    elif listing in ("upcoming", "upcoming_meetings"):
        ends = meeting.ends
        listed = meeting.running is not None or meeting.type in UNTIMED or (ends is not None and ends >= now)
    elif listing == "previous_meetings":
        listed = any(run.ended for run in meeting.runs)
    else:
        listed = True
    start = (meeting.start or meeting.created).date().isoformat()
    return listed and (query.get("from") or "") <= start <= (query.get("to") or "9999")
