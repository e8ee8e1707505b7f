"""Grants as people deal with them: found, tested, named, given back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from wagtail.models import Site

from ... import clock, conf
from ...api.responses import UserAnswer
from ...exceptions import ZoomError
from ...models import App, Connection, Host
from .. import encryption
from ..users import name_of
from . import capabilities, token_refresh, token_store, zoom_apps
from .clients import client_for
from .diagnosis import Diagnosis, diagnosis_of


@dataclass(frozen=True)
class Disconnected:
    """What became of a connection: ``sentence`` tells the person; ``is_revoked`` whether Zoom knows of it."""

    is_revoked: bool
    sentence: str


def account_connection(app: App) -> Connection:
    """Return the connection of a Server-to-Server app; made when it is first asked for."""
    connection, _created = Connection.objects.select_related("app").get_or_create(
        app=app, person_key=Connection.ACCOUNT
    )
    return connection


def person_connection(app: App, user: Any) -> Connection:
    """Return the connection of ``user`` through ``app``; made, with the status "new", when it is first asked for."""
    connection, _created = Connection.objects.select_related("app").get_or_create(
        app=app,
        person_key=person_key_of(user),
        defaults={"user": user, "user_label": label_of(user)},
    )
    return connection


def person_key_of(user: Any) -> str:
    """Return what stands for ``user`` on connections, also after the user's row is gone."""
    return f"user:{user.pk}"


def label_of(user: Any) -> str:
    """Return the name under which ``user`` is shown when the user's row is gone."""
    return name_of(user)[:255]


def sites_connected(connection: Connection) -> list[Site]:
    """Return the spaces in which a host uses ``connection``."""
    return list(Site.objects.filter(zoom_hosts__connection=connection, zoom_hosts__is_active=True).distinct())


def test_connection(connection: Connection) -> Diagnosis:
    """Ask Zoom for a new token and, where the scopes allow, who the connected person is; never raises `ZoomError`.

    Takes up to ``CLICK_DEADLINE`` seconds; call it outside transactions. What was learnt stands on the row afterwards.
    """
    deadline = conf.click_deadline() / 2
    connection.refresh_from_db()
    try:
        token_refresh.renew(connection, rejected=token_refresh.stored_token(connection), deadline=deadline)
        connection.refresh_from_db()
        if connection.person_key != Connection.ACCOUNT and capabilities.allowed(connection, "who_am_i").likely:
            with client_for(connection, urgent=True, deadline=deadline) as client:
                learn_identity(connection, client.users.me())
    except ZoomError as error:
        connection.refresh_from_db()
        _note_test(connection, error)
        return diagnosis_of(connection, error)
    connection.refresh_from_db()
    _note_test(connection, None)
    return diagnosis_of(connection, None)


def learn_identity(connection: Connection, user: UserAnswer) -> None:
    """Store which Zoom user a person's grant belongs to, as Zoom has just said.

    Zoom accepts only the newest grant of one user through one app, so that everybody else here who connected the same
    Zoom user has to connect again: they are marked.
    """
    known = {
        "zoom_user_id": user.id,
        "zoom_email": user.email,
        "zoom_name": user.display_name,
        "zoom_user_type": user.type,
    }
    Connection.objects.filter(pk=connection.pk).update(**known)
    for name, value in known.items():
        setattr(connection, name, value)
    hosts = Host.objects.filter(connection=connection, zoom_ref=Host.ME)
    hosts.update(
        zoom_user_id=user.id,
        zoom_email=user.email,
        name=user.display_name,
        zoom_user_type=user.type,
        checked_at=clock.now(),
    )
    if user.account_id and not connection.app.account_id:
        App.objects.filter(pk=connection.app_id, account_id="").update(account_id=user.account_id)
        connection.app.account_id = user.account_id


def connections_of_same_zoom_user(connection: Connection) -> list[Connection]:
    """Return the connections of other people here to the same Zoom user through the same app."""
    if not connection.zoom_user_id:
        return []
    same = Connection.objects.filter(app=connection.app_id, zoom_user_id=connection.zoom_user_id)
    return list(same.exclude(pk=connection.pk))


def invalidate_duplicates(connection: Connection) -> int:
    """Mark the twins of a grant that was just made: Zoom has ended theirs. Return how many there were."""
    ended = [twin for twin in connections_of_same_zoom_user(connection) if twin.is_usable]
    for twin in ended:
        token_store.forget(twin, Connection.Status.RECONNECT, "taken_over")
    return len(ended)


def disconnect(connection: Connection, *, site: Site, by: Any) -> Disconnected:
    """Take a person's connection out of ``site``, and give the grant back to Zoom if no other space uses it.

    This site forgets the tokens first, so that it holds even if Zoom cannot be reached. Takes up to ``CLICK_DEADLINE``
    seconds; call it outside transactions. ``by`` is the user who does it.
    """
    Host.objects.filter(connection=connection, site=site).update(is_active=False)
    remaining = sites_connected(connection)
    if remaining:
        names = ", ".join(zoom_apps.space_name(other) for other in remaining)
        return Disconnected(
            is_revoked=False,
            sentence=_(
                "Disconnected from this space. The connection itself stays, because it is also used in: %(spaces)s."
            )
            % {"spaces": names},
        )
    app = connection.app
    token = _token_to_revoke(connection)
    token_store.forget(connection, Connection.Status.DISCONNECTED)
    if not token:
        return Disconnected(is_revoked=False, sentence=_("Disconnected."))
    try:
        with token_refresh.oauth_client(zoom_apps.region_of(app, site), conf.click_deadline()) as oauth:
            oauth.revoke(app.client_id, zoom_apps.secret_of(app), token)
    except ZoomError:
        return Disconnected(
            is_revoked=False,
            sentence=_(
                "Disconnected here, but Zoom could not be told. To remove the app at Zoom as well, open the Zoom App "
                "Marketplace and remove it under Manage → Added Apps."
            ),
        )
    return Disconnected(is_revoked=True, sentence=_("Disconnected, here and at Zoom."))


def _token_to_revoke(connection: Connection) -> str:
    try:
        return encryption.decrypt_field(connection, "access_token") or encryption.decrypt_field(
            connection, "refresh_token"
        )
    except encryption.EncryptionError:
        return ""


def _note_test(connection: Connection, error: ZoomError | None) -> None:
    noted: dict[str, Any] = {"tested_at": clock.now()}
    if error is not None:
        noted |= {"last_error": error.detail, "last_error_at": clock.now()}
    Connection.objects.filter(pk=connection.pk).update(**noted)
    for name, value in noted.items():
        setattr(connection, name, value)
