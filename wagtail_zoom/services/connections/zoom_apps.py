"""The Zoom apps of a space and of people: where their credentials are kept, and who may use which."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.crypto import constant_time_compare
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from ... import conf
from ...exceptions import ZoomConfigurationError
from ...models import App, Connection, ZoomSettings
from .. import encryption, permissions
from . import token_store


Kind = App.Kind

#: Which column of the settings names the app of a kind.
COLUMNS = {Kind.GENERAL: "general_app", Kind.SERVER: "server_app"}


class AppRefused(ZoomConfigurationError):
    """Credentials cannot be stored as they were typed; ``field`` says which box is to be corrected."""

    def __init__(self, field: str, user_message: Promise | str) -> None:
        super().__init__(f"app refused: {field}", user_message=str(user_message))
        self.field = field


def settings_of(site: Site) -> ZoomSettings:
    """Return the settings of ``site``; unsaved ones with the defaults if nobody has saved any."""
    found = ZoomSettings.objects.select_related("general_app", "server_app").filter(site=site).first()
    return found or ZoomSettings(site=site)


def space_name(site: Site) -> str:
    """Return the name by which people know the space."""
    return site.site_name or (site.hostname if site.port in (80, 443) else f"{site.hostname}:{site.port}")


def credentials_of(site: Site) -> conf.SpaceCredentials | None:
    """Return the credentials that ``SPACES`` keeps for ``site``: by host name and port, or by a unique host name."""
    if not conf.space_names():
        return None
    is_only = not Site.objects.filter(hostname=site.hostname).exclude(pk=site.pk).exists()
    return conf.space_credentials(site.hostname, site.port, by_name_alone=is_only)


def apps_of(site: Site, space: ZoomSettings | None = None) -> list[App]:
    """Return the apps of ``site``: at most one of each kind, the General App first.

    Credentials from ``SPACES`` win over those in the database; their row is made when it is first asked for. ``space``
    (the settings of ``site``) spares the look-up where the caller has them.
    """
    space = space or settings_of(site)
    return [app for kind in Kind if (app := app_of(site, kind, space)) is not None]


def app_of(site: Site, kind: str, space: ZoomSettings | None = None) -> App | None:
    """Return the app of ``kind`` that ``site`` uses, or None; ``space`` as for `apps_of`."""
    credentials = credentials_of(site)
    if credentials is not None and credentials.kind == kind and credentials.client_id:
        return _row_for(credentials)
    app: App | None = getattr(space or settings_of(site), COLUMNS[Kind(kind)])
    return None if app is not None and app.from_settings else app


def is_locked(site: Site, kind: str) -> bool:
    """Tell whether the credentials of this kind come from settings or environment, and cannot be typed."""
    credentials = credentials_of(site)
    return credentials is not None and credentials.kind == kind


def sites_using(app: App) -> list[Site]:
    """Return the spaces that use ``app`` as theirs, from the database or from ``SPACES``."""
    sites = Site.objects.order_by("pk")
    if not conf.space_names():
        sites = sites.filter(Q(zoomsettings__general_app=app) | Q(zoomsettings__server_app=app))
    return [site for site in sites if any(own.pk == app.pk for own in apps_of(site))]


def settings_using(app: App) -> QuerySet[ZoomSettings]:
    """Return the settings of the spaces that use ``app``: as theirs, or else through a person who hosts there."""
    sites = sites_using(app) or Site.objects.filter(zoom_hosts__connection__app=app)
    found: QuerySet[ZoomSettings] = ZoomSettings.objects.filter(site__in=sites).order_by("site")
    return found


def region_of(app: App, site: Site | None = None) -> str:
    """Return the region of the account of ``app``, a host name; '' where nobody has chosen one.

    ``site`` is the space that is at work: an app that a person brought may not be used anywhere yet.
    """
    of_app = list(settings_using(app).values_list("region", flat=True))
    of_site = [settings_of(site).region] if site is not None else []
    return next((region for region in (*of_site, *of_app) if region), "")


def is_allowed(app: App, site: Site, user: Any) -> bool:
    """Tell whether ``user`` may connect to ``site`` through ``app``: the space's, or one they brought themselves."""
    settings = settings_of(site)
    if app.kind != Kind.GENERAL:
        return False
    own_space = app_of(site, Kind.GENERAL, settings)
    if own_space is not None and own_space.pk == app.pk:
        return settings.space_app_allowed
    return settings.own_apps_allowed and app.owner_id is not None and app.owner_id == user.pk


def own_app_of(user: Any) -> App | None:
    """Return the app that ``user`` brought, the newest if there are several."""
    return App.objects.filter(owner=user, kind=Kind.GENERAL).order_by("-pk").first()


def secret_of(app: App) -> str:
    """Return the client secret of ``app``, from ``SPACES`` or opened. Raises ZoomConfigurationError if there is none."""
    credentials = _credentials_for(app)
    secret = credentials.client_secret if credentials else encryption.decrypt_field(app, "client_secret")
    if not secret:
        raise ZoomConfigurationError(
            f"no client secret for {app.client_id}",
            user_message=_(
                "The Zoom app's client secret is missing. An administrator can enter it in Settings → Zoom."
            ),
        )
    return secret


def webhook_secret_of(app: App) -> str:
    """Return the secret token with which Zoom signs the deliveries of ``app``, '' if none is stored."""
    credentials = _credentials_for(app)
    if credentials is not None and credentials.webhook_secret:
        return credentials.webhook_secret
    return encryption.decrypt_field(app, "webhook_secret")


def has_secret(app: App | None) -> bool:
    """Tell whether a client secret is kept for ``app``, without opening it."""
    return app is not None and bool(app.client_secret or _credentials_for(app))


def has_webhook_secret(app: App) -> bool:
    """Tell whether a secret token for webhooks is kept for ``app``, without opening it."""
    credentials = _credentials_for(app)
    return bool(app.webhook_secret or (credentials and credentials.webhook_secret))


def check_credentials(
    *,
    kind: str,
    client_id: str,
    client_secret: str | None,
    site: Site | None = None,
    owner: Any = None,
    webhook_secret: str | None = None,
    by: Any = None,
) -> App | None:
    """Return the row that ``client_id`` already has, or None, if these credentials may be stored for this space or owner.

    A client ID is no secret: whoever wants to share an app that another space or person has entered must show that
    they know its client secret. Another secret than the stored one is taken only from somebody (``by``, a user) who
    manages all spaces that use the app. Raises `AppRefused`.
    """
    if (client_secret or webhook_secret) and not encryption.has_keys():
        raise AppRefused("client_secret", _("Secrets cannot be stored on this site yet: see the note above."))
    app = App.objects.filter(client_id=client_id).first()
    if app is None:
        if not client_secret:
            raise AppRefused("client_secret", _("Enter the client secret that Zoom shows beside this client ID."))
        return None
    if app.kind != kind:
        raise AppRefused("client_id", _("This client ID is already in use on this site for an app of the other kind."))
    is_theirs = app.owner_id == owner.pk if owner is not None else _belongs_to(app, site)
    if owner is not None and not is_theirs:
        raise AppRefused(
            "client_id", _("This client ID already belongs to a space or to another person. Use an app of your own.")
        )
    if not is_theirs and not client_secret:
        raise AppRefused("client_secret", _("Enter the client secret that Zoom shows beside this client ID."))
    if client_secret and not _knows_secret(app, client_secret) and not _may_replace_secret(app, site, owner, by):
        raise AppRefused(
            "client_secret",
            _(
                "Another space of this site, or a person, uses the same Zoom app with another client secret. Copy the "
                "secret from Zoom once more; if it was renewed there, it must first be taken away from the other one."
            ),
        )
    if not client_secret and not has_secret(app):
        raise AppRefused("client_secret", _("Enter the client secret that Zoom shows beside this client ID."))
    return app


def save_app(
    *,
    site: Site | None = None,
    kind: str,
    client_id: str,
    client_secret: str | None = None,
    account_id: str = "",
    webhook_secret: str | None = None,
    owner: Any = None,
    by: Any = None,
) -> App:
    """Store the credentials of an app and return its row; never calls Zoom.

    With ``owner`` (a user) it is that person's own app, else the app of ``site`` for ``kind``. None or '' for a secret
    keeps the stored one. Grants made with another secret or for another account are forgotten.

    Raises `AppRefused` when the credentials cannot be stored, EncryptionError without encryption keys.
    """
    found = check_credentials(
        kind=kind,
        client_id=client_id,
        client_secret=client_secret,
        webhook_secret=webhook_secret,
        site=site,
        owner=owner,
        by=by,
    )
    try:
        with transaction.atomic():
            app = found or App(kind=kind, client_id=client_id)
            _write(app, client_secret, account_id, webhook_secret, owner)
            if owner is None and site is not None:
                _use_in(site, app)
    except IntegrityError as error:
        raise AppRefused(
            "client_id", _("Somebody has stored this client ID a moment ago. Look at the page again.")
        ) from error
    return app


def detach_app(site: Site, kind: str) -> None:
    """Let ``site`` use no app of ``kind`` any more; the row stays for the meetings that were made through it."""
    ZoomSettings.objects.filter(site=site).update(**{COLUMNS[Kind(kind)]: None})


def _write(app: App, client_secret: str | None, account_id: str, webhook_secret: str | None, owner: Any) -> None:
    if owner is not None:
        app.owner = owner
        app.owner_label = owner.get_username()
    is_other_grant = _is_other_grant(app, client_secret, account_id)
    if account_id:
        app.account_id = account_id
    if client_secret:
        encryption.encrypt_field(app, "client_secret", client_secret)
    if webhook_secret:
        encryption.encrypt_field(app, "webhook_secret", webhook_secret)
    if app.client_secret:
        app.from_settings = False
    app.save()
    if is_other_grant:
        _forget_account_tokens(app)


def _is_other_grant(app: App, client_secret: str | None, account_id: str) -> bool:
    if app.pk is None:
        return False
    has_other_secret = bool(client_secret) and not _knows_secret(app, str(client_secret))
    return has_other_secret or (bool(account_id) and account_id != app.account_id)


def _forget_account_tokens(app: App) -> None:
    """Drop what was obtained with the former credentials: a wrong secret must not live on an old token."""
    for connection in Connection.objects.filter(app=app, person_key=Connection.ACCOUNT):
        token_store.forget(connection, Connection.Status.NEW)


def _use_in(site: Site, app: App) -> None:
    settings, _created = ZoomSettings.objects.get_or_create(site=site)
    setattr(settings, COLUMNS[Kind(app.kind)], app)
    settings.save(update_fields=[COLUMNS[Kind(app.kind)]])


def _belongs_to(app: App, site: Site | None) -> bool:
    return site is not None and any(own.pk == app.pk for own in apps_of(site))


def _may_replace_secret(app: App, site: Site | None, owner: Any, by: Any) -> bool:
    """Tell whether nobody else depends on the stored secret, or only spaces that ``by`` manages as well."""
    is_someone_elses = app.owner_id is not None and (owner is None or app.owner_id != owner.pk)
    others = [other for other in sites_using(app) if site is None or other.pk != site.pk]
    return not is_someone_elses and all(by is not None and permissions.may_manage_space(by, other) for other in others)


def _knows_secret(app: App, client_secret: str) -> bool:
    try:
        return constant_time_compare(secret_of(app), client_secret)
    except ZoomConfigurationError:
        # Nothing readable is stored: with a lost key, or none at all, whoever types a secret starts anew.
        return False


def _row_for(credentials: conf.SpaceCredentials) -> App:
    app, created = App.objects.get_or_create(
        client_id=credentials.client_id,
        defaults={"kind": credentials.kind, "account_id": credentials.account_id, "from_settings": True},
    )
    if not created and app.from_settings and credentials.account_id and app.account_id != credentials.account_id:
        app.account_id = credentials.account_id
        app.save(update_fields=["account_id"])
    return app


def _credentials_for(app: App) -> conf.SpaceCredentials | None:
    """Return the entry of ``SPACES`` with the client ID of ``app``."""
    if not conf.space_names():
        return None
    found = (credentials_of(site) for site in Site.objects.all())
    return next((entry for entry in found if entry is not None and entry.client_id == app.client_id), None)
