"""What an error of Zoom's means for a meeting: try again later, look it up, or ask a person."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from ... import clock
from ...exceptions import (
    ZoomAPIError,
    ZoomAuthenticationError,
    ZoomConfigurationError,
    ZoomError,
    ZoomGrantDead,
    ZoomLicenceError,
    ZoomNotFound,
    ZoomPermissionError,
    ZoomRateLimited,
    ZoomSchedulingRefused,
    ZoomScopeError,
)
from ...models import Allowance, Meeting
from ..coordination import daily_quotas
from ..coordination.circuit_breaker import BreakerOpen
from ..encryption import EncryptionError


logger = logging.getLogger("wagtail_zoom")

FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(minutes=15)

#: How long Zoom may be out of reach before people are told.
PATIENCE = dt.timedelta(minutes=10)

#: The same refusal is put to Zoom again by itself after so long, since plans and permissions change without a word.
LATER = dt.timedelta(minutes=15)


#: Of a host's creates and updates a day, so many are kept for what people did.
KEPT_FOR_PEOPLE = 50


class AllowanceUsedUp(ZoomError):
    """The host's daily allowance is used up by our own count; nothing was sent."""


def columns_for(meeting: Meeting, error: ZoomError) -> dict[str, Any]:
    """Return the columns of ``meeting`` after ``error``: when it is due again, and what people are told."""
    now = clock.now()
    host = str(meeting.host or meeting.host_label)
    if isinstance(error, AllowanceUsedUp):
        return _until(meeting, daily_quotas.end_of_day())
    if isinstance(error, ZoomRateLimited):
        return _limited(meeting, error, now)
    if isinstance(error, BreakerOpen):
        return _again(meeting, now, at=error.retry_at)
    if error.retryable:
        return _again(meeting, now)
    if isinstance(error, EncryptionError):
        return {**Meeting.set_attention("secret_unreadable"), "due_at": now + LATER}
    if isinstance(error, ZoomConfigurationError):
        return {**Meeting.set_attention("not_set_up"), "due_at": now + LATER}
    if isinstance(error, ZoomGrantDead):
        return Meeting.set_attention("host_disconnected", host=host)
    if isinstance(error, ZoomAuthenticationError):
        return {**Meeting.set_attention("authorisation_ended", host=host), "due_at": now + LATER}
    return _refused(error, host)


def wait_after(attempts: int) -> dt.timedelta:
    """Return how long to wait after so many attempts: 30 seconds, doubled each time, a quarter of an hour at most."""
    doublings = min(attempts, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def subject_of(meeting: Meeting) -> str:
    """Return under which name the host's daily allowance of creates and updates is counted."""
    ref = meeting.host.zoom_ref if meeting.host else ""
    return ref if ref and ref != "me" else f"connection:{meeting.connection_id}"


def take_allowance(meeting: Meeting) -> None:
    """Count one create or update against the host's day. Raises `AllowanceUsedUp`. Zoom: 100 per host and day."""
    if not daily_quotas.take(meeting.account_key, Allowance.What.HOST_WRITES, subject_of(meeting)):
        raise AllowanceUsedUp("100 creates and updates of this host today")


def has_writes_to_spare(meeting: Meeting) -> bool:
    """Tell whether so much of the host's day is left that some may go to what nobody waits for."""
    return daily_quotas.left(meeting.account_key, Allowance.What.HOST_WRITES, subject_of(meeting)) > KEPT_FOR_PEOPLE


def _again(meeting: Meeting, now: dt.datetime, at: dt.datetime | None = None) -> dict[str, Any]:
    """Return the columns for another try; people are told once Zoom has been out of reach for a while."""
    since = str(meeting.attention_params.get("since") or now.isoformat())
    kept = {"anyway": True} if meeting.attention_params.get("anyway") else {}
    told = now - dt.datetime.fromisoformat(since) >= PATIENCE
    return {
        "attention": "not_reached" if told else "",
        "attention_params": {**kept, "since": since, "zone": str(meeting.wanted_payload.get("timezone", "UTC"))},
        "attention_at": (meeting.attention_at or now) if told else None,
        "due_at": at or now + wait_after(meeting.attempts),
        "attempts": meeting.attempts + 1,
    }


def _limited(meeting: Meeting, error: ZoomRateLimited, now: dt.datetime) -> dict[str, Any]:
    if error.scope == "second":
        return {**_again(meeting, now), "due_at": error.retry_at or now + dt.timedelta(seconds=5)}
    until = error.retry_at or daily_quotas.end_of_day()
    if error.scope == "user":
        daily_quotas.block(meeting.account_key, Allowance.What.HOST_WRITES, subject_of(meeting), until)
    return _until(meeting, until)


def _until(meeting: Meeting, until: dt.datetime) -> dict[str, Any]:
    params = {
        "host": str(meeting.host or meeting.host_label),
        "until": until.isoformat(),
        "zone": str(meeting.wanted_payload.get("timezone", "UTC")),
    }
    return {**Meeting.set_attention("daily_limit", **params), "due_at": until, "attempts": meeting.attempts + 1}


def _refused(error: ZoomError, host: str) -> dict[str, Any]:
    if isinstance(error, ZoomScopeError):
        return Meeting.set_attention("scope_missing", scopes=list(error.missing))
    if isinstance(error, ZoomNotFound) and error.what == "user":
        return Meeting.set_attention("host_gone", host=host)
    if isinstance(error, ZoomLicenceError):
        return Meeting.set_attention("no_licence", host=host)
    if isinstance(error, ZoomSchedulingRefused):
        return Meeting.set_attention("no_scheduling_privilege", host=host)
    if isinstance(error, ZoomPermissionError):
        return Meeting.set_attention("not_permitted", host=host)
    words = str(error.user_message)
    if not isinstance(error, ZoomAPIError):
        logger.warning("A meeting could not be brought to Zoom: %s", error.detail)
    return Meeting.set_attention("refused", reason=words)
