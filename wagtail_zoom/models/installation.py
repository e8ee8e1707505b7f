"""Facts about the installation as a whole: when it began, who is at work, what waits for a person's yes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site


class Installation(models.Model):
    """One row: when the app's tables were first made in this database, and which address it belongs to."""

    installed_at = models.DateTimeField()
    #: The base address and the digest of the first encryption key for which connections were made.
    home_url = models.CharField(max_length=255, blank=True, default="")
    home_key_digest = models.CharField(max_length=64, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.installed_at:%Y-%m-%d}"


class Heartbeat(models.Model):
    """When a background engine was last seen: ``sync_zoom``, or the worker of the task queue."""

    SYNC = "sync_zoom"
    WORKER = "worker"

    name = models.CharField(max_length=40, unique=True)
    seen_at = models.DateTimeField()
    detail = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.name


class Approval(models.Model):
    """A mass act that waits for a person's yes, with its figures."""

    class Verdict(models.TextChoices):
        """What the person said."""

        OPEN = "", _("Waiting")
        YES = "yes", _("Yes")
        NO = "no", _("No")

    site = models.ForeignKey(Site, null=True, on_delete=models.SET_NULL, related_name="+")
    act = models.CharField(max_length=40)
    figures = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    verdict = models.CharField(max_length=5, choices=Verdict.choices, blank=True, default=Verdict.OPEN)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.act} {self.asked_at:%Y-%m-%d %H:%M}"
