"""Renewing tokens: one process does it for all, and the new pair is stored before anybody uses it."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ... import clock, conf
from ...api.oauth import Grant, OAuthClient
from ...api.tokens import AccessToken
from ...exceptions import ZoomAuthenticationError, ZoomError, ZoomGrantDead, ZoomTransportError
from ...models import App, Connection, Orphan
from .. import encryption, endpoints
from ..coordination import leases
from ..coordination.leases import Lease
from ..coordination.work_budget import Budget
from ..installation import clone_guard
from . import token_store, zoom_apps


logger = logging.getLogger("wagtail_zoom.services")

#: A token that ends within this time is renewed before it is used.
MARGIN = dt.timedelta(minutes=2)
#: Zoom: how long an unused refresh token lives is told differently; a month is safe by all accounts.
IDLE = dt.timedelta(days=30)
_PATIENCE = 6.0
_GLANCE = 0.1


def oauth_client(region: str, deadline: float | None = None) -> OAuthClient:
    """Return a client for Zoom's OAuth addresses, as this site is set up; close it, or use it in a ``with`` block.

    ``region`` is that of the account, as `apps.region_of` tells.

    Raises ClonedDatabaseError in a copy of the database: a token renewed there would be dead at home.
    """
    clone_guard.check()
    return OAuthClient(
        endpoints.oauth_url(region), deadline=deadline or conf.call_deadline(), allowed_hosts=conf.secret_hosts()
    )


def stored_token(connection: Connection) -> AccessToken | None:
    """Return the access token on the row if it is good for some minutes more; None if there is none to be used."""
    if not _is_alive(connection) or connection.expires_at is None or connection.expires_at - MARGIN <= clock.now():
        return None
    try:
        value = encryption.decrypt_field(connection, "access_token")
    except encryption.EncryptionError:
        return None
    return _token(connection, value) if value else None


def renew(
    connection: Connection,
    *,
    rejected: AccessToken | None = None,
    deadline: float | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> AccessToken:
    """Return a token newer than ``rejected``, renewing the grant if nobody else has done so.

    Whoever finds another process at it waits a few seconds, reading the row again. ``deadline`` is the total of seconds
    for Zoom's answer. Call it outside transactions: the new pair has to be stored whatever happens next.

    Raises ZoomGrantDead when only the person can authorise again, other children of ZoomAuthenticationError when the
    app's credentials are refused, ZoomTransportError, ZoomConfigurationError.
    """
    seconds = deadline or conf.call_deadline()
    patience = clock.monotonic() + max(_PATIENCE, seconds)
    while True:
        lease = leases.take(connection, seconds)
        if lease is not None:
            return _renew_under(lease, rejected, seconds)
        connection.refresh_from_db()
        newer = _newer_token(connection, rejected)
        if newer is not None:
            return newer
        _check_alive(connection)
        if clock.monotonic() >= patience:
            raise ZoomTransportError("another process renews this grant and does not come back", sent=False)
        sleep(_GLANCE)


def idle_connections(now: dt.datetime) -> QuerySet[Connection]:
    """Return the grants of people that were not renewed for a month before ``now`` (aware), the longest first."""
    idle = Q(renewed_at__isnull=True) | Q(renewed_at__lt=now - IDLE)
    connected = Connection.objects.filter(idle, app__kind=App.Kind.GENERAL, status=Connection.Status.CONNECTED)
    return connected.select_related("app").order_by("renewed_at", "pk")


class Tried(NamedTuple):
    """How many grants were renewed, and how many could not be."""

    renewed: int = 0
    failed: int = 0


def renew_due(now: dt.datetime, budget: Budget) -> Tried:
    """Renew the idle grants while ``budget`` lasts, so that they do not die unused.

    A grant that turns out to be dead is marked, so that its owner is told. Grants that came back too late for their row
    are settled first.
    """
    renewed, failed = _settle_strays(budget)
    for connection in list(idle_connections(now)[: budget.calls]):
        if budget.is_spent:
            break
        budget.spend()
        try:
            renew(connection, rejected=stored_token(connection))
        except ZoomError as error:
            failed += 1
            logger.warning("connection %s was not renewed: %s", connection.pk, error.detail)
        else:
            renewed += 1
    return Tried(renewed, failed)


def note_dead(connection: Connection, reason: str) -> None:
    """Write down that Zoom said the grant has ended: the person has to connect again."""
    Connection.objects.filter(pk=connection.pk, status=Connection.Status.CONNECTED).update(
        status=Connection.Status.RECONNECT, status_reason=reason
    )


def _settle_strays(budget: Budget) -> Tried:
    """Try the grants that no row was left to hold, where the row's own has died."""
    renewed = failed = 0
    strays = Orphan.objects.filter(what=Orphan.What.GRANT, settled_at=None).order_by("created_at", "pk")
    for stray in list(strays.select_related("connection__app")[: budget.calls]):
        if budget.is_spent:
            break
        if stray.connection.status != Connection.Status.RECONNECT:
            _settle(stray, "superseded")
            continue
        budget.spend()
        try:
            renewed += _restore_grant(stray)
        except ZoomAuthenticationError:
            failed += 1
            _settle(stray, "dead")
        except ZoomError as error:
            failed += 1
            logger.warning("stray grant %s was not tried: %s", stray.pk, error.detail)
    return Tried(renewed, failed)


def _restore_grant(stray: Orphan) -> bool:
    """Renew the grant and put it back on its row; return False where another process is at that row."""
    connection = stray.connection
    lease = leases.take(connection, conf.call_deadline())
    if lease is None:
        return False
    try:
        with oauth_client(zoom_apps.region_of(connection.app)) as oauth:
            refresh_token = encryption.decrypt_field(stray, "secret")
            grant = oauth.refresh(connection.app.client_id, zoom_apps.secret_of(connection.app), refresh_token)
    except BaseException:
        lease.release()
        raise
    _store(lease, grant)
    _settle(stray, "used")
    return True


def _settle(stray: Orphan, outcome: str) -> None:
    """Close the record; its secret is good for nothing any more."""
    encryption.encrypt_field(stray, "secret", "")
    Orphan.objects.filter(pk=stray.pk).update(settled_at=clock.now(), outcome=outcome, secret=stray.secret)


def _renew_under(lease: Lease[Connection], rejected: AccessToken | None, seconds: float) -> AccessToken:
    connection = lease.row
    try:
        newer = _newer_token(connection, rejected)
        if newer is not None:
            lease.release()
            return newer
        _check_alive(connection)
        grant = _ask_zoom(connection, seconds)
    except ZoomError as error:
        return _give_up(lease, rejected, error)
    except BaseException:
        lease.release()
        raise
    return _store(lease, grant)


def _ask_zoom(connection: Connection, seconds: float) -> Grant:
    app = connection.app
    secret = zoom_apps.secret_of(app)
    with oauth_client(zoom_apps.region_of(app), seconds) as oauth:
        if app.kind == App.Kind.SERVER:
            return oauth.account_credentials(app.client_id, secret, app.account_id)
        refresh_token = encryption.decrypt_field(connection, "refresh_token")
        if not refresh_token:
            raise ZoomGrantDead(message="no refresh token is stored")
        return oauth.refresh(app.client_id, secret, refresh_token)


def _store(lease: Lease[Connection], grant: Grant) -> AccessToken:
    """Keep ``grant`` where it belongs: under the lease, else by generation, else as an orphan."""
    connection = lease.row
    if not encryption.has_keys():
        # An account's app from the environment works without keys: its token is simply asked for again next time.
        lease.release(**token_store.facts_of(grant))
        return _token(connection, grant.access_token)
    values = {**token_store.columns_for(connection, grant), "generation": lease.generation + 1}
    if not lease.release(**values) and not lease.write_late(**values):
        connection.refresh_from_db()
        newer = _newer_token(connection, None)
        _keep_orphan(connection, grant)
        if newer is not None:
            return newer
        _check_alive(connection)
    return _token(connection, grant.access_token)


def _keep_orphan(connection: Connection, grant: Grant) -> None:
    if grant.refresh_token is None:
        return
    orphan = Orphan(what=Orphan.What.GRANT, connection=connection, created_at=clock.now())
    encryption.encrypt_field(orphan, "secret", grant.refresh_token)
    orphan.save()


def _give_up(lease: Lease[Connection], rejected: AccessToken | None, error: ZoomError) -> AccessToken:
    """Note what the failure means, and give the lease back; a dead grant is believed only if nobody has a newer one."""
    connection = lease.row
    noted: dict[str, Any] = {"last_error": error.detail, "last_error_at": clock.now()}
    if isinstance(error, ZoomGrantDead):
        noted |= {"status": Connection.Status.RECONNECT, "status_reason": connection.status_reason or "grant_dead"}
    elif isinstance(error, ZoomAuthenticationError):
        noted |= {"status_reason": "credentials"}
        if connection.person_key == Connection.ACCOUNT:
            noted["status"] = Connection.Status.RECONNECT
    lease.release()
    unchanged = Connection.objects.filter(pk=connection.pk, generation=lease.generation)
    if unchanged.update(**noted):
        for name, value in noted.items():
            setattr(connection, name, value)
        raise error
    connection.refresh_from_db()
    newer = _newer_token(connection, rejected)
    if newer is None:
        raise error
    return newer


def _newer_token(connection: Connection, rejected: AccessToken | None) -> AccessToken | None:
    token = stored_token(connection)
    if token is None or (rejected is not None and token.generation <= rejected.generation):
        return None
    return token


def _is_alive(connection: Connection) -> bool:
    """Tell whether Zoom may be asked. Only a person can bring back their grant; an account's app may always try again."""
    if connection.person_key == Connection.ACCOUNT:
        return connection.status != Connection.Status.DISCONNECTED
    return connection.status == Connection.Status.CONNECTED


def _check_alive(connection: Connection) -> None:
    if not _is_alive(connection):
        raise ZoomGrantDead(
            message=f"connection {connection.pk} is {connection.status}",
            user_message=_("This connection to Zoom has ended, or was never finished. Connect to Zoom again."),
        )


def _token(connection: Connection, value: str) -> AccessToken:
    return AccessToken(
        value=value,
        expires_at=connection.expires_at or clock.now(),
        scopes=frozenset(connection.scopes),
        api_url=connection.api_url or None,
        generation=connection.generation,
    )
