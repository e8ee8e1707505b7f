"""What the buttons of Settings → Zoom do beyond saving: go to Zoom for permission, or ask Zoom whether all is well."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.models import Site

from ...error_reporting import mark_sensitive
from ...exceptions import ZoomConfigurationError
from ...models import App, Connection, ZoomSettings
from ...services import permissions
from ...services.connections import connections, zoom_apps
from ...services.connections.connections import Diagnosis
from .oauth_redirect import redirect_to_consent
from .settings_form import KINDS


#: The name of the buttons that save and then go on.
NEXT = "zoom-next"


def before_edit_setting(request: HttpRequest, instance: Any) -> None:
    """Let no error on the way show the secrets that are typed here."""
    if isinstance(instance, ZoomSettings):
        mark_sensitive(request)


def after_edit_setting(request: HttpRequest, instance: Any) -> HttpResponse | None:
    """Say that what was saved is not tested yet, and go on to where the pressed button leads."""
    if not isinstance(instance, ZoomSettings):
        return None
    wish, _dash, name = request.POST.get(NEXT, "").partition("-")
    kind = next((kind for kind, known in KINDS.items() if known == name), None)
    app = zoom_apps.app_of(instance.site, kind) if kind else None
    if wish in ("test", "authorize") and app is None:
        messages.error(request, _("Enter the app's client ID and client secret first."))
        return None
    if wish == "test":
        # A POST that is sent on as a POST: asking Zoom is never the answer to a GET.
        address = reverse("wagtail_zoom_admin:test_app", args=[instance.site.pk, name])
        return redirect(address, preserve_request=True)
    if wish == "authorize" and app is not None:
        return _authorize(request, instance.site, app)
    if getattr(instance, "has_new_credentials", False):
        messages.info(request, _("Saved. Not tested yet."))
    return None


@require_POST
@transaction.non_atomic_requests
def test_app(request: HttpRequest, site_id: int, name: str) -> HttpResponse:
    """Ask Zoom whether the space's app works; waits up to ten seconds."""
    site = get_object_or_404(Site, pk=site_id)
    if not permissions.may_manage_space(request.user, site):
        raise PermissionDenied
    kind = next((kind for kind, known in KINDS.items() if known == name), "")
    app = zoom_apps.app_of(site, kind) if kind else None
    back = redirect(settings_address(site))
    if app is None:
        messages.error(request, _("This space has no such app yet. Enter its client ID and client secret first."))
        return back
    connection = _connection_to_test(app, request.user)
    if connection is None:
        messages.warning(
            request,
            _(
                "A General App can be tested only by somebody who is connected through it. Press “Save and authorize” "
                "to connect your own Zoom account."
            ),
        )
        return back
    tell(request, connections.test_connection(connection))
    return back


def tell(request: HttpRequest, found: Diagnosis) -> None:
    """Show what a test found."""
    show = messages.success if found.works else messages.error
    show(request, f"{found.title}. {found.sentence}")


def settings_address(site: Site) -> str:
    """Return the address of the Zoom settings of ``site``."""
    return reverse("wagtailsettings:edit", args=["wagtail_zoom", "zoomsettings", site.pk])


def _authorize(request: HttpRequest, site: Site, app: App) -> HttpResponse | None:
    try:
        return redirect_to_consent(request, site=site, app=app, return_to=settings_address(site))
    except ZoomConfigurationError as error:
        messages.error(request, str(error.user_message))
        return None


def _connection_to_test(app: App, user: Any) -> Connection | None:
    if app.kind == App.Kind.SERVER:
        return connections.account_connection(app)
    key = connections.person_key_of(user)
    found = Connection.objects.select_related("app").filter(app=app, person_key=key)
    return found.exclude(status__in=(Connection.Status.NEW, Connection.Status.DISCONNECTED)).first()
