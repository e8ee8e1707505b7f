"""Zoom meetings and webinars as this site knows them, and which lessons use them."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from .. import clock
from ..api.responses import Kind as ApiKind
from ..fields import CaseSensitiveCharField, EncryptedTextField
from .connections import Connection, Host
from .installation import Approval
from .leases import Leased


def new_marker() -> str:
    """Return the code by which we know a meeting as ours: it stands in the last line of its agenda."""
    return secrets.token_hex(6)


#: A run of which no end was heard counts as live for so long; Zoom ends every meeting after 30 hours.
LONGEST_RUN = dt.timedelta(hours=30)


class Meeting(Leased):
    """One Zoom meeting or webinar. Registrants, instances and attendance hang on it, never on a page."""

    class Kind(models.TextChoices):
        """Zoom's two kinds."""

        MEETING = "meeting", _("meeting")
        WEBINAR = "webinar", _("webinar")

    class Wanted(models.TextChoices):
        """What the LMS says should be on Zoom."""

        PRESENT = "present", _("there")
        ABSENT = "absent", _("not there")

    class Actual(models.TextChoices):
        """What Zoom last said is there."""

        ABSENT = "absent", _("not created yet")
        PRESENT = "present", _("there")
        DOUBT = "doubt", _("perhaps created: no answer came")
        GONE = "gone", _("deleted on Zoom")
        CANCELLED = "cancelled", _("cancelled by this site")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.SET_NULL, related_name="zoom_meetings")
    site_label = models.CharField(max_length=255, blank=True, default="")
    connection = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.SET_NULL, related_name="meetings"
    )
    host = models.ForeignKey(Host, null=True, blank=True, on_delete=models.SET_NULL, related_name="meetings")
    host_label = models.CharField(max_length=255, blank=True, default="")
    account_key = CaseSensitiveCharField(max_length=120, blank=True, default="")
    zoom_id = models.BigIntegerField(null=True, blank=True)
    uuid = models.CharField(max_length=120, blank=True, default="")
    zoom_host_id = models.CharField(max_length=100, blank=True, default="")
    host_email = models.CharField(max_length=254, blank=True, default="")
    marker = models.CharField(max_length=16, default=new_marker, editable=False, db_index=True)

    #: True when it was made for a lesson; False when it existed before and was linked.
    is_owned = models.BooleanField(default=True)
    wanted = models.CharField(max_length=10, choices=Wanted.choices, default=Wanted.PRESENT)
    #: Why it should not be there: deleted, unpublished, expired, replaced.
    absent_reason = models.CharField(max_length=20, blank=True, default="")
    #: Field by field, nested settings as "settings.waiting_room".
    wanted_payload = models.JSONField(default=dict, blank=True)
    accepted_payload = models.JSONField(default=dict, blank=True)
    actual = models.CharField(max_length=10, choices=Actual.choices, default=Actual.ABSENT)
    actual_payload = models.JSONField(default=dict, blank=True)
    join_url = EncryptedTextField()
    passcode = EncryptedTextField()
    registration_url = EncryptedTextField()
    #: The instants of the planned run, in UTC, for ordering and for the join window.
    starts_at = models.DateTimeField(null=True, blank=True, db_index=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    #: A code of `services.problems.describe`; empty when nobody has to do anything.
    attention = models.CharField(max_length=40, blank=True, default="")
    attention_params = models.JSONField(default=dict, blank=True)
    attention_at = models.DateTimeField(null=True, blank=True)
    waits_for = models.ForeignKey(Approval, null=True, blank=True, on_delete=models.SET_NULL, related_name="meetings")

    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    attempts = models.PositiveIntegerField(default=0)
    #: When a create was sent of which no answer came, and how often we looked for it since.
    doubt_since = models.DateTimeField(null=True, blank=True)
    doubt_looks = models.PositiveSmallIntegerField(default=0)
    read_at = models.DateTimeField(null=True, blank=True)
    read_due_at = models.DateTimeField(null=True, blank=True)

    #: The meeting that takes this one's place; this one is cancelled once that one exists.
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaces")
    is_moved = models.BooleanField(default=False)

    live_uuid = models.CharField(max_length=120, blank=True, default="")
    live_since = models.DateTimeField(null=True, blank=True)
    live_count = models.PositiveIntegerField(default=0)
    #: The first start ever heard of: a meeting that has started is never deleted or changed by us.
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    created_at = models.DateTimeField(default=clock.now, editable=False)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("Zoom meeting or webinar")
        verbose_name_plural = _("Zoom meetings and webinars")
        constraints = [models.UniqueConstraint(fields=["account_key", "zoom_id"], name="zoom_meeting_once")]

    def __str__(self) -> str:
        return str(self.wanted_payload.get("topic") or self.actual_payload.get("topic") or self.zoom_id or self.uid)

    @property
    def topic(self) -> str:
        """The title: as wanted for our own, as Zoom has it for linked ones."""
        return str(self)

    @property
    def api_kind(self) -> ApiKind:
        """The kind as `api` names it; the column has the same two words."""
        return "webinar" if self.kind == self.Kind.WEBINAR else "meeting"

    def is_live(self, now: dt.datetime) -> bool:
        """Tell whether it is known to run at ``now`` (aware)."""
        return self.live_since is not None and now - self.live_since < LONGEST_RUN

    def is_over(self, now: dt.datetime) -> bool:
        """Tell whether its planned end has passed at ``now`` (aware) and it is not known to run."""
        return self.ends_at is not None and self.ends_at <= now and not self.is_live(now)

    @property
    def needs_removal(self) -> bool:
        """Tell whether something is to be done on Zoom before it is gone from there."""
        return self.actual in (self.Actual.PRESENT, self.Actual.DOUBT) or bool(self.lease_owner)

    @property
    def is_leaving(self) -> bool:
        """Tell whether it is wanted no more and may be on Zoom still: on its way from there, or left to a person."""
        return self.is_owned and self.wanted == self.Wanted.ABSENT and self.needs_removal

    @staticmethod
    def set_attention(code: str, **params: Any) -> dict[str, Any]:
        """Return the columns that say that ``code`` needs a person, and that nothing is tried until then."""
        return {"attention": code, "attention_params": params, "attention_at": clock.now(), "due_at": None}

    @staticmethod
    def clear_attention() -> dict[str, Any]:
        """Return the columns of a row with which nobody has to do anything."""
        return {"attention": "", "attention_params": {}, "attention_at": None, "due_at": None, "attempts": 0}


class LessonMeeting(models.Model):
    """Which lesson page uses which meeting."""

    class Role(models.TextChoices):
        """Whether the lesson may change the meeting."""

        OWNER = "owner", _("made for this lesson")
        GUEST = "guest", _("linked to what exists")

    page = models.OneToOneField(
        "wagtailcore.Page", null=True, blank=True, on_delete=models.SET_NULL, related_name="zoom_link"
    )
    page_title = models.CharField(max_length=255, blank=True, default="")
    page_path = models.CharField(max_length=500, blank=True, default="")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="lessons")
    role = models.CharField(max_length=10, choices=Role.choices)
    #: Digest of the wishes that were last written to the meeting; equal means that nothing has to be done.
    wishes_digest = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("lesson's meeting")
        verbose_name_plural = _("lessons' meetings")

    def __str__(self) -> str:
        return f"{self.page_title} → {self.meeting}"


class Change(models.Model):
    """What the machine did to a meeting on Zoom: compact, one row per write."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    what = models.CharField(max_length=20)
    fields = models.JSONField(default=list, blank=True)
    tracking_id = models.CharField(max_length=64, blank=True, default="")

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d %H:%M}"


class Orphan(models.Model):
    """Something learnt from Zoom that no row was left to hold; ``sync_zoom`` settles it."""

    class What(models.TextChoices):
        """What was learnt."""

        MEETING = "meeting", _("a meeting that was created")
        GRANT = "grant", _("a renewed grant")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    what = models.CharField(max_length=10, choices=What.choices)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="orphans")
    kind = models.CharField(max_length=10, blank=True, default="")
    zoom_id = models.BigIntegerField(null=True, blank=True)
    secret = EncryptedTextField()
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=40, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.what} {self.zoom_id or ''}"


class JoinClick(models.Model):
    """A click on Join or Start: who, when. Later it is evidence, under its honest name "opened the lesson"."""

    class What(models.TextChoices):
        """Which button."""

        JOIN = "join", _("opened the lesson")
        START = "start", _("started the lesson")

    page = models.ForeignKey("wagtailcore.Page", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    page_title = models.CharField(max_length=255, blank=True, default="")
    meeting = models.ForeignKey(Meeting, null=True, blank=True, on_delete=models.SET_NULL, related_name="clicks")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    user_label = models.CharField(max_length=255, blank=True, default="")
    what = models.CharField(max_length=10, choices=What.choices)
    at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        indexes = [models.Index(fields=["meeting", "user"], name="zoom_click_who")]

    def __str__(self) -> str:
        return f"{self.user_label} {self.what} {self.at:%Y-%m-%d %H:%M}"
