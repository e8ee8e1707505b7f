"""Addresses of the screens about connecting, below those of all our screens."""

from __future__ import annotations

from django.urls import URLPattern, path

from . import hosts, my_zoom, settings_actions, setup_guide


connecting_urlpatterns: list[URLPattern] = [
    path("my/", my_zoom.MyZoomView.as_view(), name="my_zoom"),
    path("my/spaces/<zoom_row:site_id>/authorize/", my_zoom.authorize, name="authorize"),
    path("my/hosts/<zoom_row:host_id>/test/", my_zoom.test_mine, name="test_mine"),
    path("my/hosts/<zoom_row:host_id>/share/", my_zoom.share_mine, name="share_mine"),
    path("my/hosts/<zoom_row:host_id>/disconnect/", my_zoom.DisconnectView.as_view(), name="disconnect"),
    path("spaces/<zoom_row:site_id>/guide/", setup_guide.WhichKindView.as_view(), name="which_kind"),
    path("spaces/<zoom_row:site_id>/guide/<slug:name>/", setup_guide.GuideView.as_view(), name="guide"),
    path("spaces/<zoom_row:site_id>/test/<slug:name>/", settings_actions.test_app, name="test_app"),
    path("spaces/<zoom_row:site_id>/hosts/", hosts.HostsView.as_view(), name="hosts"),
    path("spaces/<zoom_row:site_id>/hosts/<zoom_row:host_id>/remove/", hosts.unmap_host, name="unmap_host"),
]
