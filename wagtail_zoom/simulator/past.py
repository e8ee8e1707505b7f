"""What is known of runs that are over: instances, participants, absentees, and the reports for administrators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from .calls import Call
from .clock import zoom_time
from .errors import bad_request, invalid, no_such_meeting
from .paging import Page
from .records import Attendance, Meeting, Run
from .registration import require_enabled
from .representation import registrant_json


JSON = dict[str, Any]

KEPT_DAYS = 365
INSTANCE_DAYS = 456
REPORT_DAYS = 183
LONGEST_REPORT_DAYS = 31
SETTLING_SECONDS = 60
FEWEST_PEOPLE = 2


def details(call: Call) -> JSON:
    """Zoom: GET /past_meetings/{meetingId}."""
    meeting, run = _run(call)
    return {
        **_summary(meeting, run),
        "host_id": meeting.host.id,
        "dept": "",
        "source": "",
        "has_meeting_summary": False,
    }


def participants(call: Call) -> JSON:
    """Zoom: GET /past_meetings/{meetingId}/participants and the webinar twin.

    Zoom: empty when one person was alone; observed behaviour: durations are 0 right after the end.
    """
    meeting, run = _run(call)
    _require_paid(call)
    settled = run.ended is None or call.zoom.now() >= run.ended + dt.timedelta(seconds=SETTLING_SECONDS)

    def row(stay: Attendance) -> JSON:
        return {
            **_row(stay, settled=settled),
            "registrant_id": stay.registrant.id if stay.registrant else "",
            "internal_user": stay.user is not None,
        }

    page = _page(call, f"past:{run.uuid}", _stays(run))
    return {**page.envelope(), "participants": [row(stay) for stay in page.items]}


def instances(call: Call) -> JSON:
    """Zoom: GET /past_meetings/{meetingId}/instances and the webinar twin: runs that have ended."""
    meeting = _meeting_by_number(call)
    since = call.zoom.now() - dt.timedelta(days=INSTANCE_DAYS)
    ended = [run for run in meeting.runs if run.ended and run.started >= since]
    listed = [{"uuid": run.uuid, "start_time": zoom_time(run.started)} for run in ended]
    return {f"{meeting.kind}s": listed}


def absentees(call: Call) -> JSON:
    """Zoom: GET /past_webinars/{webinarId}/absentees: registrants who never came."""
    meeting, run = _run(call)
    require_enabled(meeting)
    came = {stay.registrant.id for stay in run.attendance if stay.registrant}
    absent = [each for each in meeting.registrants.listed("approved") if each.id not in came]
    page = _page(call, f"absentees:{run.uuid}", absent)
    return {**page.envelope(), "registrants": [registrant_json(call.zoom, meeting, each) for each in page.items]}


def report_details(call: Call) -> JSON:
    """Zoom: GET /report/meetings/{meetingId} and /report/webinars/{webinarId}."""
    meeting, run = _run(call)
    _require_paid(call)
    if run.people < FEWEST_PEOPLE:
        raise no_such_meeting(meeting.id, meeting.kind)
    fields = [{"field": each["field"], "value": each["value"]} for each in meeting.tracking_fields]
    return {**_summary(meeting, run), "dept": "", "tracking_fields": fields, "custom_keys": []}


def report_participants(call: Call) -> JSON:
    """Zoom: GET /report/meetings/{meetingId}/participants and the webinar twin.

    One row for every join; ``registrant_id`` has to be asked for.
    """
    meeting, run = _run(call)
    _require_paid(call)
    with_registrant = call.query.get("include_fields") == "registrant_id"

    def row(stay: Attendance) -> JSON:
        item = {
            **_row(stay, settled=True),
            "customer_key": "",
            "bo_mtg_id": "",
            "participant_user_id": stay.user.id if stay.user else "",
        }
        if with_registrant:
            item["registrant_id"] = stay.registrant.id if stay.registrant else ""
        return item

    page = _page(call, f"report:{run.uuid}", _stays(run))
    return {**page.envelope(), "participants": [row(stay) for stay in page.items]}


def report_user_meetings(call: Call) -> JSON:
    """Zoom: GET /report/users/{userId}/meetings: at most a month, within the last six."""
    user = call.user()
    _require_paid(call)
    since, until = _report_range(call)
    found = [
        _user_report_item(meeting, run)
        for meeting in call.zoom.meetings.values()
        for run in meeting.runs
        if meeting.host is user
        and run.ended
        and run.people >= FEWEST_PEOPLE
        and since <= run.started.date().isoformat() <= until
    ]
    found.sort(key=lambda item: item["start_time"])
    page = _page(call, f"report-user:{user.id}:{since}:{until}", found)
    return {"from": since, "to": until, **page.envelope(), "meetings": list(page.items)}


def _run(call: Call) -> tuple[Meeting, Run]:
    """Return the run that a uuid names, or the latest one that a number names (Zoom: earlier ones by uuid only)."""
    named = call.named()
    if named in call.zoom.runs:
        meeting, run = call.zoom.runs[named]
        if meeting.host.account is not call.account or meeting.kind != call.operation.kind:
            raise no_such_meeting(named, call.operation.kind)
        call.require_own(meeting)
    else:
        meeting = _meeting_by_number(call)
        ended = [each for each in meeting.runs if each.ended]
        if not ended:
            raise no_such_meeting(named, meeting.kind)
        run = ended[-1]
    if run.ended is None:
        raise no_such_meeting(named, meeting.kind)
    if run.ended < call.zoom.now() - dt.timedelta(days=KEPT_DAYS):
        raise bad_request(12702, "What is older than a year cannot be asked for.")
    return meeting, run


def _meeting_by_number(call: Call) -> Meeting:
    named = call.named()
    meeting = call.zoom.meeting(named)
    if meeting is None or meeting.host.account is not call.account or meeting.kind != call.operation.kind:
        raise no_such_meeting(named, call.operation.kind)
    call.require_own(meeting)
    return meeting


def _require_paid(call: Call) -> None:
    if call.account.plan == "free":
        raise bad_request(200, "Only available for paid accounts.")


def _stays(run: Run) -> Sequence[Attendance]:
    return sorted(run.attendance, key=lambda stay: stay.joined) if run.people >= FEWEST_PEOPLE else ()


def _row(stay: Attendance, *, settled: bool) -> JSON:
    left = stay.left or stay.joined
    # Zoom: whoever is not of the account has neither id nor e-mail address here, registered or not.
    return {
        "id": stay.user.id if stay.user else "",
        "user_id": str(stay.user_id),
        "name": stay.name,
        "user_email": stay.user.email if stay.user else "",
        "join_time": zoom_time(stay.joined),
        "leave_time": zoom_time(left),
        "duration": int((left - stay.joined).total_seconds()) if settled else 0,
        "failover": False,
        "status": stay.status,
    }


def _summary(meeting: Meeting, run: Run) -> JSON:
    end = run.ended or run.started
    inside = [stay for stay in run.attendance if stay.status == "in_meeting"]
    seconds = sum(((stay.left or end) - stay.joined).total_seconds() for stay in inside)
    return {
        "uuid": run.uuid,
        "id": meeting.id,
        "type": meeting.type,
        "topic": meeting.topic,
        "user_name": meeting.host.display_name,
        "user_email": meeting.host.email,
        "start_time": zoom_time(run.started),
        "end_time": zoom_time(end),
        "duration": _minutes((end - run.started).total_seconds()),
        "total_minutes": _minutes(seconds),
        "participants_count": run.people,
    }


def _user_report_item(meeting: Meeting, run: Run) -> JSON:
    return {
        **_summary(meeting, run),
        "source": "Zoom",
        "schedule_time": zoom_time(meeting.start or meeting.created),
        "host_name": meeting.host.display_name,
        "has_recording": run.recording is not None,
        "has_chat": False,
        "has_screen_share": False,
        "meeting_encryption_status": 1,
        "participants_count_my_account": len({stay.user.id for stay in run.attendance if stay.user}),
    }


def _report_range(call: Call) -> tuple[str, str]:
    try:
        since = dt.date.fromisoformat(call.query.get("from", ""))
        until = dt.date.fromisoformat(call.query.get("to", ""))
    except ValueError as error:
        raise invalid(("from", "Missing field."), ("to", "Missing field.")) from error
    oldest = call.zoom.now().date() - dt.timedelta(days=REPORT_DAYS)
    if since > until or (until - since).days > LONGEST_REPORT_DAYS or since < oldest:
        raise bad_request(300, "The range has to be a month at most, within the last six months.")
    return since.isoformat(), until.isoformat()


def _page(call: Call, key: str, items: Sequence[Any]) -> Page:
    return call.zoom.pages.page(key, items, call.query)


def _minutes(seconds: float) -> int:
    return -int(-seconds // 60)
