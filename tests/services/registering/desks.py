"""A registration desk: a meeting of a school in the ledger and on the simulated Zoom, and a person who works on Zoom."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.schools import EVERY_SCOPE, School
from wagtail_zoom import clock
from wagtail_zoom.api.client import ZoomClient
from wagtail_zoom.api.oauth import OAuthClient
from wagtail_zoom.api.registrants import Registrants
from wagtail_zoom.api.tokens import AccessToken
from wagtail_zoom.models import Meeting, Registrant
from wagtail_zoom.services import registrants
from wagtail_zoom.services.coordination.work_budget import Budget, Outcome
from wagtail_zoom.services.meetings import diff
from wagtail_zoom.services.registrants import Person


@dataclass
class Desk:
    """One meeting, with everything that a test of its registrants needs."""

    school: School
    meeting: Meeting
    zoom: ZoomClient

    @property
    def number(self) -> int:
        """The meeting's number."""
        assert self.meeting.zoom_id is not None
        return self.meeting.zoom_id

    @property
    def on_zoom(self) -> Registrants:
        """What the host can do on Zoom's own site."""
        return self.zoom.of_kind(self.meeting.kind).registrants

    def register(self, *emails: str, **given: Any) -> registrants.Registered:
        """Register people by address, by an editor unless said otherwise."""
        given.setdefault("source", Registrant.Source.EDITOR)
        return registrants.register(self.meeting, [person(email) for email in emails], **given)

    def work(self, calls: int = 1000, rounds: int = 5) -> Outcome:
        """Do what is due now, slice after slice."""
        outcome = Outcome("done")
        for _round in range(rounds):
            outcome = registrants.step(self.meeting.pk, budget=Budget(seconds=60, calls=calls))
            if outcome.due_at is None or outcome.due_at > clock.now():
                break
        return outcome

    def row(self, email: str) -> Registrant:
        """Return somebody's row as it is stored now."""
        return Registrant.objects.get(meeting=self.meeting, email_key=registrants.email_key(email))

    def statuses(self) -> dict[str, str]:
        """Return what the simulated Zoom has: address to status, "cancelled" included."""
        return {each["email"]: each["status"] for each in self.school.simulator.meeting(self.number)["registrants"]}

    def calls(self) -> Counter[str]:
        """Return how often the product called which operation since `forget_calls`, by method and last path parts."""
        return Counter(
            f"{each['method']} {'/'.join(each['path'].split('/')[4:]) or 'meeting'}" for each in self.requests()
        )

    def requests(self) -> list[dict[str, Any]]:
        """Return the requests that the product made of Zoom's REST API about this meeting."""
        return [
            each
            for each in self.school.simulator.requests()
            if f"s/{self.number}" in each["path"] and each["client_id"] in (self.school.app.client_id, None, "")
        ]

    def forget_calls(self) -> None:
        """Count calls from here on."""
        self.school.simulator.clear_requests()


def person(email: str, **given: Any) -> Person:
    """Return a person called after their address."""
    name = email.split("@")[0].strip().replace(".", " ").title()
    return Person(email=email, first_name=name, **given)


def learners(count: int, start: int = 1) -> list[str]:
    """Return ``count`` addresses of learners."""
    return [f"learner.{number}@school.example" for number in range(start, start + count)]


def open_desk(school: School, *, kind: str = "meeting", owned: bool = True, **payload: Any) -> Desk:
    """Make a meeting or webinar with registration on Zoom, as its host would, and put it into the ledger."""
    zoom = zoom_of(school)
    host = school.zoom_users[0]["email"]
    starts = (clock.now() + dt.timedelta(days=3)).replace(microsecond=0)
    settings = {"approval_type": 1, **payload.pop("settings", {})}
    answer = zoom.of_kind(kind).create(
        host,
        {
            "topic": "Lesson one",
            "type": 2 if kind == "meeting" else 5,
            "start_time": starts.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "duration": 60,
            "settings": settings,
            **payload,
        },
    )
    meeting = Meeting.objects.create(
        kind=kind,
        site=school.site,
        connection=school.connection,
        host=next(iter(school.hosts.values())),
        account_key=school.connection.app.account_key,
        zoom_id=answer.id,
        host_email=host,
        is_owned=owned,
        actual=Meeting.Actual.PRESENT,
        actual_payload=diff.payload_in(answer),
        starts_at=starts,
        ends_at=starts + dt.timedelta(minutes=60),
    )
    school.simulator.clear_requests()
    return Desk(school, meeting, zoom)


def zoom_of(school: School) -> ZoomClient:
    """Return a client with every right in the school's Zoom account: the hands of its host on Zoom."""
    app = school.simulator.add_app(school.account_id, "server_to_server", EVERY_SCOPE)
    tokens = _AlwaysFresh(school, app["client_id"], app["client_secret"])
    return ZoomClient(base_url=school.simulator.api_url, tokens=tokens)


@dataclass(frozen=True)
class _AlwaysFresh:
    """A token for every call, since tests let days pass."""

    school: School
    client_id: str
    client_secret: str

    def token(self) -> AccessToken:
        with OAuthClient(self.school.simulator.oauth_url, allowed_hosts={"127.0.0.1"}) as oauth:
            grant = oauth.account_credentials(self.client_id, self.client_secret, self.school.account_id)
        return AccessToken(grant.access_token, clock.now() + dt.timedelta(hours=1))

    def renewed(self, rejected: AccessToken) -> AccessToken:
        return self.token()


def emails_of(rows: Iterable[Registrant]) -> list[str]:
    """Return the addresses of ``rows``."""
    return [row.email for row in rows]


def everybody_once(desk: Desk, emails: list[str], status: str = "approved") -> None:
    """Fail unless exactly these people are on Zoom and in the ledger, each once, and nothing is left to do."""
    assert desk.statuses() == dict.fromkeys(emails, status)
    assert set(desk.meeting.registrants.values_list("actual", "error", "due_at", "doubt_since")) == {
        (status, "", None, None)
    }
