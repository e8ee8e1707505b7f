"""Zoom's receivers rebuild a delivery's body from its JSON before they check the signature; so must ours be rebuilt."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.receiver import Received, Receiver
from tests.simulator.rivet import Rivet
from tests.simulator.zoom_app import ZoomApp


#: What JavaScript writes otherwise than Python does, were it left to itself: accents, line separators, signs of its own.
TOPIC = 'Brüche 分数 \N{GRADUATION CAP} "½" \\ / \u2028 \u007f'
LEARNER = {"email": "zoë@school.example", "first_name": "Zoë", "last_name": "Łukasiewicz-名前"}


@pytest.fixture
def listener(teacher: ZoomApp, receiver: Receiver) -> ZoomApp:
    """Return the teacher's app, which now hears what happens."""
    receiver.secret = teacher.secret_token
    teacher.simulator.patch_app(teacher.client_id, webhook_url=receiver.url)
    return teacher


def rebuilt(body: bytes) -> bytes:
    """Return what ``JSON.stringify(JSON.parse(body))`` of JavaScript is."""

    def as_javascript(value: Any) -> Any:
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, list):
            return [as_javascript(each) for each in value]
        if isinstance(value, dict):
            # An object's keys that are whole numbers come first, in their order.
            numbers = sorted((key for key in value if key.isdigit() and str(int(key)) == key), key=int)
            return {key: as_javascript(value[key]) for key in (*numbers, *(k for k in value if k not in numbers))}
        return value

    return json.dumps(as_javascript(json.loads(body)), ensure_ascii=False, separators=(",", ":")).encode()


def is_verified(delivery: Received, secret: str) -> bool:
    """Do as `CommonHttpRequest.isEventVerified` of @zoom/rivet 0.4."""
    text = b"v0:" + delivery.headers["x-zm-request-timestamp"].encode() + b":" + rebuilt(delivery.body)
    return delivery.headers["x-zm-signature"] == "v0=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def lead_a_life(app: ZoomApp, kind: str) -> None:
    """Let everything happen that is told of."""
    simulator = app.simulator
    settings = {"approval_type": 1, "auto_recording": "cloud"}
    recurrence = {"type": 1, "repeat_interval": 1, "end_times": 2}
    series = app.create(kind, topic=TOPIC, type=8 if kind == "meeting" else 9, recurrence=recurrence)
    app.call("PATCH", f"/{kind}s/{series['id']}", {"agenda": TOPIC})
    meeting = app.create(kind, topic=TOPIC, settings=settings)
    person = app.register(meeting["id"], kind, **LEARNER)
    approve = {"action": "approve", "registrants": [{"id": person["registrant_id"]}]}
    app.call("PUT", f"/{kind}s/{meeting['id']}/registrants/status", approve)
    simulator.start(meeting["id"])
    simulator.join(meeting["id"], registrant_id=person["registrant_id"])
    simulator.leave(meeting["id"], registrant_id=person["registrant_id"])
    simulator.end(meeting["id"])
    app.call("DELETE", f"/{kind}s/{meeting['id']}")
    simulator.wait_quiet()


@pytest.mark.parametrize("kind", ["meeting", "webinar"])
def test_signature_fits_the_body_that_javascript_rebuilds(listener: ZoomApp, receiver: Receiver, kind: str) -> None:
    lead_a_life(listener, kind)

    assert len(receiver.events) > 8
    assert [each.event for each in receiver.received if not is_verified(each, listener.secret_token)] == []
    assert TOPIC.encode()[:20] in receiver.received[0].body


def test_challenge_is_signed_over_the_body_that_javascript_rebuilds(listener: ZoomApp, receiver: Receiver) -> None:
    listener.simulator.advance(72 * 3600 + 1)
    listener.simulator.wait_quiet()

    assert [is_verified(each, listener.secret_token) for each in receiver.challenges] == [True, True]


def test_app_that_is_made_with_an_address_signs_with_its_own_secret(
    new_app: Callable[..., ZoomApp], receiver: Receiver
) -> None:
    app = new_app(webhook_url=receiver.url)
    app.connect()
    app.create(topic=TOPIC)
    app.simulator.wait_quiet()

    assert [is_verified(each, app.secret_token) for each in receiver.received] == [True]


@pytest.mark.rivet
@pytest.mark.parametrize("kind", ["meeting", "webinar"])
def test_zooms_own_sdk_takes_every_delivery(teacher: ZoomApp, kind: str) -> None:
    with Rivet(teacher.secret_token) as rivet:
        teacher.simulator.patch_app(teacher.client_id, webhook_url=rivet.url)
        lead_a_life(teacher, kind)
        teacher.simulator.advance(72 * 3600 + 1)
        deliveries = teacher.simulator.wait_quiet()

        assert {each["state"]: each["tries"] for each in deliveries if each["state"] != "delivered"} == {}
        told = [rivet.next_line() for _delivery in deliveries]
        assert teacher.simulator.patch_app(teacher.client_id)["webhook_failures"] == 0
    assert sorted(each["event"] for each in told) == sorted(each["event"] for each in deliveries)
    assert TOPIC in [each["payload"]["object"].get("topic") for each in told]


@pytest.mark.rivet
def test_zooms_own_sdk_refuses_another_secret(teacher: ZoomApp) -> None:
    with Rivet("another secret") as rivet, pytest.raises(Exception, match="not validated"):
        teacher.simulator.patch_app(teacher.client_id, webhook_url=rivet.url)
