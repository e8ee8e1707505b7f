"""What the webhook inbox takes, behind a real server. Run: ``python -m benchmarks.inbox``.

gunicorn with two processes, PostgreSQL, a queue in the database: ``BENCH_POSTGRES_URL`` names the server, on which an
empty database is made and dropped again. Beside our own address stands a view that stores one row and does nothing else.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import django

from benchmarks.load import Answered, send, send_steadily
from benchmarks.measuring import Measured, report
from scripts import make_database


SERVER = os.environ.get("BENCH_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
NAME = "wagtail_zoom_bench"
PROCESSES = 2
ROUNDS = 4
IN_A_ROUND = int(os.environ.get("BENCH_DELIVERIES", "1000")) // ROUNDS
RATE, SECONDS = 200, 10
WAITING = 300
#: Seconds within which 99 of 100 deliveries are answered.
SLOWEST = 0.2

RATIO = f"inbox, against a view that stores one row ({PROCESSES} processes)"
STEADY = f"{RATE} deliveries a second for {SECONDS} s: the slowest of 100"
KILLED = f"kill -9 of the worker amid {WAITING} deliveries"
TARGETS = {RATIO: "0.40 of its throughput", STEADY: "200 ms, none lost", KILLED: "each has its effect once"}


def main() -> int:
    """Make a database, measure, print one table; return 1 if a target was missed."""
    missing = _missing()
    if missing:
        return report("Inbox", [Measured(name, target, missing=missing) for name, target in TARGETS.items()])
    os.environ["DATABASE_URL"] = f"{SERVER.rpartition('/')[0]}/{NAME}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.core.management import call_command
    from django.db import connections

    try:
        call_command("migrate", verbosity=0)
        return report("Inbox", _measure())
    finally:
        connections.close_all()
        make_database.drop(SERVER, NAME)


def _missing() -> str:
    """Return what this machine lacks; '' and an empty database when it lacks nothing."""
    if find_spec("gunicorn") is None:
        return "gunicorn is not installed"
    try:
        make_database.main(SERVER, NAME)
    except Exception as trouble:
        return f"no PostgreSQL ({type(trouble).__name__}); BENCH_POSTGRES_URL names one"
    return ""


def _measure() -> list[Measured]:
    from django.urls import reverse

    meeting, app = _meeting()
    with _server() as base_url:
        ours, bare = f"{base_url}{reverse('wagtail_zoom:webhook', args=[app.webhook_path])}", f"{base_url}/bare/"
        for address in (bare, ours):
            send(address, _deliveries(20, start=-100))
        rows = [_ratio(ours, bare), _steady(ours, bare)]
        _forget()
        answered = send(ours, _deliveries(WAITING))
    return [*rows, _killed(meeting, answered)]


def _meeting() -> tuple[Any, Any]:
    """Make an app and a meeting that runs."""
    from wagtail_zoom import clock
    from wagtail_zoom.models import App, Instance, Meeting
    from wagtail_zoom.services import sealing

    app = App(kind=App.Kind.SERVER, client_id="bench", account_id="A")
    sealing.seal(app, "webhook_secret", "secret")
    app.save()
    meeting = Meeting.objects.create(kind="meeting", account_key=app.account_key, zoom_id=81234567890)
    Instance.objects.create(meeting=meeting, uuid="uuid==", started_at=clock.now())
    return meeting, app


def _deliveries(count: int, start: int = 0) -> list[tuple[bytes, dict[str, str]]]:
    """Return ``count`` signed deliveries: so many different people join."""
    from wagtail_zoom import clock
    from wagtail_zoom.webhooks import sign

    now = clock.machine_time()
    stamp, millis = str(int(now.timestamp())), int(now.timestamp() * 1000)
    found = []
    for number in range(start, start + count):
        person = {
            "user_id": str(16778240 + number),
            "participant_uuid": f"participant-{number}",
            "user_name": f"Learner {number}",
            "email": "",
            "join_time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        subject = {"id": "81234567890", "uuid": "uuid==", "host_id": "h", "topic": "Lesson", "participant": person}
        said = {
            "event": "meeting.participant_joined",
            "event_ts": millis + number,
            "payload": {"account_id": "A", "object": subject},
        }
        body = json.dumps(said).encode()
        found.append((body, {"x-zm-request-timestamp": stamp, "x-zm-signature": sign("secret", stamp, body)}))
    return found


def _ratio(ours: str, bare: str) -> Measured:
    """Take turns, so that both meet the machine in the same mood."""
    seconds = {ours: 0.0, bare: 0.0}
    well = True
    for turn in range(ROUNDS):
        for address in (bare, ours):
            answered = send(address, _deliveries(IN_A_ROUND, start=turn * IN_A_ROUND))
            seconds[address] += answered.seconds
            well = well and set(answered.statuses) == {204}
    rate = {address: ROUNDS * IN_A_ROUND / took for address, took in seconds.items()}
    ratio = rate[ours] / rate[bare]
    figure = f"{rate[ours]:.0f}/s to {rate[bare]:.0f}/s: {ratio:.2f}"
    return Measured(RATIO, TARGETS[RATIO], queries=None, figure=figure, kept=well and ratio >= 0.4)


def _steady(ours: str, bare: str) -> Measured:
    """Post so many a second; where the bare view cannot keep up on this machine either, nothing is said about ours."""
    from wagtail_zoom.models import WebhookDelivery

    _forget()
    answered = send_steadily(ours, _deliveries(RATE * SECONDS, start=100_000), rate=RATE)
    stored = WebhookDelivery.objects.count()
    beside = send_steadily(bare, _deliveries(RATE * SECONDS), rate=RATE).percentile(0.99)
    slowest = answered.percentile(0.99)
    figure = f"{slowest * 1000:.0f} ms (median {answered.percentile(0.5) * 1000:.0f} ms)"
    found = Measured(STEADY, TARGETS[STEADY], queries=None, figure=figure)
    well = stored == RATE * SECONDS and set(answered.statuses) == {204}
    found.kept = well and slowest < SLOWEST
    if well and not found.kept and beside >= SLOWEST:
        found.kept, found.unjudged = None, f"machine busy, the bare view took {beside * 1000:.0f} ms"
    return found


def _killed(meeting: Any, answered: Answered) -> Measured:
    """Kill the worker in the midst of its work, start another one, and look at what came of the deliveries."""
    from wagtail_zoom.models import Presence, WebhookDelivery

    waiting = WebhookDelivery.objects.filter(status=WebhookDelivery.Status.WAITING)
    worker = _worker()
    try:
        _until(lambda: waiting.count() < WAITING - 20 or worker.poll() is not None)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    left = waiting.count()
    successor = _worker()
    try:
        _until(lambda: not waiting.exists() or successor.poll() is not None, seconds=300)
    finally:
        successor.kill()
        successor.wait()
    meeting.refresh_from_db()
    handled = WebhookDelivery.objects.filter(status=WebhookDelivery.Status.HANDLED).count()
    there = Presence.objects.count()
    figure = f"{left} left behind; {handled} handled, {there} joins"
    well = 0 < left < WAITING and handled == there == meeting.live_count == WAITING == answered.statuses.count(204)
    return Measured(KILLED, TARGETS[KILLED], queries=None, figure=figure, kept=well)


def _forget() -> None:
    from django_tasks_db.models import DBTaskResult

    from wagtail_zoom.models import WebhookDelivery

    WebhookDelivery.objects.all().delete()
    DBTaskResult.objects.all().delete()


@contextlib.contextmanager
def _server() -> Iterator[str]:
    """Let gunicorn serve the site until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--workers={PROCESSES}", f"--bind=127.0.0.1:{port}", "--log-level=warning", "--timeout=120"]
    server = subprocess.Popen([sys.executable, "-m", "gunicorn", *options, "benchmarks.wsgi"])  # noqa: S603
    try:
        base_url = f"http://127.0.0.1:{port}"
        _until(lambda: _answers(base_url, server))
        yield base_url
    finally:
        server.terminate()
        server.wait()


def _answers(base_url: str, server: subprocess.Popen[bytes]) -> bool:
    if server.poll() is not None:
        raise RuntimeError("gunicorn did not start")
    try:
        # One for each process, and some more: each loads the site at its first request.
        return set(send(f"{base_url}/bare/", _deliveries(8, start=-50)).statuses) == {204}
    except OSError:
        return False


def _worker(*options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "django", "db_worker", "--no-startup-delay", "--interval=0.1", *options]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603


def _until(holds: Any, seconds: float = 240) -> None:
    """Wait until ``holds()``; raise TimeoutError after ``seconds``."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            raise TimeoutError("what was waited for did not happen")
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main())
