"""OAuth with Zoom: authorise, exchange, refresh, revoke, and tokens for whole accounts."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import random
import secrets
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import requests

from ..clock import now
from ..exceptions import ZoomConfigurationError, ZoomError, ZoomResponseError
from .base_url import GOVERNMENT, choose_api_url, cloud_of, may_get_secrets
from .coerce import text, whole_number
from .deadline_adapter import Deadline
from .errors import json_object, parsed_object
from .oauth_errors import GrantType, is_oauth_refusal, oauth_refusal
from .retries import pause_before_repeat
from .transport import Answer, Connected


__all__ = ["Grant", "OAuthClient", "choose_api_url", "make_pkce"]

_USUAL_LIFE = 3600


@dataclass(frozen=True, slots=True)
class Grant:
    """What Zoom's token endpoint gave. The tokens do not show in the representation.

    ``expires_in`` is seconds from the answer on; ``refresh_token`` is None for account credentials; ``api_url`` is the
    regional address, if Zoom named one.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in: int
    scopes: frozenset[str]
    api_url: str | None = None


def make_pkce() -> tuple[str, str]:
    """Return a new PKCE verifier and its S256 challenge (RFC 7636)."""
    verifier = secrets.token_urlsafe(64)
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


class OAuthClient(Connected):
    """Zoom's OAuth endpoints below ``oauth_url`` ("https://zoom.us/oauth").

    Client secrets go to https addresses of Zoom only, and else to those whose host is named in ``allowed_hosts``
    ("127.0.0.1", or "127.0.0.1:8900" for that port alone). ``deadline`` is the total of seconds one call may take.
    """

    def __init__(
        self,
        oauth_url: str,
        *,
        deadline: float = 8.0,
        allowed_hosts: Collection[str] = (),
        clock: Callable[[], dt.datetime] | None = None,
        user_agent: str | None = None,
        session: requests.Session | None = None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(session=session, user_agent=user_agent)
        self._oauth_url = oauth_url.rstrip("/")
        self._deadline = deadline
        self._allowed_hosts = frozenset(allowed_hosts)
        self._now = clock or now
        self._sleep = sleep
        self._jitter = jitter

    def authorize_address(
        self, client_id: str, redirect_uri: str, state: str, code_challenge: str | None = None
    ) -> str:
        """Return the address to send a person to, who will come back to ``redirect_uri`` with a code.

        Zoom: scopes are not named here; naming one that the app lacks is an error.
        """
        query = {"response_type": "code", "client_id": client_id, "redirect_uri": redirect_uri, "state": state}
        if code_challenge:
            query |= {"code_challenge": code_challenge, "code_challenge_method": "S256"}
        return f"{self._oauth_url}/authorize?{urlencode(query)}"

    def exchange_code(
        self, client_id: str, client_secret: str, code: str, redirect_uri: str, code_verifier: str | None = None
    ) -> Grant:
        """Turn the code of a callback into tokens.

        Zoom: a code lives five minutes and works once, so nothing is repeated when an answer stays away. Raises
        ZoomAuthenticationError if Zoom refuses.
        """
        form = {"code": code, "redirect_uri": redirect_uri}
        if code_verifier:
            form["code_verifier"] = code_verifier
        return self._grant("authorization_code", client_id, client_secret, form)

    def refresh(self, client_id: str, client_secret: str, refresh_token: str) -> Grant:
        """Turn a refresh token into new tokens; the old pair is dead from then on.

        Nothing is repeated when an answer stays away, since the token may be used up. Raises ZoomGrantDead if Zoom
        says that it is; another process may have used it meanwhile, so look at what is stored before believing it.
        """
        return self._grant("refresh_token", client_id, client_secret, {"refresh_token": refresh_token})

    def account_credentials(self, client_id: str, client_secret: str, account_id: str) -> Grant:
        """Return a token for a whole account (Server-to-Server); there is no refresh token: just ask again."""
        return self._grant("account_credentials", client_id, client_secret, {"account_id": account_id})

    def revoke(self, client_id: str, client_secret: str, token: str) -> None:
        """Give a token back. Zoom: this also removes the app from the person's account."""
        answer = self._post("revoke", "revoke", client_id, client_secret, {"token": token})
        if is_oauth_refusal(parsed_object(answer)):
            raise oauth_refusal(answer, "revoke", now=self._now())

    def _grant(self, grant: GrantType, client_id: str, client_secret: str, form: Mapping[str, str]) -> Grant:
        answer = self._post("token", grant, client_id, client_secret, {"grant_type": grant, **form})
        body = json_object(answer, "POST /oauth/token")
        access_token = text(body.get("access_token"))
        if not access_token:
            if is_oauth_refusal(body):
                raise oauth_refusal(answer, grant, now=self._now())
            raise ZoomResponseError("POST /oauth/token: no token in the answer")
        return Grant(
            access_token=access_token,
            refresh_token=text(body.get("refresh_token")) or None,
            expires_in=whole_number(body.get("expires_in")) or _USUAL_LIFE,
            scopes=_scopes(body.get("scope")),
            api_url=text(body.get("api_url")) or self._api_url_of_cloud(),
        )

    def _post(
        self, endpoint: str, grant: GrantType, client_id: str, client_secret: str, form: Mapping[str, str]
    ) -> Answer:
        address = f"{self._oauth_url}/{endpoint}"
        self._check_address(address)
        credentials = base64.b64encode(f"{client_id}:{client_secret}".encode())
        headers = {
            "Authorization": f"Basic {credentials.decode('ascii')}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        content = urlencode(form).encode()
        deadline = Deadline.after(self._deadline)
        repeats = 0
        while True:
            try:
                answer = self._transport.send(
                    "POST",
                    address,
                    name=f"/oauth/{endpoint}",
                    headers=headers,
                    body=content,
                    deadline=deadline,
                    fresh=True,
                )
                if answer.status < 300:
                    return answer
                raise oauth_refusal(answer, grant, now=self._now())
            except ZoomError as error:
                safe = grant == "account_credentials"
                pause = pause_before_repeat(error, repeats=repeats, safe=safe, jitter=self._jitter())
                if pause is None or pause >= deadline.remaining():
                    raise
            repeats += 1
            self._sleep(pause)

    def _api_url_of_cloud(self) -> str | None:
        """Return where calls go for a token of a cloud that is not the usual one, should its answer not say so."""
        return GOVERNMENT.api_url.removesuffix("/v2") if cloud_of(self._oauth_url) == GOVERNMENT else None

    def _check_address(self, address: str) -> None:
        if not may_get_secrets(address, self._allowed_hosts):
            raise ZoomConfigurationError(
                "the address for OAuth is not https at Zoom, and its host is not among the allowed ones: "
                "no client secret goes there"
            )


def _scopes(value: Any) -> frozenset[str]:
    """Read ``scope``: names with spaces between them."""
    return frozenset(text(value).replace(",", " ").split())
