"""A lesson that takes place on the practice Zoom within a moment: it began before anybody looked, and has just ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from . import zoom
from .people import Person
from .zoom import ZoomSide


#: In minutes. It is planned for an hour, and its host ends it before the hour is over.
PLANNED = 60
BEGAN_AT_LEAST = 50
ENDED_AFTER = 48
#: Half past, twenty to: nobody plans a seminar for 14:37.
GRID = 5

#: Who takes part without having registered, and so without a sign of who they are.
STRANGER = "Tablet in the back row"


@dataclass(frozen=True)
class Stay:
    """Somebody in the meeting once, in minutes after its beginning."""

    name: str
    email: str
    begin: int
    end: int


def begins_at(now: dt.datetime) -> dt.datetime:
    """Return when a seminar began that can have ended at ``now`` (aware) though its hour is not over."""
    latest = now - dt.timedelta(minutes=BEGAN_AT_LEAST)
    return latest.replace(minute=latest.minute - latest.minute % GRID, second=0, microsecond=0)


def plan(side: ZoomSide, topic: str, begins: dt.datetime) -> int:
    """Plan the seminar as if the lecturer had done it in time; return its number."""
    # Zoom plans nothing for the past, so its clock stands back while it is asked.
    side.control.advance(-2 * 60 * 60)
    try:
        return zoom.plan(side.control, side.academy_app.account_id, "meetings", topic, begins, type=2, duration=PLANNED)
    finally:
        side.control.advance(2 * 60 * 60)


def stays_of(learners: Sequence[Person]) -> list[Stay]:
    """Return who is there when: the first nine of ``learners`` in their ways, and a stranger.

    One loses the connection and comes back, one has a second device, one comes late, one stays twenty minutes.
    """
    rejoins, two_devices, late, short, *others = learners[:9]
    whole = [_stay(person, minute, ENDED_AFTER) for minute, person in enumerate(others)]
    return [
        *whole,
        _stay(rejoins, 1, 21),
        _stay(rejoins, 24, ENDED_AFTER),
        _stay(two_devices, 2, ENDED_AFTER),
        _stay(two_devices, 11, 30),
        _stay(late, 19, ENDED_AFTER),
        _stay(short, 0, 20),
        Stay(STRANGER, "", 6, 44),
    ]


def play(side: ZoomSide, number: int, begins: dt.datetime, stays: Sequence[Stay]) -> None:
    """Let the lecturer start, people come and go, and the lecturer end it for all."""

    def at(minute: int) -> dt.datetime:
        return begins + dt.timedelta(minutes=minute)

    control = side.control
    control.start(number, at=at(0))
    comings = [(stay.begin, "join", stay) for stay in stays]
    goings = [(stay.end, "leave", stay) for stay in stays if stay.end < ENDED_AFTER]
    for minute, act, stay in sorted(comings + goings, key=lambda each: each[0]):
        who = {"email": stay.email} if stay.email else {"name": stay.name}
        (control.join if act == "join" else control.leave)(number, **who, at=at(minute))
    control.end(number, at=at(ENDED_AFTER))


def _stay(person: Person, begin: int, end: int) -> Stay:
    return Stay(person.name, person.email, begin, end)
