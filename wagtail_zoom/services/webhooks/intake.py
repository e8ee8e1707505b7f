"""Take a delivery in: verify, store, return. Nothing else, because Zoom waits three seconds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from django.db import IntegrityError, connections, router, transaction

from ... import clock, webhooks
from ...exceptions import ZoomWebhookError
from ...models import App, WebhookDelivery
from ...untrusted_json import clean_text
from .. import encryption
from ..connections.zoom_apps import webhook_secret_of


#: Bytes. Zoom's largest deliveries have a few tens of kilobytes (observed behaviour).
LARGEST_BODY = 512 * 1024


@dataclass(frozen=True)
class Receipt:
    """What to answer (None: nothing), and whether something is stored that waits to be handled."""

    answer: Mapping[str, str] | None
    is_stored: bool


def app_at(path: str) -> App | None:
    """Return the app whose webhook address ends in ``path``."""
    try:
        return App.objects.get(webhook_path=clean_text(path)) if path else None
    except App.DoesNotExist:
        return None


def receive(app: App, *, body: bytes, timestamp: str, signature: str) -> Receipt:
    """Verify and store one delivery for ``app``.

    ``body`` are the raw bytes; ``timestamp`` and ``signature`` the two headers, '' when missing. A repeated delivery
    is answered like the first and stored once. ``endpoint.url_validation`` is answered signed or unsigned, but never
    with a wrong signature, and never for a token that could pass as a signed delivery.

    Raises `ZoomWebhookError` with the HTTP status to answer, `EncryptionError` when the secret cannot be opened.
    """
    if len(body) > LARGEST_BODY:
        raise ZoomWebhookError("the delivery is too large", status=413)
    secret = webhook_secret_of(app)
    if signature or timestamp:
        webhooks.verify(secret, timestamp, signature, body, now=clock.machine_time())
        delivery = webhooks.parse(body)
    else:
        delivery = webhooks.parse(body)
        if delivery.event != webhooks.URL_VALIDATION:
            raise ZoomWebhookError("unsigned delivery")
    if delivery.event == webhooks.URL_VALIDATION:
        return Receipt(webhooks.validation_answer(secret, delivery.payload.get("plainToken")), is_stored=False)
    if app.account_id and delivery.account_id and delivery.account_id != app.account_id:
        raise ZoomWebhookError("the delivery speaks of another account", status=403)
    _store(app, delivery, body, clock.now())
    return Receipt(None, is_stored=True)


def _store(app: App, delivery: webhooks.Delivery, body: bytes, now: dt.datetime) -> None:
    row = WebhookDelivery(
        app=app,
        dedupe_key=f"{app.pk}:{delivery.dedupe_key}"[:64],
        event=delivery.event,
        occurred_at=delivery.occurred_at,
        received_at=now,
    )
    encryption.encrypt_field(row, "body", body.decode("utf-8", "replace"))
    using = router.db_for_write(WebhookDelivery)
    # Alone, an insert commits itself. With bulk_create Django 5.2 puts a transaction around it, which is two more trips
    # to the database, and on a busy machine each of them waits.
    around = transaction.atomic(using=using) if connections[using].in_atomic_block else nullcontext()
    try:
        with around:
            row.save(using=using, force_insert=True)
    except IntegrityError:
        # A repeated delivery is found by the database itself: that costs no query, and two at once do no harm.
        if not WebhookDelivery.objects.using(using).filter(dedupe_key=row.dedupe_key).exists():
            raise
