"""A class that joins at once, on the plainest of sites: SQLite as Django sets it up, and tasks done in place."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.databases import PROJECT, migrated_file
from wagtail_zoom import clock
from wagtail_zoom.webhooks import sign


PEOPLE = 40
NUMBER = 81234567891

#: Serves the webhook address with a thread for each request, prints where, and says which signals were sent.
SERVE = """
import django
django.setup()
from wsgiref.simple_server import make_server, WSGIServer, WSGIRequestHandler
from socketserver import ThreadingMixIn
from django.core.wsgi import get_wsgi_application
from wagtail_zoom import clock, signals
from wagtail_zoom.models import App, Instance, Meeting
from wagtail_zoom.services import encryption

app = App(kind=App.Kind.SERVER, client_id="app", account_id="A", webhook_path="path")
encryption.encrypt_field(app, "webhook_secret", "secret")
app.save()
meeting = Meeting.objects.create(kind="meeting", account_key=app.account_key, zoom_id=%(number)d)
Instance.objects.create(meeting=meeting, uuid="uuid", started_at=clock.now())

def say(sender, delivery, **named):
    print("received", delivery.pk, flush=True)

signals.webhook_received.connect(say)

class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 100

class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass

server = make_server("127.0.0.1", 0, get_wsgi_application(), Server, Quiet)
print(server.server_port, flush=True)
server.serve_forever()
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_file(), tmp_path / "site.sqlite3"))


@pytest.fixture
def site(database: Path) -> Iterator[subprocess.Popen[str]]:
    """Return a site of its own process; its first line is the port."""
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE % {"number": NUMBER}],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def deliver(port: int, number: int) -> int:
    """Tell of the joining of one person, as Zoom does; return the status of the answer."""
    joined = clock.machine_time().replace(microsecond=0) - dt.timedelta(seconds=PEOPLE - number)
    person = {
        "user_id": str(number),
        "participant_uuid": f"participant {number}",
        "user_name": f"Learner {number}",
        "join_time": joined.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    said = {
        "event": "meeting.participant_joined",
        "event_ts": int(joined.timestamp() * 1000),
        "payload": {"account_id": "A", "object": {"id": str(NUMBER), "uuid": "uuid", "participant": person}},
    }
    body, stamp = json.dumps(said), str(int(clock.machine_time().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "x-zm-request-timestamp": stamp,
        "x-zm-signature": sign("secret", stamp, body.encode()),
    }
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as line:
        line.request("POST", "/zoom/webhooks/path/", body, headers)
        return line.getresponse().status


def test_forty_who_join_at_once_are_all_taken_in_and_each_is_handled_once(
    site: subprocess.Popen[str], database: Path
) -> None:
    assert site.stdout is not None
    port = int(site.stdout.readline())
    with ThreadPoolExecutor(PEOPLE) as everybody:
        answers = list(everybody.map(lambda number: deliver(port, number), range(PEOPLE)))
    assert answers == [204] * PEOPLE

    heard = sorted(site.stdout.readline().split()[1] for _each in range(PEOPLE))
    with closing(sqlite3.connect(database)) as rows:
        told = rows.execute("SELECT id, status, attempts FROM wagtail_zoom_webhookdelivery").fetchall()
        assert [(status, attempts) for _id, status, attempts in told] == [("handled", 0)] * PEOPLE
        assert heard == sorted(str(number) for number, _status, _attempts in told)
        assert rows.execute("SELECT live_count FROM wagtail_zoom_meeting").fetchone() == (PEOPLE,)
