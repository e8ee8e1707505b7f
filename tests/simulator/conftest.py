"""Accounts and apps to test the simulator with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.simulator.receiver import Receiver
from tests.simulator.zoom_app import MORNING, OTHER_TEACHER, TEACHER, ZoomApp, make_app
from wagtail_zoom.testing import SimulatorControl


@pytest.fixture
def simulator(simulator: SimulatorControl) -> SimulatorControl:
    """Return the control surface of a simulator on whose clock it is a Monday morning in March, UTC."""
    simulator.set_clock(MORNING)
    return simulator


@pytest.fixture
def account(simulator: SimulatorControl) -> dict[str, Any]:
    """Return a business account with two licensed teachers; the first is its owner and has webinars."""
    return simulator.add_account(plan="business", users=[TEACHER, OTHER_TEACHER])


@pytest.fixture
def new_app(simulator: SimulatorControl, account: dict[str, Any]) -> Iterator[Callable[..., ZoomApp]]:
    """Return a function that makes apps of the account, or of another one."""
    made: list[ZoomApp] = []

    def make(kind: str = "general", *, account_id: str = account["account_id"], **more: Any) -> ZoomApp:
        made.append(make_app(simulator, account_id, kind, **more))
        return made[-1]

    yield make
    for app in made:
        app.close()


@pytest.fixture
def teacher(new_app: Callable[..., ZoomApp]) -> ZoomApp:
    """Return a General App with every scope, which the first teacher has allowed."""
    app = new_app()
    app.connect()
    return app


@pytest.fixture
def office(new_app: Callable[..., ZoomApp]) -> ZoomApp:
    """Return a Server-to-Server app with every scope, with a token."""
    app = new_app("server_to_server")
    app.connect_account()
    return app


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a place to which webhooks can be sent."""
    with Receiver() as listening:
        yield listening
