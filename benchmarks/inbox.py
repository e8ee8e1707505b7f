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
from statistics import median
from typing import Any

import django

from benchmarks.load import Answered, send, send_steadily
from benchmarks.measuring import Measured, report
from scripts import make_database


SERVER = os.environ.get("BENCH_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
NAME = "wagtail_zoom_bench"
PROCESSES = 2
ROUNDS = 8
IN_A_ROUND = int(os.environ.get("BENCH_DELIVERIES", "1000")) // ROUNDS
#: Deliveries a second, but never more than a quarter of what the bare view takes in this run: beyond what a machine
#: can take, waiting grows without end, and says nothing about the view.
RATE, SHARE = 200, 0.25
#: Rounds of so many deliveries at that rate, ours and the bare view's in turn.
TURNS, IN_A_TURN = 10, 200
WAITING = 300
#: Our throughput, and what 99 of 100 deliveries take at most, in times the bare view's.
THROUGHPUT, SLOWEST = 0.4, 4

RATIO = f"inbox, against a view that stores one row ({PROCESSES} processes)"
STEADY = "deliveries at a steady rate: 99 of 100 within"
KILLED = f"kill -9 of the worker amid {WAITING} deliveries"
TARGETS = {
    RATIO: f"{THROUGHPUT:.2f} of its throughput",
    STEADY: f"at most {SLOWEST} times, none lost",
    KILLED: "each has its effect once",
}


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
        throughput, of_bare = _throughput(ours, bare)
        rows = [throughput, _steady(ours, bare, rate=min(RATE, SHARE * of_bare))]
        _forget()
        answered = send(ours, _deliveries(WAITING))
    return [*rows, _killed(meeting, answered)]


def _meeting() -> tuple[Any, Any]:
    """Make an app and a meeting that runs."""
    from wagtail_zoom import clock
    from wagtail_zoom.models import App, Instance, Meeting
    from wagtail_zoom.services import encryption

    app = App(kind=App.Kind.SERVER, client_id="bench", account_id="A")
    encryption.encrypt_field(app, "webhook_secret", "secret")
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


def _throughput(ours: str, bare: str) -> tuple[Measured, float]:
    """Take turns, so that both meet the machine in the same mood; return the bare view's deliveries a second as well."""
    rates: dict[str, list[float]] = {bare: [], ours: []}
    well = True
    for turn in range(ROUNDS):
        for address, found in rates.items():
            answered = send(address, _deliveries(IN_A_ROUND, start=turn * IN_A_ROUND))
            found.append(answered.rate)
            well = well and set(answered.statuses) == {204}
    of_ours, of_bare = median(rates[ours]), median(rates[bare])
    figure = f"{of_ours:.0f}/s to {of_bare:.0f}/s: {of_ours / of_bare:.2f}"
    kept = well and of_ours / of_bare >= THROUGHPUT
    return Measured(RATIO, TARGETS[RATIO], queries=None, figure=figure, kept=kept), of_bare


def _steady(ours: str, bare: str, rate: float) -> Measured:
    """Post ``rate`` deliveries a second, in turn to each; the median of the rounds, because others stall some of them."""
    from wagtail_zoom.models import WebhookDelivery

    _forget()
    slowest: dict[str, list[float]] = {bare: [], ours: []}
    well = True
    for turn in range(TURNS):
        for address, found in slowest.items():
            answered = send_steadily(address, _deliveries(IN_A_TURN, start=100_000 + turn * IN_A_TURN), rate=rate)
            found.append(answered.percentile(0.99))
            well = well and set(answered.statuses) == {204}
    well = well and WebhookDelivery.objects.count() == TURNS * IN_A_TURN
    of_ours, of_bare = median(slowest[ours]), median(slowest[bare])
    figure = f"{rate:.0f}/s: {of_ours * 1000:.0f} ms to {of_bare * 1000:.0f} ms: {of_ours / of_bare:.2f}"
    kept = well and of_ours / of_bare <= SLOWEST
    return Measured(STEADY, TARGETS[STEADY], queries=None, figure=figure, kept=kept)


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
