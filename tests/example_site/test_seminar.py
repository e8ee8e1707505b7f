"""The demo's seminar lies in the past, was cut short, and everybody in it has a part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing

import pytest

from example_site.demo import seminar
from example_site.demo.people import CLASSMATES, LEARNER_TWO
from example_site.demo.zoom import ZoomSide, set_up
from wagtail_zoom import clock
from wagtail_zoom.testing import SimulatorControl


LEARNERS = [LEARNER_TWO, *CLASSMATES]


@pytest.fixture
def side(simulator: SimulatorControl) -> Iterator[ZoomSide]:
    """Return what the two schools have at Zoom."""
    zoom = set_up(simulator.base_url, callback="http://localhost/zoom/oauth/callback/", webinar_topic="Lecture")
    # Setting up has put Zoom's clock back to the machine's.
    zoom.control.set_clock(clock.now())
    with closing(zoom.control):
        yield zoom


@pytest.mark.parametrize("minute", range(0, 60, 7))
def test_it_has_ended_though_its_hour_is_not_over(minute):
    now = dt.datetime(2026, 11, 24, 10, minute, 59, tzinfo=dt.UTC)
    begins = seminar.begins_at(now)
    assert begins.minute % 5 == 0
    assert begins + dt.timedelta(minutes=seminar.ENDED_AFTER) < now
    # Whoever tells the story on a slow machine has that long to register the class.
    assert begins + dt.timedelta(minutes=seminar.PLANNED) >= now + dt.timedelta(minutes=5)


def test_it_is_planned_in_the_past_and_leaves_zooms_clock_as_it_was(side):
    before = side.control.now()
    begins = seminar.begins_at(before)
    number = seminar.plan(side, "Averages", begins)
    assert side.control.meeting(number)["start_time"] == begins.strftime("%Y-%m-%dT%H:%M:00Z")
    assert before <= side.control.now() < before + dt.timedelta(hours=1)


def test_it_is_played_with_a_lost_connection_a_second_device_and_a_stranger(side):
    begins = seminar.begins_at(clock.now())
    number = seminar.plan(side, "Averages", begins)
    seminar.play(side, number, begins, seminar.stays_of(LEARNERS))
    run = side.control.meeting(number)["instances"][-1]
    assert run["end_time"] == (begins + dt.timedelta(minutes=seminar.ENDED_AFTER)).strftime("%Y-%m-%dT%H:%M:00Z")
    came = [each["email"] for each in run["participants"]]
    assert sorted(came.count(person.email) for person in LEARNERS) == [0] * 3 + [1] * 7 + [2] * 2
    assert [each["name"] for each in run["participants"]].count(seminar.STRANGER) == 1
