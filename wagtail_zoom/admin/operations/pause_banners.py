"""What keeps everything from being sent to Zoom, said at the head of a listing: a pause, or a copied database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Site

from ... import conf
from ...models import ZoomSettings
from ...services import permissions
from ...services.connections import zoom_apps
from ...services.installation import clone_guard
from .pause import may_say_what_this_is


@dataclass(frozen=True)
class Banner:
    """Why nothing is sent; with ``address`` and ``button`` for whoever can change it."""

    title: str
    sentence: str
    address: str = ""
    button: str = ""


def banners_for(user: Any, sites: Iterable[Site]) -> list[Banner]:
    """Return what stops Zoom for these spaces, as ``user`` is told it; from rows alone, nothing when nothing does."""
    return [*_elsewhere(user), *_paused(user, sites)]


def _elsewhere(user: Any) -> list[Banner]:
    place = clone_guard.place()
    if place == "home":
        return []
    may_explain = may_say_what_this_is(user)
    address = reverse("wagtail_zoom_admin:home") if may_explain else ""
    button = _("New home, or a copy?") if may_explain else ""
    if place == "copy":
        sentence = _(
            "Somebody has said that this installation is a copy. Nothing is sent to Zoom, and nobody gets mail about "
            "lessons."
        )
        return [Banner(_("This is a copy"), sentence, address, button)]
    sentence = _("This database was set up for another address.")
    if not may_explain:
        sentence += " " + _("An administrator has to say whether this is its new home or a copy.")
    return [Banner(_("Nothing is sent to Zoom from here"), sentence, address, button)]


def _paused(user: Any, sites: Iterable[Site]) -> list[Banner]:
    if conf.is_paused():
        sentence = _("Paused for the whole site, by its operators: nothing is sent to Zoom until they let it go on.")
        return [Banner(_("Paused"), sentence)]
    paused = ZoomSettings.objects.filter(site__in=[site.pk for site in sites], is_paused=True).select_related("site")
    return [_of_space(user, row.site) for row in paused.order_by("site__site_name", "site_id")]


def _of_space(user: Any, site: Site) -> Banner:
    title = _("%(space)s: Zoom is paused") % {"space": zoom_apps.space_name(site)}
    sentence = _("What is published or changed meanwhile is sent to Zoom when it goes on. Learners can still join.")
    if not permissions.may_manage_space(user, site):
        return Banner(title, sentence + " " + _("An administrator can let it go on."))
    return Banner(title, sentence, reverse("wagtail_zoom_admin:pause", args=[site.pk]), _("Let Zoom go on"))
