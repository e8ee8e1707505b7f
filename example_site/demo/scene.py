"""Where the story plays, and what in it has a name."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack, closing
from zoneinfo import ZoneInfo

from wagtail_zoom import clock

from . import acts
from .people import Person
from .telling import Storyteller
from .visitor import DidNotWork, Visitor
from .zoom import ZoomSide


ZONE = ZoneInfo("Europe/Berlin")
FRACTIONS = "Fractions without fear"
VERBS = "Irregular verbs, regularly"
LECTURE = "Correlation and cause"
SEMINAR = "Averages and outliers"
COURSE = "Data for Decisions"


class Scene:
    """Where a chapter plays: one school's address, Zoom, and the people who have come so far."""

    def __init__(self, teller: Storyteller, zoom: ZoomSide, home: str, visitors: ExitStack):
        self.teller = teller
        self.zoom = zoom
        self.home = home
        self._visitors = visitors
        self._here: dict[str, Visitor] = {}

    def enter(self, person: Person) -> Visitor:
        """Let somebody log in, unless they have; their browser is closed with the story."""
        if person.username not in self._here:
            self._here[person.username] = self._visitors.enter_context(closing(acts.log_in(self.home, person)))
        return self._here[person.username]

    def into_the_meeting(self, person: Person, address: str, number: int) -> None:
        """Let a learner press Join, and tell it as the lesson's last line once Zoom itself says that they are there."""
        with self.teller.last_step(f"{person.name} presses Join") as step:
            acts.join(self.enter(person), address, person)
            runs = self.zoom.control.meeting(number)["instances"]
            if person.name not in {
                each["name"] for run in runs for each in run["participants"] if not each["leave_time"]
            }:
                raise DidNotWork(f"{person.name} pressed Join, but is not in meeting {number}.")
            step.sentence = f"{person.name} is in meeting {number}"

    def statuses(self, number: int) -> dict[str, str]:
        """Return whom Zoom has as a registrant, by address, and as what."""
        return {each["email"]: each["status"] for each in self.zoom.control.meeting(number)["registrants"]}


def soon(minutes: int) -> dt.datetime:
    """Return the time in so many minutes, as the schools' clocks show it."""
    return (clock.now() + dt.timedelta(minutes=minutes)).astimezone(ZONE)
