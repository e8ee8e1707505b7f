"""Django's entry to the package."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class WagtailZoomConfig(AppConfig):
    """Registers what Django and Wagtail call."""

    name = "wagtail_zoom"
    label = "wagtail_zoom"
    verbose_name = _("Zoom lessons")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Attach what has behaviour to models that only name it."""
        from . import checks  # noqa: F401 (importing registers them)
        from .admin.connections.settings_form import attach_settings_form
        from .admin.lessons.form import attach_lesson_form
        from .signal_handlers import connect, note_installation

        connect()
        post_migrate.connect(note_installation, sender=self)
        attach_lesson_form()
        attach_settings_form()
