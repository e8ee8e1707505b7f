"""What the two schools have at Zoom before any lesson: accounts, people, apps, and a webinar that exists already."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import requests

from wagtail_zoom import clock
from wagtail_zoom.api.operations import OPERATIONS
from wagtail_zoom.testing import SimulatorControl

from .people import ACADEMY_ADMINISTRATOR, LECTURER_ONE, SCHOOL_ADMINISTRATOR, TEACHER_ONE, TEACHER_TWO, Person


#: Create, and nothing else: what a user-managed app with every "meeting:write" scope may do.
SCHOOL_SCOPES = (
    "meeting:write:meeting",
    "meeting:write:registrant",
    "meeting:write:batch_registrants",
    "meeting:write:invite_links",
    "meeting:write:poll",
    "meeting:write:batch_polls",
    "meeting:write:template",
    "meeting:write:open_app",
    "meeting:write:sip_dialing",
    "user:read:token",
)
#: Read what exists, register people, read who was there: seven for webinars, eight for meetings, two reports.
ACADEMY_SCOPES = (
    "webinar:read:webinar:admin",
    "webinar:read:list_webinars:admin",
    "webinar:read:registrant:admin",
    "webinar:read:list_registrants:admin",
    "webinar:write:registrant:admin",
    "webinar:update:registrant_status:admin",
    "webinar:delete:registrant:admin",
    "meeting:read:meeting:admin",
    "meeting:read:list_meetings:admin",
    "meeting:read:registrant:admin",
    "meeting:read:list_registrants:admin",
    "meeting:write:registrant:admin",
    "meeting:write:participant:admin",
    "meeting:update:registrant_status:admin",
    "meeting:delete:registrant:admin",
    "report:read:list_meeting_participants:admin",
    "report:read:list_webinar_participants:admin",
)
#: Whatever any operation of the package wants, at the user's and at the account's level.
EVERY_SCOPE = tuple(sorted({scope for operation in OPERATIONS.values() for scope in operation.scopes}))


@dataclass(frozen=True)
class ZoomApp:
    """A Zoom app as its maker sees it."""

    client_id: str
    client_secret: str
    account_id: str
    secret_token: str


@dataclass(frozen=True)
class ZoomSide:
    """Everything at Zoom that the story needs to know."""

    control: SimulatorControl
    school_app: ZoomApp
    academy_app: ZoomApp
    #: With every scope: what else there is to see.
    everything_app: ZoomApp
    webinar: int


def set_up(base_url: str, *, callback: str, webinar_topic: str) -> ZoomSide:
    """Make both schools' accounts and apps at the practice Zoom on ``base_url``; ``callback`` is where consent leads."""
    control = SimulatorControl(base_url)
    control.reset()
    school = control.add_account("pro", [_user(SCHOOL_ADMINISTRATOR), _user(TEACHER_ONE), _user(TEACHER_TWO)])[
        "account_id"
    ]
    academy = control.add_account("business", [_user(ACADEMY_ADMINISTRATOR), _user(LECTURER_ONE, webinar=True)])[
        "account_id"
    ]
    return ZoomSide(
        control,
        _app(control, school, "general", SCHOOL_SCOPES, callback),
        _app(control, academy, "server_to_server", ACADEMY_SCOPES),
        _app(control, school, "general", EVERY_SCOPE, callback),
        _webinar(control, academy, webinar_topic),
    )


def _user(person: Person, *, webinar: bool = False) -> dict[str, object]:
    return {
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "type": 2,
        "webinar": webinar,
    }


def _app(control: SimulatorControl, account_id: str, kind: str, scopes: tuple[str, ...], callback: str = "") -> ZoomApp:
    made = control.add_app(account_id, kind, scopes, [callback] if callback else [])
    return ZoomApp(made["client_id"], made["client_secret"], account_id, made["secret_token"])


def _webinar(control: SimulatorControl, account_id: str, topic: str) -> int:
    """Plan a webinar with registration, as the lecturer does on Zoom's own site; return its number."""
    starts_at = clock.now() + dt.timedelta(minutes=5)
    return plan(control, account_id, "webinars", topic, starts_at, type=5, duration=90)


def plan(
    control: SimulatorControl, account_id: str, kind: str, topic: str, starts_at: dt.datetime, **wish: object
) -> int:
    """Plan a meeting or webinar (``kind``: "meetings" or "webinars") of the lecturer's, for which people register.

    Returns its number. What Zoom was asked until now is forgotten.
    """
    office = _app(control, account_id, "server_to_server", EVERY_SCOPE)
    with requests.Session() as session:
        session.trust_env = False
        token = session.post(
            f"{control.oauth_url}/token",
            data={"grant_type": "account_credentials", "account_id": account_id},
            auth=(office.client_id, office.client_secret),
            timeout=60,
        ).json()["access_token"]
        answer = session.post(
            f"{control.api_url}/users/{LECTURER_ONE.email}/{kind}",
            headers={"Authorization": f"Bearer {token}"},
            json={
                "topic": topic,
                "start_time": starts_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:00Z"),
                "timezone": "Europe/Berlin",
                "settings": {"approval_type": 0},
                **wish,
            },
            timeout=60,
        )
        answer.raise_for_status()
    control.clear_requests()
    return int(answer.json()["id"])
