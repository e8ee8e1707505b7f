"""“My Zoom”: a person's own connections, one row per space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log
from wagtail.models import Site

from ...exceptions import ZoomConfigurationError
from ...models import App, Host
from ...services import encryption, endpoints, permissions
from ...services.connections import connections, declined_scopes, diagnosis, hosts, oauth_flow, zoom_apps
from ...services.connections.zoom_apps import AppRefused
from .editor_prompt import my_zoom_address
from .next_step import first_lesson_address
from .oauth_redirect import redirect_address, redirect_to_consent
from .settings_actions import settings_address, tell
from .settings_form import plain_field, secret_field
from .settings_panels import connecting_media


class OwnAppForm(forms.Form):
    """The credentials of an app that a teacher has made at Zoom themselves."""

    client_id = plain_field(gettext_lazy("Client ID"))
    client_secret = secret_field(gettext_lazy("Client secret"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["client_id"].required = True
        if zoom_apps.has_secret(zoom_apps.own_app_of(user)):
            self.fields["client_secret"].help_text = _("A secret is stored. Leave this empty to keep it.")

    def save(self) -> App | None:
        """Store the app as this person's own; None, with the reason beside its box, if it cannot be stored."""
        try:
            return zoom_apps.save_app(
                kind=App.Kind.GENERAL,
                client_id=self.cleaned_data["client_id"],
                client_secret=self.cleaned_data["client_secret"] or None,
                owner=self.user,
                by=self.user,
            )
        except AppRefused as error:
            self.add_error(error.field, str(error.user_message))
            return None


@dataclass(frozen=True)
class SpaceRow:
    """What a person sees of one space."""

    site: Site
    host: Host | None
    diagnosis: diagnosis.Diagnosis | None
    space_app: App | None
    is_account: bool
    own_app_form: OwnAppForm | None
    lacking: str
    unfinished_reasons: list[str]
    settings_url: str
    first_lesson_url: str

    @property
    def name(self) -> str:
        """The space's name for people."""
        return zoom_apps.space_name(self.site)

    @property
    def is_connected(self) -> bool:
        """Tell whether the person can host here now."""
        return self.host is not None and (self.host.connection.is_usable or self.host.origin == Host.Origin.MAPPED)

    @property
    def may_authorize_again(self) -> bool:
        """Tell whether a connected person may go to Zoom once more, for what they left out; with the space's app."""
        return bool(self.lacking and self.space_app and self.host and self.host.connection.app_id == self.space_app.pk)

    @property
    def is_own_grant(self) -> bool:
        """Tell whether this is a grant that the person gave, and can take back."""
        return self.host is not None and self.host.origin == Host.Origin.AUTHORISED


class MyZoomView(WagtailAdminTemplateMixin, TemplateView):
    """Show a person's connections; nothing is asked of Zoom for it."""

    template_name = "wagtail_zoom/admin/my_zoom.html"
    page_title = gettext_lazy("My Zoom")
    header_icon = "wz-video"
    refused_form: OwnAppForm | None = None
    refused_site: Site | None = None

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        """Return none: the screen is reached from the account menu."""
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Describe every space to which this person may connect."""
        rows = [self._row(site) for site in permissions.sites_of(self.request.user)]
        return super().get_context_data(
            rows=rows,
            has_keys=encryption.has_keys(),
            is_practice=endpoints.is_practice(),
            redirect_address=redirect_address(self.request),
            back=get_valid_next_url_from_request(self.request),
            media=connecting_media(),
            **kwargs,
        )

    def _row(self, site: Site) -> SpaceRow:
        user: Any = self.request.user
        settings = zoom_apps.settings_of(site)
        host = hosts.host_of(user, site)
        unfinished = oauth_flow.unfinished_attempt(user, site)
        return SpaceRow(
            site=site,
            host=host,
            diagnosis=diagnosis.diagnosis_of(host.connection) if host else None,
            space_app=zoom_apps.app_of(site, App.Kind.GENERAL) if settings.space_app_allowed else None,
            is_account=zoom_apps.app_of(site, App.Kind.SERVER) is not None,
            own_app_form=self._own_app_form(site) if settings.own_apps_allowed else None,
            lacking=_lacking(host),
            unfinished_reasons=oauth_flow.unfinished_reasons(unfinished) if unfinished else [],
            settings_url=settings_address(site) if permissions.may_manage_space(user, site) else "",
            first_lesson_url=first_lesson_address(user, site) if host else "",
        )

    def _own_app_form(self, site: Site) -> OwnAppForm:
        if self.refused_form is not None and self.refused_site == site:
            return self.refused_form
        user: Any = self.request.user
        own = zoom_apps.own_app_of(user)
        initial = {"client_id": own.client_id} if own else {}
        return OwnAppForm(user=user, initial=initial, prefix=f"space-{site.pk}")


@require_POST
def authorize(request: HttpRequest, site_id: int) -> HttpResponse:
    """Set out for Zoom's consent page, through the space's app or the person's own."""
    site = _site_for(request, site_id)
    user: Any = request.user
    if request.POST.get("through") == "own":
        form = OwnAppForm(request.POST, user=user, prefix=f"space-{site.pk}")
        app = form.save() if form.is_valid() and zoom_apps.settings_of(site).own_apps_allowed else None
        if app is None:
            view = MyZoomView.as_view(refused_form=form, refused_site=site)
            request.method = "GET"
            return view(request)
    else:
        app = zoom_apps.app_of(site, App.Kind.GENERAL)
    back = get_valid_next_url_from_request(request)
    here = my_zoom_address(back) if back else reverse("wagtail_zoom_admin:my_zoom")
    if app is None:
        messages.error(request, _("This space has no Zoom app of its own yet. Ask its administrator to enter one."))
        return redirect(here)
    try:
        return redirect_to_consent(request, site=site, app=app, return_to=back or here)
    except ZoomConfigurationError as error:
        messages.error(request, str(error.user_message))
        return redirect(here)


@require_POST
@transaction.non_atomic_requests
def test_mine(request: HttpRequest, host_id: int) -> HttpResponse:
    """Ask Zoom whether the person's own connection works; waits up to ten seconds."""
    tell(request, connections.test_connection(_own_host(request, host_id).connection))
    return redirect("wagtail_zoom_admin:my_zoom")


@require_POST
def share_mine(request: HttpRequest, host_id: int) -> HttpResponse:
    """Let the editors of the space create lessons in the person's name, or no longer."""
    host = _own_host(request, host_id)
    Host.objects.filter(pk=host.pk).update(editors_may_schedule="editors_may_schedule" in request.POST)
    messages.success(request, _("Saved."))
    return redirect("wagtail_zoom_admin:my_zoom")


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class DisconnectView(WagtailAdminTemplateMixin, TemplateView):
    """Say what disconnecting does, and do it; waits up to ten seconds for Zoom."""

    template_name = "wagtail_zoom/admin/disconnect.html"
    page_title = gettext_lazy("Disconnect from Zoom")
    header_icon = "wz-video"

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        """Return none: the way back is a button."""
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say in which spaces the connection is used, since it ends at Zoom with the last of them."""
        host = _own_host(self.request, self.kwargs["host_id"])
        others = [
            zoom_apps.space_name(site)
            for site in connections.sites_connected(host.connection)
            if site.pk != host.site_id
        ]
        return super().get_context_data(
            host=host,
            space_name=zoom_apps.space_name(host.site),
            others=others,
            is_practice=endpoints.is_practice(),
            media=connecting_media(),
            **kwargs,
        )

    def post(self, request: HttpRequest, host_id: int) -> HttpResponse:
        """Disconnect."""
        host = _own_host(request, host_id)
        done = connections.disconnect(host.connection, site=host.site, by=request.user)
        log(instance=zoom_apps.settings_of(host.site), action="wagtail_zoom.disconnected", user=request.user)
        messages.success(request, done.sentence)
        return redirect("wagtail_zoom_admin:my_zoom")


def _site_for(request: HttpRequest, site_id: int) -> Site:
    site = get_object_or_404(Site.objects.select_related("root_page"), pk=site_id)
    if not permissions.may_connect(request.user, site):
        raise PermissionDenied
    return site


def _lacking(host: Host | None) -> str:
    """Return what the person left out when they gave their permission, '' for nothing."""
    if host is None or host.origin != Host.Origin.AUTHORISED or not host.connection.is_usable:
        return ""
    return declined_scopes.sentence(host.connection)


def _own_host(request: HttpRequest, host_id: int) -> Host:
    """Return a host that this person is by their own authorisation; to everybody else it does not exist."""
    own = Host.objects.filter(user=request.user, origin=Host.Origin.AUTHORISED, is_active=True)
    host = own.select_related("connection__app", "site").filter(pk=host_id).first()
    if host is None or host.site is None:
        raise Http404
    return host
