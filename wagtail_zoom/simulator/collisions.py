"""Two changes for one user at once: Zoom refuses the second while the first is under way (observed behaviour)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .errors import ApiError
from .tokens import bearer


if TYPE_CHECKING:
    from .state import Zoom

#: What changes a host's meetings: making, changing and deleting them.
_WRITES = frozenset({"POST", "PATCH", "DELETE"})
_PATHS = frozenset(
    {
        "/users/{userId}/meetings",
        "/users/{userId}/webinars",
        "/meetings/{meetingId}",
        "/webinars/{webinarId}",
    }
)


def refusal() -> ApiError:
    """Return what the second of two simultaneous changes gets; the limits of a user come without headers."""
    return ApiError(429, 429, "Too many concurrent requests. Another change for this user is under way.")


@contextmanager
def one_at_a_time(zoom: Zoom, method: str, path: str, authorization: str) -> Iterator[bool]:
    """Hold the user whose meetings this request changes; yield whether another request has them already."""
    user_id = _whose(zoom, method, path, authorization)
    under_way = zoom.under_way
    if user_id in under_way:
        yield True
        return
    if user_id:
        under_way.add(user_id)
    try:
        yield False
    finally:
        under_way.discard(user_id)


def _whose(zoom: Zoom, method: str, path: str, authorization: str) -> str:
    """Return the id of the user whose meetings are changed; '' where it changes none, or is refused anyway."""
    found = zoom.contract.find(method, path) if method in _WRITES else None
    if found is None or found[0].path not in _PATHS:
        return ""
    params = found[1]
    try:
        token = bearer(zoom, authorization)
    except ApiError:
        return ""
    if "userId" in params:
        user = token.user if params["userId"] == "me" else zoom.find_user(token.user.account, params["userId"])
        return user.id if user else ""
    meeting = zoom.live_meeting(params.get("meetingId") or params["webinarId"])
    return meeting.host.id if meeting else ""
