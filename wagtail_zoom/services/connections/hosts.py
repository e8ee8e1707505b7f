"""Who may host in a space. A host is an identity: made by a person's own authorisation or an administrator's mapping."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Site

from ... import clock, conf
from ...exceptions import ZoomConfigurationError, ZoomNotFound, ZoomScopeError
from ...models import App, Connection, Host, ZoomSettings
from .. import permissions
from . import capabilities, zoom_apps
from .clients import client_for
from .connections import account_connection, label_of


_LONGEST_REF = 254


class HostRefused(ZoomConfigurationError):
    """A person cannot be mapped to a Zoom user as asked; the sentence says why."""


def hosts_of(site: Site, space: ZoomSettings | None = None) -> QuerySet[Host]:
    """Return the hosts of ``site``, those with a usable connection first.

    Only hosts through an app that the space uses or admits: when an administrator takes an app away, or forbids
    teachers' own ones, its hosts are gone, and they are back when it is. People whose account here was deleted or
    deactivated host no more. ``space`` (the settings of ``site``) spares the look-up where the caller has them.
    """
    usable = Case(
        When(connection__status=Connection.Status.CONNECTED, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return (
        Host.objects.filter(_admitted(site, space), site=site, is_active=True)
        .exclude(user__is_active=False)
        .exclude(origin=Host.Origin.AUTHORISED, user=None)
        .select_related("connection__app", "user", "site")
        .order_by(usable, "name", "user_label", "pk")
    )


def host_of(user: Any, site: Site, space: ZoomSettings | None = None) -> Host | None:
    """Return the identity that ``user`` has at Zoom in ``site``, a connected one first; None if there is none."""
    return hosts_of(site, space).filter(user=user).first() if user is not None and user.pk else None


def host_for_lesson(page: Page, site: Site | None = None, space: ZoomSettings | None = None) -> Host | None:
    """Return who hosts the lesson ``page``: the host chosen there, else whoever first created the page.

    ``site`` and ``space`` spare the look-up where the caller knows them.
    """
    site = site or page.get_site()
    if site is None:
        return None
    space = space or zoom_apps.settings_of(site)
    chosen = hosts_of(site, space).filter(pk=page.zoom_host_id).first() if page.zoom_host_id else None
    return chosen or host_of(page.owner, site, space)


def hosting(site: Site, connection: Connection, zoom_user_id: str, zoom_email: str) -> Host | None:
    """Return who in ``site`` is the Zoom user that Zoom names as the host of a meeting; None if nobody is.

    A Zoom user ID that is known of a host decides. The address counts only where an administrator has named this very
    Zoom user by it, for the scopes may have hidden the ID then; no address of an LMS user is ever compared.
    """
    candidates = hosts_of(site).filter(connection__app=connection.app)
    by_id = (
        candidates.filter(Q(zoom_user_id=zoom_user_id) | Q(zoom_ref=zoom_user_id))
        if zoom_user_id
        else Host.objects.none()
    )
    by_word = candidates.filter(origin=Host.Origin.MAPPED, zoom_user_id="", zoom_ref=zoom_email.lower())
    return by_id.first() or (by_word.first() if zoom_email else None)


def may_schedule_as(user: Any, host: Host) -> bool:
    """Tell whether ``user`` may create lessons in the name of ``host``."""
    if host.site is None or not host.is_active:
        return False
    if host.user_id is not None and host.user_id == user.pk:
        return True
    if host.origin == Host.Origin.MAPPED and permissions.may_manage_space(user, host.site):
        return True
    return host.editors_may_schedule and permissions.may_connect(user, host.site)


def remember_person(site: Site, connection: Connection, user: Any) -> Host:
    """Return the host that ``user`` is in ``site`` through the grant they have just given; made if needed."""
    host, _created = Host.objects.update_or_create(
        site=site,
        connection=connection,
        zoom_ref=Host.ME,
        defaults={
            "site_label": str(site),
            "user": user,
            "user_label": label_of(user),
            "origin": Host.Origin.AUTHORISED,
            "zoom_user_id": connection.zoom_user_id,
            "zoom_email": connection.zoom_email,
            "name": connection.zoom_name,
            "zoom_user_type": connection.zoom_user_type,
            "is_active": True,
        },
    )
    return host


def map_host(
    *, site: Site, connection: Connection, user: Any, zoom_ref: str, by: Any, editors_may_schedule: bool = False
) -> Host:
    """Store that ``user`` (None: nobody in particular) is the Zoom user ``zoom_ref``, an id or an e-mail address.

    Where the scopes allow, Zoom is asked whether that user exists, within ``CLICK_DEADLINE`` seconds; call it outside
    transactions. ``by`` is the administrator, whose word it is.

    Raises `HostRefused` when it cannot be so, and other children of ZoomError when Zoom does not answer.
    """
    zoom_ref = zoom_ref.strip()
    if connection.person_key != Connection.ACCOUNT or not permissions.may_manage_space(by, site):
        raise HostRefused(
            user_message=_("Only an administrator of the space can map hosts, and only for a Server-to-Server app.")
        )
    if not zoom_ref or len(zoom_ref) > _LONGEST_REF or zoom_ref.lower() == Host.ME:
        raise HostRefused(user_message=_("Enter the Zoom user's e-mail address or user ID."))
    facts = _facts_of(connection, zoom_ref)
    host, _created = Host.objects.update_or_create(
        site=site,
        connection=connection,
        zoom_ref=facts.pop("zoom_ref", zoom_ref.lower() if "@" in zoom_ref else zoom_ref),
        defaults={
            **facts,
            "site_label": str(site),
            "user": user,
            "user_label": label_of(user) if user is not None else "",
            "origin": Host.Origin.MAPPED,
            "is_active": True,
            "editors_may_schedule": editors_may_schedule,
        },
    )
    return host


def unmap_host(host: Host) -> None:
    """Let a mapped person host no more; meetings that were made stay as they are."""
    Host.objects.filter(pk=host.pk).update(is_active=False)
    host.is_active = False


def account_connection_of(site: Site) -> Connection | None:
    """Return the connection of the space's Server-to-Server app; None if the space has none."""
    app = zoom_apps.app_of(site, App.Kind.SERVER)
    return account_connection(app) if app is not None else None


def _admitted(site: Site, space: ZoomSettings | None) -> Q:
    settings = space or zoom_apps.settings_of(site)
    own = zoom_apps.apps_of(site, settings)
    admitted = Q(connection__app__in=[app.pk for app in own if app.kind == App.Kind.SERVER])
    if settings.space_app_allowed:
        admitted |= Q(connection__app__in=[app.pk for app in own if app.kind == App.Kind.GENERAL])
    if settings.own_apps_allowed:
        admitted |= Q(connection__app__owner__isnull=False, connection__app__owner=F("user"))
    return admitted


def _facts_of(connection: Connection, zoom_ref: str) -> dict[str, Any]:
    """Return what Zoom says of the user; nothing where the scopes hide it."""
    if not capabilities.allowed(connection, "who_am_i").likely:
        return {}
    try:
        with client_for(connection, urgent=True, deadline=conf.click_deadline() / 2) as client:
            found = client.users.get(zoom_ref)
    except ZoomScopeError:
        return {}
    except ZoomNotFound as error:
        raise HostRefused(
            user_message=_(
                "Zoom does not know this person in the connected account. Check the spelling, and whether they have "
                "accepted Zoom's invitation."
            )
        ) from error
    return {
        "zoom_ref": found.id,
        "zoom_user_id": found.id,
        "zoom_email": found.email,
        "name": found.display_name,
        "zoom_user_type": found.type,
        "checked_at": clock.now(),
    }
