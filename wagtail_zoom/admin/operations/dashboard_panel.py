"""What needs attention about Zoom, and the first steps, on the admin's home page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from wagtail.admin.ui.components import Component

from ...models import App
from ...services import permissions
from ...services.connections import zoom_apps
from ...services.installation import clone_guard
from ...services.status import dashboard
from ..connections.settings_panels import connecting_media
from .pause import may_say_what_this_is


@dataclass(frozen=True)
class Entry:
    """A line that leads somewhere."""

    title: str
    sentence: str
    address: str


@dataclass(frozen=True)
class Checklist:
    """The first steps of one space: what it is called, and each step with its address."""

    space: str
    steps: list[tuple[dashboard.FirstStep, str]]


class ZoomPanel(Component):
    """What this person may mend, and what is left to do until a space's first lesson; empty when all is well."""

    name = "zoom"
    template_name = "wagtail_zoom/admin/home_panel.html"
    order = 50

    def __init__(self, request: HttpRequest) -> None:
        self.user: Any = request.user

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        """Read rows alone; nothing is asked of Zoom."""
        if not permissions.sites_of(self.user):
            return {"entries": [], "checklists": []}
        found = [Entry(need.title, need.sentence, _address(need)) for need in dashboard.of_person(self.user)]
        is_unexplained = clone_guard.place() == "unknown"
        return {
            "entries": found,
            "checklists": _checklists(self.user),
            "home_address": reverse("wagtail_zoom_admin:home") if is_unexplained else "",
            "may_explain": is_unexplained and may_say_what_this_is(self.user),
        }

    @property
    def media(self) -> forms.Media:
        """Style."""
        return connecting_media()


def add_panel(request: HttpRequest, panels: list[Component]) -> None:
    """Put the panel among those of the home page."""
    panels.append(ZoomPanel(request))


def _checklists(user: Any) -> list[Checklist]:
    """Return the lists of the spaces that ``user`` manages; of one without an app only while no space has one."""
    lists = []
    is_anywhere = App.objects.exists()
    for site in permissions.sites_of(user):
        is_wanted = permissions.may_manage_space(user, site) and (bool(zoom_apps.apps_of(site)) or not is_anywhere)
        steps = dashboard.first_steps(site) if is_wanted else []
        if steps:
            lists.append(Checklist(zoom_apps.space_name(site), [(step, _address(step)) for step in steps]))
    return lists


def _address(thing: dashboard.Need | dashboard.FirstStep) -> str:
    return reverse(thing.place, args=thing.arguments)
