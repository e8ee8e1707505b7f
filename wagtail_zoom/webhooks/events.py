"""What does this delivery say? Unknown events and keys are tolerated, ids come as numbers or as text."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..exceptions import ZoomWebhookError
from ..untrusted_json import read_json


URL_VALIDATION = "endpoint.url_validation"
DEAUTHORIZED = "app_deauthorized"

MEETING_NEWS = frozenset({"started", "ended", "created", "updated", "deleted", "permanently_deleted", "recovered"})
CONVERSIONS = {"meeting.converted_to_webinar": "webinar", "webinar.converted_to_meeting": "meeting"}
REGISTRATION_NEWS = {
    "registration_created": "",
    "registration_approved": "approved",
    "registration_cancelled": "denied",
    "registration_denied": "denied",
}


@dataclass(frozen=True)
class Delivery:
    """One delivery, not yet understood: the envelope."""

    event: str
    occurred_at: dt.datetime | None
    account_id: str
    payload: Mapping[str, Any]
    dedupe_key: str

    @property
    def subject(self) -> Mapping[str, Any]:
        """The ``object`` of the payload; empty when it is missing or of a wrong type."""
        return _mapping(self.payload.get("object"))


@dataclass(frozen=True)
class MeetingNews:
    """Something happened to a meeting or webinar as a whole.

    ``what`` is Zoom's word behind the dot, or "converted"; ``kind`` what the thing is now. ``changes`` holds the
    values that an update names.
    """

    what: str
    kind: str
    zoom_id: int
    uuid: str
    host_id: str
    at: dt.datetime | None
    is_practice: bool = False
    occurrence_ids: tuple[str, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Participant:
    """A person in the run, as far as Zoom tells: outsiders come without ids and address."""

    key: str
    name: str
    email: str
    zoom_user_id: str
    registrant_id: str


@dataclass(frozen=True)
class ParticipantNews:
    """Somebody came or went."""

    joined: bool
    kind: str
    zoom_id: int
    uuid: str
    at: dt.datetime | None
    participant: Participant


@dataclass(frozen=True)
class RegistrationNews:
    """Somebody was registered, approved, denied or cancelled. Zoom does not tell cancelled and denied apart."""

    status: str
    kind: str
    zoom_id: int
    registrant: Mapping[str, Any]
    occurrence_ids: tuple[str, ...]
    at: dt.datetime | None


@dataclass(frozen=True)
class Recording:
    """A recording is complete."""

    zoom_id: int
    uuid: str
    at: dt.datetime | None


@dataclass(frozen=True)
class Deauthorized:
    """A person removed the app from their Zoom account."""

    zoom_user_id: str
    client_id: str
    at: dt.datetime | None


AboutMeeting = MeetingNews | ParticipantNews | RegistrationNews | Recording
News = AboutMeeting | Deauthorized


def parse(body: bytes) -> Delivery:
    """Return the envelope of a delivery.

    ``occurred_at`` comes from ``event_ts`` (milliseconds). The dedupe key is the digest of what makes a delivery the
    same one: event, time, account, object and person; a repeated delivery has the same key whatever its signature.

    Raises `ZoomWebhookError` (status 400) when the body is no JSON object with an event.
    """
    try:
        envelope = read_json(body)
    except ValueError as error:
        raise ZoomWebhookError("the body is no JSON", status=400) from error
    if not isinstance(envelope, dict) or not isinstance(envelope.get("event"), str) or not envelope["event"]:
        raise ZoomWebhookError("the body names no event", status=400)
    payload = _mapping(envelope.get("payload"))
    account_id = _text(payload.get("account_id"))
    subject = _mapping(payload.get("object"))
    person = {**_mapping(subject.get("registrant")), **_mapping(subject.get("participant"))}
    identity = [
        envelope["event"],
        _text(envelope.get("event_ts")),
        account_id,
        _text(subject.get("id")),
        _text(subject.get("uuid")),
        [_text(person.get(name)) for name in ("participant_uuid", "user_id", "id", "email", "join_time", "leave_time")],
        _text(payload.get("user_id")),
        _text(payload.get("time_stamp")),
    ]
    return Delivery(
        event=envelope["event"][:80],
        occurred_at=_from_milliseconds(envelope.get("event_ts")),
        account_id=account_id,
        payload=payload,
        dedupe_key=hashlib.sha256(json.dumps(identity).encode()).hexdigest(),
    )


def read(delivery: Delivery) -> News | None:
    """Return what the delivery says; None for events that this software does not need, and for half-written ones."""
    if delivery.event == DEAUTHORIZED:
        return Deauthorized(
            zoom_user_id=_text(delivery.payload.get("user_id")),
            client_id=_text(delivery.payload.get("client_id")),
            at=delivery.occurred_at,
        )
    subject = delivery.subject
    zoom_id = _number(subject.get("id"))
    if zoom_id is None:
        return None
    if delivery.event in CONVERSIONS:
        return _meeting_news(delivery, "converted", CONVERSIONS[delivery.event], zoom_id)
    if delivery.event == "recording.completed":
        return Recording(zoom_id=zoom_id, uuid=_text(subject.get("uuid")), at=delivery.occurred_at)
    kind, _dot, what = delivery.event.partition(".")
    if kind not in ("meeting", "webinar"):
        return None
    if what in MEETING_NEWS:
        return _meeting_news(delivery, what, kind, zoom_id)
    if what in ("participant_joined", "participant_left"):
        return _participant_news(delivery, what == "participant_joined", kind, zoom_id)
    if what in REGISTRATION_NEWS:
        registrant = _mapping(subject.get("registrant"))
        return RegistrationNews(
            status=REGISTRATION_NEWS[what] or _text(registrant.get("status")) or "pending",
            kind=kind,
            zoom_id=zoom_id,
            registrant=registrant,
            occurrence_ids=_occurrence_ids(subject),
            at=delivery.occurred_at,
        )
    return None


def _meeting_news(delivery: Delivery, what: str, kind: str, zoom_id: int) -> MeetingNews:
    subject = delivery.subject
    named = {"started": "start_time", "ended": "end_time"}.get(what)
    return MeetingNews(
        what=what,
        kind=kind,
        zoom_id=zoom_id,
        uuid=_text(subject.get("uuid")),
        host_id=_text(subject.get("host_id")),
        at=(_instant(subject.get(named)) if named else None) or delivery.occurred_at,
        is_practice=subject.get("practice_session") is True,
        # An operation on a single occurrence leaves the meeting itself alone.
        occurrence_ids=_occurrence_ids(subject) if delivery.payload.get("operation") == "single" else (),
        changes=subject if what in ("created", "updated") else {},
    )


def _participant_news(delivery: Delivery, joined: bool, kind: str, zoom_id: int) -> ParticipantNews:
    subject = delivery.subject
    person = _mapping(subject.get("participant"))
    moment = _instant(person.get("join_time" if joined else "leave_time")) or _instant(person.get("date_time"))
    key = _text(person.get("participant_uuid")) or _text(person.get("user_id"))
    return ParticipantNews(
        joined=joined,
        kind=kind,
        zoom_id=zoom_id,
        uuid=_text(subject.get("uuid")),
        at=moment or delivery.occurred_at,
        participant=Participant(
            key=key,
            name=_text(person.get("user_name"))[:255],
            email=_text(person.get("email"))[:254],
            zoom_user_id=_text(person.get("id"))[:100],
            registrant_id=_text(person.get("registrant_id"))[:64],
        ),
    )


def _occurrence_ids(subject: Mapping[str, Any]) -> tuple[str, ...]:
    occurrences = subject.get("occurrences")
    if not isinstance(occurrences, list):
        return ()
    return tuple(_text(_mapping(entry).get("occurrence_id")) for entry in occurrences if _mapping(entry))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _number(value: object) -> int | None:
    text = _text(value).replace(" ", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _instant(value: object) -> dt.datetime | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _from_milliseconds(value: object) -> dt.datetime | None:
    number = _number(value)
    if number is None or number > 253402300799000:
        return None
    return dt.datetime.fromtimestamp(number / 1000, dt.UTC)
