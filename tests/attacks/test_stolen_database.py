"""A thief has every table, the cache and the sessions, after days on which much went wrong.

What Zoom handed out is known from the line between this site and Zoom, not from what the site kept.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from cryptography.fernet import MultiFernet
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from tests.attacks.listening import Line, on_the_line
from tests.frontend.lessons import address
from tests.schools import EVERY_SCOPE, School, make_academy, make_lesson, make_school, make_space, make_user
from tests.test_secrets import secrets_of_the_day, whole_database
from wagtail_zoom import clock, tasks
from wagtail_zoom.models import Connection, Ledger, Meeting, Registrant, WebhookDelivery
from wagtail_zoom.services import encryption, webhooks
from wagtail_zoom.services.registrants import Person, register
from wagtail_zoom.testing import SimulatorControl
from wagtail_zoom.webhooks import sign


if not apps.is_installed("django_tasks_db"):
    pytest.skip("needs django-tasks-db", allow_module_level=True)

from django_tasks_db.models import DBTaskResult


@pytest.fixture
def line(simulator: SimulatorControl, settings: Any) -> Iterator[Line]:
    """Return the line on which this site speaks to Zoom."""
    with on_the_line(simulator.api_url.removesuffix("/v2")) as line:
        settings.WAGTAIL_ZOOM = {
            **settings.WAGTAIL_ZOOM,
            "API_URL": f"{line.url}/v2",
            "OAUTH_URL": f"{line.url}/oauth",
            "ALLOW_SECRETS_TO": ["127.0.0.1"],
        }
        yield line


def work(task: Any, *arguments: Any) -> None:
    """Run a task as a worker of a queue in the database does, which keeps what it failed with."""
    row = DBTaskResult.objects.create(
        args_kwargs={"args": arguments, "kwargs": {}}, task_path=task.module_path, backend_name="default", priority=0
    )
    try:
        task.call(*arguments)
    except Exception as error:
        row.set_failed(error)


def kept_by_the_queue() -> list[str]:
    return list(DBTaskResult.objects.exclude(traceback="").values_list("traceback", flat=True))


class Mishap(RuntimeError):
    """What nobody foresaw; its words quote what was at hand."""


def quoting(original: Callable[..., Any]) -> Callable[..., Any]:
    def broken(*arguments: Any, **named: Any) -> Any:
        raise Mishap(f"{arguments} {named} {original(*arguments, **named)}")

    return broken


@pytest.fixture
def days(
    line: Line,
    simulator: SimulatorControl,
    space: Any,
    client: Client,
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, Any]:
    """Live through some days: people connect, register, start, join; Zoom, the network and our own code fail."""
    school = make_school(simulator, space)
    academy = make_academy(simulator, make_space("everything.example", "Everything"), scopes=EVERY_SCOPE)
    with django_capture_on_commit_callbacks(execute=True):
        pages = [make_lesson(each, zoom_date=(clock.now() + dt.timedelta(days=3)).date()) for each in (school, academy)]
        for page in pages:
            page.zoom_options = {"registration": "on"} if page is pages[1] else {}
            page.save_revision().publish()
    _start_and_join(school, pages[0], client)
    meeting = Meeting.objects.get(lessons__page=pages[1])
    with django_capture_on_commit_callbacks(execute=True):
        register(meeting, [Person("one@x.example", "One")], source=Registrant.Source.EDITOR)
    work(tasks.register_people, meeting.pk)
    _everything_fails(simulator, meeting, monkeypatch)
    _a_delivery_fails(academy, meeting, monkeypatch)
    return {"school": school, "academy": academy}


def _start_and_join(school: School, page: Any, client: Client) -> None:
    meeting = Meeting.objects.get(lessons__page=page)
    with time_machine.travel(meeting.starts_at):
        for person in (school.people["teacher.one"], make_user("learner.one")):
            client.force_login(person)
            client.post(reverse("wagtail_zoom:start", args=[page.pk]), headers={"host": school.site.hostname})
            client.get(address("join", page), headers={"host": school.site.hostname})
            client.get(address("state", page), headers={"host": school.site.hostname})


def _everything_fails(simulator: SimulatorControl, meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the same work fail in several ways, each in the midst of it."""
    for fault in ("reset_after", "garbage", "truncate", "status"):
        simulator.fault(None, "/v2/", fault, times=2, **({"status": 500} if fault == "status" else {}))
        register(meeting, [Person(f"{fault}@x.example", fault)], source=Registrant.Source.EDITOR)
        work(tasks.register_people, meeting.pk)
        simulator.clear_faults()
        Connection.objects.update(failures=0, probe_at=None)
        Ledger.objects.update(wait_until=None)
    for broken in ("encrypt", "decrypt"):
        with monkeypatch.context() as patch:
            patch.setattr(MultiFernet, broken, quoting(getattr(MultiFernet, broken)))
            register(meeting, [Person(f"{broken}@x.example", broken)], source=Registrant.Source.EDITOR)
            work(tasks.register_people, meeting.pk)
            work(tasks.reconcile_meeting, meeting.pk)


def _a_delivery_fails(academy: School, meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    app = academy.app
    app.refresh_from_db()
    encryption.encrypt_field(app, "webhook_secret", academy.credentials["secret_token"])
    app.save()
    person = {"id": "r1", "email": "x@x.example", "status": "approved", "join_url": "https://zoom.us/w/1?tk=handed-on"}
    body = json.dumps(
        {
            "event": "meeting.registration_approved",
            "event_ts": 1,
            "payload": {"account_id": academy.account_id, "object": {"id": meeting.zoom_id, "registrant": person}},
        }
    ).encode()
    stamp = str(int(clock.machine_time().timestamp()))
    headers = {
        "x-zm-request-timestamp": stamp,
        "x-zm-signature": sign(academy.credentials["secret_token"], stamp, body),
    }
    where = reverse("wagtail_zoom:webhook", args=[app.webhook_path])
    assert Client().post(where, body, content_type="application/json", headers=headers).status_code == 204
    with monkeypatch.context() as patch:
        patch.setattr(MultiFernet, "encrypt", quoting(MultiFernet.encrypt))
        webhooks.drain()


def cached() -> str:
    return str(getattr(cache, "_cache", ""))


def dumped() -> str:
    out = io.StringIO()
    call_command("dumpdata", stdout=out, exclude=["wagtailsearch"])
    return out.getvalue()


def test_nothing_that_zoom_handed_out_is_readable_anywhere(line: Line, days: dict[str, Any]) -> None:
    handed_out = line.secrets() | secrets_of_the_day() | {"handed-on"}
    for school in (days["school"], days["academy"]):
        handed_out |= {school.credentials["client_secret"], school.credentials["secret_token"]}
    kinds = " ".join(handed_out)
    assert "zak=" in kinds
    assert "/j/" in kinds
    assert "/w/" in kinds or "tk=" in kinds
    places = {
        "tables": whole_database(),
        "sessions": str([row.get_decoded() for row in Session.objects.all()]),
        "cache": cached(),
        "dumpdata": dumped(),
        "queue": "\n".join(kept_by_the_queue()),
    }
    found = [
        f"{place}: {words[max(0, words.index(secret) - 60) : words.index(secret) + 12]!r}"
        for place, words in places.items()
        for secret in handed_out
        if len(secret) > 5 and secret in words
    ]
    assert found == []


def test_the_failures_did_happen_and_are_kept_with_where_and_why(days: dict[str, Any]) -> None:
    assert any("Mishap" in words for words in kept_by_the_queue())
    delivery = WebhookDelivery.objects.get()
    assert delivery.error.endswith("Mishap")
    assert "remote_changes.py" in delivery.error
