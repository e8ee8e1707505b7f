"""``manage.py erase_zoom_person``: take one person out of everything stored."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from ... import tasks
from ...services import privacy
from ._person import add_person_arguments, person_from


class Command(BaseCommand):
    """Forget a person, keeping the counts."""

    help = _("Takes one person out of registrations, attendance and clicks; the counts stay.")

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask who, whether Zoom is told, and for a yes."""
        add_person_arguments(parser)
        parser.add_argument(
            "--keep-on-zoom", action="store_true", help=_("Do not cancel the person's registrations on Zoom.")
        )
        parser.add_argument("--yes", action="store_true", help=_("Do not ask. This cannot be undone."))

    def handle(self, **options: Any) -> None:
        """Erase, and print what was erased."""
        user, email = person_from(options)
        if not options["yes"]:
            raise CommandError(_("This cannot be undone. Say --yes to go ahead."))
        erased = privacy.erase_person(user=user, email=email, cancel_on_zoom=not options["keep_on_zoom"])
        for meeting_id in erased.due_meetings:
            tasks.enqueue_register_people(meeting_id)
        self.stdout.write(
            _(
                "Erased: %(registrants)d registrations, %(attendance)d attendances, %(clicks)d clicks, "
                "%(completions)d completions."
            )
            % {
                "registrants": erased.registrants,
                "attendance": erased.attendance,
                "clicks": erased.clicks,
                "completions": erased.completions,
            }
        )
        if erased.due_meetings:
            self.stdout.write(_("Zoom is being told; the address goes when that is done."))
