"""Screens about one space, for whoever manages its Zoom settings."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Site

from ...services import permissions
from ...services.connections import zoom_apps


class SpaceScreen(WagtailAdminTemplateMixin):
    """What these screens have in common: the space, from ``site_id`` in the address, and its name in the header."""

    header_icon = "wz-video"

    site: Site

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in whoever manages this very space."""
        self.site = managed_site(request, kwargs["site_id"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        """Return which space it is."""
        return zoom_apps.space_name(self.site)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        """Return none: the way back is a button."""
        return []


def managed_site(request: HttpRequest, site_id: int) -> Site:
    """Return the space if this person manages it. Raises PermissionDenied, Http404."""
    site = get_object_or_404(Site.objects.select_related("root_page"), pk=site_id)
    if not permissions.may_manage_space(request.user, site):
        raise PermissionDenied
    return site
