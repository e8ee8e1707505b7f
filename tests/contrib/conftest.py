"""The fixtures of the public doors serve the adapters too."""

from __future__ import annotations

from django.apps import apps

from tests.frontend.conftest import _empty_cache, folder, learner, set_time, site


__all__ = ["_empty_cache", "folder", "learner", "set_time", "site"]

# What the extra "wagtail-lms" brings can be tried only where it is installed.
collect_ignore = [] if apps.is_installed("wagtail_lms") else ["wagtail_lms"]
