"""What a connection probably allows, by its scopes and by what Zoom has refused since the last token."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from ...api.scopes import FEATURES, missing_scopes
from ...models import App, Connection


@dataclass(frozen=True)
class Allowed:
    """Whether a feature probably works.

    ``missing`` names the scopes to add at Zoom; ``refused`` says that Zoom itself has refused it since the last
    token. Only a hint: Zoom's own answer decides, and people may always try it anyway.
    """

    likely: bool
    missing: tuple[str, ...] = ()
    refused: bool = False


def allowed(connection: Connection, feature: str) -> Allowed:
    """Return whether ``feature`` (a key of `api.scopes.FEATURES`) probably works with ``connection``.

    While no scopes are known, before the first token or where Zoom names none, everything is worth a try.
    """
    operations = FEATURES[feature].operations
    refused = any(operation.name in connection.refused_operations for operation in operations)
    if not connection.scopes:
        return Allowed(likely=not refused, refused=refused)
    missing = missing_scopes(connection.scopes, feature, admin=connection.app.kind == App.Kind.SERVER)
    return Allowed(likely=not missing and not refused, missing=missing, refused=refused)


def note_refusal(connection: Connection, operation_name: str) -> None:
    """Remember, until the next token, that Zoom refused ``operation_name`` for want of a scope."""
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        if operation_name not in row.refused_operations:
            row.refused_operations = [*row.refused_operations, operation_name]
            row.save(update_fields=["refused_operations"])
    connection.refused_operations = row.refused_operations
