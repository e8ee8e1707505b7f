"""Who hosts in a space with a Server-to-Server app: an administrator says which Zoom user each person is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from django.views.generic.edit import FormView
from wagtail.admin import messages
from wagtail.log_actions import log
from wagtail.models import Site

from ...exceptions import ZoomError, ZoomTransportError
from ...models import Host
from ...services import endpoints, permissions
from ...services.connections import diagnosis, hosts, zoom_apps
from ...services.connections.connections import label_of
from ...services.meetings import host_transfer
from ..shared.site_view import SpaceScreen, managed_site
from .settings_actions import settings_address
from .settings_panels import connecting_media


class HostForm(forms.Form):
    """Which LMS user is which Zoom user."""

    user = forms.TypedChoiceField(label=gettext_lazy("Person on this site"), required=False, empty_value=None)
    zoom_ref = forms.CharField(
        label=gettext_lazy("Zoom user"),
        max_length=254,
        help_text=gettext_lazy("The e-mail address with which this person signs in to Zoom, or their Zoom user ID."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    editors_may_schedule = forms.BooleanField(
        label=gettext_lazy("All editors of this space may create lessons with this host"), required=False
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(user.pk): user for user in permissions.people_of(site)}
        names = [(key, f"{label_of(user)} – {user.get_username()}") for key, user in self.people.items()]
        nobody = ("", _("Nobody in particular: a classroom, say"))
        self.fields["user"].choices = [nobody, *names]

    def clean_user(self) -> Any:
        """Return the chosen user, None for nobody in particular."""
        return self.people.get(str(self.cleaned_data["user"]))


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class HostsView(SpaceScreen, FormView):
    """List a space's hosts, and map one more. Adding asks Zoom, and waits up to ten seconds."""

    template_name = "wagtail_zoom/admin/hosts.html"
    form_class = HostForm
    page_title = gettext_lazy("Hosts")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form whose people to offer."""
        return {**super().get_form_kwargs(), "site": self.site}

    def form_valid(self, form: HostForm) -> HttpResponse:
        """Map the host, after a look at Zoom where the scopes allow it."""
        connection = hosts.account_connection_of(self.site)
        if connection is None:
            messages.error(self.request, _("Enter the space's Server-to-Server app first."))
            return redirect(settings_address(self.site))
        try:
            host = hosts.map_host(
                site=self.site,
                connection=connection,
                user=form.cleaned_data["user"],
                zoom_ref=form.cleaned_data["zoom_ref"],
                by=self.request.user,
                editors_may_schedule=form.cleaned_data["editors_may_schedule"],
            )
        except ZoomTransportError:
            form.add_error("zoom_ref", _("Zoom could not be reached, so nobody was added. Try again in a few minutes."))
            return self.form_invalid(form)
        except ZoomError as error:
            form.add_error("zoom_ref", str(error.user_message))
            return self.form_invalid(form)
        note(self.request, "wagtail_zoom.host_mapped", host)
        messages.success(self.request, _mapped_sentence(host))
        return redirect("wagtail_zoom_admin:hosts", self.site.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the hosts that there are, and whether the app is ready for more."""
        connection = hosts.account_connection_of(self.site)
        return super().get_context_data(
            site=self.site,
            hosts=hosts.hosts_of(self.site),
            connection=connection,
            diagnosis=diagnosis.diagnosis_of(connection) if connection else None,
            settings_url=settings_address(self.site),
            is_practice=endpoints.is_practice(),
            media=connecting_media(),
            **kwargs,
        )


@require_http_methods(["GET", "HEAD", "POST"])
def unmap_host(request: HttpRequest, site_id: int, host_id: int) -> HttpResponse:
    """Let a mapped person host no more in this space, once it was said what that does to their lessons."""
    site = managed_site(request, site_id)
    host = get_object_or_404(Host, pk=host_id, site=site, origin=Host.Origin.MAPPED, is_active=True)
    if request.method != "POST":
        return _ask_about_removing(request, site, host)
    hosts.unmap_host(host)
    note(request, "wagtail_zoom.host_unmapped", host)
    messages.success(request, _("%(host)s hosts no more in this space. Meetings that exist stay.") % {"host": host})
    return redirect("wagtail_zoom_admin:hosts", site.pk)


def _ask_about_removing(request: HttpRequest, site: Site, host: Host) -> HttpResponse:
    coming = next((each.lessons for each in host_transfer.hosting_in(site) if each.host.pk == host.pk), 0)
    context = {
        "page_title": _("Remove a host"),
        "page_subtitle": str(host),
        "header_icon": "wz-video",
        "site": site,
        "host": host,
        "coming": coming,
        "media": connecting_media(),
    }
    return render(request, "wagtail_zoom/admin/remove_host.html", context)


def note(request: HttpRequest, action: str, host: Host) -> None:
    """Write into the space's audit log who did what to which host."""
    log(
        instance=zoom_apps.settings_of(host.site) if host.site else host,
        action=action,
        user=request.user,
        data={"host": str(host), "person": host.user_label},
    )


def _mapped_sentence(host: Host) -> str:
    if host.checked_at is not None and host.zoom_user_id:
        return _("Zoom knows %(host)s, who can host lessons in this space now.") % {"host": host}
    return _(
        "%(host)s can host lessons in this space now. The app's scopes do not let this site check the Zoom user: the "
        "first lesson will show whether it is right."
    ) % {"host": host.zoom_ref}
