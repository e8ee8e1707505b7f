"""The webhook inbox for whoever looks after a space: what came, what became of it, and "handle it again"."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.contrib.messages import success
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.forms import RadioSelect
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.reports import ReportView
from wagtail.log_actions import log
from wagtail.models import Site

from ... import tasks
from ...models import App, WebhookDelivery, ZoomSettings
from ...services import endpoints, webhooks
from ..connections.setup_guide import EVENTS
from ..shared.tables import ActsColumn, CountedByName


class DeliveryFilterSet(WagtailFilterSet):
    """What became of it."""

    status = django_filters.ChoiceFilter(
        label=gettext_lazy("What became of it"),
        choices=WebhookDelivery.Status.choices,
        empty_label=gettext_lazy("Any"),
        widget=RadioSelect,
    )

    class Meta:
        model = WebhookDelivery
        fields: ClassVar[list[str]] = ["status"]


#: By its technical name, what stands beside the box that was ticked at Zoom.
_AT_ZOOM = {event: box for boxes in EVENTS.values() for box, event in boxes}


def spoken_event(event: str) -> str:
    """Return Zoom's own words for an event, with its technical name: "Start Meeting (meeting.started)"."""
    return f"{_AT_ZOOM[event]} ({event})" if event in _AT_ZOOM else event


class StatusColumn(Column):
    """What became of a delivery, with the traceback where it failed."""

    cell_template_name = "wagtail_zoom/admin/delivery_status_cell.html"


class ReplayColumn(ActsColumn):
    """A button to handle a delivery again."""

    cell_template_name = "wagtail_zoom/admin/delivery_acts_cell.html"


class DeliveriesView(CountedByName, ReportView):
    """The deliveries to the apps of the spaces that this person manages, the latest first."""

    page_title = gettext_lazy("Messages from Zoom")
    header_icon = "mail"
    model = WebhookDelivery
    verbose_name = gettext_lazy("message")
    verbose_name_plural = gettext_lazy("messages")
    template_name = "wagtail_zoom/admin/listing.html"
    results_template_name = "wagtail_zoom/admin/deliveries_results.html"
    index_url_name = "wagtail_zoom_admin:deliveries"
    index_results_url_name = "wagtail_zoom_admin:deliveries_results"
    filterset_class = DeliveryFilterSet
    default_ordering = "-received_at"
    paginate_by = 50
    columns: ClassVar[list[Column]] = [
        Column("event", label=gettext_lazy("What Zoom said"), accessor=lambda row: spoken_event(row.event)),
        DateColumn("received_at", label=gettext_lazy("Received")),
        StatusColumn("status", label=gettext_lazy("What became of it"), accessor="get_status_display"),
        ReplayColumn("acts", label=gettext_lazy("What to do")),
    ]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in whoever manages a space."""
        if not managed_sites(request.user).exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        """Return the deliveries without their sealed bodies, which no listing needs."""
        self.queryset = deliveries_for(self.request.user).defer("body").select_related("app").order_by("-received_at")
        return super().get_queryset()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whether this is practice."""
        return super().get_context_data(is_practice=endpoints.is_practice(), **kwargs)


@require_POST
def replay(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Handle a delivery again from the start."""
    delivery = get_object_or_404(deliveries_for(request.user), pk=delivery_id)
    webhooks.replay(delivery.pk)
    tasks.enqueue_inbox()
    log(delivery.app, "wagtail_zoom.replay", user=request.user, data={"event": delivery.event})
    success(request, _("It is handled again. Reload this page in a moment."))
    return redirect(reverse("wagtail_zoom_admin:deliveries"))


class DeliveriesMenuItem(MenuItem):
    """The inbox, in the Zoom menu."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Messages from Zoom"),
            reverse("wagtail_zoom_admin:deliveries"),
            icon_name="mail",
            name="zoom-deliveries",
            order=900,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether this person manages a space; answered without asking the database."""
        return bool(ZoomSettings.get_permission_policy().user_has_permission(request.user, "change"))


def managed_sites(user: Any) -> QuerySet[Site]:
    """Return the spaces whose Zoom settings ``user`` may change."""
    sites: QuerySet[Site] = ZoomSettings.get_permission_policy().sites_user_has_permission_for(user, "change")
    return sites


def deliveries_for(user: Any) -> QuerySet[WebhookDelivery]:
    """Return the deliveries to apps that serve the spaces which ``user`` manages, and no others."""
    settings = ZoomSettings.objects.filter(site__in=managed_sites(user))
    theirs = Q(general_spaces__in=settings) | Q(server_spaces__in=settings)
    return WebhookDelivery.objects.filter(app__in=App.objects.filter(theirs))
