"""OAuth: the consent page, the three grants, and what ends them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.simulator.zoom_app import OTHER_TEACHER, REDIRECT, TEACHER, ZoomApp
from wagtail_zoom.testing import SimulatorControl, SimulatorError, authorize


def exchange(app: ZoomApp, code: str, **more: str):
    return app.ask_token(grant_type="authorization_code", code=code, redirect_uri=REDIRECT, **more)


def test_consent_leads_back_with_code_and_state(new_app: Callable[..., ZoomApp]) -> None:
    location = authorize(new_app().consent_url(), TEACHER["email"])

    query = parse_qs(urlsplit(location).query)
    assert location.startswith(REDIRECT + "?")
    assert query["state"] == ["s 1"]
    assert len(query["code"]) == 1


def test_declining_leads_back_with_access_denied(new_app: Callable[..., ZoomApp]) -> None:
    location = authorize(new_app().consent_url(), TEACHER["email"], allow=False)

    assert parse_qs(urlsplit(location).query) == {"error": ["access_denied"], "state": ["s 1"]}


def test_code_gives_tokens_with_the_apps_scopes(simulator: SimulatorControl, new_app: Callable[..., ZoomApp]) -> None:
    app = new_app(scopes=["user:read:user", "meeting:write:meeting"])

    answer = exchange(app, app.code_from(TEACHER["email"]))

    assert answer.status == 200
    assert answer.json["scope"] == "meeting:write:meeting user:read:user"
    assert answer.json["token_type"] == "bearer"
    assert answer.json["expires_in"] == 3599
    assert answer.json["api_url"] == simulator.base_url
    assert len(answer.json["access_token"]) > 1000


def test_code_works_once(new_app: Callable[..., ZoomApp]) -> None:
    app = new_app()
    code = app.code_from(TEACHER["email"])
    assert exchange(app, code).status == 200

    assert exchange(app, code).json["error"] == "invalid_grant"


def test_code_dies_after_five_minutes(simulator: SimulatorControl, new_app: Callable[..., ZoomApp]) -> None:
    app = new_app()
    code = app.code_from(TEACHER["email"])
    simulator.advance(301)

    assert exchange(app, code).status == 400


def test_code_needs_the_same_redirect_address(new_app: Callable[..., ZoomApp]) -> None:
    app = new_app()
    code = app.code_from(TEACHER["email"])

    answer = app.ask_token(grant_type="authorization_code", code=code, redirect_uri=REDIRECT + "/")

    assert answer.status == 400


def test_code_of_another_app_is_refused(new_app: Callable[..., ZoomApp]) -> None:
    code = new_app().code_from(TEACHER["email"])

    assert exchange(new_app(), code).status == 400


@pytest.mark.parametrize(("verifier", "status"), [("v" * 50, 200), ("w" * 50, 400), ("", 400)])
def test_pkce_is_enforced(new_app: Callable[..., ZoomApp], verifier: str, status: int) -> None:
    app = new_app()
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 50).digest()).decode().rstrip("=")
    code = app.code_from(TEACHER["email"], code_challenge=challenge, code_challenge_method="S256")

    assert exchange(app, code, code_verifier=verifier).status == status


def test_plain_pkce_is_enforced(new_app: Callable[..., ZoomApp]) -> None:
    app = new_app()
    code = app.code_from(TEACHER["email"], code_challenge="plain-verifier")

    assert exchange(app, code, code_verifier="another").status == 400


def test_wrong_secret_is_401_invalid_client(new_app: Callable[..., ZoomApp]) -> None:
    app = new_app("server_to_server")

    answer = app.ask_token(secret="wrong", grant_type="account_credentials", account_id=app.account_id)

    assert (answer.status, answer.json["error"]) == (401, "invalid_client")
    assert answer.json["reason"] == "Invalid client_id or client_secret"


def test_account_credentials_of_another_account_are_refused(
    simulator: SimulatorControl, new_app: Callable[..., ZoomApp]
) -> None:
    other = simulator.add_account(users=[{"email": "host.one@academy.example"}])

    answer = new_app("server_to_server").ask_token(grant_type="account_credentials", account_id=other["account_id"])

    assert answer.status == 400
    assert set(answer.json) == {"reason", "error"}


@pytest.mark.parametrize(
    ("kind", "grant"),
    [("general", "account_credentials"), ("server_to_server", "authorization_code"), ("general", "password")],
)
def test_grant_types_belong_to_kinds_of_apps(new_app: Callable[..., ZoomApp], kind: str, grant: str) -> None:
    app = new_app(kind)

    answer = app.ask_token(grant_type=grant, account_id=app.account_id)

    assert (answer.status, answer.json["error"]) == (400, "unsupported_grant_type")


def test_account_credentials_give_no_refresh_token_and_several_live_at_once(new_app: Callable[..., ZoomApp]) -> None:
    app = new_app("server_to_server")
    first = app.ask_token(grant_type="account_credentials", account_id=app.account_id).json
    second = app.ask_token(grant_type="account_credentials", account_id=app.account_id).json

    assert "refresh_token" not in first
    assert app.call("GET", "/users", token=first["access_token"]).status == 200
    assert app.call("GET", "/users", token=second["access_token"]).status == 200


def test_refresh_tokens_rotate_and_work_once(teacher: ZoomApp) -> None:
    old = teacher.refresh_token
    assert teacher.refresh().status == 200
    assert teacher.refresh_token != old

    again = teacher.ask_token(grant_type="refresh_token", refresh_token=old)

    assert again.status == 400
    assert again.json == {"reason": "Invalid Token!", "error": "invalid_grant"}
    assert teacher.call("GET", "/users/me").status == 200


def test_access_token_dies_after_an_hour(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.advance(3601)

    answer = teacher.call("GET", "/users/me")

    assert (answer.status, answer.code) == (401, 124)
    assert teacher.refresh().status == 200
    assert teacher.call("GET", "/users/me").status == 200


def test_refresh_token_dies_after_ninety_days(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    simulator.advance(91 * 24 * 3600)

    assert teacher.refresh().json["error"] == "invalid_grant"


def test_authorising_again_kills_the_older_pair(teacher: ZoomApp) -> None:
    access, refresh = teacher.token, teacher.refresh_token
    teacher.connect()

    refused = teacher.call("GET", "/users/me", token=access)

    assert (refused.status, refused.code) == (401, 4741)
    assert teacher.ask_token(grant_type="refresh_token", refresh_token=refresh).status == 400
    assert teacher.call("GET", "/users/me").status == 200


def test_two_users_of_one_app_do_not_disturb_each_other(teacher: ZoomApp) -> None:
    first = teacher.token
    teacher.connect(OTHER_TEACHER["email"])

    assert teacher.call("GET", "/users/me", token=first).json["email"] == TEACHER["email"]
    assert teacher.call("GET", "/users/me").json["email"] == OTHER_TEACHER["email"]


def test_revoking_kills_every_token_of_the_user(teacher: ZoomApp) -> None:
    answer = teacher.ask_token(action="revoke", token=teacher.token)

    assert answer.json == {"status": "success"}
    assert teacher.call("GET", "/users/me").code == 124
    assert teacher.refresh().json["error"] == "invalid_grant"


def test_revoking_an_unknown_token_is_refused(teacher: ZoomApp) -> None:
    assert teacher.ask_token(action="revoke", token="nothing").status == 400


def test_user_who_removes_the_app_takes_its_tokens(
    simulator: SimulatorControl, account: dict[str, Any], teacher: ZoomApp
) -> None:
    assert simulator.revoke_grant(teacher.client_id, account["users"][0]["id"]) == {"revoked": True}

    assert teacher.call("GET", "/users/me").code == 124
    assert teacher.refresh().json["error"] == "invalid_grant"


def test_deleted_user_takes_tokens_along(
    simulator: SimulatorControl, account: dict[str, Any], teacher: ZoomApp
) -> None:
    teacher.connect(OTHER_TEACHER["email"])
    simulator.delete_user(account["users"][1]["id"])

    assert teacher.call("GET", "/users/me").code == 4735
    assert teacher.refresh().status == 400


def test_inactive_app_gets_nothing(simulator: SimulatorControl, office: ZoomApp) -> None:
    simulator.patch_app(office.client_id, active=False)

    assert office.call("GET", "/users").status == 401
    assert office.ask_token(grant_type="account_credentials", account_id=office.account_id).status == 400


def test_token_in_the_query_is_not_accepted(teacher: ZoomApp) -> None:
    answer = teacher.exchange("GET", f"/v2/users/me?access_token={teacher.token}", None, {})

    assert (answer.status, answer.code) == (401, 124)


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "unknown"},
        {"redirect_uri": REDIRECT.upper()},
        {"redirect_uri": ""},
        {"response_type": "token"},
        {"scope": "not:enabled"},
    ],
)
def test_wrong_requests_end_on_zooms_own_page(new_app: Callable[..., ZoomApp], change: dict[str, str]) -> None:
    with pytest.raises(SimulatorError) as refused:
        authorize(new_app().consent_url(**change), TEACHER["email"])

    assert refused.value.status == 400


def test_inactive_app_ends_on_zooms_own_page(simulator: SimulatorControl, new_app: Callable[..., ZoomApp]) -> None:
    app = new_app()
    simulator.patch_app(app.client_id, active=False)

    with pytest.raises(SimulatorError, match="disabled"):
        authorize(app.consent_url(), TEACHER["email"])


def test_unpublished_app_refuses_people_of_other_accounts(
    simulator: SimulatorControl, new_app: Callable[..., ZoomApp]
) -> None:
    simulator.add_account(users=[{"email": "host.one@academy.example"}])

    with pytest.raises(SimulatorError, match="published"):
        authorize(new_app().consent_url(), "host.one@academy.example")


def test_published_app_takes_people_of_other_accounts(
    simulator: SimulatorControl, new_app: Callable[..., ZoomApp]
) -> None:
    simulator.add_account(users=[{"email": "host.one@academy.example"}])
    app = new_app(published=True)

    app.connect("host.one@academy.example")

    assert app.call("GET", "/users/me").json["email"] == "host.one@academy.example"


def test_account_that_wants_approval_ends_on_zooms_own_page(
    simulator: SimulatorControl, account: dict[str, Any], new_app: Callable[..., ZoomApp]
) -> None:
    simulator.patch_account(account["account_id"], admin_approval=True)
    app = new_app()

    with pytest.raises(SimulatorError, match="administrator"):
        authorize(app.consent_url(), OTHER_TEACHER["email"])
    assert authorize(app.consent_url(), TEACHER["email"]).startswith(REDIRECT)


def test_person_who_is_not_offered_cannot_consent(new_app: Callable[..., ZoomApp]) -> None:
    with pytest.raises(SimulatorError) as refused:
        authorize(new_app().consent_url(), "nobody@school.example")

    assert refused.value.status == 404


def test_consent_page_lists_scopes_and_escapes_what_is_given(new_app: Callable[..., ZoomApp]) -> None:
    app = new_app(scopes=["meeting:write:meeting"])
    page = app.exchange("GET", app.consent_url(state="<script>").removeprefix(app.simulator.base_url), None, {}).text

    assert "<li>meeting:write:meeting</li>" in page
    assert "Allow this app to use my shared access permissions" in page
    assert "<script>" not in page


def test_new_scopes_need_a_new_authorisation_and_removed_ones_are_gone_at_once(
    simulator: SimulatorControl, new_app: Callable[..., ZoomApp]
) -> None:
    app = new_app(scopes=["user:read:user"])
    app.connect()
    simulator.patch_app(app.client_id, scopes=["user:read:settings"])

    assert app.call("GET", "/users/me").code == 4711
    app.refresh()
    assert app.call("GET", "/users/me/settings").code == 4711
    app.connect()
    assert app.call("GET", "/users/me/settings").status == 200


def test_an_optional_scope_can_be_unticked_and_is_then_missing(new_app: Callable[..., ZoomApp]) -> None:
    app = new_app(scopes=["user:read:user", "user:read:settings"], optional_scopes=["user:read:settings"])
    page = app.exchange("GET", app.consent_url().removeprefix(app.simulator.base_url), None, {}).text
    assert page.count('type="checkbox"') == 2  # the other one is for shared access permissions

    app.connect()
    assert app.call("GET", "/users/me/settings").status == 200
    app.connect(untick=["user:read:settings"])
    assert app.call("GET", "/users/me").status == 200
    assert app.call("GET", "/users/me/settings").code == 4711
    app.refresh()
    assert app.call("GET", "/users/me/settings").code == 4711


def test_a_scope_that_is_not_optional_cannot_be_unticked(new_app: Callable[..., ZoomApp]) -> None:
    app = new_app(scopes=["user:read:user"], optional_scopes=["user:read:settings"])
    with pytest.raises(SimulatorError, match="no box"):
        app.connect(untick=["user:read:user"])
    app.connect()
    assert app.call("GET", "/users/me/settings").code == 4711
