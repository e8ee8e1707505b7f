"""Users: who is there, what they may do, and the tokens with which they start meetings."""

from __future__ import annotations

from typing import Any

from .calls import Call
from .errors import bad_request, invalid
from .identifiers import opaque
from .records import User
from .representation import personal_meeting_url, user_json


JSON = dict[str, Any]

ZAK_SECONDS = 7_200
LONGEST_ZAK_SECONDS = 365 * 24 * 3600
SHORT_ZAK_SECONDS = 300


def list_users(call: Call) -> JSON:
    """Zoom: GET /users."""
    query = call.query
    users = [user for user in call.account.users if user.status == query["status"]]
    # Zoom describes the page number of this list as text.
    number = query.get("page_number", "1")
    wanted = {**query, "page_number": int(number) if number.isdecimal() else 1}
    page = call.zoom.pages.page(f"users:{call.account.id}:{query['status']}", users, wanted)
    return {**page.envelope(), "page_number": 1, "users": [user_json(user) for user in page.items]}


def get_user(call: Call) -> JSON:
    """Zoom: GET /users/{userId}."""
    user = call.user()
    if user.status == "pending":
        raise bad_request(1120, f"The invitation to {user.email} has not been accepted.")
    owner = user is user.account.owner
    return {
        **user_json(user),
        "account_id": user.account.id,
        "role_name": "Owner" if owner else "Member",
        "use_pmi": False,
        "personal_meeting_url": personal_meeting_url(call.zoom, user),
        "language": "en-US",
        "login_types": [1],
        "jid": f"{user.id.lower()}@xmpp.zoom.example",
        "pic_url": "",
        "phone_number": "",
        "group_ids": [],
        "cluster": "us01",
    }


def get_token(call: Call) -> JSON:
    """Zoom: GET /users/{userId}/token; ``type`` is zak, onbehalf or the old token."""
    user = call.user()
    if call.query["type"] == "onbehalf":
        return {"token": _onbehalf_token(call)}
    if call.query["type"] == "token":
        return {"token": opaque(80)}
    seconds = call.query["ttl"] or ZAK_SECONDS
    if not 0 <= seconds <= LONGEST_ZAK_SECONDS:
        raise invalid(("ttl", "Invalid field: longer than a year."))
    return {"token": call.zoom.issue_zak(user, seconds)}


def get_zak(call: Call) -> JSON:
    """Zoom: GET /users/me/zak; good for five minutes."""
    return {"token": call.zoom.issue_zak(call.token.user, SHORT_ZAK_SECONDS)}


def delete_token(call: Call) -> None:
    """Zoom: DELETE /users/{userId}/token: every ZAK of the user is dead."""
    user = call.user()
    for zak in [zak for zak, (owner, _) in call.zoom.zaks.items() if owner is user]:
        del call.zoom.zaks[zak]


def get_settings(call: Call) -> JSON:
    """Zoom: GET /users/{userId}/settings."""
    user = call.user()
    option = call.query.get("option")
    policy = user.account.passcode_policy
    locked = user.account.locked_settings
    if option == "meeting_security":
        return {
            "meeting_security": {
                "auto_security": True,
                "waiting_room": bool(locked.get("waiting_room", False)),
                "meeting_password": True,
                "meeting_password_requirement": {
                    "length": int(policy.get("min_length", 0)),
                    "have_letter": False,
                    "have_number": False,
                    "have_special_character": False,
                    "only_allow_numeric": bool(policy.get("numeric_only", False)),
                    "consecutive_characters_length": 0,
                    "have_upper_and_lower_characters": False,
                    "weak_enhance_detection": False,
                },
                "webinar_password": bool(policy.get("required", False)),
                "encryption_type": "enhanced_encryption",
                "end_to_end_encrypted_meetings": False,
            }
        }
    if option in ("meeting_authentication", "recording_authentication"):
        return {option: False, "authentication_options": []}
    return _all_settings(user)


def list_templates(call: Call) -> JSON:
    """Zoom: GET /users/{userId}/meeting_templates."""
    call.user()
    return {"total_records": 0, "templates": []}


def _onbehalf_token(call: Call) -> str:
    number = call.query.get("meeting_id") or ""
    meeting = call.zoom.live_meeting(number)
    if meeting is None:
        raise invalid(("meeting_id", "Missing field."))
    return opaque(300)


def _all_settings(user: User) -> JSON:
    locked = user.account.locked_settings
    return {
        "schedule_meeting": {
            "host_video": bool(locked.get("host_video", False)),
            "participants_video": bool(locked.get("participant_video", False)),
            "join_before_host": bool(locked.get("join_before_host", False)),
            "audio_type": str(locked.get("audio", "both")),
            "require_password_for_scheduling_new_meetings": True,
            "pstn_password_protected": False,
        },
        "in_meeting": {
            "waiting_room": bool(locked.get("waiting_room", False)),
            "breakout_room": True,
            "chat": True,
        },
        "recording": {
            "cloud_recording": user.type == 2,
            "local_recording": True,
            "auto_recording": str(locked.get("auto_recording", "none")),
        },
        "feature": {
            "meeting_capacity": user.capacity or 100 if user.type == 1 else user.capacity or 300,
            "large_meeting": False,
            "webinar": user.webinar,
            "webinar_capacity": (user.capacity or 500) if user.webinar else 0,
            "cn_meeting": False,
            "in_meeting": False,
            "zoom_phone": False,
        },
    }
