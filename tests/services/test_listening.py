"""Whether Zoom's messages arrive, as an administrator reads it."""

from __future__ import annotations

import pytest

from tests.conftest import Clocks
from tests.schools import School
from wagtail_zoom import clock
from wagtail_zoom.models import App, Connection, WebhookDelivery
from wagtail_zoom.services.connections import zoom_apps
from wagtail_zoom.services.connections.webhook_status import webhook_status


pytestmark = pytest.mark.django_db


def with_secret(school: School) -> App:
    return zoom_apps.save_app(
        site=school.site, kind=school.app.kind, client_id=school.app.client_id, webhook_secret="secret token"
    )


def test_a_connected_space_without_webhooks_is_warned(school: School) -> None:
    found = webhook_status(school.app)
    assert (found.tone, found.has_secret) == ("warning", False)
    assert "not set up" in found.sentence


def test_a_secret_token_alone_does_not_make_messages_arrive(school: School) -> None:
    found = webhook_status(with_secret(school))
    assert (found.tone, found.has_secret) == ("warning", True)
    assert "no delivery has arrived" in found.sentence


def test_before_anybody_is_connected_their_absence_is_no_trouble(school: School) -> None:
    Connection.objects.update(status=Connection.Status.NEW)
    assert webhook_status(with_secret(school)).tone == "neutral"


def test_the_age_of_the_last_delivery_is_said(school: School, clocks: Clocks) -> None:
    WebhookDelivery.objects.create(
        app=school.app, dedupe_key="1", event="meeting.started", received_at=clock.now(), status="handled"
    )
    clocks.advance(minutes=7)
    found = webhook_status(school.app)
    assert found.tone == "ok"
    assert "7\xa0minutes ago" in found.sentence


def test_a_delivery_of_this_minute_came_just_now(school: School) -> None:
    WebhookDelivery.objects.create(
        app=school.app, dedupe_key="1", event="meeting.started", received_at=clock.now(), status="handled"
    )
    assert webhook_status(school.app).sentence == "Webhooks arrive: the last delivery came just now."


def test_another_apps_deliveries_do_not_count(school: School, academy: School) -> None:
    WebhookDelivery.objects.create(
        app=academy.app, dedupe_key="1", event="meeting.started", received_at=clock.now(), status="handled"
    )
    assert webhook_status(school.app).last_at is None
