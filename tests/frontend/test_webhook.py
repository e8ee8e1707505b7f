"""The address for Zoom's deliveries: what comes in, what stays out, and what it never signs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_tasks import task_backends
from django_tasks.backends.dummy import DummyBackend

from wagtail_zoom import clock, tasks
from wagtail_zoom.models import App, WebhookDelivery
from wagtail_zoom.services import encryption
from wagtail_zoom.webhooks import sign


SECRET = "a secret token"
STARTED = {
    "event": "meeting.started",
    "event_ts": 1795255200000,
    "payload": {
        "account_id": "A1",
        "object": {"id": "98765432101", "uuid": "u==", "start_time": "2026-11-24T09:00:00Z"},
    },
}


class NeverLater(DummyBackend):
    """A queue without a clock."""

    supports_defer = False


@pytest.fixture
def app(db: None) -> App:
    """Return an app whose webhooks are set up."""
    app = App(kind=App.Kind.SERVER, client_id="client", account_id="A1")
    encryption.encrypt_field(app, "webhook_secret", SECRET)
    app.save()
    return app


def post(app: App, body: bytes, *, secret: str = SECRET, signed: bool = True, stamp: str = "", path: str = "") -> Any:
    """Post ``body`` to the app's address, signed now with ``secret`` unless told otherwise."""
    stamp = stamp or str(int(clock.machine_time().timestamp()))
    headers = {"x-zm-request-timestamp": stamp, "x-zm-signature": sign(secret, stamp, body)} if signed else {}
    url = reverse("wagtail_zoom:webhook", args=[path or app.webhook_path])
    return Client(enforce_csrf_checks=True).post(url, data=body, content_type="application/json", headers=headers)


def encoded(payload: Any) -> bytes:
    """Return ``payload`` as Zoom would send it."""
    return json.dumps(payload).encode()


def test_a_signed_delivery_is_stored_and_answered_without_a_word(app: App) -> None:
    answer = post(app, encoded(STARTED))
    assert (answer.status_code, answer.content) == (204, b"")
    assert WebhookDelivery.objects.get().event == "meeting.started"


def test_a_repeated_delivery_is_answered_alike_and_stored_once(app: App) -> None:
    assert [post(app, encoded(STARTED)).status_code for _turn in range(3)] == [204] * 3
    assert WebhookDelivery.objects.count() == 1


@pytest.mark.database_server
@pytest.mark.django_db(transaction=True)
def test_a_delivery_costs_two_trips_to_the_database(app: App, settings: Any, django_assert_num_queries: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}

    # Whose it is, and the row: neither BEGIN nor COMMIT around it.
    with django_assert_num_queries(2):
        assert post(app, encoded(STARTED)).status_code == 204

    assert post(app, encoded(STARTED)).status_code == 204
    assert WebhookDelivery.objects.count() == 1


def test_deliveries_that_come_close_together_share_the_queue_s_work(
    app: App, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    for number in range(20):
        with django_capture_on_commit_callbacks(execute=True):
            post(app, encoded({**STARTED, "event_ts": STARTED["event_ts"] + number}))
    last = WebhookDelivery.objects.latest("pk")
    assert WebhookDelivery.objects.count() == 20
    drains = task_backends["default"].results
    assert 1 <= len(drains) < 20
    begins = drains[-1].task.run_after or drains[-1].enqueued_at
    assert begins > last.received_at, "the last drain may begin before the last delivery is stored"


def test_what_a_slice_leaves_over_goes_on_at_once(
    app: App, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    rows = [
        WebhookDelivery(app=app, event="user.created", dedupe_key=str(number), received_at=clock.now())
        for number in range(401)
    ]
    for row in rows:
        encryption.encrypt_field(row, "body", json.dumps({"event": row.event}))
    WebhookDelivery.objects.bulk_create(rows)
    for _slice in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.drain_inbox.func()
    assert [each.task.run_after for each in task_backends["default"].results] == [None, None]


def test_a_queue_that_cannot_put_work_off_is_given_it_for_each_delivery(
    app: App, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.TASKS = {"default": {"BACKEND": f"{NeverLater.__module__}.NeverLater"}}
    for number in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            post(app, encoded({**STARTED, "event_ts": STARTED["event_ts"] + number}))
    assert len(task_backends["default"].results) == 3


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"signed": False}, 401),
        ({"secret": "another app's secret"}, 401),
        ({"stamp": "1700000000"}, 401),
        ({"stamp": "tomorrow"}, 401),
        ({"path": "guessed"}, 404),
    ],
    ids=["unsigned", "other secret", "stale", "no time", "unknown address"],
)
def test_what_cannot_be_trusted_is_refused_and_leaves_no_trace(app: App, changes: Any, status: int) -> None:
    answer = post(app, encoded(STARTED), **changes)
    assert (answer.status_code, answer.content) == (status, b"")
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"null", b'{"event": 7}', b"\xff\xff"])
def test_what_cannot_be_read_is_refused_even_with_a_good_signature(app: App, body: bytes) -> None:
    assert post(app, body).status_code == 400
    assert not WebhookDelivery.objects.exists()


def test_two_megabytes_are_refused(app: App) -> None:
    assert post(app, encoded({**STARTED, "filler": "x" * 2_000_000})).status_code == 413


def test_another_account_s_news_is_refused(app: App) -> None:
    body = encoded({**STARTED, "payload": {**STARTED["payload"], "account_id": "A2"}})
    assert post(app, body).status_code == 403
    assert not WebhookDelivery.objects.exists()


def test_unknown_events_and_keys_are_taken_in(app: App) -> None:
    assert post(app, encoded({"event": "phone.something_new", "new": {"deep": [1]}, "payload": {}})).status_code == 204


def test_without_a_secret_nothing_is_believed(app: App) -> None:
    app.webhook_secret = type(app.webhook_secret)()
    app.save()
    assert post(app, encoded(STARTED), secret="").status_code == 403


def validation(token: Any) -> bytes:
    """Return the body with which Zoom asks whether this address is ours."""
    return encoded({"event": "endpoint.url_validation", "payload": {"plainToken": token}, "event_ts": 1795255200000})


@pytest.mark.parametrize("signed", [True, False])
def test_the_address_is_validated_signed_or_unsigned_and_nothing_is_stored(app: App, signed: bool) -> None:
    answer = post(app, validation("abcDEF-_123"), signed=signed)
    assert answer.status_code == 200
    assert answer.json()["plainToken"] == "abcDEF-_123"
    assert not WebhookDelivery.objects.exists()


def test_validation_with_a_wrong_signature_is_refused(app: App) -> None:
    assert post(app, validation("abc"), secret="other").status_code == 401


@pytest.mark.parametrize("signed", [True, False])
def test_validation_never_signs_what_could_pass_as_a_delivery(app: App, signed: bool) -> None:
    stamp = str(int(clock.machine_time().timestamp()))
    forged = f"v0:{stamp}:" + encoded(STARTED).decode()
    answer = post(app, validation(forged), signed=signed)
    assert answer.status_code == 400
    assert sign(SECRET, stamp, encoded(STARTED)).removeprefix("v0=").encode() not in answer.content


def test_without_keys_zoom_is_asked_to_come_again(app: App, settings: Any) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "ENCRYPTION_KEYS": []}
    assert post(app, encoded(STARTED)).status_code == 503


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_only_post_is_answered(app: App, method: str) -> None:
    assert getattr(Client(), method)(reverse("wagtail_zoom:webhook", args=[app.webhook_path])).status_code == 405
