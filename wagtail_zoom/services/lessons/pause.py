"""Stopping everything that is sent to Zoom for one space, and letting it go on."""

from __future__ import annotations

from typing import Any

from wagtail.models import Site

from ... import clock
from ...models import ZoomSettings
from .. import audit_log


def pause(site: Site, by: Any) -> None:
    """Send nothing to Zoom for ``site`` until somebody lets it go on; Join goes on working."""
    _set(site, by, is_paused=True)


def resume(site: Site, by: Any) -> None:
    """Let ``site`` go on: what was published meanwhile is due already, and is done at the usual pace."""
    _set(site, by, is_paused=False)


def _set(site: Site, by: Any, *, is_paused: bool) -> None:
    row, _created = ZoomSettings.objects.get_or_create(site=site)
    if row.is_paused == is_paused:
        return
    row.is_paused = is_paused
    row.paused_at = clock.now() if is_paused else None
    row.paused_by = by if is_paused else None
    row.save(update_fields=["is_paused", "paused_at", "paused_by"])
    audit_log.note(row, "paused" if is_paused else "resumed", by)
