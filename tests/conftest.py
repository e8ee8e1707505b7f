"""Fixtures for every test."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from pytest_django.plugin import blocking_manager_key
from wagtail.models import Site

from tests import databases, schools
from tests.browser import CHROMIUM
from tests.schools import EVERY_SCOPE, School
from tests.simulator import rivet
from wagtail_zoom import clock
from wagtail_zoom.testing import SimulatorControl, SimulatorProcess


#: What a test may need of the machine, by marker: how to see that it is missing, and what then to say.
NEEDS = {
    "browser": (lambda: CHROMIUM is None, "REQUIRE_BROWSER", "Chromium was not found; CHROMIUM says where it is"),
    "database_server": (
        lambda: connection.vendor == "sqlite",
        "REQUIRE_DATABASES",
        "needs PostgreSQL or MariaDB; DATABASE_URL names one",
    ),
    "rivet": (
        rivet.is_missing,
        "REQUIRE_RIVET",
        "needs node and the package @zoom/rivet; NODE_MODULES says where packages are",
    ),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run, with the reason; fail instead where it was required."""
    for marker, (is_missing, required, reason) in NEEDS.items():
        if item.get_closest_marker(marker) and is_missing():
            if os.environ.get(required, "") not in ("", "0"):
                pytest.fail(f"{required} is set: {reason}.", pytrace=False)
            pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """After a test that commits, put back what the migrations made: other tests of this process may follow it."""
    yield
    marker = item.get_closest_marker("django_db")
    if nextitem and marker and marker.kwargs.get("transaction") and connection.vendor != "sqlite":
        with item.config.stash[blocking_manager_key].unblock():
            databases.put_back()


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest) -> Iterator[None]:
    """Make the test database: on SQLite a copy of one that was migrated before, elsewhere as pytest-django does."""
    if connection.vendor != "sqlite":
        request.getfixturevalue("migrated_server_database")
        yield
        return
    with request.getfixturevalue("django_db_blocker").unblock(), databases.in_memory_copy():
        yield


@pytest.fixture(scope="session")
def migrated_server_database(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """Create and migrate a database on the server, and drop it afterwards."""
    with django_db_blocker.unblock():
        before = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        databases.end_other_sessions()
        teardown_databases(before, verbosity=0)


@pytest.fixture(scope="session")
def simulator_process() -> Iterator[SimulatorProcess]:
    """One simulator for all tests of this process."""
    with SimulatorProcess() as process:
        yield process


@pytest.fixture
def simulator(simulator_process: SimulatorProcess) -> Iterator[SimulatorControl]:
    """Return the control surface of a simulator that knows nothing yet."""
    control = SimulatorControl(simulator_process.base_url)
    control.reset()
    yield control
    control.close()


class Clocks:
    """The product's clock and the simulator's, steered together."""

    def __init__(self, simulator: SimulatorControl, stack: ExitStack) -> None:
        self._simulator = simulator
        self._stack = stack

    def set(self, instant: dt.datetime) -> None:
        """Let it be ``instant`` (aware) for both."""
        self._stack.enter_context(clock.shifted_to(instant))
        self._simulator.set_clock(instant)

    def advance(self, **step: float) -> None:
        """Let both go on by a step, such as ``minutes=5``."""
        self.set(clock.now() + dt.timedelta(**step))


@pytest.fixture
def clocks(simulator: SimulatorControl) -> Iterator[Clocks]:
    """Return the two clocks."""
    with ExitStack() as stack:
        yield Clocks(simulator, stack)


@pytest.fixture
def practice(simulator: SimulatorControl, settings: Any) -> SimulatorControl:
    """Return a simulator to which the product of this test speaks."""
    schools.speak_to(simulator, settings)
    return simulator


@pytest.fixture
def space(db: None) -> Site:
    """Return the one space that a fresh site has, under the host name localhost."""
    return Site.objects.get(is_default_site=True)


@pytest.fixture
def school(practice: SimulatorControl, space: Site) -> School:
    """Return a school on a General App with exactly a school's scopes; two teachers are connected."""
    return schools.make_school(practice, space)


@pytest.fixture
def academy(practice: SimulatorControl, db: None) -> School:
    """Return an academy, in a space of its own, on Server-to-Server with exactly an academy's scopes."""
    return schools.make_academy(practice, schools.make_space("academy.example", "Academy"))


@pytest.fixture
def everything(practice: SimulatorControl, db: None) -> School:
    """Return an academy, in a space of its own, whose Server-to-Server app has every scope."""
    site = schools.make_space("everything.example", "Everything")
    return schools.make_academy(practice, site, scopes=EVERY_SCOPE, teachers=("host.one", "host.two"))
