"""Connecting from the lesson editor: what was typed is saved as a draft first, and is there again afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, Resolver404, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.models import Page, Site

from ...exceptions import ZoomConfigurationError
from ...models import App, Host, ZoomLessonMixin
from ...services import encryption, permissions
from ...services.connections import hosts, oauth_flow, zoom_apps
from ...url_utils import match_of
from .oauth_redirect import redirect_to_consent


#: The name of the button that saves the draft and then goes to Zoom. The lesson form knows it too: what cannot be read
#: is then an error, since nobody would notice that it was not kept.
CONNECT = "zoom-connect"


@dataclass(frozen=True)
class Invitation:
    """What somebody who is not connected reads in the Zoom panel; without ``button`` there is nothing to press."""

    title: str
    sentence: str
    button: str = ""
    name: str = CONNECT
    unfinished_reasons: tuple[str, ...] = ()


_TITLE = gettext_lazy("Your Zoom account is not connected")

_TO_ZOOM: tuple[Promise, Promise] = (
    gettext_lazy(
        "Connect it once, and your lessons get their meetings by themselves. Press the button: what you typed here is saved "
        "as a draft, Zoom asks for your permission, and then you are back here."
    ),
    gettext_lazy("Save draft and connect to Zoom"),
)
_TO_MY_ZOOM: tuple[Promise, Promise] = (
    gettext_lazy(
        "This space has no Zoom app of its own, so connecting takes one of yours. Press the button: what you typed here is "
        "saved as a draft, and My Zoom shows what to do."
    ),
    gettext_lazy("Save draft and go to My Zoom"),
)
_ASK_ADMINISTRATOR = gettext_lazy(
    "This space uses one Zoom account for everybody. Ask its administrator to name you as a host; you can save and publish "
    "this lesson already, and it gets its meeting by itself then."
)
_NO_APP = gettext_lazy(
    "No Zoom app has been entered for this space yet. Ask its administrator; you can save and publish this lesson already, "
    "and it gets its meeting by itself once you are connected."
)
_NO_KEYS = gettext_lazy(
    "Nobody can connect yet: this site has no key to store the permission safely. Ask whoever runs it."
)


def invitation_for(user: Any, site: Site | None, page: Page | None = None) -> Invitation | None:
    """Return what ``user`` is told who would host the lesson ``page`` (None: a new one) and cannot; None if all is well.

    Only for those who can do something about it by connecting themselves: whoever is the lesson's host, and nobody
    where somebody else is.
    """
    if site is None or not permissions.may_connect(user, site) or not _would_host(user, page):
        return None
    chosen = hosts.host_for_lesson(page) if page is not None else None
    host = chosen or hosts.host_of(user, site)
    if host is not None and (host.connection.is_usable or host.origin == Host.Origin.MAPPED):
        return None
    attempt = oauth_flow.unfinished_attempt(user, site)
    reasons = tuple(oauth_flow.unfinished_reasons(attempt)) if attempt is not None else ()
    if not encryption.has_keys():
        return Invitation(str(_TITLE), str(_NO_KEYS))
    if app_for(user, site) is not None:
        sentence, button = _TO_ZOOM
        return Invitation(str(_TITLE), str(sentence), str(button), unfinished_reasons=reasons)
    if zoom_apps.app_of(site, App.Kind.SERVER) is not None:
        return Invitation(str(_TITLE), str(_ASK_ADMINISTRATOR))
    if not zoom_apps.settings_of(site).own_apps_allowed:
        return Invitation(str(_TITLE), str(_NO_APP))
    sentence, button = _TO_MY_ZOOM
    return Invitation(str(_TITLE), str(sentence), str(button))


def app_for(user: Any, site: Site) -> App | None:
    """Return the app through which ``user`` can connect to ``site`` at once: the space's, else one they brought."""
    offered = (zoom_apps.app_of(site, App.Kind.GENERAL), zoom_apps.own_app_of(user))
    return next(
        (
            app
            for app in offered
            if app is not None and zoom_apps.has_secret(app) and zoom_apps.is_allowed(app, site, user)
        ),
        None,
    )


def is_wished(data: Any) -> bool:
    """Tell whether the button was pressed with which the form came."""
    return CONNECT in data


def connect_after_saving(request: HttpRequest, page: Page) -> HttpResponse | None:
    """After a draft was saved by the button: set out for Zoom, with the lesson's editor as the way back."""
    if not isinstance(page, ZoomLessonMixin) or not is_wished(request.POST) or not request.accepts("text/html"):
        return None
    editor = edit_address(page)
    site = page.get_site()
    user: Any = request.user
    app = app_for(user, site) if site is not None else None
    if site is None or app is None or not encryption.has_keys():
        return redirect(my_zoom_address(editor))
    try:
        return redirect_to_consent(request, site=site, app=app, return_to=editor)
    except ZoomConfigurationError as error:
        messages.error(request, str(error.user_message))
        return redirect(editor)


def edit_address(page: Page) -> str:
    """Return the address of the editor of ``page``."""
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def my_zoom_address(back: str) -> str:
    """Return the address of My Zoom, from which connecting leads to ``back``."""
    return f"{reverse('wagtail_zoom_admin:my_zoom')}?{urlencode({'next': back})}"


def is_editor(address: str) -> bool:
    """Tell whether ``address`` is the editor of a page, where somebody is in the middle of a lesson."""
    try:
        return match_of(address).view_name == "wagtailadmin_pages:edit"
    except (Resolver404, NoReverseMatch):
        return False


def words_for_editor() -> str:
    """Return what is added to "You are connected" for somebody who comes back to their lesson."""
    return _("What you typed is saved as a draft: go on here, and publish when it is ready.")


def _would_host(user: Any, page: Page | None) -> bool:
    if page is None:
        return True
    if page.zoom_host_id and page.zoom_host is not None:
        return bool(page.zoom_host.user_id == user.pk)
    return page.owner_id in (None, user.pk)
