"""An account that fails five times in a row is left alone but for one probe a minute."""

from __future__ import annotations

import pytest

from tests.conftest import Clocks
from tests.schools import School
from wagtail_zoom import clock
from wagtail_zoom.exceptions import ZoomNotFound, ZoomServerError
from wagtail_zoom.models import Connection
from wagtail_zoom.services.connections.clients import client_for
from wagtail_zoom.services.coordination.circuit_breaker import BreakerOpen


pytestmark = pytest.mark.django_db

#: A call that a client makes is tried three times before it gives up.
TRIES = 3


def ask(connection: Connection) -> None:
    with client_for(connection) as client:
        client.meetings.get(99999999999)


def fail(school: School, times: int) -> None:
    for _call in range(times):
        with pytest.raises(ZoomServerError):
            ask(school.connection)


@pytest.fixture
def broken(academy: School) -> School:
    """Return an academy whose Zoom answers nothing but 500 for five calls."""
    academy.simulator.fault("GET", "/meetings/", "status", times=5 * TRIES, status=500)
    return academy


def test_four_failures_change_nothing(broken: School) -> None:
    fail(broken, 4)
    with pytest.raises(ZoomServerError):
        ask(broken.connection)


def test_after_five_failures_nothing_is_sent(broken: School) -> None:
    fail(broken, 5)
    broken.simulator.clear_requests()
    with pytest.raises(BreakerOpen) as opened:
        ask(broken.connection)
    assert opened.value.retry_at > clock.now()
    assert broken.simulator.requests() == []


def test_one_probe_a_minute_is_let_through(broken: School, clocks: Clocks) -> None:
    fail(broken, 5)
    broken.simulator.fault("GET", "/meetings/", "status", times=TRIES, status=500)
    clocks.advance(seconds=61)
    fail(broken, 1)
    with pytest.raises(BreakerOpen):
        ask(broken.connection)


def test_a_probe_that_succeeds_closes_the_breaker(broken: School, clocks: Clocks) -> None:
    fail(broken, 5)
    clocks.advance(seconds=61)
    for _call in range(2):
        with pytest.raises(ZoomNotFound):
            ask(broken.connection)
    connection = broken.connection
    assert (connection.failures, connection.probe_at, connection.last_error) == (0, None, "")


def test_a_refusal_proves_that_zoom_answers(broken: School) -> None:
    fail(broken, 4)
    broken.simulator.clear_faults()
    with pytest.raises(ZoomNotFound):
        ask(broken.connection)
    assert broken.connection.failures == 0
