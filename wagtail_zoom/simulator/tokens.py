"""Access and refresh tokens: given, renewed, checked, and what kills them."""

from __future__ import annotations

from .errors import ApiError, bad_token
from .identifiers import opaque
from .records import App, Grant, Token, User
from .state import Zoom


ACCESS_SECONDS = 3_600
EXPIRES_IN = 3_599
REFRESH_SECONDS = 90 * 24 * 3600
# Long, as real ones are: a column of 255 characters has lost tokens before.
ACCESS_LENGTH = 1_100
REFRESH_LENGTH = 700
REVOKED = 4741


def issue_access_token(zoom: Zoom, app: App, user: User, scopes: frozenset[str]) -> Token:
    """Return a new access token, good for an hour of the clock."""
    token = Token(opaque(ACCESS_LENGTH), app, user, scopes, zoom.clock.timestamp() + ACCESS_SECONDS)
    zoom.tokens[token.value] = token
    return token


def open_grant(zoom: Zoom, app: App, user: User, scopes: frozenset[str], *, shared_access: bool) -> Grant:
    """Remember that the user allowed the app ``scopes``; what an earlier authorisation gave is dead from now on (Zoom: 4741)."""
    close_grant(zoom, app, user, REVOKED)
    grant = Grant(app, user, "", [], scopes & frozenset(app.scopes), shared_access)
    zoom.grants[app.client_id, user.id] = grant
    return grant


def renew_grant(zoom: Zoom, grant: Grant) -> Token:
    """Return a new access token and put a new refresh token in the place of the old one, which is dead."""
    zoom.refresh_tokens.pop(grant.refresh_token, None)
    grant.refresh_token = opaque(REFRESH_LENGTH)
    grant.refresh_expires = zoom.clock.timestamp() + REFRESH_SECONDS
    zoom.refresh_tokens[grant.refresh_token] = grant
    token = issue_access_token(zoom, grant.app, grant.user, grant.scopes)
    now = zoom.clock.timestamp()
    grant.access_tokens = [each for each in grant.access_tokens if each.expires > now] + [token]
    return token


def close_grant(zoom: Zoom, app: App, user: User, code: int = 124) -> bool:
    """Kill what the user gave the app; return whether there was anything. Calls with it are refused with ``code``."""
    grant = zoom.grants.pop((app.client_id, user.id), None)
    if grant is None:
        return False
    zoom.refresh_tokens.pop(grant.refresh_token, None)
    for token in grant.access_tokens:
        token.revoked_code = code
    return True


def known_token(zoom: Zoom, header: str) -> Token | None:
    """Return the token of an Authorization header, live or dead; None if it was never given."""
    kind, _, value = header.partition(" ")
    return zoom.tokens.get(value.strip()) if kind.lower() == "bearer" else None


def bearer(zoom: Zoom, header: str) -> Token:
    """Return the live token of an Authorization header; raise ``ApiError`` 401 for anything else."""
    token = known_token(zoom, header)
    if token is None:
        raise bad_token()
    if token.revoked_code:
        raise _refused(token.revoked_code)
    if token.user.deleted:
        raise _refused(4735)
    if not token.app.active:
        raise _refused(4717)
    if token.expires <= zoom.clock.timestamp():
        raise bad_token("Access token is expired.")
    return token


def _refused(code: int) -> ApiError:
    messages = {
        REVOKED: "The token has been revoked.",
        4717: "The app has been disabled.",
        4735: "The owner of the token does not exist.",
    }
    return bad_token(messages.get(code, "Invalid access token."), code)
