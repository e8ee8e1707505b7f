"""Public addresses, at any prefix the site chooses."""

from __future__ import annotations

from django.urls import URLPattern, path
from wagtail.utils.urlpatterns import decorate_urlpatterns

from . import url_utils  # noqa: F401 (the kind of number that stands in the addresses)
from .admin.connections.oauth_callback import oauth_callback
from .error_reporting import discreet
from .frontend import registration, views, webhook


app_name = "wagtail_zoom"

urlpatterns: list[URLPattern] = [
    path("lessons/<zoom_row:page_id>/join/", views.join, name="join"),
    path("lessons/<zoom_row:page_id>/start/", views.start, name="start"),
    path("lessons/<zoom_row:page_id>/state/", views.lesson_state, name="state"),
    path("lessons/<zoom_row:page_id>/lesson.ics", views.calendar, name="calendar"),
    path("lessons/<zoom_row:page_id>/register/", registration.register, name="register"),
    path("lessons/<zoom_row:page_id>/cancel/", registration.cancel, name="cancel"),
    path("lessons/<zoom_row:page_id>/recordings/<uuid:uid>/", views.recording, name="recording"),
    path("lessons/<zoom_row:page_id>/guests/<str:token>/", views.join, name="guest"),
    path("lessons/<zoom_row:page_id>/guests/<str:token>/state/", views.lesson_state, name="guest_state"),
    path("lessons/<zoom_row:page_id>/guests/<str:token>/register/", registration.register, name="guest_register"),
    path("lessons/<zoom_row:page_id>/guests/<str:token>/cancel/", registration.cancel, name="guest_cancel"),
    path(
        "lessons/<zoom_row:page_id>/guests/<str:token>/recordings/<uuid:uid>/", views.recording, name="guest_recording"
    ),
    path("webhooks/<str:path>/", webhook.receive, name="webhook"),
    path("oauth/callback/", oauth_callback, name="oauth_callback"),
]

decorate_urlpatterns(urlpatterns, discreet)
