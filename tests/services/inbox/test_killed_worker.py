"""A worker that dies in the midst of its work loses nothing, and does nothing twice."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from wagtail_zoom import clock
from wagtail_zoom.models import App, Instance, Meeting, Presence, WebhookDelivery
from wagtail_zoom.services import encryption
from wagtail_zoom.webhooks import sign


pytestmark = [pytest.mark.database_server, pytest.mark.django_db(transaction=True)]

PROJECT = Path(__file__).resolve().parents[3]
PEOPLE = 10
ENQUEUE = """
from wagtail_zoom import tasks
for _each in range(3):
    tasks.drain_inbox.enqueue()
"""
SCHEMES = {"postgresql": "postgres", "mysql": "mysql"}


@pytest.fixture
def run() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Return a function that runs a module on the database and at the time of this test; whatever still runs is ended."""
    given = connection.settings_dict
    person = f"{given['USER']}:{given['PASSWORD']}" if given["PASSWORD"] else given["USER"]
    place = f"{given['HOST']}:{given['PORT']}" if given["PORT"] else given["HOST"]
    environment = {
        **os.environ,
        "DATABASE_URL": f"{SCHEMES[connection.vendor]}://{person}@{place}/{given['NAME']}",
        "DJANGO_SETTINGS_MODULE": "tests.settings_with_queue",
    }
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.at_time", clock.now().isoformat(), *arguments]
        started.append(subprocess.Popen(command, cwd=PROJECT, env=environment))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
    if apps.is_installed("django_tasks_db"):
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS django_tasks_database_dbtaskresult")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'django_tasks_database'")


@pytest.fixture
def app(settings: Any, transactional_db: None) -> App:
    """Return an app whose deliveries are left to a worker."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    app = App(kind=App.Kind.SERVER, client_id="app", account_id="A")
    encryption.encrypt_field(app, "webhook_secret", "secret")
    app.save()
    return app


def running_meeting(app: App, number: int) -> Meeting:
    meeting = Meeting.objects.create(kind="meeting", account_key=app.account_key, zoom_id=number)
    Instance.objects.create(meeting=meeting, uuid=f"uuid of {number}", started_at=clock.now())
    return meeting


def people_join(client: Client, app: App, meeting: Meeting, at: dt.datetime) -> None:
    """Let Zoom tell that ten people joined, one after the other."""
    for number in range(PEOPLE):
        joined = at + dt.timedelta(seconds=number)
        person = {
            "user_id": str(number),
            "participant_uuid": f"participant {number}",
            "user_name": f"Learner {number}",
            "join_time": joined.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        subject = {"id": str(meeting.zoom_id), "uuid": f"uuid of {meeting.zoom_id}", "participant": person}
        said = {
            "event": "meeting.participant_joined",
            "event_ts": int(joined.timestamp() * 1000),
            "payload": {"account_id": "A", "object": subject},
        }
        body, stamp = json.dumps(said).encode(), str(int(clock.machine_time().timestamp()))
        answer = client.post(
            reverse("wagtail_zoom:webhook", args=[app.webhook_path]),
            data=body,
            content_type="application/json",
            headers={"x-zm-request-timestamp": stamp, "x-zm-signature": sign("secret", stamp, body)},
        )
        assert answer.status_code == 204


def handled() -> int:
    return WebhookDelivery.objects.filter(status=WebhookDelivery.Status.HANDLED).count()


def wait_for(holds: Callable[[], bool], worker: subprocess.Popen[bytes]) -> None:
    """Wait for what another process does; fail when that process ends instead."""
    while not holds():
        assert worker.poll() is None, "the worker ended"
        time.sleep(0.05)


def test_deliveries_outlive_a_worker_that_is_killed_amid_them_and_have_their_effect_once(
    app: App, client: Client, run: Callable[..., subprocess.Popen[bytes]]
) -> None:
    first, second = running_meeting(app, 81234567891), running_meeting(app, 81234567892)
    now = clock.now().replace(microsecond=0)
    people_join(client, app, first, now)
    people_join(client, app, second, now + dt.timedelta(minutes=1))
    assert run("django", "migrate", "django_tasks_database", "--verbosity=0").wait() == 0
    assert run("django", "shell", "-c", ENQUEUE).wait() == 0

    with transaction.atomic():
        # The worker comes as far as the second meeting, and stands there within its work.
        Meeting.objects.select_for_update().get(pk=second.pk)
        worker = run("django", "db_worker", "--no-startup-delay", "--interval=0.1")
        wait_for(lambda: handled() == PEOPLE, worker)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    assert handled() == PEOPLE
    assert WebhookDelivery.objects.count() == 2 * PEOPLE

    assert run("django", "db_worker", "--no-startup-delay", "--batch").wait() == 0
    assert handled() == 2 * PEOPLE
    for meeting in (first, second):
        meeting.refresh_from_db()
        assert meeting.live_count == PEOPLE
        assert Presence.objects.filter(instance__meeting=meeting).count() == PEOPLE
