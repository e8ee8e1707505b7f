"""Migrate the demo's database and make the two schools in it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection

from example_site.home import content


class Command(BaseCommand):
    """Make the two schools anew, in a database that is empty or was the demo's before."""

    help = "Makes the demo's two schools anew. A database that holds something else is refused."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse another site's database; else migrate and fill."""
        tables = connection.introspection.table_names()
        if tables and "home_homepage" not in tables:
            raise CommandError(
                f"The database “{connection.settings_dict['NAME']}” holds something else than this demo, and the demo "
                "begins by emptying its database. Name an empty one in DATABASE_URL."
            )
        call_command("migrate", interactive=False, verbosity=0)
        content.fill(settings.PORT)
