"""The inbox in the admin: seen and replayed by whoever manages the space, and by nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.afterwards import Lesson
from tests.afterwards import lesson as lesson
from tests.schools import make_administrator, make_editor, make_space
from wagtail_zoom.models import WebhookDelivery


@pytest.fixture
def received(lesson: Lesson) -> WebhookDelivery:
    """Return a delivery that waits."""
    lesson.school.simulator.start(lesson.number, lesson.at(0))
    lesson.hand_on(handled=False)
    return WebhookDelivery.objects.get(event="meeting.started")


def as_user(user: Any) -> Client:
    """Return a browser in which ``user`` is logged in."""
    client = Client()
    client.force_login(user)
    return client


def test_the_administrator_of_the_space_sees_and_replays(received: WebhookDelivery, lesson: Lesson) -> None:
    client = as_user(make_administrator("head", lesson.school.site))
    listing = client.get(reverse("wagtail_zoom_admin:deliveries"))
    assert f"Start Meeting ({received.event})" in listing.content.decode()
    table = client.get(reverse("wagtail_zoom_admin:deliveries_results")).content.decode()
    assert table.count("<form") == table.count("csrfmiddlewaretoken") == WebhookDelivery.objects.count()
    WebhookDelivery.objects.update(status=WebhookDelivery.Status.FAILED, attempts=5, error="Traceback")
    answer = client.post(reverse("wagtail_zoom_admin:delivery_replay", args=[received.pk]), follow=True)
    assert "It is handled again" in answer.content.decode()
    received.refresh_from_db()
    assert (received.status, received.attempts) == (WebhookDelivery.Status.WAITING, 0)


def test_an_administrator_of_another_space_sees_none_of_it(received: WebhookDelivery) -> None:
    client = as_user(make_administrator("other", make_space("elsewhere.example", "Elsewhere")))
    assert received.event not in client.get(reverse("wagtail_zoom_admin:deliveries")).content.decode()
    assert client.post(reverse("wagtail_zoom_admin:delivery_replay", args=[received.pk])).status_code == 404


def test_an_editor_gets_nowhere(received: WebhookDelivery, lesson: Lesson) -> None:
    client = as_user(make_editor("editor", lesson.school.site.root_page))
    assert client.get(reverse("wagtail_zoom_admin:deliveries")).status_code in (302, 403)
    assert client.post(reverse("wagtail_zoom_admin:delivery_replay", args=[received.pk])).status_code == 404
