"""Meetings of deleted lessons that are still on Zoom, because this site may not delete them there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Site

from ...services.meetings import actions, leftovers
from ...services.status import dashboard, lesson_status
from ...url_utils import row_number
from ..menu import spaces_for
from .pause_banners import Banner


class LeftOnZoomView(WagtailAdminTemplateMixin, TemplateView):
    """Each with its link to Zoom, until somebody says that it is deleted there."""

    template_name = "wagtail_zoom/admin/left_on_zoom.html"
    page_title = gettext_lazy("Left on Zoom")
    header_icon = "wz-video"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in whoever may edit in some space."""
        if not spaces_for(request):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take somebody's word that one of them is deleted."""
        mine = leftovers.of_deleted_lessons(request.user, spaces_for(request))
        meeting = get_object_or_404(mine, pk=row_number(request.POST.get("meeting", "")))
        actions.mark_left_deleted(meeting, request.user)
        messages.success(request, _("Thank you. This site takes it that the meeting is on Zoom no more."))
        return redirect("wagtail_zoom_admin:left_on_zoom")

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        """Return none: the header's title says where one is."""
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the meetings."""
        meetings = [
            {
                "pk": meeting.pk,
                "topic": meeting.topic,
                "sentence": lesson_status.state_of_meeting(meeting).sentence,
                "host": meeting.host_label,
                "number": lesson_status.spoken_number(meeting),
                "address": lesson_status.zoom_address(meeting),
            }
            for meeting in leftovers.of_deleted_lessons(self.request.user, spaces_for(self.request))
        ]
        return super().get_context_data(meetings=meetings, **kwargs)


def banners_for(user: Any, sites: Iterable[Site]) -> list[Banner]:
    """Return what stands above the lessons while something is left on Zoom: how much, and the way to this screen."""
    return [
        Banner(need.title, need.sentence, reverse(need.place), _("Look at it"))
        for need in dashboard.of_deleted_lessons(user, sites)
    ]
