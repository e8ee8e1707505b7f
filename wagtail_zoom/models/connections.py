"""How a space reaches Zoom: the app, the grants made through it, and the people who may host."""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from .. import clock
from ..fields import CaseSensitiveCharField, EncryptedTextField
from .leases import Leased


def new_path() -> str:
    """Return the unguessable part of a webhook address."""
    return secrets.token_urlsafe(24)


class App(models.Model):
    """A Zoom app: one row per client ID, of a space or of a person who brought their own."""

    class Kind(models.TextChoices):
        """The two ways in that schools use."""

        GENERAL = "general", _("General App: each teacher connects their own Zoom account")
        SERVER = "server_to_server", _("Server-to-Server OAuth: one app for the whole Zoom account")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    client_id = CaseSensitiveCharField(max_length=100, unique=True)
    client_secret = EncryptedTextField()
    #: Known from the start for Server-to-Server; learnt with the first answer for a General App.
    account_id = models.CharField(max_length=100, blank=True, default="")
    webhook_secret = EncryptedTextField()
    webhook_path = CaseSensitiveCharField(max_length=64, unique=True, default=new_path, editable=False)
    #: The person who brought this app; empty when it belongs to a space.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    owner_label = models.CharField(max_length=255, blank=True, default="")
    #: True while the credentials stand in settings or environment: nothing secret is stored here then.
    from_settings = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("Zoom app")
        verbose_name_plural = _("Zoom apps")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.client_id})"

    @property
    def account_key(self) -> str:
        """What stands for the Zoom account: its id, or, while that is unknown, the app.

        An unpublished General App admits only users of its own account, so the app names the account as well.
        """
        return self.account_id or f"app:{self.client_id}"


class Connection(Leased):
    """A grant made through an app: of one person (General) or of the account (Server-to-Server)."""

    class Status(models.TextChoices):
        """What became of the grant."""

        NEW = "new", _("Not connected yet")
        CONNECTED = "connected", _("Connected")
        RECONNECT = "reconnect", _("Reconnect needed")
        DISCONNECTED = "disconnected", _("Disconnected")

    ACCOUNT = "account"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="connections")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="zoom_connections"
    )
    user_label = models.CharField(max_length=255, blank=True, default="")
    #: "account", or "user:<id>": kept when the user is deleted, so that a new one never inherits the grant.
    person_key = CaseSensitiveCharField(max_length=64)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.NEW)
    status_reason = models.CharField(max_length=60, blank=True, default="")
    access_token = EncryptedTextField()
    refresh_token = EncryptedTextField()
    expires_at = models.DateTimeField(null=True, blank=True)
    renewed_at = models.DateTimeField(null=True, blank=True)
    scopes = models.JSONField(default=list, blank=True)
    #: What Zoom refused (code 4711) since the last token, operation names.
    refused_operations = models.JSONField(default=list, blank=True)
    api_url = models.CharField(max_length=200, blank=True, default="")
    zoom_user_id = models.CharField(max_length=100, blank=True, default="")
    zoom_email = models.CharField(max_length=254, blank=True, default="")
    zoom_name = models.CharField(max_length=255, blank=True, default="")
    #: Zoom's user type: 1 Basic, 2 Licensed; empty while unknown.
    zoom_user_type = models.PositiveSmallIntegerField(null=True, blank=True)
    tested_at = models.DateTimeField(null=True, blank=True)
    #: The breaker: after five failures in a row, one probe a minute.
    failures = models.PositiveIntegerField(default=0)
    probe_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")
    last_error_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("Zoom connection")
        verbose_name_plural = _("Zoom connections")
        constraints = [models.UniqueConstraint(fields=["app", "person_key"], name="zoom_connection_app_person")]

    def __str__(self) -> str:
        return self.zoom_email or self.user_label or self.app.client_id

    @property
    def is_usable(self) -> bool:
        """Tell whether calls may be tried with it."""
        return self.status == self.Status.CONNECTED


class Host(models.Model):
    """A Zoom user who may host in a space, through a connection.

    Where it names an LMS user, that person *is* this Zoom user. Such a row comes from the person's own
    authorisation or from a space administrator's mapping, never from an e-mail address.
    """

    class Origin(models.TextChoices):
        """Who said that this person is that Zoom user."""

        AUTHORISED = "authorised", _("Connected their own Zoom account")
        MAPPED = "mapped", _("Named by a space administrator")

    #: How Zoom is asked about the user of a user-managed app.
    ME = "me"

    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.SET_NULL, related_name="zoom_hosts")
    site_label = models.CharField(max_length=255, blank=True, default="")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="hosts")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="zoom_hosts"
    )
    user_label = models.CharField(max_length=255, blank=True, default="")
    origin = models.CharField(max_length=20, choices=Origin.choices)
    #: What stands in the path of calls: "me", or the Zoom user's id or e-mail address.
    zoom_ref = CaseSensitiveCharField(max_length=254)
    zoom_user_id = models.CharField(max_length=100, blank=True, default="")
    zoom_email = models.CharField(max_length=254, blank=True, default="")
    name = models.CharField(max_length=255, blank=True, default="")
    #: Zoom's user type: 1 Basic, 2 Licensed; empty while unknown.
    zoom_user_type = models.PositiveSmallIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    #: False: only this person may schedule in their name. True: every editor of the space may.
    editors_may_schedule = models.BooleanField(default=False)
    checked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("host")
        verbose_name_plural = _("hosts")
        constraints = [models.UniqueConstraint(fields=["site", "connection", "zoom_ref"], name="zoom_host_once")]

    def __str__(self) -> str:
        return self.name or self.user_label or self.zoom_email or self.zoom_ref


class AuthorizationAttempt(models.Model):
    """A walk to Zoom's consent page: bound to user, space and browser session, single use, ten minutes."""

    class Outcome(models.TextChoices):
        """How the walk ended."""

        OPEN = "", _("Not come back yet")
        CONNECTED = "connected", _("Connected")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Failed")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: SHA-256 of the state parameter; the state itself is never stored.
    state_digest = CaseSensitiveCharField(max_length=64, unique=True)
    session_digest = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="+")
    verifier = EncryptedTextField()
    redirect_uri = models.CharField(max_length=500)
    #: Path within this site to which the person returns.
    return_to = models.CharField(max_length=500, blank=True, default="")
    begun_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True, default=Outcome.OPEN)
    reason = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["user", "site", "begun_at"], name="zoom_attempt_recent")]

    def __str__(self) -> str:
        return f"{self.app} {self.begun_at:%Y-%m-%d %H:%M}"
