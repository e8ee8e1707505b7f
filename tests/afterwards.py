"""Fixtures for what comes during and after a lesson: a lesson on Zoom, and deliveries handed on by the test."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.relay import Kept, Relay, listening
from tests.schools import School
from wagtail_zoom import clock
from wagtail_zoom.models import LessonMeeting, LessonPage, Meeting
from wagtail_zoom.services import webhooks
from wagtail_zoom.services.connections import zoom_apps
from wagtail_zoom.webhooks import sign


NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
STARTS = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
ENDS = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)


@dataclass
class Lesson:
    """A published lesson with its meeting on Zoom, and the post office between the two sides."""

    school: School
    page: LessonPage
    clocks: Any
    relay: Relay
    client: Client
    #: What Zoom sent while the lesson was published.
    about_its_making: list[Kept]

    @property
    def meeting(self) -> Meeting:
        """The meeting as it is stored now."""
        return LessonMeeting.objects.get(page_id=self.page.pk).meeting

    @property
    def number(self) -> int:
        """Zoom's number."""
        assert self.meeting.zoom_id
        return self.meeting.zoom_id

    def at(self, minutes: float) -> dt.datetime:
        """Let it be so many minutes after the planned start, for both sides."""
        moment = STARTS + dt.timedelta(minutes=minutes)
        self.clocks.set(moment)
        return moment

    def come_in(self) -> list[Kept]:
        """Return the deliveries that Zoom has sent since the last time."""
        self.school.simulator.wait_quiet()
        return self.relay.take()

    def hand_on(self, deliveries: Iterable[Kept] | None = None, *, handled: bool = True) -> list[int]:
        """Post deliveries to our address, as they came unless told otherwise; return the answers' statuses.

        Then they are handled, as a worker would, unless ``handled`` is False.
        """
        url = reverse("wagtail_zoom:webhook", args=[self.school.app.webhook_path])
        statuses = []
        for kept in self.come_in() if deliveries is None else deliveries:
            answer = self.client.post(
                url,
                data=kept.body,
                content_type="application/json",
                headers={"x-zm-request-timestamp": kept.timestamp, "x-zm-signature": kept.signature},
            )
            statuses.append(answer.status_code)
        while handled and webhooks.drain().more:
            continue
        return statuses

    def tell(self, event: str, about: Any = None, *, minutes: float = 0, **payload: Any) -> int:
        """Let it be so many minutes after the start, and post a delivery that this Zoom would not send by itself, signed.

        ``about`` is laid over the object, which names the meeting; returns the answer's status.
        """
        at = self.at(minutes)
        thing = {"id": self.number, "uuid": "run==", "host_id": "host"} if about is None else about
        if isinstance(about, Mapping):
            thing = {"id": self.number, "uuid": "run==", "host_id": "host", **about}
        body = json.dumps(
            {
                "event": event,
                "event_ts": int(at.timestamp() * 1000),
                "payload": {"account_id": self.school.account_id, "object": thing, **payload},
            }
        ).encode()
        stamp = str(int(clock.machine_time().timestamp()))
        (status,) = self.hand_on([Kept(body, stamp, sign(self.relay.secret, stamp, body))])
        return status


@pytest.fixture
def lesson(
    everything: School,
    clocks: Any,
    client: Client,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> Iterator[Lesson]:
    """Return a lesson of an hour from nine UTC, published at eight, in a school whose webhooks are on."""
    with _published(everything, clocks, client, django_capture_on_commit_callbacks, "meeting") as made:
        yield made


@pytest.fixture
def webinar(
    everything: School,
    clocks: Any,
    client: Client,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> Iterator[Lesson]:
    """Return the same as ``lesson``, as a webinar."""
    with _published(everything, clocks, client, django_capture_on_commit_callbacks, "webinar") as made:
        yield made


@contextmanager
def _published(school: School, clocks: Any, client: Client, commits: Callable[..., Any], kind: str) -> Iterator[Lesson]:
    clocks.set(NOW)
    simulator = school.simulator
    with listening() as relay:
        relay.secret = school.credentials["secret_token"]
        zoom_apps.save_app(
            site=school.site,
            kind=school.app.kind,
            client_id=school.app.client_id,
            client_secret=None,
            account_id=school.account_id,
            webhook_secret=relay.secret,
        )
        school.app.refresh_from_db()
        simulator.patch_app(school.app.client_id, webhook_url=relay.url)
        page = LessonPage(
            title="Fractions",
            owner=next(school.people[name] for name in school.hosts),
            zoom_kind=kind,
            zoom_date=STARTS.date(),
            zoom_time=dt.time(10),
            zoom_timezone="Europe/Berlin",
            zoom_duration=60,
            zoom_options={"registration": "on"},
        )
        school.site.root_page.add_child(instance=page)
        with commits(execute=True):
            page.save_revision().publish()
        simulator.wait_quiet()
        made = relay.take()
        yield Lesson(school, page, clocks, relay, client, made)
