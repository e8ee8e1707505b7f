"""Lessons to publish, and what Zoom was asked on the way."""

from __future__ import annotations

import datetime as dt
import io
import json
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from wagtail.models import Site

from tests.lessons.models import FolderPage
from tests.schools import EVERY_SCOPE, School
from wagtail_zoom.models import LessonPage, Meeting
from wagtail_zoom.testing import SimulatorControl


DAY = dt.date(2026, 11, 24)


@pytest.fixture
def lesson_in(django_capture_on_commit_callbacks: Any) -> Callable[..., LessonPage]:
    """Return a function that makes an unpublished lesson in a school: Tuesday at 10 in Berlin, by its first teacher."""

    def make(school: School, title: str = "Lesson one", parent: Any = None, **wishes: Any) -> LessonPage:
        fields = {
            "owner": next(iter(user for name, user in school.people.items() if name in school.hosts)),
            "zoom_date": DAY,
            "zoom_time": dt.time(10),
            "zoom_timezone": "Europe/Berlin",
            "zoom_duration": 45,
            **wishes,
        }
        page = LessonPage(title=title, live=False, **fields)
        (parent or school.site.root_page).add_child(instance=page)
        return page

    return make


@pytest.fixture
def publish(django_capture_on_commit_callbacks: Any) -> Callable[..., LessonPage]:
    """Return a function that publishes a page with changes, its work after commit included."""

    def act(page: Any, **changes: Any) -> Any:
        page = type(page).objects.get(pk=page.pk).get_latest_revision_as_object()
        for name, value in changes.items():
            setattr(page, name, value)
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()
        return type(page).objects.get(pk=page.pk)

    return act


@pytest.fixture
def after_commit(django_capture_on_commit_callbacks: Any) -> Any:
    """Return a context manager in which work for after the commit is done at its end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def folder(db: None) -> FolderPage:
    """Return a folder in the space that a fresh site has."""
    folder = FolderPage(title="Course")
    Site.objects.get(is_default_site=True).root_page.add_child(instance=folder)
    return folder


@pytest.fixture
def sync() -> Callable[..., str]:
    """Return a function that runs sync_zoom and returns what it printed."""

    def run(*options: str) -> str:
        out = io.StringIO()
        call_command("sync_zoom", *options, stdout=out)
        return out.getvalue()

    return run


@pytest.fixture
def maker(academy: Any) -> Any:
    """Return a function that makes a meeting or webinar on Zoom's side, by somebody else's program."""
    simulator = academy.simulator
    app = simulator.add_app(academy.account_id, type="server_to_server", scopes=list(EVERY_SCOPE))
    basic = b64encode(f"{app['client_id']}:{app['client_secret']}".encode()).decode()
    query = urlencode({"grant_type": "account_credentials", "account_id": academy.account_id})

    def call(address: str, body: bytes, authorization: str, kind: str) -> Any:
        headers = {"Authorization": authorization, "Content-Type": kind}
        with urllib.request.urlopen(urllib.request.Request(address, body, headers)) as answer:
            return json.load(answer)

    token = call(f"{simulator.oauth_url}/token", query.encode(), f"Basic {basic}", "application/x-www-form-urlencoded")[
        "access_token"
    ]

    def make(kind: str = "webinar", **fields: Any) -> dict[str, Any]:
        user = academy.zoom_users[0]["id"]
        body = {
            "topic": "Open day",
            "type": 5 if kind == "webinar" else 2,
            "start_time": "2026-11-25T18:00:00Z",
            "duration": 90,
            "timezone": "Europe/Vienna",
            **fields,
        }
        address = f"{simulator.api_url}/users/{user}/{kind}s"
        made: dict[str, Any] = call(address, json.dumps(body).encode(), f"Bearer {token}", "application/json")
        simulator.clear_requests()
        return made

    return make


def meeting_of(page: Any) -> Meeting:
    """Return the meeting that the lesson uses now."""
    return Meeting.objects.get(lessons__page_id=page.pk)


def calls(simulator: SimulatorControl) -> list[str]:
    """Return everything that Zoom's REST API was asked for: method and path below /v2."""
    return [f"{call['method']} {call['path'].removeprefix('/v2')}" for call in asked(simulator)]


def writes(simulator: SimulatorControl) -> list[str]:
    """Return the writes that Zoom was asked for."""
    return [call for call in calls(simulator) if not call.startswith("GET")]


def asked(simulator: SimulatorControl) -> list[dict[str, Any]]:
    """Return the requests to Zoom's REST API, whole; tokens are another matter."""
    return [call for call in simulator.requests() if call["path"].startswith("/v2/")]


def on_zoom(simulator: SimulatorControl) -> list[dict[str, Any]]:
    """Return the meetings that are on Zoom now."""
    return [meeting for meeting in simulator.meetings() if not meeting.get("deleted")]
