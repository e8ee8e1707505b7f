"""Settings of a site whose user model has no names. Tables are made from the models: migrations take half a minute."""

from __future__ import annotations

from typing import Any

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS


class _None(dict[str, Any]):
    def __contains__(self, _label: object) -> bool:
        return True

    def __getitem__(self, _label: str) -> None:
        return None


AUTH_USER_MODEL = "people.Account"
INSTALLED_APPS = ["tests.hosts.people", *(each for each in INSTALLED_APPS if "lms" not in each)]
MIGRATION_MODULES = _None()
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
