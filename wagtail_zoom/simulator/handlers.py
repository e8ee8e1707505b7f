"""Which function answers which operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import meetings, past, recordings, registrants, tracking, users, webinar_people
from .calls import Call


Handler = Callable[[Call], "dict[str, Any] | bytes | None"]

_USERS: dict[str, Handler] = {
    "GET /users": users.list_users,
    "GET /users/{userId}": users.get_user,
    "GET /users/{userId}/settings": users.get_settings,
    "GET /users/{userId}/token": users.get_token,
    "DELETE /users/{userId}/token": users.delete_token,
    "GET /users/me/zak": users.get_zak,
    "GET /users/{userId}/meeting_templates": users.list_templates,
    "GET /users/{userId}/upcoming_meetings": meetings.upcoming,
    "GET /users/{userId}/recordings": recordings.list_recordings,
}
_EITHER_KIND: dict[str, Handler] = {
    "POST /users/{userId}/KINDs": meetings.create,
    "GET /users/{userId}/KINDs": meetings.list_meetings,
    "GET /KINDs/{KINDId}": meetings.get,
    "PATCH /KINDs/{KINDId}": meetings.update,
    "DELETE /KINDs/{KINDId}": meetings.delete,
    "PUT /KINDs/{KINDId}/status": meetings.set_status,
    "POST /KINDs/{KINDId}/invite_links": meetings.invite_links,
    "GET /KINDs/{KINDId}/registrants": registrants.list_registrants,
    "POST /KINDs/{KINDId}/registrants": registrants.add,
    "POST /KINDs/{KINDId}/batch_registrants": registrants.add_batch,
    "PUT /KINDs/{KINDId}/registrants/status": registrants.set_status,
    "GET /KINDs/{KINDId}/registrants/questions": registrants.get_questions,
    "PATCH /KINDs/{KINDId}/registrants/questions": registrants.set_questions,
    "GET /KINDs/{KINDId}/registrants/{registrantId}": registrants.get,
    "DELETE /KINDs/{KINDId}/registrants/{registrantId}": registrants.delete,
    "GET /past_KINDs/{KINDId}/participants": past.participants,
    "GET /past_KINDs/{KINDId}/instances": past.instances,
    "GET /report/KINDs/{KINDId}": past.report_details,
    "GET /report/KINDs/{KINDId}/participants": past.report_participants,
}
_WEBINARS: dict[str, Handler] = {
    "GET /webinars/{webinarId}/panelists": webinar_people.list_panelists,
    "POST /webinars/{webinarId}/panelists": webinar_people.add_panelists,
    "DELETE /webinars/{webinarId}/panelists": webinar_people.delete_panelists,
    "DELETE /webinars/{webinarId}/panelists/{panelistId}": webinar_people.delete_panelist,
    "GET /webinars/{webinarId}/tracking_sources": webinar_people.list_tracking_sources,
    "GET /past_webinars/{webinarId}/absentees": past.absentees,
}
_ACCOUNT: dict[str, Handler] = {
    "GET /tracking_fields": tracking.list_fields,
    "POST /tracking_fields": tracking.add_field,
    "GET /report/users/{userId}/meetings": past.report_user_meetings,
}
_MEETINGS: dict[str, Handler] = {
    "GET /meetings/{meetingId}/invitation": meetings.invitation,
    "GET /past_meetings/{meetingId}": past.details,
    "GET /meetings/{meetingId}/recordings": recordings.get_recordings,
    "DELETE /meetings/{meetingId}/recordings": recordings.delete_recordings,
    "DELETE /meetings/{meetingId}/recordings/{recordingId}": recordings.delete_recording_file,
}

HANDLERS: dict[str, Handler] = {
    **_USERS,
    **{
        name.replace("KIND", kind): handler for kind in ("meeting", "webinar") for name, handler in _EITHER_KIND.items()
    },
    **_MEETINGS,
    **_WEBINARS,
    **_ACCOUNT,
}
