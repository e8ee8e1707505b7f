"""Seal every stored secret with the newest encryption key, so that the older ones can be retired."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wagtail_zoom.services.encryption import has_keys, rotate


class Command(BaseCommand):
    """``rotate_zoom_keys``."""

    help = "Seals every stored secret with the first key of ENCRYPTION_KEYS; exits 1 if some could not be read."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--dry-run``."""
        parser.add_argument("--dry-run", action="store_true", help="only tell what could be read")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        """Rotate, and say what became of each column. Raises CommandError where a secret could not be read."""
        if not has_keys():
            raise CommandError(
                "WAGTAIL_ZOOM has no ENCRYPTION_KEYS: put the new key first, and keep the old ones after it."
            )
        unreadable = 0
        for column in rotate(dry_run=dry_run):
            unreadable += len(column.unreadable)
            if column.changed or column.unreadable:
                self.stdout.write(f"{column.label}: {column.changed} {'readable' if dry_run else 'sealed anew'}")
            for key in column.unreadable:
                self.stderr.write(f"{column.label}: row {key} cannot be read with any of the keys")
        if unreadable:
            raise CommandError(
                f"{unreadable} secrets could not be read. Keep the old keys until they are entered again."
            )
        self.stdout.write("Done. The older keys can be removed." if not dry_run else "Every secret can be read.")
