"""The switches: pausing a space, and saying what a copy of the database is."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Site

from ... import conf
from ...services import permissions
from ...services.connections import zoom_apps
from ...services.installation import clone_guard
from ...services.lessons import pause
from ..connections.settings_actions import settings_address
from ..connections.settings_panels import connecting_media
from ..shared.site_view import SpaceScreen


class PauseView(SpaceScreen, TemplateView):
    """Say what a pause does, or its end, and switch it."""

    template_name = "wagtail_zoom/admin/pause.html"

    def get_page_title(self) -> str:
        """Return what the button does."""
        return _("Let Zoom go on") if zoom_apps.settings_of(self.site).is_paused else _("Pause Zoom")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add how it stands, and the way back."""
        settings = zoom_apps.settings_of(self.site)
        return super().get_context_data(
            settings_row=settings,
            is_paused=settings.is_paused,
            back=settings_address(self.site),
            media=connecting_media(),
            **kwargs,
        )

    def post(self, request: HttpRequest, site_id: int) -> HttpResponse:
        """Switch it to what the button said; a second click changes nothing."""
        if request.POST.get("wanted") == "pause":
            pause.pause(self.site, request.user)
            messages.success(request, _("Paused. Nothing is sent to Zoom for this space until you let it go on."))
        elif request.POST.get("wanted") == "go_on":
            pause.resume(self.site, request.user)
            messages.success(request, _("Zoom goes on. What was published meanwhile is done within a few minutes."))
        return redirect(settings_address(self.site))


class HomeView(WagtailAdminTemplateMixin, TemplateView):
    """Ask what this installation is: the new home of its database, or a copy."""

    template_name = "wagtail_zoom/admin/home.html"
    page_title = gettext_lazy("New home, or a copy?")
    header_icon = "wz-video"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in whoever manages every space: the answer holds for all of them."""
        if not may_say_what_this_is(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        """Return none: the header says where one is."""
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where this is, and where the database says its home is."""
        return super().get_context_data(
            place=clone_guard.place(),
            home_address=clone_guard.home_address(),
            here=conf.base_url(),
            media=connecting_media(),
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take the answer; at home there is nothing to say."""
        said = request.POST.get("answer")
        if clone_guard.is_clone() and said == "home":
            clone_guard.confirm_move()
            messages.success(request, _("This is the home of this database now. Zoom goes on from here."))
        elif clone_guard.is_clone() and said == "copy":
            clone_guard.confirm_clone()
            messages.success(request, _("This is a copy. It sends nothing to Zoom, and no mail about lessons."))
        return redirect("wagtail_zoom_admin:home")


def may_say_what_this_is(user: Any) -> bool:
    """Tell whether ``user`` manages the Zoom settings of every space."""
    return all(permissions.may_manage_space(user, site) for site in Site.objects.all())
