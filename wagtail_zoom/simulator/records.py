"""What the simulated Zoom remembers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal

from .roll import Registrant, Roll


Kind = Literal["meeting", "webinar"]

EVERY_PERMISSION = frozenset(
    {
        "User:Read",
        "User:Edit",
        "UsageReport:Read",
        "Recording:Read",
        "Recording:Edit",
        "ScheduleTrackingFields:Read",
        "ScheduleTrackingFields:Edit",
    }
)


@dataclass(slots=True)
class Account:
    """A Zoom account: a school with a plan, its users and its policies."""

    id: str
    plan: str = "pro"
    users: list[User] = field(default_factory=list)
    locked_settings: dict[str, Any] = field(default_factory=dict)
    passcode_policy: dict[str, Any] = field(default_factory=dict)
    admin_approval: bool = False
    #: Whether the one who made an app may schedule for other users only with their leave, as in some accounts.
    scheduling_needs_privilege: bool = False
    required_tracking_field: str | None = None
    tracking_fields: list[dict[str, Any]] = field(default_factory=list)

    @property
    def owner(self) -> User | None:
        """Return the user who made the account: the first who is still there."""
        return self.users[0] if self.users else None


@dataclass(slots=True)
class User:
    """A Zoom user; ``type`` is 1 for Basic, 2 for Licensed, 4 for one who may not host."""

    id: str
    account: Account = field(repr=False)
    email: str
    first_name: str
    last_name: str
    type: int
    webinar: bool
    pmi: int
    created: dt.datetime
    capacity: int | None = None
    #: Ids of the users to whom this one gave the privilege to schedule for them.
    schedulers: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    status: str = "active"
    timezone: str = "UTC"
    deleted: bool = False

    @property
    def display_name(self) -> str:
        """Return first and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(slots=True)
class App:
    """An app of the marketplace."""

    client_id: str
    client_secret: str
    secret_token: str
    account: Account
    type: Literal["server_to_server", "general"]
    scopes: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    webhook_url: str | None
    published: bool
    #: Those of ``scopes`` that a person may untick on the consent page.
    optional_scopes: frozenset[str] = frozenset()
    active: bool = True
    webhook_failures: int = 0


@dataclass(slots=True)
class Code:
    """An authorisation code on its way back to the app."""

    value: str
    app: App
    user: User
    redirect_uri: str
    challenge: str
    challenge_method: str
    expires: float
    scopes: frozenset[str]
    shared_access: bool = False


@dataclass(slots=True)
class Token:
    """An access token: of a user (General App) or of the account's owner (Server-to-Server)."""

    value: str
    app: App
    user: User
    scopes: frozenset[str]
    expires: float
    revoked_code: int = 0

    @property
    def user_managed(self) -> bool:
        """Tell whether the token opens only its own user's data."""
        return self.app.type == "general"


@dataclass(slots=True)
class Grant:
    """What one user allowed one app."""

    app: App
    user: User
    refresh_token: str
    access_tokens: list[Token]
    scopes: frozenset[str]
    shared_access: bool = False
    refresh_expires: float = 0.0


@dataclass(slots=True)
class Occurrence:
    """One occurrence of a recurring meeting."""

    id: str
    start: dt.datetime
    duration: int
    status: Literal["available", "deleted"] = "available"
    agenda: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Attendance:
    """One stay of one person in one run: from a join, or a wait at the door, to the leaving."""

    user_id: int
    participant_uuid: str
    name: str
    joined: dt.datetime
    user: User | None = None
    registrant: Registrant | None = None
    email: str = ""
    status: Literal["in_meeting", "in_waiting_room"] = "in_meeting"
    left: dt.datetime | None = None

    @property
    def person(self) -> str:
        """Return what tells this person from the others of the run."""
        if self.registrant:
            return f"registrant:{self.registrant.id}"
        return f"user:{self.user.id}" if self.user else f"guest:{self.email or self.name}".casefold()


@dataclass(slots=True)
class Recording:
    """The cloud recording of one run."""

    uuid: str
    start: dt.datetime
    end: dt.datetime
    files: list[dict[str, Any]]
    play_passcode: str
    trashed: bool = False


@dataclass(slots=True)
class Run:
    """One run of a meeting (Zoom says instance)."""

    uuid: str
    started: dt.datetime
    host_key: str
    ended: dt.datetime | None = None
    attendance: list[Attendance] = field(default_factory=list)
    recording: Recording | None = None
    #: How registrants and users who were here before are known in this run, by their own ids.
    participants: dict[str, str] = field(default_factory=dict)

    @property
    def people(self) -> int:
        """Return how many different persons were in the meeting itself."""
        return len({stay.person for stay in self.attendance if stay.status == "in_meeting"})


@dataclass(slots=True)
class Meeting:
    """A meeting or a webinar."""

    id: int
    kind: Kind
    uuid: str
    host: User
    type: int
    topic: str
    created: dt.datetime
    agenda: str = ""
    start: dt.datetime | None = None
    duration: int = 60
    timezone: str = "UTC"
    password: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    recurrence: dict[str, Any] | None = None
    occurrences: list[Occurrence] = field(default_factory=list)
    tracking_fields: list[dict[str, Any]] = field(default_factory=list)
    questions: dict[str, Any] = field(default_factory=lambda: {"questions": [], "custom_questions": []})
    panelists: list[dict[str, Any]] = field(default_factory=list)
    registrants: Roll = field(default_factory=Roll, repr=False)
    runs: list[Run] = field(default_factory=list)
    running: Run | None = None
    deleted: bool = False
    creation_source: str = "open_api"

    @property
    def registration(self) -> bool:
        """Tell whether people have to register."""
        return self.settings.get("approval_type") in (0, 1)

    @property
    def ends(self) -> dt.datetime | None:
        """Return the planned end of all of it, or None where no time is fixed."""
        if self.occurrences:
            last = self.occurrences[-1]
            return last.start + dt.timedelta(minutes=last.duration)
        return self.start + dt.timedelta(minutes=self.duration) if self.start else None
