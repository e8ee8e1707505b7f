"""How a grant stands on its connection's row: the pair of tokens goes there in one write, and leaves it in one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from ... import clock
from ...models import Connection
from .. import encryption
from ..coordination import leases


if TYPE_CHECKING:
    from ...api.oauth import Grant


def columns_for(connection: Connection, grant: Grant) -> dict[str, Any]:
    """Return the columns to write so that ``connection`` has ``grant``; the tokens in them are sealed.

    What Zoom refused with the former token is forgotten: the new one may be allowed more.
    Raises EncryptionError without encryption keys.
    """
    encryption.encrypt_field(connection, "access_token", grant.access_token)
    if grant.refresh_token:
        encryption.encrypt_field(connection, "refresh_token", grant.refresh_token)
    return {
        "access_token": connection.access_token,
        "refresh_token": connection.refresh_token,
        **facts_of(grant),
    }


def facts_of(grant: Grant) -> dict[str, Any]:
    """Return the columns that say what ``grant`` is good for: everything but the tokens."""
    return {
        "expires_at": clock.now() + dt.timedelta(seconds=grant.expires_in),
        "renewed_at": clock.now(),
        "scopes": sorted(grant.scopes),
        "refused_operations": [],
        "api_url": grant.api_url or "",
        "status": Connection.Status.CONNECTED,
        "status_reason": "",
        "last_error": "",
        "last_error_at": None,
    }


def replace(connection: Connection, values: dict[str, Any]) -> None:
    """Write ``values`` over whatever stands there, taking the lease from any renewal that is under way.

    A renewal that comes back later finds neither its lease nor its generation and leaves the row alone.
    """
    leases.revoke(connection, **values)


def forget(connection: Connection, status: str, reason: str = "") -> None:
    """Drop both tokens of ``connection`` and note what it is from now on."""
    encryption.encrypt_field(connection, "access_token", "")
    encryption.encrypt_field(connection, "refresh_token", "")
    replace(
        connection,
        {
            "access_token": connection.access_token,
            "refresh_token": connection.refresh_token,
            "expires_at": None,
            "scopes": [],
            "refused_operations": [],
            "status": status,
            "status_reason": reason,
            "failures": 0,
            "probe_at": None,
            "last_error": "",
            "last_error_at": None,
            "tested_at": None,
        },
    )
