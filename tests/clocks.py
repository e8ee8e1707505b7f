"""When tests take place, and the clocks that they steer."""

from __future__ import annotations

import datetime as dt

import time_machine

from wagtail_zoom import clock
from wagtail_zoom.testing import SimulatorControl


#: When the database of the tests was migrated: before anything that a test publishes.
INSTALLED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

#: When every test begins, unless it asks for another time: the morning of a Saturday in November.
NOW = dt.datetime(2026, 11, 21, 8, tzinfo=dt.UTC)


class Clocks:
    """The clock of this process and the simulator's, steered together."""

    def __init__(self, simulator: SimulatorControl, process: time_machine.Traveller) -> None:
        self._simulator = simulator
        self._process = process

    def set(self, instant: dt.datetime) -> None:
        """Let it be ``instant`` (aware) for both."""
        self._process.move_to(instant)
        # The process's clock goes on from when it is first asked; the simulator's is never ahead of it.
        self._simulator.set_clock(clock.now())

    def advance(self, **step: float) -> None:
        """Let both go on by a step, such as ``minutes=5``."""
        self.set(clock.now() + dt.timedelta(**step))
