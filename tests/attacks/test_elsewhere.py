"""Where this site could be led to speak to: by a token's answer, a redirect, a pasted link, a proxy in between."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from tests.api.servers import ScriptedServer, always, wire
from tests.api.test_tls import certificate, tls  # noqa: F401
from tests.attacks.listening import Line, on_the_line
from tests.frontend.lessons import visitor
from tests.frontend.test_start import lesson_in
from tests.schools import EVERY_SCOPE, School, make_academy, make_space, speak_to
from wagtail_zoom.admin.lessons.fields import NumberOrLinkField
from wagtail_zoom.exceptions import ZoomConfigurationError, ZoomError
from wagtail_zoom.models import Connection
from wagtail_zoom.services.connections import connections, token_refresh
from wagtail_zoom.testing import SimulatorControl


JSON = {"Content-Type": "application/json"}


@pytest.fixture
def elsewhere() -> Iterator[Line]:
    """Return an address of somebody else's, which hears what comes."""
    with on_the_line("http://127.0.0.1:9") as line:
        yield line


def test_a_tokens_answer_leads_no_call_elsewhere(everything: School, elsewhere: Line) -> None:
    Connection.objects.update(access_token="", expires_at=None)
    for address in (elsewhere.url, "https://zoom.us@evil.example", "https://zoom.us.evil.example", "//evil.example"):
        everything.simulator.fault(
            "POST", "/oauth/token", "status", times=1, status=200, headers=JSON,
            body={"access_token": "t" * 40, "token_type": "bearer", "expires_in": 3599, "scope": "", "api_url": address},
        )  # fmt: skip
        connections.test_connection(everything.connection)
        Connection.objects.update(access_token="", expires_at=None)
    assert elsewhere.requests == []
    assert any(each["path"].startswith("/v2/") for each in everything.simulator.requests())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_neither_token_nor_secret_along(everything: School, elsewhere: Line, status: int) -> None:
    page, _meeting = lesson_in(everything, "host.one")
    away = {"Location": f"{elsewhere.url}/v2/users/me"}
    for path in ("/v2/", "/oauth/token"):
        everything.simulator.fault(None, path, "status", times=5, status=status, body="", headers=away)
        connections.test_connection(everything.connection)
        with time_machine.travel(page.zoom_link.meeting.starts_at):
            visitor(page, everything.people["host.one"]).post(f"/zoom/lessons/{page.pk}/start/")
        everything.simulator.clear_faults()
        Connection.objects.update(access_token="", expires_at=None, failures=0, probe_at=None)
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    "pasted",
    [
        "https://zoom.us@evil.example/j/98765432101",
        "https://evil.example@zoom.us:443@evil.example/j/98765432101",
        "https://zoom.us:secret@evil.example/j/98765432101",
        "https://evil.example/j/98765432101#@zoom.us/j/98765432101",
        "https://evil.example\\@zoom.us/j/98765432101",
        "https://evil.example/@zoom.us/j/98765432101",
        "https://evil.example\\.zoom.us/j/98765432101",
        "evil.example\\.zoom.us/j/98765432101",
        "https://zoom.us.evil.example/j/98765432101",
        "https://evilzoom.us/j/98765432101",
        "https://zoom.us./j/98765432101",
        "https://zoom.us:8443/j/98765432101",
        "https://zoom。us.evil.example/j/98765432101",
        "https://zооm.us/j/98765432101",
        "https://xn--zm-emca.us/j/98765432101",
        "https://127.0.0.1/j/98765432101",
        "https://[::1]/j/98765432101",
        "https://2130706433/j/98765432101",
        "https://169.254.169.254/j/98765432101",
        "https://zoom.us%2eevil.example/j/98765432101",
        "https://zoom.us%00.evil.example/j/98765432101",
        "https://evil.example?zoom.us/j/98765432101",
        "javascript://zoom.us/j/98765432101",
        "file://zoom.us/j/98765432101",
        "ftp://zoom.us/j/98765432101",
        "https://zoom.us/j/../../evil/98765432101",
        "https://zoom.us/rec/98765432101",
        "https:///zoom.us/j/98765432101",
        "http:zoom.us/j/98765432101",
        "zoom.us.:@evil.example/j/98765432101",
        "https://zoom.us\u2044evil.example/j/98765432101",
        "https://zoom.us\uff0fevil.example/j/98765432101",
        "https://evil.example\uff20zoom.us/j/98765432101",
        "https://[zoom.us]/j/98765432101",
        "98765432101@zoom.us",
        "98765432101/../users/me",
    ],
)
def test_a_pasted_link_is_zooms_own_or_refused(pasted: str) -> None:
    with pytest.raises(ValidationError):
        NumberOrLinkField().clean(pasted)


@pytest.mark.parametrize(
    "pasted",
    [
        "https://us02web.zoom.us/j/98765432101?pwd=x",
        "https://ZOOM.US/j/98765432101",
        "https://agency.zoomgov.com/j/98765432101",
        "98765432101",
    ],
)
def test_of_a_link_of_zooms_the_number_alone_is_kept(pasted: str) -> None:
    assert NumberOrLinkField().clean(pasted) == 98765432101


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """Let the environment name a proxy for everything."""
    with on_the_line() as line:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            monkeypatch.setenv(name, line.url)
        for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
        yield line


def through(proxied: Line, simulator: SimulatorControl, settings: Any) -> School:
    speak_to(simulator, settings)
    return make_academy(simulator, make_space("everything.example", "Everything"), scopes=EVERY_SCOPE)


def test_everything_works_through_a_proxy(proxied: Line, simulator: SimulatorControl, settings: Any, db: None) -> None:
    academy = through(proxied, simulator, settings)
    assert connections.test_connection(academy.connection).works
    assert {each.method for each in proxied.requests} >= {"POST", "GET"}
    assert all(each.target.startswith(simulator.api_url.removesuffix("/v2")) for each in proxied.requests)
    assert len(proxied.requests) >= len(simulator.requests())


def test_what_the_environment_excepts_goes_by_no_proxy(
    proxied: Line, simulator: SimulatorControl, settings: Any, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    academy = through(proxied, simulator, settings)
    assert connections.test_connection(academy.connection).works
    assert proxied.requests == []


def test_a_secret_goes_in_the_clear_to_nobody_who_was_not_named_not_even_to_the_proxy(
    proxied: Line, simulator: SimulatorControl, settings: Any, db: None
) -> None:
    settings.WAGTAIL_ZOOM = {
        **settings.WAGTAIL_ZOOM,
        "OAUTH_URL": simulator.oauth_url,
        "ALLOW_SECRETS_TO": ["elsewhere.example"],
    }
    with token_refresh.oauth_client("") as oauth, pytest.raises(ZoomConfigurationError):
        oauth.account_credentials("client", "the client secret", "account")
    assert proxied.requests == []


def test_a_proxy_before_tls_hears_whom_and_nothing_of_what(
    proxied: Line,
    settings: Any,
    db: None,
    monkeypatch: pytest.MonkeyPatch,
    tls: Any,  # noqa: F811
    certificate: Any,  # noqa: F811
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    token = b'{"access_token": "the-access-token", "expires_in": 3599, "scope": ""}'
    with ScriptedServer(always(wire(body=token)), tls) as server:
        host = server.host
        settings.WAGTAIL_ZOOM = {
            **settings.WAGTAIL_ZOOM,
            "OAUTH_URL": server.url.removesuffix("/v2") + "/oauth",
            "ALLOW_SECRETS_TO": ["127.0.0.1"],
        }
        with token_refresh.oauth_client("") as oauth:
            assert oauth.account_credentials("client", "the client secret", "account").access_token
    [heard] = proxied.requests
    assert (heard.method, heard.target) == ("CONNECT", host)
    passed = heard.body + str(heard.headers).encode()
    assert len(heard.body) > 500
    for secret in (b"the client secret", base64.b64encode(b"client:the client secret"), b"the-access-token"):
        assert secret not in passed


def test_a_proxy_that_is_away_is_a_zoom_that_cannot_be_reached(
    proxied: Line, simulator: SimulatorControl, settings: Any, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    academy = through(proxied, simulator, settings)
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://user:proxy-password@127.0.0.1:9")
    Connection.objects.update(access_token="", expires_at=None)
    found = connections.test_connection(academy.connection)
    assert not found.works
    assert "proxy-password" not in f"{found} {Connection.objects.values_list('last_error', flat=True)}"
    with pytest.raises(ZoomError) as raised:
        token_refresh.renew(academy.connection)
    assert "proxy-password" not in f"{raised.value!r} {raised.value.__context__!r}"
