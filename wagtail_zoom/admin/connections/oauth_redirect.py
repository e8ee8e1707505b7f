"""What a browser needs for the walk to Zoom and back: the one redirect address, and the mark of its session."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.models import Site

from ... import conf
from ...exceptions import ZoomConfigurationError
from ...models import App
from ...services.connections import oauth_flow


_MARK = "wagtail_zoom_walk"


def redirect_address(request: HttpRequest) -> str:
    """Return the one address of this installation to which Zoom sends people back."""
    return address_here(request, canonical_path("oauth_callback"))


def canonical_path(name: str, *arguments: Any) -> str:
    """Return the path of ours that Zoom is told once: the same for everybody, in whatever language they read.

    A site in several languages may have put our addresses below each language's prefix.
    """
    try:
        language = translation.get_supported_language_variant(settings.LANGUAGE_CODE)
    except LookupError:
        language = settings.LANGUAGE_CODE
    with translation.override(language):
        return reverse(f"wagtail_zoom:{name}", args=arguments)


def address_here(request: HttpRequest, path: str) -> str:
    """Return the whole address of ``path`` on this installation; as the browser names it, if the settings do not."""
    return f"{conf.base_url()}{path}" if conf.base_url() else request.build_absolute_uri(path)


def session_binding(request: HttpRequest) -> str:
    """Return what stands for this browser session; it survives a renewed session key, but no signing out."""
    if _MARK not in request.session:
        request.session[_MARK] = secrets.token_urlsafe(32)
    return str(request.session[_MARK])


def redirect_to_consent(request: HttpRequest, *, site: Site, app: App, return_to: str) -> HttpResponseRedirect:
    """Begin the walk and send the browser to Zoom's consent page.

    Raises ZoomConfigurationError, also where the browser is at another host name than the one it would come back to:
    it would not be signed in there.
    """
    redirect_uri = redirect_address(request)
    if urlsplit(redirect_uri).netloc != request.get_host():
        raise ZoomConfigurationError(
            "begun at another host name",
            user_message=_(
                "Zoom brings everybody back to %(address)s, where you are not signed in now. Open this page there, and "
                "begin again."
            )
            % {"address": address_here(request, return_to)},
        )
    user: Any = request.user
    address = oauth_flow.begin_authorization(
        user=user,
        site=site,
        app=app,
        session_key=session_binding(request),
        redirect_uri=redirect_uri,
        return_to=return_to,
    )
    return HttpResponseRedirect(address)
