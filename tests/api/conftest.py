"""A school at the simulator, and clients that speak to it."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings

from wagtail_zoom import clock
from wagtail_zoom.api import AccessToken, ZoomClient
from wagtail_zoom.api.oauth import OAuthClient
from wagtail_zoom.exceptions import ZoomAuthenticationError
from wagtail_zoom.testing import SimulatorControl

from ..schools import EVERY_SCOPE
from .wishes import NOW, TEACHER


# How long one example takes says more about the machine than about the code.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


@dataclass
class AccountTokens:
    """Tokens of a Server-to-Server app, asked for anew whenever one is refused."""

    oauth: OAuthClient
    client_id: str
    client_secret: str
    account_id: str
    renewals: list[AccessToken] = field(default_factory=list)
    _kept: AccessToken | None = None

    def token(self) -> AccessToken:
        if self._kept is None:
            self._kept = self._asked()
        return self._kept

    def renewed(self, rejected: AccessToken) -> AccessToken:
        self.renewals.append(rejected)
        self._kept = self._asked()
        if self._kept.value == rejected.value:
            raise ZoomAuthenticationError(401, 124, "the same token again")
        return self._kept

    def _asked(self) -> AccessToken:
        grant = self.oauth.account_credentials(self.client_id, self.client_secret, self.account_id)
        expires_at = clock.now() + dt.timedelta(seconds=grant.expires_in)
        return AccessToken(grant.access_token, expires_at, grant.scopes, grant.api_url)


class Pauses(list[float]):
    """Stands in for sleeping: notes how long, and returns at once."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@dataclass
class School:
    """An account with one licensed teacher who also has webinars, and an app that may do everything."""

    control: SimulatorControl
    account_id: str
    teacher_id: str
    app: dict[str, str]
    tokens: AccountTokens

    def requests(self) -> list[dict]:
        """Return what the REST API has seen."""
        return [request for request in self.control.requests() if request["path"].startswith("/v2")]


@pytest.fixture
def oauth(simulator: SimulatorControl) -> Iterator[OAuthClient]:
    with OAuthClient(simulator.oauth_url, allowed_hosts={"127.0.0.1"}, sleep=Pauses(), jitter=lambda: 0.5) as client:
        yield client


@pytest.fixture
def school(simulator: SimulatorControl, oauth: OAuthClient) -> School:
    simulator.set_clock(NOW)
    teacher = {"email": TEACHER, "first_name": "Teacher", "last_name": "One", "type": 2, "webinar": True}
    account = simulator.add_account(plan="business", users=[teacher])
    app = simulator.add_app(account["account_id"], "server_to_server", EVERY_SCOPE)
    tokens = AccountTokens(oauth, app["client_id"], app["client_secret"], account["account_id"])
    return School(simulator, account["account_id"], account["users"][0]["id"], app, tokens)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def client_with(school: School, pauses: Pauses) -> Iterator[Callable[..., ZoomClient]]:
    """Return a maker of clients, which are closed afterwards."""
    made: list[ZoomClient] = []

    def make(**options: object) -> ZoomClient:
        given = {"tokens": school.tokens, "sleep": pauses, "jitter": lambda: 0.5, **options}
        made.append(ZoomClient(base_url=school.control.api_url, **given))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def client(client_with: Callable[..., ZoomClient]) -> ZoomClient:
    return client_with()


@pytest.fixture(autouse=True)
def deadlines(running_deadlines: None) -> None:
    """Let the deadlines of every call here run out."""


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no proxy or certificate of the machine's own take part."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    """Return what ends a dripping server at the end of the test."""
    event = threading.Event()
    yield event
    event.set()
