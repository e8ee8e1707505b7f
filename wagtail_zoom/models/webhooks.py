"""Webhook deliveries as they came in."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..fields import CaseSensitiveCharField, EncryptedTextField
from .connections import App


class WebhookDelivery(models.Model):
    """A verified delivery: stored first, handled afterwards."""

    class Status(models.TextChoices):
        """How far the handling got."""

        WAITING = "waiting", _("waiting")
        HANDLED = "handled", _("handled")
        IGNORED = "ignored", _("nothing to do")
        FAILED = "failed", _("failed")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="deliveries")
    #: Digest of what makes a delivery the same one, so that a repeated one is stored once.
    dedupe_key = CaseSensitiveCharField(max_length=64, unique=True)
    event = models.CharField(max_length=80)
    occurred_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(db_index=True)
    body = EncryptedTextField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    handled_at = models.DateTimeField(null=True, blank=True)
    #: Redacted traceback of the last failure.
    error = models.TextField(blank=True, default="")

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")

    def __str__(self) -> str:
        return f"{self.event} {self.received_at:%Y-%m-%d %H:%M}"
