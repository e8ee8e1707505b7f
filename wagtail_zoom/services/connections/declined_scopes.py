"""What a person did not allow on Zoom's consent page, where optional scopes can be unticked, as far as it can be known.

Zoom says only what was allowed, not what the app asks for. What the same app was allowed before, or by others, it does
ask for: whoever lacks that has probably unticked it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from ...api.scopes import FEATURES, features_of
from ...models import App, Connection
from . import capabilities


def declined_features(connection: Connection, before: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the features (keys of `api.scopes.FEATURES`) that the app offers and this person has not allowed.

    ``before`` are the scopes that the person had allowed earlier.
    """
    if connection.app.kind != App.Kind.GENERAL or not connection.scopes:
        return ()
    others = Connection.objects.filter(app=connection.app, status=Connection.Status.CONNECTED).exclude(pk=connection.pk)
    offered = {scope for scopes in others.values_list("scopes", flat=True) for scope in scopes} | set(before)
    possible, allowed = features_of(offered), features_of(connection.scopes)
    return tuple(name for name in FEATURES if possible[name] and not allowed[name])


def sentence(connection: Connection, before: Iterable[str] = ()) -> str:
    """Return what is missing, why, and what to do; '' where nothing is. The permission to create is needed by everybody."""
    missing = declined_features(connection, before)
    if missing:
        return _(
            "This is missing: %(features)s. The Zoom app offers it, so it was probably unticked on Zoom's page. Press "
            "Authorize again, and leave everything ticked there."
        ) % {"features": ", ".join(f"“{FEATURES[name].label}”" for name in missing)}
    create = capabilities.allowed(connection, "create")
    if connection.app.kind == App.Kind.GENERAL and connection.scopes and not create.likely:
        return _(
            "But without the permission to create meetings: either you unticked it on Zoom's page, or the app does not "
            "ask for it. Press Authorize again and leave everything ticked, or ask whoever made the app to add the scope "
            "%(scopes)s."
        ) % {"scopes": ", ".join(create.missing)}
    return ""
