"""The lesson page: what its editor wishes. What *is* stands in `Meeting` and `LessonMeeting`, never here."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.models import Page, PanelPlaceholder

from .connections import Host


class LessonKind(models.TextChoices):
    """What a lesson uses on Zoom."""

    NONE = "none", _("No Zoom meeting")
    MEETING = "meeting", _("A new meeting")
    WEBINAR = "webinar", _("A new webinar")
    EXISTING = "existing", _("An existing meeting or webinar")


class Audience(models.TextChoices):
    """Who may join."""

    ENROLLED = "enrolled", _("People enrolled in this course")
    LOGGED_IN = "logged_in", _("Everybody who is logged in")
    EVERYBODY = "everybody", _("Everybody who can see this page")


class ZoomLessonMixin(models.Model):
    """The columns that make a page a live lesson. They are few and frozen.

    Every other option lives in ``zoom_options`` behind a typed form, so that a new option costs host sites no
    migration. The kind is *none* until an editor chooses, so that adding the mixin creates nothing on Zoom.
    """

    zoom_kind = models.CharField(_("on Zoom"), max_length=10, choices=LessonKind.choices, default=LessonKind.NONE)
    #: The number of an existing meeting or webinar; of a pasted link only the number is kept.
    zoom_number = models.BigIntegerField(_("meeting or webinar number"), null=True, blank=True)
    zoom_date = models.DateField(_("date"), null=True, blank=True)
    zoom_time = models.TimeField(_("time"), null=True, blank=True)
    zoom_timezone = models.CharField(_("time zone"), max_length=64, blank=True, default="")
    zoom_duration = models.PositiveSmallIntegerField(
        _("minutes"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    zoom_host = models.ForeignKey(
        Host, verbose_name=_("host"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    zoom_audience = models.CharField(
        _("who may join"), max_length=10, choices=Audience.choices, default=Audience.ENROLLED
    )
    zoom_options = models.JSONField(default=dict, blank=True)

    #: Add these to the content panels of a page of your own.
    zoom_panels = [PanelPlaceholder("wagtail_zoom.admin.lessons.panels.LessonPanel", [], {})]

    class Meta:
        abstract = True


class AbstractLessonPage(ZoomLessonMixin, Page):
    """A lesson page for sites that want one of their own with their own templates."""

    zoom_kind = models.CharField(_("on Zoom"), max_length=10, choices=LessonKind.choices, default=LessonKind.MEETING)
    body = StreamField(
        [
            ("heading", blocks.CharBlock(form_classname="title")),
            ("paragraph", blocks.RichTextBlock()),
            ("quote", blocks.BlockQuoteBlock()),
        ],
        blank=True,
        verbose_name=_("text"),
    )

    content_panels = [*Page.content_panels, *ZoomLessonMixin.zoom_panels, "body"]
    template = "wagtail_zoom/lesson_page.html"

    class Meta:
        abstract = True


class LessonPage(AbstractLessonPage):
    """A lesson page for sites without one of their own. May be created under any page that allows it."""

    class Meta:
        verbose_name = _("live lesson")
        verbose_name_plural = _("live lessons")
