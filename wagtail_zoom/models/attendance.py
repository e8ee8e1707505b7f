"""After the lesson: the runs of a meeting and who was there."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from .. import clock
from ..fields import CaseSensitiveCharField, EncryptedTextField
from .meetings import Meeting
from .registrants import Registrant


class Instance(models.Model):
    """One run of a meeting, with its uuid; a restarted meeting has several."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="instances")
    uuid = CaseSensitiveCharField(max_length=120)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    #: A webinar's rehearsal: neither live nor attendance.
    is_practice = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True, blank=True)
    read_due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    reads = models.PositiveSmallIntegerField(default=0)
    recordings_due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    error = models.CharField(max_length=40, blank=True, default="")

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("run of a meeting")
        verbose_name_plural = _("runs of meetings")
        constraints = [models.UniqueConstraint(fields=["meeting", "uuid"], name="zoom_instance_once")]

    def __str__(self) -> str:
        return f"{self.meeting} {self.started_at or ''}"


class Attendance(models.Model):
    """One person's presence in one run, joins merged."""

    class Match(models.TextChoices):
        """By what the person was recognised; never by name."""

        NONE = "", _("not recognised")
        REGISTRANT = "registrant", _("personal link")
        ZOOM_USER = "zoom_user", _("Zoom account of a host")
        EMAIL = "email", _("verified e-mail address")
        PERSON = "person", _("assigned by hand")
        CLICK = "click", _("opened the lesson")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendance")
    instance = models.ForeignKey(Instance, null=True, on_delete=models.CASCADE, related_name="attendance")
    #: What tells people apart within a run: "registrant:…", "user:…", "participant:…".
    person_key = CaseSensitiveCharField(max_length=200)
    registrant = models.ForeignKey(Registrant, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="zoom_attendance"
    )
    name = models.CharField(max_length=255, blank=True, default="")
    email = models.CharField(max_length=254, blank=True, default="")
    #: The identity as Zoom tells it, by which a teacher's assignment is remembered.
    zoom_identity = models.CharField(max_length=200, blank=True, default="")
    matched_by = models.CharField(max_length=20, choices=Match.choices, blank=True, default=Match.NONE)
    is_host = models.BooleanField(default=False)
    seconds = models.PositiveIntegerField(default=0)
    first_join = models.DateTimeField(null=True, blank=True)
    last_leave = models.DateTimeField(null=True, blank=True)
    #: Merged stretches of presence, pairs of epoch seconds.
    stretches = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        constraints = [models.UniqueConstraint(fields=["instance", "person_key"], name="zoom_attendance_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.seconds} s"


class Presence(models.Model):
    """Somebody came or went, as a webhook told it. Order of arrival does not matter: the rows are folded by time."""

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="presence")
    participant_key = CaseSensitiveCharField(max_length=120)
    joined = models.BooleanField()
    at = models.DateTimeField()
    name = models.CharField(max_length=255, blank=True, default="")
    email = models.CharField(max_length=254, blank=True, default="")
    zoom_user_id = models.CharField(max_length=100, blank=True, default="")
    registrant_id = models.CharField(max_length=64, blank=True, default="")

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instance", "participant_key", "at", "joined"], name="zoom_presence_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} {'joined' if self.joined else 'left'} {self.at:%H:%M:%S}"


class Assignment(models.Model):
    """A teacher's word that this Zoom identity is that person; kept for the next run, undone by deleting it.

    The key is a registrant's, a Zoom user's or an e-mail address's, never a name: two people may share one.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    identity_key = CaseSensitiveCharField(max_length=200)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    assigned_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "identity_key"], name="zoom_assignment_once")]

    def __str__(self) -> str:
        return f"{self.identity_key} → {self.user}"


class Completion(models.Model):
    """Whether a learner completed a lesson, and why."""

    page = models.ForeignKey("wagtailcore.Page", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    page_title = models.CharField(max_length=255, blank=True, default="")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="zoom_completions"
    )
    user_label = models.CharField(max_length=255, blank=True, default="")
    is_complete = models.BooleanField(default=False)
    #: What the verdict rests on: rule, seconds there, seconds needed.
    grounds = models.JSONField(default=dict, blank=True)
    #: Set when a person decided otherwise, with the reason.
    override_reason = models.CharField(max_length=255, blank=True, default="")
    overridden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField()
    told_lms_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "user"], name="zoom_completion_once")]

    def __str__(self) -> str:
        return f"{self.user_label}: {self.page_title}"


class RecordingFile(models.Model):
    """A part of a recording on Zoom. No media passes through this site."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="recordings")
    instance_uuid = models.CharField(max_length=120, blank=True, default="")
    zoom_file_id = CaseSensitiveCharField(max_length=120)
    kind = models.CharField(max_length=40, blank=True, default="")
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    size = models.BigIntegerField(default=0)
    play_url = EncryptedTextField()
    passcode = EncryptedTextField()
    is_shown = models.BooleanField(_("shown to learners"), default=False)
    gone_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        constraints = [models.UniqueConstraint(fields=["meeting", "zoom_file_id"], name="zoom_recording_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.started_at or ''}"
