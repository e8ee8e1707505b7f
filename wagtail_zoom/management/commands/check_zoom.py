"""Tell operators how Zoom is doing: per space what works, what does not, and what waits."""

from __future__ import annotations

import argparse
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wagtail_zoom.services.health import Checkup, ConnectionReport, SpaceReport, Waiting, check_up


class Command(BaseCommand):
    """``check_zoom``."""

    help = "Shows per space the Zoom app, its connections, what works and what does not; exits 1 if something is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--json`` and ``--offline``."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")
        parser.add_argument("--offline", action="store_true", help="tell what is stored, and ask Zoom nothing")
        parser.add_argument("--restored", action="store_true", help=argparse.SUPPRESS)

    def handle(self, *args: Any, as_json: bool, offline: bool, restored: bool, **options: Any) -> None:
        """Print the report. Raises SystemExit(1) if something is wrong."""
        if restored:
            raise CommandError(
                "check_zoom changes nothing. After a restore run: manage.py recover_zoom_meetings (--dry-run to look only)"
            )
        found = check_up(ask_zoom=not offline)
        if as_json:
            self.stdout.write(json.dumps(found.to_json(), indent=2))
        else:
            self._print(found)
        if not found.is_well:
            raise SystemExit(1)

    def _print(self, found: Checkup) -> None:
        if found.is_practice:
            self.stdout.write("Practice Zoom: no real meetings")
        if found.is_paused:
            self.stdout.write("Paused: nothing is written to Zoom")
        self.stdout.write(f"sync_zoom last ran: {found.sync_last_seen or 'never'}")
        if found.waiting:
            self.stdout.write(f"Oldest unread message from Zoom: {_age(found.waiting)}")
        for space in found.spaces:
            self._print_space(space)
        for problem in found.problems:
            self.stdout.write(self.style.ERROR(f"! {problem}"))
        self.stdout.write(
            self.style.SUCCESS("All is well.") if found.is_well else self.style.ERROR("Something is wrong.")
        )

    def _print_space(self, space: SpaceReport) -> None:
        paused = " (paused)" if space.is_paused else ""
        self.stdout.write(f"\n{space.space} – {space.address}{paused}\n  {space.status}: {space.sentence}")
        self.stdout.write(f"  Hosts: {space.hosts}")
        for connection in space.connections:
            self._print_connection(connection)
        self.stdout.write(f"  Oldest overdue: {_age(space.waiting) if space.waiting else 'nothing'}")
        for problem in space.problems:
            self.stdout.write(self.style.ERROR(f"  ! {problem}"))

    def _print_connection(self, connection: ConnectionReport) -> None:
        who = connection.zoom_user or connection.person or connection.account_id
        self.stdout.write(f"  {connection.kind} {connection.client_id}, {who}: {connection.sentence}")
        works = [line["name"] for line in connection.features if line["likely"]]
        lacks = [f"{line['name']} ({', '.join(line['missing'])})" for line in connection.features if line["missing"]]
        self.stdout.write(f"    works: {', '.join(works) or 'nothing'}")
        if lacks:
            self.stdout.write(f"    lacks a scope: {', '.join(lacks)}")


def _age(waiting: Waiting) -> str:
    return f"{waiting.what} {waiting.id}, for {_duration(waiting.seconds)}"


def _duration(seconds: int) -> str:
    """Return a time in the unit in which a person would tell it."""
    for unit, length in (("days", 24 * 3600), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length or (unit == "min" and seconds >= length):
            return f"{seconds // length} {unit}"
    return "less than 1 min"
