"""The spaces of many pages, looked up once."""

from __future__ import annotations

from functools import cached_property

from wagtail.models import Page, Site

from ...models import ZoomSettings
from ..installation import clone_guard


class Spaces:
    """All sites and their Zoom settings, two queries in all. Make a new one for each piece of work."""

    @cached_property
    def _sites(self) -> dict[int, Site]:
        return {site.pk: site for site in Site.objects.select_related("root_page")}

    @cached_property
    def _settings(self) -> dict[int, ZoomSettings]:
        rows = ZoomSettings.objects.select_related("general_app", "server_app")
        return {row.site_id: row for row in rows}

    @cached_property
    def is_clone(self) -> bool:
        """Tell whether this is a copy of the database, from which nothing is sent to Zoom."""
        return clone_guard.is_clone()

    def site_of(self, page: Page) -> Site | None:
        """Return the site in whose tree ``page`` lies, None outside of all."""
        parts = page.get_url_parts()
        return self._sites.get(parts[0]) if parts else None

    def settings_of(self, site: Site | None) -> ZoomSettings | None:
        """Return the Zoom settings of ``site``: unsaved ones with the defaults where nobody has saved any."""
        if site is None:
            return None
        if site.pk not in self._settings:
            self._settings[site.pk] = ZoomSettings(site=site)
        return self._settings[site.pk]
