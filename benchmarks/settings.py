"""Settings of the site that is measured behind a real server: that of the tests, with a queue and its worker."""

from __future__ import annotations

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, INSTALLED_APPS


ROOT_URLCONF = "benchmarks.urls"
INSTALLED_APPS = list(dict.fromkeys([*INSTALLED_APPS, "django_tasks_db"]))
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # Wagtail's search wants it there, and the worker checks.
    INSTALLED_APPS.append("django.contrib.postgres")
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# A connection for each process, as sites in production have it.
DATABASES["default"]["CONN_MAX_AGE"] = None
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
