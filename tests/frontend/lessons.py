"""Lessons with the rows that provisioning would have made, for doors that never ask Zoom."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any
from zoneinfo import ZoneInfo

from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from tests.lessons.models import ClassPage
from wagtail_zoom.models import App, Connection, Host, LessonMeeting, Meeting, Registrant
from wagtail_zoom.models.lessons import Audience, LessonKind
from wagtail_zoom.services import encryption
from wagtail_zoom.services.registrants.person import email_key


BERLIN = ZoneInfo("Europe/Berlin")

#: Ten in the morning in Berlin, in winter.
START = dt.datetime(2027, 3, 2, 9, 0, tzinfo=dt.UTC)
END = START + dt.timedelta(minutes=60)

NUMBER = 85746065432
PASSCODE = "s3cretPass"
JOIN_URL = f"https://us02web.zoom.us/j/{NUMBER}?pwd={PASSCODE}%2Fx.1&uname=%C3%A9"

_numbers = itertools.count(NUMBER)


def make_lesson(
    parent: Page, title: str = "Fractions", *, audience: str = Audience.LOGGED_IN, **fields: Any
) -> ClassPage:
    """Add a live lesson below ``parent``: a meeting of an hour that begins at START in Berlin's time."""
    local = START.astimezone(BERLIN)
    values: dict[str, Any] = {
        "zoom_kind": LessonKind.MEETING,
        "zoom_date": local.date(),
        "zoom_time": local.time(),
        "zoom_timezone": BERLIN.key,
        "zoom_duration": 60,
        "zoom_audience": audience,
    }
    return parent.add_child(instance=ClassPage(title=title, **{**values, **fields}))


def give_meeting(page: Page, *, host: Host | None = None, join_url: str = JOIN_URL, **fields: Any) -> Meeting:
    """Give ``page`` a meeting that is there on Zoom."""
    role = fields.pop("role", LessonMeeting.Role.OWNER)
    number = next(_numbers)
    values: dict[str, Any] = {
        "kind": Meeting.Kind.MEETING,
        "site": page.get_site(),
        "host": host,
        "connection": host.connection if host else None,
        "account_key": "account",
        "zoom_id": number,
        "actual": Meeting.Actual.PRESENT,
        "is_owned": role == LessonMeeting.Role.OWNER,
        "starts_at": START,
        "ends_at": END,
    }
    meeting = Meeting(**{**values, **fields})
    if join_url:
        encryption.encrypt_field(meeting, "join_url", join_url)
        encryption.encrypt_field(meeting, "passcode", PASSCODE)
    meeting.save()
    LessonMeeting.objects.create(page_id=page.pk, page_title=page.title, meeting=meeting, role=role)
    return meeting


def with_registration(page: Page, **fields: Any) -> Meeting:
    """Give ``page`` a meeting to which Zoom admits registered people only."""
    return give_meeting(page, actual_payload={"settings.approval_type": 1, "type": 2}, **fields)


def make_host(site: Any, user: Any) -> Host:
    """Make ``user`` a host of ``site`` whose connection nobody uses."""
    app = App.objects.create(kind=App.Kind.GENERAL, client_id=f"client-{user.pk}")
    connection = Connection.objects.create(
        app=app, user=user, person_key=f"user:{user.pk}", status=Connection.Status.CONNECTED
    )
    return Host.objects.create(
        site=site, connection=connection, user=user, origin=Host.Origin.AUTHORISED, zoom_ref=Host.ME, name="Teacher One"
    )


def register(meeting: Meeting, user: Any, *, join_url: str = "", email: str = "", **fields: Any) -> Registrant:
    """Put a row for ``user`` into the ledger of ``meeting``, as Zoom would have answered."""
    address = email or user.email
    values: dict[str, Any] = {
        "source": Registrant.Source.SELF,
        "actual": Registrant.Actual.APPROVED if join_url else Registrant.Actual.ABSENT,
    }
    row = Registrant(meeting=meeting, user=user, email=address, email_key=email_key(address), **{**values, **fields})
    if join_url:
        encryption.encrypt_field(row, "join_url", join_url)
    row.save()
    return row


def lesson_at(desk: Any, *, audience: str = Audience.LOGGED_IN, title: str = "Storks", **options: Any) -> ClassPage:
    """Add a lesson for which people register by themselves, on the meeting of a registration desk."""
    page: ClassPage = desk.meeting.site.root_page.add_child(
        instance=ClassPage(
            title=title,
            slug=f"lesson-{next(_numbers)}",
            zoom_kind=LessonKind.EXISTING,
            zoom_number=desk.number,
            zoom_audience=audience,
            zoom_options={"registration": "on", "approval": "everyone", **options},
        )
    )
    LessonMeeting.objects.create(page=page, page_title=page.title, meeting=desk.meeting, role=LessonMeeting.Role.GUEST)
    return page


def visitor(page: Page, user: Any = None, **options: Any) -> Client:
    """Return a client at the site that serves ``page``, logged in as ``user`` if given."""
    client = Client(headers={"host": page.get_site().hostname}, **options)
    if user is not None:
        client.force_login(user)
    return client


def address(name: str, page: Page, *more: Any) -> str:
    """Return an address of the lesson ``page``."""
    return reverse(f"wagtail_zoom:{name}", args=[page.pk, *more])


def state_of(client: Client, page: Page, *token: str) -> dict[str, Any]:
    """Return what the page's script is told."""
    told: dict[str, Any] = client.get(address("guest_state" if token else "state", page, *token)).json()
    return told


def join_path(page: Page) -> str:
    """Return where Join leads."""
    return address("join", page)


def is_let_in(response: Any) -> bool:
    """Tell whether the visitor was sent on to the link exactly as Zoom gave it."""
    return bool(response.status_code == 303 and response["Location"] == JOIN_URL)


def shows_no_link(response: Any) -> bool:
    """Tell whether neither page nor headers hold anything of Zoom's link."""
    return PASSCODE not in response.content.decode() and "zoom.us" not in str(response.headers)


def press(client: Client, name: str, page: Page, data: dict[str, str] | None = None) -> Any:
    """Press Register or Cancel."""
    return client.post(address(name, page), data or {})


def place_of(client: Client, page: Page) -> Any:
    """Return what the page says about the visitor's place."""
    return state_of(client, page)["place"]
