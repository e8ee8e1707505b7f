"""What Zoom answers, as plain values.

Unknown keys are ignored and missing ones have defaults. A start_url never gets in: it carries the host's rights.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from ..exceptions import ZoomResponseError
from .coerce import Json, instant, mapping, objects, text, whole_number, zoom_id


Kind = Literal["meeting", "webinar"]


@dataclass(frozen=True, slots=True)
class OccurrenceAnswer:
    """One date of a series; ``duration`` in minutes, ``status`` available or deleted."""

    occurrence_id: str
    start_time: dt.datetime | None = None
    duration: int | None = None
    status: str = ""

    @classmethod
    def from_json(cls, payload: Json) -> OccurrenceAnswer:
        """Read one item of ``occurrences``."""
        return cls(
            occurrence_id=text(payload.get("occurrence_id")),
            start_time=instant(payload.get("start_time")),
            duration=whole_number(payload.get("duration")),
            status=text(payload.get("status")),
        )


def occurrences(payload: Json) -> tuple[OccurrenceAnswer, ...]:
    """Return the dates of a series that an answer or a webhook names."""
    found = payload.get("occurrences")
    return tuple(OccurrenceAnswer.from_json(item) for item in objects(found)) if found else ()


@dataclass(frozen=True, slots=True)
class MeetingAnswer:
    """A meeting or webinar (``kind``) as Zoom describes it; lists and webhooks describe less than a single read.

    ``start_time`` is an instant in UTC (None without a fixed time), ``duration`` minutes, ``timezone`` an IANA name or
    "". Links and passcodes do not show in the representation.
    """

    id: int
    kind: Kind
    uuid: str = ""
    host_id: str = ""
    host_email: str = ""
    topic: str = ""
    agenda: str = ""
    type: int | None = None
    status: str = ""
    start_time: dt.datetime | None = None
    duration: int | None = None
    timezone: str = ""
    created_at: dt.datetime | None = None
    join_url: str = field(default="", repr=False)
    registration_url: str = field(default="", repr=False)
    passcode: str = field(default="", repr=False)
    encrypted_passcode: str = field(default="", repr=False)
    settings: Json = field(default_factory=dict, repr=False)
    recurrence: Json = field(default_factory=dict, repr=False)
    occurrences: tuple[OccurrenceAnswer, ...] = ()

    @classmethod
    def from_json(cls, payload: Json, kind: Kind) -> MeetingAnswer:
        """Read an answer, a list item or a webhook's object.

        Raises ZoomResponseError if it has no usable id.
        """
        get = payload.get
        return cls(
            id=zoom_id(get("id")),
            kind=kind,
            uuid=text(get("uuid")),
            host_id=text(get("host_id")),
            host_email=text(get("host_email")),
            topic=text(get("topic")),
            agenda=text(get("agenda")),
            type=whole_number(get("type")),
            status=text(get("status")),
            start_time=instant(get("start_time")),
            duration=whole_number(get("duration")),
            timezone=text(get("timezone")),
            created_at=instant(get("created_at")),
            join_url=text(get("join_url")),
            registration_url=text(get("registration_url")),
            passcode=text(get("password")),
            encrypted_passcode=text(get("encrypted_password")),
            settings=mapping(get("settings")),
            recurrence=mapping(get("recurrence")),
            occurrences=occurrences(payload),
        )


@dataclass(frozen=True, slots=True)
class CustomAnswer:
    """What a registrant answered to a question of the host's."""

    title: str
    value: str


@dataclass(frozen=True, slots=True)
class RegistrantAnswer:
    """A person registered for a meeting. ``status`` is approved, pending or denied, None where Zoom does not say.

    ``join_url`` is personal, and "" while approval is pending.
    """

    registrant_id: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    status: str | None = None
    join_url: str = field(default="", repr=False)
    custom_questions: tuple[CustomAnswer, ...] = ()
    create_time: dt.datetime | None = None
    occurrences: tuple[OccurrenceAnswer, ...] = ()

    @classmethod
    def from_json(cls, payload: Json) -> RegistrantAnswer:
        """Read a list item, a webhook's registrant, or the answer to adding one.

        Zoom: in the answer to adding, ``registrant_id`` is the person's and ``id`` the meeting's; elsewhere ``id`` is
        the person's. Raises ZoomResponseError if there is neither.
        """
        get = payload.get
        registrant_id = text(get("registrant_id")) or text(get("id"))
        if not registrant_id:
            raise ZoomResponseError("a registrant without an id")
        questions = get("custom_questions")
        return cls(
            registrant_id=registrant_id,
            email=text(get("email")),
            first_name=text(get("first_name")),
            last_name=text(get("last_name")),
            status=text(get("status")) or None,
            join_url=text(get("join_url")),
            custom_questions=tuple(
                CustomAnswer(text(item.get("title")), text(item.get("value"))) for item in objects(questions)
            )
            if questions
            else (),
            create_time=instant(get("create_time")),
            occurrences=occurrences(payload),
        )


@dataclass(frozen=True, slots=True)
class ParticipantRow:
    """One stay in a meeting: a person who comes back, or goes to a breakout room, has several.

    ``duration`` is in seconds. ``zoom_user_id`` and ``email`` are "" for people from outside the account;
    ``registrant_id`` is the reliable key. ``user_id`` numbers people within one run only.
    """

    name: str = ""
    email: str = ""
    registrant_id: str = ""
    zoom_user_id: str = ""
    user_id: str = ""
    participant_uuid: str = ""
    join_time: dt.datetime | None = None
    leave_time: dt.datetime | None = None
    duration: int | None = None
    status: str = ""
    customer_key: str = ""
    breakout_room_id: str = ""

    @classmethod
    def from_json(cls, payload: Json) -> ParticipantRow:
        """Read a row of a report or of a past meeting."""
        get = payload.get
        return cls(
            name=text(get("name")),
            email=text(get("user_email")),
            registrant_id=text(get("registrant_id")),
            zoom_user_id=text(get("id")),
            user_id=text(get("user_id")),
            participant_uuid=text(get("participant_uuid")),
            join_time=instant(get("join_time")),
            leave_time=instant(get("leave_time")),
            duration=whole_number(get("duration")),
            status=text(get("status")),
            customer_key=text(get("customer_key")),
            breakout_room_id=text(get("bo_mtg_id")),
        )

    @classmethod
    def from_webhook(cls, payload: Json, *, joined: bool) -> ParticipantRow:
        """Read the participant of a webhook, whose moment may be called ``date_time``.

        ``joined`` tells whether the moment is that of coming or of going.
        """
        get = payload.get
        moment = instant(get("join_time" if joined else "leave_time")) or instant(get("date_time"))
        return cls(
            name=text(get("user_name")),
            email=text(get("email")),
            registrant_id=text(get("registrant_id")),
            zoom_user_id=text(get("id")),
            user_id=text(get("user_id")),
            participant_uuid=text(get("participant_uuid")),
            join_time=moment if joined else None,
            leave_time=None if joined else moment,
            customer_key=text(get("customer_key")),
        )


@dataclass(frozen=True, slots=True)
class UserAnswer:
    """A Zoom user. ``type`` is 1 (Basic), 2 (Licensed) or 4 (no meetings licence); ``timezone`` an IANA name or ""."""

    id: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    display_name: str = ""
    type: int | None = None
    account_id: str = ""
    timezone: str = ""
    status: str = ""
    role_name: str = ""

    @classmethod
    def from_json(cls, payload: Json) -> UserAnswer:
        """Read a user or a list item. Raises ZoomResponseError if it has no id."""
        get = payload.get
        user_id = text(get("id"))
        if not user_id:
            raise ZoomResponseError("a user without an id")
        names = (text(get("first_name")), text(get("last_name")))
        return cls(
            id=user_id,
            email=text(get("email")),
            first_name=names[0],
            last_name=names[1],
            display_name=text(get("display_name")) or " ".join(name for name in names if name),
            type=whole_number(get("type")),
            account_id=text(get("account_id")),
            timezone=text(get("timezone")),
            status=text(get("status")),
            role_name=text(get("role_name")),
        )


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """A question of a registration form: a standard one (``name`` is a field's), or the host's own (its title)."""

    name: str
    required: bool = False
    custom: bool = False
    type: str = ""
    choices: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, payload: Json) -> QuestionAnswer:
        """Read one item of ``questions`` or ``custom_questions``."""
        choices = payload.get("answers")
        return cls(
            name=text(payload.get("field_name")) or text(payload.get("title")),
            required=payload.get("required") is True,
            custom="title" in payload,
            type=text(payload.get("type")),
            choices=tuple(text(choice) for choice in choices) if isinstance(choices, list) else (),
        )


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """One file of a recording; ``size`` in bytes, ``status`` completed or processing."""

    id: str
    file_type: str = ""
    recording_type: str = ""
    size: int | None = None
    status: str = ""
    recording_start: dt.datetime | None = None
    recording_end: dt.datetime | None = None
    play_url: str = field(default="", repr=False)
    download_url: str = field(default="", repr=False)

    @classmethod
    def from_json(cls, payload: Json) -> RecordingFile:
        """Read one item of ``recording_files``."""
        get = payload.get
        return cls(
            id=text(get("id")),
            file_type=text(get("file_type")),
            recording_type=text(get("recording_type")),
            size=whole_number(get("file_size")),
            status=text(get("status")),
            recording_start=instant(get("recording_start")),
            recording_end=instant(get("recording_end")),
            play_url=text(get("play_url")),
            download_url=text(get("download_url")),
        )


@dataclass(frozen=True, slots=True)
class RecordingAnswer:
    """The recording of one run of a meeting; ``duration`` in minutes, ``passcode`` what viewers are asked for."""

    meeting_id: int
    uuid: str = ""
    host_id: str = ""
    topic: str = ""
    start_time: dt.datetime | None = None
    duration: int | None = None
    share_url: str = field(default="", repr=False)
    passcode: str = field(default="", repr=False)
    files: tuple[RecordingFile, ...] = ()

    @classmethod
    def from_json(cls, payload: Json) -> RecordingAnswer:
        """Read an answer, a list item or a webhook's object. Raises ZoomResponseError if it has no usable id."""
        get = payload.get
        return cls(
            meeting_id=zoom_id(get("id")),
            uuid=text(get("uuid")),
            host_id=text(get("host_id")),
            topic=text(get("topic")),
            start_time=instant(get("start_time")),
            duration=whole_number(get("duration")),
            share_url=text(get("share_url")),
            passcode=text(get("password")) or text(get("recording_play_passcode")),
            files=tuple(RecordingFile.from_json(item) for item in objects(get("recording_files"))),
        )
