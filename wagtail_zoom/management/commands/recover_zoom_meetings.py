"""``manage.py recover_zoom_meetings``: after a restore, give lessons the meetings back that were made since the backup."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from ... import conf
from ...services.installation import clone_guard
from ...services.meetings.backup_recovery import find_again


class Command(BaseCommand):
    """Find our meetings on Zoom before any is made again."""

    help = _(
        "After a restore, while WAGTAIL_ZOOM has PAUSED: finds the meetings on Zoom that were made since the backup, and "
        "gives them back to their lessons. Exits 1 if some could not be placed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--dry-run``."""
        parser.add_argument(
            "--dry-run", action="store_true", help=_("Only say which meetings would be given back; change no lesson.")
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        """Recover, and say what was found. Raises CommandError where it must not run, SystemExit(1) for leftovers."""
        if clone_guard.is_clone():
            raise CommandError(str(clone_guard.ClonedDatabaseError.default_message))
        if not dry_run and not conf.is_paused():
            raise CommandError(
                _('Add "PAUSED": True to WAGTAIL_ZOOM first: otherwise sync_zoom may make meetings twice.')
            )
        found = find_again(dry_run=dry_run)
        figures = {"known": found.known, "adopted": len(found.adopted)}
        if dry_run:
            summary = _("Meetings of this site on Zoom: %(known)d known, %(adopted)d would be given back to lessons.")
            each = _("Would be given back: %(meeting)s")
        else:
            summary = _("Meetings of this site on Zoom: %(known)d known, %(adopted)d given back to lessons.")
            each = _("Given back: %(meeting)s")
        self.stdout.write(summary % figures)
        for meeting in found.adopted:
            self.stdout.write(each % {"meeting": meeting})
        for meeting in found.strange:
            self._warn(_("On Zoom, but without a lesson here: %(meeting)s") % {"meeting": meeting})
        for host in found.unread:
            self._warn(_("The meetings of this host cannot be listed: %(host)s") % {"host": host})
        if found.strange or found.unread:
            raise SystemExit(1)
        if dry_run:
            self.stdout.write(_("No lesson was changed."))
        else:
            self.stdout.write(self.style.SUCCESS(_("All is well. Take PAUSED out again.")))

    def _warn(self, sentence: str) -> None:
        self.stdout.write(self.style.WARNING(f"! {sentence}"))
