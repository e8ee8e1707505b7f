"""What a space's administrators decide about Zoom."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseSiteSetting
from wagtail.models import PanelPlaceholder

from .connections import App


class ZoomSettings(BaseSiteSetting):
    """The Zoom settings of one space."""

    class Plan(models.TextChoices):
        """Zoom plans, which decide how fast Zoom may be asked."""

        FREE = "free", _("Basic (free), or not sure")
        PRO = "pro", _("Pro")
        BUSINESS = "business", _("Business, Education, Enterprise")

    class Region(models.TextChoices):
        """Where the account's calls are answered."""

        AUTOMATIC = "", _("Automatic: as Zoom says")
        GLOBAL = "api.zoom.us", _("Global")
        EU = "api-eu.zoom.us", _("Europe")
        US = "api-us.zoom.us", _("United States")
        AU = "api-au.zoom.us", _("Australia")
        CA = "api-ca.zoom.us", _("Canada")
        IN = "api-in.zoom.us", _("India")
        SA = "api-sa.zoom.us", _("Saudi Arabia")
        SG = "api-sg.zoom.us", _("Singapore")
        UK = "api-uk.zoom.us", _("United Kingdom")
        GOVERNMENT = "api.zoomgov.com", _("Zoom for Government")

    class WhenUnpublished(models.TextChoices):
        """What becomes of a meeting whose lesson is unpublished or expires."""

        KEEP = "keep", _("Keep the meeting on Zoom; Join is closed while the lesson is not public")
        CANCEL = "cancel", _("Cancel the meeting on Zoom")

    class Writes(models.TextChoices):
        """Who writes e-mails to registered people: nobody is written to twice."""

        ZOOM = "zoom", _("Zoom")
        SITE = "site", _("This site")
        NOBODY = "nobody", _("Nobody")

    class CompletionRule(models.TextChoices):
        """What makes a lesson complete for a learner."""

        NONE = "none", _("nobody: completion is not decided here")
        ANY = "any", _("was there at all")
        MINUTES = "minutes", _("was there for so many minutes")
        PERCENT = "percent", _("was there for so many per cent of the lesson")
        OPENED = "opened", _("opened the lesson")

    general_app = models.ForeignKey(
        App, null=True, blank=True, on_delete=models.SET_NULL, related_name="general_spaces"
    )
    server_app = models.ForeignKey(App, null=True, blank=True, on_delete=models.SET_NULL, related_name="server_spaces")
    space_app_allowed = models.BooleanField(_("teachers may connect through the space's app"), default=True)
    own_apps_allowed = models.BooleanField(_("teachers may connect through an app of their own"), default=True)

    plan = models.CharField(
        _("Zoom plan"),
        max_length=20,
        choices=Plan.choices,
        default=Plan.FREE,
        help_text=_("Decides how many requests a second this site sends. When unsure, leave the slowest."),
    )
    share = models.PositiveSmallIntegerField(
        _("share of Zoom's limits, in per cent"),
        default=50,
        validators=[MinValueValidator(5), MaxValueValidator(100)],
        help_text=_("Zoom counts all programs of your account together. Leave the others some room."),
    )
    region = models.CharField(_("region"), max_length=40, choices=Region.choices, blank=True, default=Region.AUTOMATIC)

    default_duration = models.PositiveSmallIntegerField(
        _("minutes a lesson takes"), default=60, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    default_timezone = models.CharField(_("time zone"), max_length=64, blank=True, default="")
    default_options = models.JSONField(_("options"), default=dict, blank=True)
    when_unpublished = models.CharField(
        _("when a lesson is unpublished"),
        max_length=20,
        choices=WhenUnpublished.choices,
        default=WhenUnpublished.KEEP,
    )
    writes_to_people = models.CharField(
        _("who writes to registered people"), max_length=20, choices=Writes.choices, default=Writes.SITE
    )

    completion_rule = models.CharField(
        _("a lesson is complete for whoever"), max_length=10, choices=CompletionRule.choices, default=CompletionRule.ANY
    )
    completion_amount = models.PositiveSmallIntegerField(_("how many"), default=75)
    clip_to_lesson = models.BooleanField(_("count only the lesson's own time"), default=False)

    is_paused = models.BooleanField(_("paused"), default=False)
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    #: When an administrator said yes to provisioning lessons that are older than the installation.
    old_lessons_allowed_at = models.DateTimeField(null=True, blank=True, editable=False)

    panels = [
        PanelPlaceholder(
            "wagtail_zoom.admin.connections.settings_panels.SpaceStatePanel", [], {"heading": _("Zoom in this space")}
        ),
        PanelPlaceholder("wagtail_zoom.admin.connections.settings_panels.AppPanel", [App.Kind.GENERAL], {}),
        PanelPlaceholder("wagtail_zoom.admin.connections.settings_panels.AppPanel", [App.Kind.SERVER], {}),
        PanelPlaceholder("wagtail_zoom.admin.connections.settings_panels.LessonDefaultsPanel", [], {}),
        PanelPlaceholder("wagtail_zoom.admin.connections.settings_panels.LimitsPanel", [], {}),
    ]

    class Meta:
        verbose_name = _("Zoom")
        verbose_name_plural = _("Zoom")
        #: Given to groups per space; `services.rights` says what each means.
        permissions = [
            ("connect_zoomsettings", _("Can connect their own Zoom account")),
            ("link_any_zoomsettings", _("Can link any meeting or webinar of the space's hosts")),
            ("view_registrants_zoomsettings", _("Can see who is registered")),
            ("manage_registrants_zoomsettings", _("Can register, approve, deny and cancel people")),
            ("view_attendance_zoomsettings", _("Can see who was there")),
            ("manage_attendance_zoomsettings", _("Can decide about attendance and completion")),
        ]

    def __str__(self) -> str:
        return str(self.site)
