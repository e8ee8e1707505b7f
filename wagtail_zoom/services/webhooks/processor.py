"""Handle what was taken in, each delivery in a transaction of its own, without the network."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Collection
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction
from django.db.models import F, QuerySet

from ... import clock, conf, signals
from ...exceptions import trace_of
from ...models import WebhookDelivery
from ...signals import send_safely
from .handlers import handle


#: After so many failures a delivery waits for a person who replays it.
MOST_ATTEMPTS = 5


#: Where the database has one writer, one thread of this process drains, and the others leave it to that one.
_draining = threading.Lock()


@dataclass(frozen=True)
class Drained:
    """What one drain did: how many deliveries were handled, how many could not be, and whether more wait."""

    handled: int = 0
    failed: int = 0
    more: bool = False


def drain(*, limit: int = 200, seconds: float = float("inf")) -> Drained:
    """Handle up to ``limit`` waiting deliveries for about ``seconds``, the oldest first.

    A delivery whose handling fails keeps its redacted traceback and is tried again at the next drain, five times in
    all; it never stops the others. Two drains at once do not handle the same delivery twice: they skip each other's
    rows where the database can, and else one of them waits, or leaves at once if it is in the same process.
    """
    failed: set[int] = set()
    handled = 0
    ends = clock.monotonic() + seconds
    if connection.features.has_select_for_update:
        return _drain(failed, limit, ends)
    # Looked at again after each drain: who stored something meanwhile has left, and counts on being taken along.
    while _waiting(failed).exists() and _draining.acquire(blocking=False):
        try:
            done = _drain(failed, limit, ends)
        finally:
            _draining.release()
        handled += done.handled
        if done.more:
            return Drained(handled, len(failed), more=True)
    return Drained(handled, len(failed))


def _drain(failed: set[int], limit: int, ends: float) -> Drained:
    failed_before, turns = len(failed), 0
    more = True
    while more and turns < limit and (turns == 0 or clock.monotonic() < ends):
        more = _handle_next(failed)
        turns += more
    new_failures = len(failed) - failed_before
    return Drained(turns - new_failures, new_failures, more=more and _waiting(failed).exists())


def _waiting(failed: Collection[int]) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(status=WebhookDelivery.Status.WAITING).exclude(pk__in=failed)


def replay(delivery_id: int) -> None:
    """Let a delivery be handled again from the start."""
    WebhookDelivery.objects.filter(pk=delivery_id).update(
        status=WebhookDelivery.Status.WAITING, attempts=0, error="", handled_at=None
    )


def prune(now: dt.datetime) -> int:
    """Delete deliveries older than ``conf.inbox_days()``; return how many."""
    old = WebhookDelivery.objects.filter(received_at__lt=now - dt.timedelta(days=conf.inbox_days()))
    return old.delete()[0]


def _handle_next(failed: set[int]) -> bool:
    """Handle the oldest delivery that waits; return False when none does. ``failed`` are those to leave alone."""
    delivery: WebhookDelivery | None = None
    try:
        with transaction.atomic():
            delivery = _claimed(failed)
            if delivery is None:
                return False
            understood = handle(delivery)
            delivery.status = delivery.Status.HANDLED if understood else delivery.Status.IGNORED
            delivery.handled_at = clock.now()
            delivery.error = ""
            delivery.save(update_fields=["status", "handled_at", "error"])
    except Exception as error:
        if delivery is None:
            raise
        failed.add(delivery.pk)
        # A file that is locked or full says nothing about the delivery, which just goes on waiting.
        if not (isinstance(error, OperationalError) and connection.vendor == "sqlite"):
            _keep_failure(delivery, error)
        return True
    send_safely(signals.webhook_received, WebhookDelivery, delivery=delivery)
    return True


def _claimed(failed: Collection[int]) -> WebhookDelivery | None:
    """Return the oldest delivery that waits, and keep others from it until the transaction ends."""
    if not connection.features.has_select_for_update:
        # SQLite lets two read, and then fails one of them at its first write. Who begins with a write waits instead.
        WebhookDelivery.objects.filter(pk=0).update(attempts=0)
    skips = connection.features.has_select_for_update_skip_locked
    locked = _waiting(failed).select_for_update(skip_locked=skips)
    return locked.select_related("app").order_by("occurred_at", "pk").first()


def _keep_failure(delivery: WebhookDelivery, error: Exception) -> None:
    status = delivery.Status.FAILED if delivery.attempts + 1 >= MOST_ATTEMPTS else delivery.Status.WAITING
    # Another drain may have handled it by now.
    WebhookDelivery.objects.filter(pk=delivery.pk, status=WebhookDelivery.Status.WAITING).update(
        attempts=F("attempts") + 1, error=trace_of(error)[-8000:], status=status
    )
