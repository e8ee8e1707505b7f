"""Zoom's limits, counted in rows, because they hold over all processes."""

from __future__ import annotations

from django.db import models

from ..fields import CaseSensitiveCharField


class Pace(models.Model):
    """The next free instant for calls of one label in one account; advanced by compare-and-set."""

    account_key = CaseSensitiveCharField(max_length=120)
    label = models.CharField(max_length=20)
    next_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_key", "label"], name="zoom_pace_once")]

    def __str__(self) -> str:
        return f"{self.account_key} {self.label}"


class Allowance(models.Model):
    """How much of a daily allowance of Zoom's is used. Zoom's days begin at 00:00 UTC."""

    class What(models.TextChoices):
        """What Zoom counts by the day."""

        HOST_WRITES = "host_writes", "100 creates and updates per host"
        REGISTRANT_ADDS = "registrant_adds", "3 registrations per registrant"
        REGISTRANT_STATUS = "registrant_status", "10 status changes per registrant"

    account_key = CaseSensitiveCharField(max_length=120)
    what = models.CharField(max_length=20, choices=What.choices)
    #: A host's id, or the digest of a registrant's e-mail key.
    subject = CaseSensitiveCharField(max_length=254)
    day = models.DateField()
    used = models.PositiveIntegerField(default=0)
    #: Zoom itself said that nothing more goes until this instant.
    blocked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_key", "what", "subject", "day"], name="zoom_allowance_once")
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.subject} {self.day}: {self.used}"
