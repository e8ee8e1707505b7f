"""OAuth: the consent page, the three grants, and revocation."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aiohttp import web

from . import notifications
from .consent import consent_page, refusal_page, ticked_scopes
from .identifiers import opaque
from .records import App, Code, Token
from .state import Zoom
from .tokens import EXPIRES_IN, close_grant, issue_access_token, open_grant, renew_grant


CODE_SECONDS = 5 * 60
_KEPT = ("response_type", "client_id", "redirect_uri", "state", "scope", "code_challenge", "code_challenge_method")


class TokenError(Exception):
    """A refusal of the token endpoint, in its own shape."""

    def __init__(self, error: str, reason: str, status: int = 400) -> None:
        """Take the machine's word, the sentence, and the HTTP status."""
        super().__init__(reason)
        self.error = error
        self.reason = reason
        self.status = status

    def body(self) -> dict[str, str]:
        """Return the JSON body."""
        return {"reason": self.reason, "error": self.error}


def show_consent(zoom: Zoom, query: dict[str, str]) -> web.Response:
    """Answer GET /oauth/authorize: the consent page, or Zoom's own page about what is wrong (no redirect)."""
    wish = {name: query[name] for name in _KEPT if query.get(name)}
    app, refusal = _checked_wish(zoom, wish)
    if app is None:
        return refusal_page(*refusal)
    people = [user for account in zoom.accounts.values() for user in account.users if user.status == "active"]
    return consent_page(app, wish, people)


def decide_consent(zoom: Zoom, form: dict[str, str]) -> web.Response:
    """Answer POST /oauth/authorize: back to the app with a code, or a refusal."""
    wish = {name: form[name] for name in _KEPT if form.get(name)}
    app, refusal = _checked_wish(zoom, wish)
    if app is None:
        return refusal_page(*refusal)
    user = zoom.users.get(form.get("user", ""))
    if user is None or user.deleted:
        return refusal_page("Nobody is signed in", "Choose who you are and try again.", 0)
    if user.account is not app.account and not app.published:
        return refusal_page(
            "You cannot add this app",
            "It has not been published, so only members of the account that made it can add it.",
            4700,
        )
    if user.account.admin_approval and user is not user.account.owner:
        return refusal_page(
            "Your administrator has to approve this app",
            "A request has been sent. You can add the app after it has been approved.",
            4738,
        )
    if form.get("decision") != "allow":
        return _redirect(wish, {"error": "access_denied"})
    value = opaque(64)
    zoom.codes[value] = Code(
        value,
        app,
        user,
        wish["redirect_uri"],
        wish.get("code_challenge", ""),
        wish.get("code_challenge_method", "plain"),
        zoom.clock.timestamp() + CODE_SECONDS,
        ticked_scopes(app, form),
        shared_access=bool(form.get("shared_access")),
    )
    return _redirect(wish, {"code": value})


def answer_token(zoom: Zoom, authorization: str, parameters: dict[str, str]) -> tuple[App, dict[str, Any]]:
    """Return who asked and the body of an answer of POST /oauth/token; raise ``TokenError`` where it is refused."""
    app = authenticated_app(zoom, authorization)
    if not app.active:
        raise TokenError("invalid_client", "The app has been disabled.")
    grant_type = parameters.get("grant_type", "")
    if grant_type == "account_credentials" and app.type == "server_to_server":
        return app, _account_credentials(zoom, app, parameters)
    if grant_type == "authorization_code" and app.type == "general":
        return app, _authorization_code(zoom, app, parameters)
    if grant_type == "refresh_token" and app.type == "general":
        return app, _refresh(zoom, app, parameters)
    raise TokenError("unsupported_grant_type", "unsupported grant type")


def answer_revoke(zoom: Zoom, authorization: str, parameters: dict[str, str]) -> tuple[App, dict[str, Any]]:
    """Return who asked and the body of an answer of POST /oauth/revoke; the app is removed for the token's user."""
    app = authenticated_app(zoom, authorization)
    value = parameters.get("token", "")
    access, grant = zoom.tokens.get(value), zoom.refresh_tokens.get(value)
    holder = access or grant
    if holder is None or holder.app is not app:
        raise TokenError("invalid_request", "Invalid Token!")
    if access:
        access.revoked_code = 124
    if close_grant(zoom, app, holder.user):
        notifications.app_deauthorized(zoom, app, holder.user)
    return app, {"status": "success"}


def authenticated_app(zoom: Zoom, authorization: str) -> App:
    """Return the app of a Basic Authorization header; raise ``TokenError`` 401 when it is wrong."""
    kind, _, encoded = authorization.partition(" ")
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        client_id = secret = ""
    app = zoom.apps.get(client_id) if kind.lower() == "basic" else None
    if app is None or not hmac.compare_digest(app.client_secret.encode(), secret.encode()):
        raise TokenError("invalid_client", "Invalid client_id or client_secret", 401)
    return app


def _checked_wish(zoom: Zoom, wish: dict[str, str]) -> tuple[App | None, tuple[str, str, int]]:
    app = zoom.apps.get(wish.get("client_id", ""))
    if app is None or app.type != "general":
        return None, ("Invalid app", "There is no app with this client ID.", 4702)
    if not app.active:
        return None, ("The app is disabled", "The app cannot be added because it is not active.", 4717)
    if wish.get("redirect_uri") not in app.redirect_uris:
        return None, ("Invalid redirect", "The redirect address is not one of those registered for this app.", 4700)
    if wish.get("response_type") != "code":
        return None, ("Invalid request", "The response type has to be code.", 4700)
    if not set(wish.get("scope", "").split()) <= set(app.scopes):
        return None, ("Invalid scope", "A scope was asked for that is not enabled for this app.", 4700)
    if wish.get("code_challenge_method", "plain") not in ("plain", "S256"):
        return None, ("Invalid request", "The code challenge method has to be S256 or plain.", 4700)
    return app, ("", "", 0)


def _redirect(wish: dict[str, str], more: dict[str, str]) -> web.Response:
    parts = urlsplit(wish["redirect_uri"])
    query = [*parse_qsl(parts.query, keep_blank_values=True), *more.items()]
    if "state" in wish:
        query.append(("state", wish["state"]))
    location = urlunsplit(parts._replace(query=urlencode(query)))
    return web.Response(status=302, headers={"Location": location, "Cache-Control": "no-store"})


def _account_credentials(zoom: Zoom, app: App, parameters: dict[str, str]) -> dict[str, Any]:
    owner = app.account.owner
    if parameters.get("account_id") != app.account.id or owner is None:
        raise TokenError("invalid_request", "Bad Request: the account_id is not valid for this app.")
    return _token_json(zoom, issue_access_token(zoom, app, owner, frozenset(app.scopes)))


def _authorization_code(zoom: Zoom, app: App, parameters: dict[str, str]) -> dict[str, Any]:
    code = zoom.codes.pop(parameters.get("code", ""), None)
    if code is None or code.app is not app:
        raise TokenError("invalid_grant", "Invalid authorization code")
    if code.expires <= zoom.clock.timestamp():
        raise TokenError("invalid_grant", "The authorization code has expired")
    if parameters.get("redirect_uri") != code.redirect_uri:
        raise TokenError("invalid_request", "Redirect URI mismatch.")
    if code.challenge and not _proves(code, parameters.get("code_verifier", "")):
        raise TokenError("invalid_grant", "The code verifier does not match the code challenge")
    if code.user.deleted:
        raise TokenError("invalid_grant", "The user does not exist")
    grant = open_grant(zoom, app, code.user, code.scopes, shared_access=code.shared_access)
    token = renew_grant(zoom, grant)
    return {**_token_json(zoom, token), "refresh_token": grant.refresh_token}


def _refresh(zoom: Zoom, app: App, parameters: dict[str, str]) -> dict[str, Any]:
    grant = zoom.refresh_tokens.get(parameters.get("refresh_token", ""))
    if grant is None or grant.app is not app or grant.user.deleted:
        raise TokenError("invalid_grant", "Invalid Token!")
    if grant.refresh_expires <= zoom.clock.timestamp():
        raise TokenError("invalid_grant", "Invalid Token!")
    token = renew_grant(zoom, grant)
    return {**_token_json(zoom, token), "refresh_token": grant.refresh_token}


def _proves(code: Code, verifier: str) -> bool:
    given = verifier
    if code.challenge_method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        given = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return hmac.compare_digest(given.encode(), code.challenge.encode())


def _token_json(zoom: Zoom, token: Token) -> dict[str, Any]:
    return {
        "access_token": token.value,
        "token_type": "bearer",
        "expires_in": EXPIRES_IN,
        "scope": " ".join(sorted(token.scopes)),
        "api_url": zoom.base_url,
    }
