"""The control surface: apps, faults, the clock, and what happens to webhooks."""

from __future__ import annotations

from typing import Any

from . import notifications, wishes
from .clock import parse_instant, zoom_time
from .errors import ControlError
from .faults import parse_fault
from .identifiers import opaque
from .records import App
from .state import Zoom
from .tokens import close_grant
from .webhooks import Mischief


JSON = dict[str, Any]

_APP_TYPES = ("general", "server_to_server")


def add_app(zoom: Zoom, wish: JSON) -> JSON:
    """Make an app of an account; its webhook address is taken as it is, and challenged every 72 hours."""
    known = wishes.given(wishes.checked(wish, wishes.APP))
    account = zoom.accounts.get(known.get("account_id", ""))
    if account is None:
        raise ControlError(404, f"There is no account {known.get('account_id', '')}.")
    kind = known.get("type", "general")
    if kind not in _APP_TYPES:
        raise ControlError(400, f"type: one of {', '.join(_APP_TYPES)}.")
    app = App(
        client_id=opaque(22),
        client_secret=opaque(32),
        secret_token=opaque(22),
        account=account,
        type=kind,
        scopes=tuple(known.get("scopes", ())),
        redirect_uris=tuple(known.get("redirect_uris", ())),
        webhook_url=known.get("webhook_url") or None,
        published=known.get("published", False),
        optional_scopes=frozenset(known.get("optional_scopes", ())),
    )
    zoom.apps[app.client_id] = app
    zoom.outbox.watch(app)
    return _app_state(app)


async def change_app(zoom: Zoom, client_id: str, wish: JSON) -> JSON:
    """Change an app; a new webhook address is challenged first, and refused with 422 when that fails."""
    app = _app(zoom, client_id)
    known = wishes.checked(wish, wishes.APP)
    values = wishes.given(known)
    if values.get("webhook_url"):
        problem = await zoom.outbox.validate(app, values["webhook_url"])
        if problem:
            raise ControlError(422, f"The address was not validated: {problem}.")
    if "webhook_url" in known:
        app.webhook_url = known["webhook_url"] or None
        app.webhook_failures = 0
        zoom.outbox.watch(app)
    app.scopes = tuple(values.get("scopes", app.scopes))
    app.optional_scopes = frozenset(values.get("optional_scopes", app.optional_scopes))
    app.redirect_uris = tuple(values.get("redirect_uris", app.redirect_uris))
    app.published = values.get("published", app.published)
    app.active = values.get("active", app.active)
    return _app_state(app)


def revoke_grant(zoom: Zoom, wish: JSON) -> JSON:
    """Let a user remove an app."""
    known = wishes.given(wishes.checked(wish, wishes.GRANT))
    app = _app(zoom, known.get("client_id", ""))
    user = zoom.users.get(known.get("user_id", ""))
    if user is None:
        raise ControlError(404, f"There is no user {known.get('user_id', '')}.")
    revoked = close_grant(zoom, app, user)
    if revoked:
        notifications.app_deauthorized(zoom, app, user)
    return {"revoked": revoked}


def add_fault(zoom: Zoom, wish: JSON) -> JSON:
    """Let something go wrong."""
    fault = parse_fault(wishes.given(wishes.checked(wish, wishes.FAULT)))
    zoom.faults.add(fault)
    return {"fault": fault.kind, "times": fault.times, "skip": fault.skip}


def turn_clock(zoom: Zoom, wish: JSON) -> JSON:
    """Set or advance the clock."""
    known = wishes.given(wishes.checked(wish, wishes.CLOCK))
    try:
        if "now" in known:
            zoom.clock.set(parse_instant(known["now"]))
        if "advance" in known:
            zoom.clock.advance(known["advance"])
    except (ValueError, OverflowError, OSError) as error:
        raise ControlError(400, "now: an ISO time; advance: seconds; between the years 1970 and 9000.") from error
    return clock_state(zoom)


def clock_state(zoom: Zoom) -> JSON:
    """Return what time it is."""
    return {"now": zoom_time(zoom.now())}


def make_mischief(zoom: Zoom, wish: JSON) -> JSON:
    """Say what happens to the deliveries that follow; what is left out does not happen."""
    mischief = Mischief(**wishes.given(wishes.checked(wish, wishes.MISCHIEF)))
    if min(mischief.duplicate, mischief.drop, mischief.delay) < 0:
        raise ControlError(400, "duplicate, drop and delay are 0 or more.")
    zoom.outbox.mischief = mischief
    return {name: getattr(mischief, name) for name in wishes.MISCHIEF}


def _app(zoom: Zoom, client_id: str) -> App:
    app = zoom.apps.get(client_id)
    if app is None:
        raise ControlError(404, f"There is no app {client_id}.")
    return app


def _app_state(app: App) -> JSON:
    return {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "secret_token": app.secret_token,
        "account_id": app.account.id,
        "type": app.type,
        "scopes": list(app.scopes),
        "optional_scopes": sorted(app.optional_scopes),
        "redirect_uris": list(app.redirect_uris),
        "webhook_url": app.webhook_url,
        "webhook_failures": app.webhook_failures,
        "published": app.published,
        "active": app.active,
    }
