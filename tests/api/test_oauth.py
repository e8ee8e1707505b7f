from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_zoom import clock
from wagtail_zoom.api import AccessToken, StaticToken, ZoomClient
from wagtail_zoom.api.base_url import is_zoom_address
from wagtail_zoom.api.oauth import Grant, OAuthClient, choose_api_url, make_pkce
from wagtail_zoom.exceptions import (
    ZoomAuthenticationError,
    ZoomConfigurationError,
    ZoomGrantDead,
    ZoomRateLimited,
    ZoomResponseError,
    ZoomServerError,
    ZoomTransportError,
    in_doubt,
)
from wagtail_zoom.testing import authorize

from .conftest import Pauses
from .servers import ScriptedServer, always, wire
from .wishes import TEACHER


BACK = "https://school.example/zoom/callback/"
TOKEN = "POST", "/oauth/token"


@pytest.fixture
def general(simulator, school):
    """Return a General App that may create meetings and fetch host tokens."""
    scopes = ["meeting:write:meeting", "user:read:token", "user:read:user"]
    return simulator.add_app(school.account_id, "general", scopes, [BACK])


def code_of(oauth, app, challenge=None, state="state 1&2"):
    back = authorize(oauth.authorize_address(app["client_id"], BACK, state, challenge), TEACHER)
    answer = parse_qs(urlsplit(back).query)
    assert answer["state"] == [state]
    return answer["code"][0]


def granted(oauth, app):
    return oauth.exchange_code(app["client_id"], app["client_secret"], code_of(oauth, app), BACK)


def test_a_person_authorises_an_app_and_the_tokens_work(oauth, general, school, simulator):
    verifier, challenge = make_pkce()
    code = code_of(oauth, general, challenge)
    grant = oauth.exchange_code(general["client_id"], general["client_secret"], code, BACK, verifier)
    assert grant.scopes == {"meeting:write:meeting", "user:read:token", "user:read:user"}
    assert 3500 < grant.expires_in <= 3600
    assert grant.refresh_token
    assert urlsplit(grant.api_url).hostname == "127.0.0.1"
    token = AccessToken(grant.access_token, clock.now(), grant.scopes, grant.api_url)
    with ZoomClient(base_url=simulator.api_url, tokens=StaticToken(token)) as client:
        assert client.users.me().id == school.teacher_id
        assert client.users.token("me").reveal()


def test_the_address_to_authorise_at_names_no_scopes(oauth):
    query = parse_qs(urlsplit(oauth.authorize_address("id", BACK, "s", "challenge")).query)
    assert query == {
        "response_type": ["code"],
        "client_id": ["id"],
        "redirect_uri": [BACK],
        "state": ["s"],
        "code_challenge": ["challenge"],
        "code_challenge_method": ["S256"],
    }
    assert "code_challenge" not in oauth.authorize_address("id", BACK, "s")


def test_a_code_without_its_verifier_is_worth_nothing(oauth, general):
    code = code_of(oauth, general, make_pkce()[1])
    with pytest.raises(ZoomAuthenticationError):
        oauth.exchange_code(general["client_id"], general["client_secret"], code, BACK, make_pkce()[0])


def test_a_code_works_once(oauth, general):
    code = code_of(oauth, general)
    oauth.exchange_code(general["client_id"], general["client_secret"], code, BACK)
    with pytest.raises(ZoomAuthenticationError) as caught:
        oauth.exchange_code(general["client_id"], general["client_secret"], code, BACK)
    assert "Press Authorize again" in str(caught.value.user_message)
    assert not isinstance(caught.value, ZoomGrantDead)


def test_a_refresh_token_works_once_and_the_next_one_goes_on(oauth, general):
    first = granted(oauth, general)
    second = oauth.refresh(general["client_id"], general["client_secret"], first.refresh_token)
    assert second.refresh_token not in (None, first.refresh_token)
    with pytest.raises(ZoomGrantDead) as caught:
        oauth.refresh(general["client_id"], general["client_secret"], first.refresh_token)
    assert caught.value.error == "invalid_grant"
    assert oauth.refresh(general["client_id"], general["client_secret"], second.refresh_token).access_token


def test_a_person_who_removed_the_app_has_to_connect_again(oauth, general, school, simulator):
    grant = granted(oauth, general)
    simulator.revoke_grant(general["client_id"], school.teacher_id)
    with pytest.raises(ZoomGrantDead):
        oauth.refresh(general["client_id"], general["client_secret"], grant.refresh_token)


def test_revoking_ends_the_grant(oauth, general):
    grant = granted(oauth, general)
    oauth.revoke(general["client_id"], general["client_secret"], grant.access_token)
    with pytest.raises(ZoomGrantDead):
        oauth.refresh(general["client_id"], general["client_secret"], grant.refresh_token)
    with pytest.raises(ZoomAuthenticationError):
        oauth.revoke(general["client_id"], general["client_secret"], "never given")


def test_an_account_token_has_no_refresh_token(oauth, school):
    grant = oauth.account_credentials(school.app["client_id"], school.app["client_secret"], school.account_id)
    assert grant.refresh_token is None
    assert "meeting:write:meeting:admin" in grant.scopes


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"client_secret": "wrong"}, "client secret"),
        ({"client_id": "wrong"}, "client secret"),
        ({"account_id": "wrong"}, "account ID"),
    ],
)
def test_what_was_copied_wrongly_is_named(oauth, school, change, words):
    given = {
        "client_id": school.app["client_id"],
        "client_secret": school.app["client_secret"],
        "account_id": school.account_id,
        **change,
    }
    with pytest.raises(ZoomAuthenticationError) as caught:
        oauth.account_credentials(**given)
    assert words in str(caught.value.user_message)
    assert given["client_secret"] not in caught.value.detail


def test_the_wrong_kind_of_app_is_named(oauth, general, school):
    with pytest.raises(ZoomAuthenticationError) as caught:
        oauth.account_credentials(general["client_id"], general["client_secret"], school.account_id)
    assert "another kind" in str(caught.value.user_message)


def test_an_app_that_is_not_active_is_named(oauth, school, simulator):
    simulator.patch_app(school.app["client_id"], active=False)
    with pytest.raises(ZoomAuthenticationError) as caught:
        oauth.account_credentials(school.app["client_id"], school.app["client_secret"], school.account_id)
    assert "activate" in str(caught.value.user_message)


@pytest.mark.parametrize("fault", ["reset_before", "reset_after", "garbage", "truncate"])
def test_a_refresh_whose_answer_is_lost_is_not_repeated_since_the_token_may_be_used_up(
    oauth, general, simulator, fault
):
    grant = granted(oauth, general)
    simulator.fault(*TOKEN, fault, times=1)
    with pytest.raises(ZoomTransportError) as caught:
        oauth.refresh(general["client_id"], general["client_secret"], grant.refresh_token)
    assert in_doubt(caught.value)


@pytest.mark.parametrize("fault", ["reset_before", "reset_after", "garbage", "truncate"])
def test_an_account_token_is_asked_for_again_since_that_does_no_harm(oauth, school, simulator, fault):
    simulator.fault(*TOKEN, fault, times=2)
    grant = oauth.account_credentials(school.app["client_id"], school.app["client_secret"], school.account_id)
    assert grant.access_token


@pytest.mark.parametrize("fault", ["delay", "drip"])
def test_a_slow_token_endpoint_ends_at_the_deadline(school, simulator, fault):
    simulator.fault(*TOKEN, fault, seconds=1 if fault == "drip" else 10)
    with (
        OAuthClient(simulator.oauth_url, deadline=0.6, allowed_hosts={"127.0.0.1"}) as oauth,
        pytest.raises(ZoomTransportError) as caught,
    ):
        oauth.account_credentials(school.app["client_id"], school.app["client_secret"], school.account_id)
    assert caught.value.timed_out


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (503, "<html>", ZoomServerError),
        (200, "<html>", ZoomResponseError),
        (200, "", ZoomResponseError),
        (200, "{}", ZoomResponseError),
        (200, {"access_token": 5.5}, ZoomResponseError),
        (200, {"reason": "Invalid Token!", "error": "invalid_grant"}, ZoomGrantDead),
        (302, "", ZoomResponseError),
        (429, {"code": 429, "message": "Too many."}, ZoomRateLimited),
    ],
)
def test_odd_answers_of_the_token_endpoint_are_errors_of_their_kind(oauth, school, simulator, status, body, error):
    simulator.fault(*TOKEN, "status", times=9, status=status, body=body)
    with pytest.raises(error) as caught:
        oauth.refresh(school.app["client_id"], school.app["client_secret"], "r")
    assert type(caught.value) is error


def test_missing_values_of_a_token_answer_have_safe_defaults(oauth, simulator):
    simulator.fault(*TOKEN, "status", status=200, body={"access_token": "a", "expires_in": "soon"})
    grant = oauth.account_credentials("id", "secret", "account")
    assert grant == Grant("a", None, 3600, frozenset(), None)


def test_a_grant_and_a_token_do_not_show_what_they_hold():
    grant = Grant("TOKENSECRET", "REFRESHSECRET", 3600, frozenset({"a:b:c"}))
    token = AccessToken("TOKENSECRET", dt.datetime(2026, 11, 21, tzinfo=dt.UTC))
    assert "SECRET" not in f"{grant!r} {grant} {token!r} {token} {StaticToken(token)!r}"


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("http://zoom.us/oauth", ()),
        ("https://zoom.us.example/oauth", ()),
        ("https://zoom.us@evil.example/oauth", ()),
        ("https://someone@zoom.us/oauth", ()),
        ("https://zoom.us:8443/oauth", ()),
        ("https://[bad/oauth", ()),
        ("http://127.0.0.1:1/oauth", ()),
        ("http://127.0.0.1:1/oauth", {"localhost", "127.0.0.1:2"}),
        ("", {""}),
    ],
)
def test_a_client_secret_goes_to_nobody_who_was_not_named(address, allowed):
    with OAuthClient(address, allowed_hosts=allowed) as oauth:
        for call in (
            lambda: oauth.account_credentials("id", "CLIENTSECRET", "account"),
            lambda: oauth.refresh("id", "CLIENTSECRET", "token"),
            lambda: oauth.exchange_code("id", "CLIENTSECRET", "code", BACK),
            lambda: oauth.revoke("id", "CLIENTSECRET", "token"),
        ):
            with pytest.raises(ZoomConfigurationError) as caught:
                call()
            assert "CLIENTSECRET" not in str(caught.value)


def test_a_host_may_be_named_with_or_without_its_port():
    with ScriptedServer(always(wire(body=b'{"access_token": "a"}'))) as server:
        for allowed in ({"127.0.0.1"}, {server.host}):
            with OAuthClient(f"http://{server.host}/oauth/", allowed_hosts=allowed, sleep=Pauses()) as oauth:
                assert oauth.account_credentials("id", "secret", "acc&ount").access_token == "a"
    head, _, body = server.requests[0].decode().partition("\r\n\r\n")
    assert head.startswith("POST /oauth/token HTTP/1.1")
    assert f"Authorization: Basic {base64.b64encode(b'id:secret').decode()}" in head
    assert body == "grant_type=account_credentials&account_id=acc%26ount"


def test_a_redirect_does_not_carry_the_secret_away():
    with ScriptedServer(always(wire(body=b'{"access_token": "a"}'))) as other:
        answer = wire(307, b"", Location=f"http://{other.host}/oauth/token")
        with (
            ScriptedServer(always(answer)) as server,
            OAuthClient(f"http://{server.host}/oauth", allowed_hosts={"127.0.0.1"}, sleep=Pauses()) as oauth,
            pytest.raises(ZoomResponseError),
        ):
            oauth.refresh("id", "secret", "token")
        assert other.requests == []


def test_a_verifier_proves_its_challenge():
    verifier, challenge = make_pkce()
    digest = hashlib.sha256(verifier.encode()).digest()
    assert base64.urlsafe_b64decode(challenge + "=") == digest
    assert re.fullmatch(r"[A-Za-z0-9_-]{43,128}", verifier)
    assert make_pkce() != (verifier, challenge)


@pytest.mark.parametrize(
    ("configured", "from_token", "chosen"),
    [
        ("https://api.zoom.us/v2", None, "https://api.zoom.us/v2"),
        ("https://api.zoom.us/v2/", "", "https://api.zoom.us/v2"),
        ("https://api.zoom.us/v2", "https://api-eu.zoom.us", "https://api-eu.zoom.us/v2"),
        ("https://api.zoom.us/v2", "https://api-eu.zoom.us/v2/", "https://api-eu.zoom.us/v2"),
        ("https://api.zoom.us/v2", "http://api-eu.zoom.us", "https://api.zoom.us/v2"),
        ("https://api.zoom.us/v2", "https://zoom.us.evil.example", "https://api.zoom.us/v2"),
        ("https://api.zoom.us/v2", "https://evil.example#.zoom.us", "https://api.zoom.us/v2"),
        ("https://api.zoom.us/v2", "https://user@api.zoom.us", "https://api.zoom.us/v2"),
        ("https://api.zoom.us/v2", "https://api.zoom.us:444", "https://api.zoom.us/v2"),
        ("https://api.zoom.us/v2", "http://169.254.169.254/", "https://api.zoom.us/v2"),
        ("https://api.zoom.us/v2", "https://[", "https://api.zoom.us/v2"),
        ("http://127.0.0.1:8900/v2", "https://api-eu.zoom.us", "http://127.0.0.1:8900/v2"),
        ("http://127.0.0.1:8900/v2", "http://127.0.0.1:9999", "http://127.0.0.1:8900/v2"),
        ("https://proxy.school.example/zoom/v2", "https://api-eu.zoom.us", "https://proxy.school.example/zoom/v2"),
    ],
)
def test_a_regional_address_is_used_only_if_it_is_zooms_and_so_is_ours(configured, from_token, chosen):
    assert choose_api_url(configured, from_token) == chosen


@given(st.text())
def test_no_text_makes_calls_leave_zoom(from_token):
    assert is_zoom_address(choose_api_url("https://api.zoom.us/v2", from_token))
