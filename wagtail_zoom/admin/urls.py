"""Addresses of our screens in Wagtail's admin, below ``zoom/``. Wagtail lets in whoever may use the admin at all;
each view checks its own permission on the object's own space.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from wagtail.utils.urlpatterns import decorate_urlpatterns

from .. import url_utils  # noqa: F401 (the kind of number that stands in the addresses)
from ..error_reporting import discreet
from .connections.host_transfer import HandOverView
from .connections.urls import connecting_urlpatterns
from .lessons.actions import ActView
from .lessons.end_meeting import EndView
from .lessons.index import LessonsView
from .lessons.meeting_chooser import ChooseMeetingView
from .lessons.resolve_doubt import SettleView
from .lessons.state_endpoint import StateView
from .operations.approvals import ApprovalsView
from .operations.leftovers import LeftOnZoomView
from .operations.pause import HomeView, PauseView
from .operations.webhook_deliveries import DeliveriesView, replay


app_name = "wagtail_zoom_admin"

urlpatterns: list[URLPattern | URLResolver] = [
    path("deliveries/", DeliveriesView.as_view(), name="deliveries"),
    path("deliveries/results/", DeliveriesView.as_view(results_only=True), name="deliveries_results"),
    path("deliveries/<zoom_row:delivery_id>/replay/", replay, name="delivery_replay"),
    path("attendance/", include("wagtail_zoom.admin.attendance.urls")),
    path("registrants/", include("wagtail_zoom.admin.registrants.urls")),
    path("lessons/", LessonsView.as_view(), name="lessons"),
    path("lessons/results/", LessonsView.as_view(results_only=True), name="lessons_results"),
    path("lessons/left/", LeftOnZoomView.as_view(), name="left_on_zoom"),
    path("lessons/<zoom_row:page_id>/state/", StateView.as_view(), name="state"),
    path("lessons/<zoom_row:page_id>/settle/", SettleView.as_view(), name="settle"),
    path("lessons/<zoom_row:page_id>/end/", EndView.as_view(), name="end"),
    path("lessons/<zoom_row:page_id>/<slug:act>/", ActView.as_view(), name="act"),
    path("approvals/", ApprovalsView.as_view(), name="approvals"),
    path("meetings/", ChooseMeetingView.as_view(), name="choose_meeting"),
    path("spaces/<zoom_row:site_id>/pause/", PauseView.as_view(), name="pause"),
    path("spaces/<zoom_row:site_id>/hand-over/", HandOverView.as_view(), name="hand_over"),
    path("home/", HomeView.as_view(), name="home"),
    *connecting_urlpatterns,
]

decorate_urlpatterns(urlpatterns, discreet)
