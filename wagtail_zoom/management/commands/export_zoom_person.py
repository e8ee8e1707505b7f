"""``manage.py export_zoom_person``: everything stored about one person, as JSON."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from ...services import privacy
from ._person import add_person_arguments, person_from


class Command(BaseCommand):
    """Print what is stored about a person."""

    help = _("Prints everything that is stored about one person's Zoom lessons, as JSON.")

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for a user name, an address, or both."""
        add_person_arguments(parser)

    def handle(self, **options: Any) -> None:
        """Print the JSON."""
        user, email = person_from(options)
        self.stdout.write(json.dumps(privacy.export_person(user=user, email=email), indent=2, ensure_ascii=False))
