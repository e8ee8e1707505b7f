"""Handle what was taken in, each delivery in a transaction of its own, without the network."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.db.models import F

from ... import clock, conf, signals
from ...exceptions import trace_of
from ...models import WebhookDelivery
from ..telling.announcing import announce
from .handling import handle


#: After so many failures a delivery waits for a person who replays it.
MOST_ATTEMPTS = 5


def drain(*, limit: int = 200) -> bool:
    """Handle up to ``limit`` waiting deliveries, the oldest first; return whether more are waiting.

    A delivery whose handling fails keeps its redacted traceback and is tried again at the next drain, five times in
    all; it never stops the others. Two drains at once do not handle the same delivery twice where the database can
    skip locked rows, and do no harm where it cannot: every handler may be repeated.
    """
    failed: list[int] = []
    for _turn in range(limit):
        handled = _handle_next(failed)
        if handled is None:
            return False
    return WebhookDelivery.objects.filter(status=WebhookDelivery.Status.WAITING).exclude(pk__in=failed).exists()


def replay(delivery_id: int) -> None:
    """Let a delivery be handled again from the start."""
    WebhookDelivery.objects.filter(pk=delivery_id).update(
        status=WebhookDelivery.Status.WAITING, attempts=0, error="", handled_at=None
    )


def prune(now: dt.datetime) -> int:
    """Delete deliveries older than ``conf.inbox_days()``; return how many."""
    old = WebhookDelivery.objects.filter(received_at__lt=now - dt.timedelta(days=conf.inbox_days()))
    return old.delete()[0]


def _handle_next(failed: list[int]) -> int | None:
    waiting = WebhookDelivery.objects.filter(status=WebhookDelivery.Status.WAITING).exclude(pk__in=failed)
    skips = connection.features.has_select_for_update_skip_locked
    delivery: WebhookDelivery | None = None
    try:
        with transaction.atomic():
            delivery = (
                waiting.select_for_update(skip_locked=skips).select_related("app").order_by("occurred_at", "pk").first()
            )
            if delivery is None:
                return None
            understood = handle(delivery)
            delivery.status = delivery.Status.HANDLED if understood else delivery.Status.IGNORED
            delivery.handled_at = clock.now()
            delivery.error = ""
            delivery.save(update_fields=["status", "handled_at", "error"])
    except Exception as error:
        if delivery is None:
            raise
        failed.append(delivery.pk)
        _keep_failure(delivery, error)
        return delivery.pk
    announce(signals.webhook_received, WebhookDelivery, delivery=delivery)
    return delivery.pk


def _keep_failure(delivery: WebhookDelivery, error: Exception) -> None:
    status = delivery.Status.FAILED if delivery.attempts + 1 >= MOST_ATTEMPTS else delivery.Status.WAITING
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        attempts=F("attempts") + 1, error=trace_of(error)[-8000:], status=status
    )
