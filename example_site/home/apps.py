"""The pages of the two schools."""

from __future__ import annotations

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """The example site's own app."""

    name = "example_site.home"
    label = "home"
    default_auto_field = "django.db.models.BigAutoField"
