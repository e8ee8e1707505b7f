"""Live lessons in the courses of wagtail-lms. Opt in with ``wagtail_zoom.contrib.wagtail_lms`` before ``wagtail_lms``.

The label is not the obvious one: that is taken by wagtail-lms itself.
"""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WagtailZoomLMSConfig(AppConfig):
    """Opens courses to live lessons and follows enrolments."""

    name = "wagtail_zoom.contrib.wagtail_lms"
    label = "wagtail_zoom_lms"
    verbose_name = _("Zoom lessons in courses")

    def ready(self) -> None:
        """Let courses contain lesson pages, and listen to enrolments."""
        from . import courses, enrolments

        courses.admit_lessons()
        enrolments.connect()
