"""The ledger of registrants: one row per meeting, occurrence and person."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import clock
from ..fields import CaseSensitiveCharField, EncryptedTextField
from .installation import Approval
from .leases import Leased
from .meetings import Meeting


class Ledger(Leased):
    """The registrants of one meeting as a whole. Its lease lets one process at a time ask Zoom about them."""

    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="ledger")
    #: Why nothing can be sent for anybody; a code of `services.registrants.error_messages`, '' when it can.
    error = models.CharField(max_length=40, blank=True, default="")
    error_params = models.JSONField(default=dict, blank=True)
    #: Nothing is sent before this instant: Zoom, the pacing or the breaker asked to wait.
    wait_until = models.DateTimeField(null=True, blank=True)
    #: Zoom refused to register many at once for this meeting: it is of a type that takes one at a time.
    singly = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True, blank=True)
    read_due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    #: Where the reading of Zoom's lists stopped: status, page token, when it began.
    reading = models.JSONField(default=dict, blank=True)
    #: What Zoom's form asks, as last read; None while it was never read.
    questions = models.JSONField(null=True, blank=True)
    #: An editor has said "register everyone on this course": from then on enrolling and leaving is followed.
    follows_enrolments = models.BooleanField(default=False)
    enrolments_at = models.DateTimeField(null=True, blank=True)
    enrolments_due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    #: A de-registration of many people that waits for a person's yes.
    waits_for = models.ForeignKey(Approval, null=True, blank=True, on_delete=models.SET_NULL, related_name="ledgers")

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("list of registrants")
        verbose_name_plural = _("lists of registrants")

    def __str__(self) -> str:
        return str(self.meeting)


class Registrant(Leased):
    """A person registered, or to be registered, for a meeting."""

    class Source(models.TextChoices):
        """Where the person came from."""

        ENROLMENT = "enrolment", _("enrolled")
        EDITOR = "editor", _("added by an editor")
        CSV = "csv", _("imported from a file")
        SELF = "self", _("registered on the lesson page")
        ZOOM = "zoom", _("registered on Zoom")

    class Wanted(models.TextChoices):
        """What the LMS says should be the case on Zoom."""

        APPROVED = "approved", _("approved")
        WAITING = "waiting", _("registered, a person decides")
        DENIED = "denied", _("denied")
        CANCELLED = "cancelled", _("cancelled")
        DELETED = "deleted", _("deleted")

    class Actual(models.TextChoices):
        """What Zoom last said. Zoom lists cancelled people as denied."""

        ABSENT = "absent", _("not on Zoom")
        PENDING = "pending", _("waiting for approval")
        APPROVED = "approved", _("approved")
        DENIED = "denied", _("denied or cancelled")
        UNKNOWN = "unknown", _("not known")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="registrants")
    occurrence_id = CaseSensitiveCharField(max_length=40, blank=True, default="")
    #: Trimmed, NFC, in small letters; '' never NULL, so that the constraint holds on every database.
    email_key = CaseSensitiveCharField(max_length=254)
    email = models.CharField(max_length=254)
    first_name = models.CharField(max_length=64, blank=True, default="")
    last_name = models.CharField(max_length=64, blank=True, default="")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="zoom_registrations"
    )
    source = models.CharField(max_length=10, choices=Source.choices)
    wanted = models.CharField(max_length=10, choices=Wanted.choices, default=Wanted.APPROVED)
    #: Whose decision that is: a `Source`. What a person decided is not undone by the list of enrolments.
    wanted_by = models.CharField(max_length=10, choices=Source.choices, blank=True, default="")
    actual = models.CharField(max_length=10, choices=Actual.choices, default=Actual.ABSENT)
    #: Who did it last: "us", "webhook", "zoom".
    actual_by = models.CharField(max_length=10, blank=True, default="")
    actual_at = models.DateTimeField(null=True, blank=True)
    registrant_id = models.CharField(max_length=64, blank=True, default="", db_index=True)
    join_url = EncryptedTextField()
    answers = models.JSONField(default=dict, blank=True)
    error = models.CharField(max_length=40, blank=True, default="")
    error_params = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    #: When something was sent of which no answer came (yet): Zoom is asked before it is sent again.
    doubt_since = models.DateTimeField(null=True, blank=True)
    #: When this site wrote to the person that they are registered.
    written_at = models.DateTimeField(null=True, blank=True)
    #: The person asked to be forgotten: the address stays only until Zoom was told.
    erase_when_told = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("registrant")
        verbose_name_plural = _("registrants")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "occurrence_id", "email_key"], name="zoom_registrant_once")
        ]
        indexes = [models.Index(fields=["meeting", "wanted", "actual"], name="zoom_registrant_state")]

    def __str__(self) -> str:
        return self.email


class RegistrantChange(models.Model):
    """One line of a person's history: who did what. Compact, because 20,000 people may change at once."""

    registrant = models.ForeignKey(Registrant, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    #: "wanted", "actual", "error" or "letter".
    what = models.CharField(max_length=10)
    before = models.CharField(max_length=40, blank=True, default="")
    after = models.CharField(max_length=40, blank=True, default="")
    #: A person's label, or "us", "zoom", "webhook", "enrolment".
    by = models.CharField(max_length=255, blank=True, default="")

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.what} {self.before} → {self.after}"
