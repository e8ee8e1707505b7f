"""From the refusals of Zoom's token endpoint, which have a shape of their own, to our errors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from django.utils.translation import gettext_lazy as _

from ..exceptions import ZoomAPIError, ZoomAuthenticationError, ZoomGrantDead, ZoomRateLimited, ZoomScopeError
from .errors import error_code, parsed_object, refusal
from .retries import parse_retry_after
from .transport import TRACKING_HEADER, Answer


if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

GrantType = Literal["authorization_code", "refresh_token", "account_credentials", "revoke"]

_WAIT_FOR_TOKENS = dt.timedelta(seconds=30)

_WRONG_CREDENTIALS = _(
    "Zoom does not know this client ID and client secret. Copy both again from the app's page in the Zoom Marketplace, "
    "from the same tab: “Development” and “Production” have keys of their own."
)
_NOT_ACTIVE = _("The app is not active at Zoom. Open it in the Zoom Marketplace and activate it.")
_WRONG_KIND = _(
    "This Zoom app is of another kind than was chosen here. Look in the Zoom Marketplace whether it is a General App "
    "or a Server-to-Server app."
)
_WRONG_ACCOUNT = _("Zoom does not know this account ID. Copy it again from the app's page in the Zoom Marketplace.")
_WRONG_REDIRECT = _(
    "The redirect address is not registered in the Zoom app. Copy it from Settings → Zoom into the app, exactly as it is, "
    "and in the tab – “Development” or “Production” – whose client ID is used here."
)
_CODE_USED = _("Zoom's permission to connect has expired or was used already. Press Authorize again.")
_REFUSED = _("Zoom refused the connection. Test it under Settings → Zoom, where the reason is shown.")


def is_oauth_refusal(body: Mapping[str, Any]) -> bool:
    """Tell whether a JSON object is a refusal of the token endpoint, whatever the status it came with."""
    return bool(body.get("error") or body.get("reason")) or error_code(body) not in (None, 0, 200)


def oauth_refusal(answer: Answer, grant: GrantType, *, now: dt.datetime) -> ZoomAPIError:
    """Return the error that a refusal of the token endpoint means for ``grant``.

    Zoom: the shape is {reason, error}; some refusals use the API's {code, message} instead. ``now`` (aware) is where
    waits are counted from.
    """
    operation = "POST /oauth/revoke" if grant == "revoke" else f"POST /oauth/token ({grant})"
    body = parsed_object(answer)
    if answer.status == 429:
        # No allowance of a host's day is counted here, so that it cannot be used up until midnight.
        retry_at = parse_retry_after(answer.headers.get("Retry-After", ""), now) or now + _WAIT_FOR_TOKENS
        return ZoomRateLimited(429, retry_at=retry_at, operation=operation)
    if not is_oauth_refusal(body) or answer.status >= 500:
        return refusal(answer, operation=operation, now=now)
    error = str(body.get("error") or "").lower()
    words = str(body.get("reason") or body.get("error_description") or body.get("message") or error)
    code = error_code(body)
    common: dict[str, Any] = {
        "status": answer.status,
        "code": code,
        "message": f"{error}: {words}" if error and error not in words.lower() else words,
        "tracking_id": answer.headers.get(TRACKING_HEADER, ""),
        "operation": operation,
    }
    if code == 4711:
        return ZoomScopeError(**common)
    meant, sentence = _meaning(grant, error, words.lower(), code)
    found = meant(**common, user_message=sentence)
    found.error = error
    return found


def _meaning(
    grant: GrantType, error: str, words: str, code: int | None
) -> tuple[type[ZoomAuthenticationError], StrPromise | None]:
    """Decide between the things that a person can do about it."""
    if code == 4717 or any(said in words for said in ("disabled", "deactivated", "not activated", "not active")):
        return ZoomAuthenticationError, _NOT_ACTIVE
    if error in ("invalid_client", "unauthorized_client") or code in (4702, 4704, 4706):
        return ZoomAuthenticationError, _WRONG_CREDENTIALS
    if error == "unsupported_grant_type" or code == 4705:
        return ZoomAuthenticationError, _WRONG_KIND
    if grant == "refresh_token" and _token_is_dead(error, words, code):
        return ZoomGrantDead, None
    if grant == "authorization_code":
        mismatch = "redirect" in words or code in (4700, 4709)
        return ZoomAuthenticationError, _WRONG_REDIRECT if mismatch else _CODE_USED
    if grant == "account_credentials" and "account" in words:
        return ZoomAuthenticationError, _WRONG_ACCOUNT
    return ZoomAuthenticationError, _REFUSED


def _token_is_dead(error: str, words: str, code: int | None) -> bool:
    """Observed: invalid_grant today, invalid_request with "Invalid Token!" in older answers."""
    return error == "invalid_grant" or code in (4735, 4741) or ("token" in words and "invalid" in words)
