"""Fixtures for every test."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from pytest_django.plugin import blocking_manager_key
from wagtail.models import Site

from tests import databases, schools
from tests.browser import CHROMIUM
from tests.clocks import INSTALLED, NOW, Clocks
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


@pytest.fixture(autouse=True)
def controlled_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    """Let every test begin at `NOW`, whatever the machine's date is; time goes on from there.

    This is the time of the whole process, Django's and Wagtail's too. Who needs the machine's own, because another
    program or a certificate lives by it, asks `clock.machine_time`. Deadlines do not run out, however busy the machine
    is; `running_deadlines` lets them.
    """
    machine_now = time_machine.escape_hatch.datetime.datetime.now
    monkeypatch.setattr(clock, "machine_time", lambda: machine_now(dt.UTC))
    monkeypatch.setattr(clock, "monotonic", lambda: 0.0)
    with time_machine.travel(NOW) as process:
        yield process


@pytest.fixture
def running_deadlines(controlled_clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let deadlines run out in the machine's own seconds."""
    monkeypatch.setattr(clock, "monotonic", time.monotonic)


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
    with django_db_blocker.unblock(), time_machine.travel(INSTALLED):
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
    """Return the control surface of a simulator that knows nothing yet, at the time of this test."""
    control = SimulatorControl(simulator_process.base_url)
    control.reset()
    control.set_clock(clock.now())
    yield control
    control.close()


@pytest.fixture
def clocks(simulator: SimulatorControl, controlled_clock: time_machine.Traveller) -> Clocks:
    """Return the two clocks."""
    return Clocks(simulator, controlled_clock)


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
