"""Settling what was learnt from Zoom when no row was left to hold it."""

from __future__ import annotations

import datetime as dt

from ... import clock
from ...api.scopes import feature_name
from ...exceptions import ZoomNotFound, ZoomScopeError
from ...models import Meeting, Orphan, ZoomSettings
from ..connections import capabilities
from ..connections.clients import client_for


#: A row that is being worked on may still take the orphan in; after so long it is nobody's.
GRACE = dt.timedelta(minutes=3)


def waiting(now: dt.datetime) -> list[Orphan]:
    """Return the meetings that were created and belong to no row, the oldest first; none of a space that is paused."""
    paused = ZoomSettings.objects.filter(is_paused=True).values("site")
    rows = Orphan.objects.select_related("connection__app").filter(
        what=Orphan.What.MEETING, settled_at=None, created_at__lte=now - GRACE
    )
    return list(rows.exclude(connection__hosts__site__in=paused).order_by("created_at"))


def settle(orphan: Orphan) -> None:
    """Delete the meeting of ``orphan`` on Zoom, unless a row has it by now. Raises children of ZoomError.

    Where the scopes do not allow it, the orphan stays on record for the space's administrators.
    """
    taken = Meeting.objects.filter(account_key=orphan.connection.app.account_key, zoom_id=orphan.zoom_id).exists()
    if taken or orphan.zoom_id is None:
        _close(orphan, "in use")
        return
    if not capabilities.allowed(orphan.connection, feature_name(orphan.kind, "cancel")).likely:
        _close(orphan, "left on zoom")
        return
    try:
        with client_for(orphan.connection) as client:
            kind = client.webinars if orphan.kind == Meeting.Kind.WEBINAR else client.meetings
            if _may_read(orphan) and kind.get(orphan.zoom_id).status == "started":
                _close(orphan, "has begun")
                return
            kind.delete(orphan.zoom_id)
    except ZoomNotFound:
        _close(orphan, "gone")
    except ZoomScopeError:
        _close(orphan, "left on zoom")
    else:
        _close(orphan, "deleted")


def _may_read(orphan: Orphan) -> bool:
    return capabilities.allowed(orphan.connection, feature_name(orphan.kind, "read")).likely


def _close(orphan: Orphan, outcome: str) -> None:
    Orphan.objects.filter(pk=orphan.pk).update(settled_at=clock.now(), outcome=outcome)
