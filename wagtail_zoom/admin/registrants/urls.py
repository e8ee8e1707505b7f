"""Addresses of the screens about registrants, below ``zoom/registrants/`` in the admin."""

from __future__ import annotations

from django.urls import URLPattern, path

from .add import add_everyone, add_one, upload
from .bulk_actions import decide
from .detail import person
from .index import RegistrantsView
from .refresh import read_now


urlpatterns: list[URLPattern] = [
    path("", RegistrantsView.as_view(), name="registrants"),
    path("results/", RegistrantsView.as_view(results_only=True), name="registrants_results"),
    path("<zoom_row:registrant_id>/", person, name="registrant"),
    path("decide/<slug:act>/", decide, name="registrants_decide"),
    path("meetings/<zoom_row:meeting_id>/add/", add_one, name="registrants_add"),
    path("meetings/<zoom_row:meeting_id>/everyone/", add_everyone, name="registrants_everyone"),
    path("meetings/<zoom_row:meeting_id>/upload/", upload, name="registrants_upload"),
    path("meetings/<zoom_row:meeting_id>/read/", read_now, name="registrants_read"),
]
