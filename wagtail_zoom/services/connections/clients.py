"""The one place where services get a client for Zoom: with a token, a pace, a breaker and a memory for refusals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from ... import clock, conf
from ...api.client import ZoomClient
from ...api.tokens import AccessToken
from ...exceptions import ZoomError, ZoomScopeError
from ...models import App, Connection, ZoomSettings
from .. import endpoints
from ..coordination import circuit_breaker
from ..coordination.circuit_breaker import BreakerOpen
from ..coordination.rate_limiter import DatabaseRateLimiter
from ..installation import clone_guard
from . import capabilities, token_refresh
from .zoom_apps import settings_using


__all__ = ["BreakerOpen", "client_for"]


class DatabaseTokenSource:
    """Tokens as the connection's row has them; renewed for all processes by whoever needs a new one first.

    ``region`` is the host that an administrator chose for calls, '' to go where Zoom's token says.
    """

    def __init__(self, connection: Connection, deadline: float, region: str) -> None:
        self._connection = connection
        self._deadline = deadline
        self._region = region
        self._current: AccessToken | None = None

    def token(self) -> AccessToken:
        """Return a token that is good for some minutes more. Raises ZoomGrantDead, ZoomAuthenticationError."""
        if self._current is None or self._current.expires_at - token_refresh.MARGIN <= clock.now():
            self._connection.refresh_from_db()
            stored = token_refresh.stored_token(self._connection)
            self._current = self._with_region(stored or token_refresh.renew(self._connection, deadline=self._deadline))
        return self._current

    def renewed(self, rejected: AccessToken) -> AccessToken:
        """Return another token than ``rejected``. Raises ZoomGrantDead, ZoomAuthenticationError."""
        self._connection.refresh_from_db()
        renewed = token_refresh.renew(self._connection, rejected=rejected, deadline=self._deadline)
        self._current = self._with_region(renewed)
        return self._current

    def _with_region(self, token: AccessToken) -> AccessToken:
        return replace(token, api_url=f"https://{self._region}") if self._region else token


@contextmanager
def client_for(connection: Connection, *, urgent: bool = False, deadline: float | None = None) -> Iterator[ZoomClient]:
    """Yield a client for Zoom with the rights of ``connection``, in a ``with`` block outside any transaction.

    ``urgent`` is for what a person waits for; ``deadline`` is the total of seconds that each call may take
    (``CALL_DEADLINE`` unless given).

    Raises BreakerOpen, with ``retry_at``, while the account is left alone, and ZoomGrantDead, ZoomConfigurationError
    and their relatives with the first call; ClonedDatabaseError at once in a copy of the database.
    """
    clone_guard.check()
    circuit_breaker.check(connection)
    seconds = deadline or conf.call_deadline()
    plan, share, region = _limits_of(connection.app)
    with ZoomClient(
        base_url=endpoints.api_url(region),
        tokens=DatabaseTokenSource(connection, seconds, region),
        pacer=DatabaseRateLimiter(connection.app.account_key, plan=plan, share=share),
        deadline=seconds,
        urgent=urgent,
        watch=partial(_note, connection),
    ) as client:
        yield client


def _note(connection: Connection, operation: str, error: ZoomError | None) -> None:
    circuit_breaker.note(connection, error)
    if isinstance(error, ZoomScopeError):
        capabilities.note_refusal(connection, operation)


def _limits_of(app: App) -> tuple[str, int, str]:
    """Return plan, share and region for ``app``: the most careful of the spaces that use it."""
    found = list(settings_using(app).values_list("plan", "share", "region"))
    if not found:
        unsaved = ZoomSettings()
        return unsaved.plan, unsaved.share, unsaved.region
    order = list(ZoomSettings.Plan.values)
    plan = min((plan for plan, _share, _region in found), key=order.index)
    return plan, min(share for _plan, share, _region in found), next((region for *_, region in found if region), "")
