"""Addresses of the test site."""

from __future__ import annotations

from django.apps import apps
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls


urlpatterns = [
    *([path("lms/", include("wagtail_lms.urls"))] if apps.is_installed("wagtail_lms") else []),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("zoom/", include("wagtail_zoom.urls")),
    path("", include(wagtail_urls)),
]
