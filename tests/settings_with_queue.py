"""Settings of the test site for a worker in a process of its own: its queue is in the database that DATABASE_URL names."""

from __future__ import annotations

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, INSTALLED_APPS


INSTALLED_APPS = list(dict.fromkeys([*INSTALLED_APPS, "django_tasks_db"]))
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # Wagtail's search wants it there, and the worker checks.
    INSTALLED_APPS.append("django.contrib.postgres")
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
