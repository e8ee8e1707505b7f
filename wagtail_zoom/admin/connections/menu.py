"""Where "My Zoom" is found: in the account menu, and in the Zoom menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.menu import MenuItem

from ...services import permissions
from ..menu import spaces_for


class MyZoomMenuItem(MenuItem):
    """A person's own connections."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("My Zoom"),
            reverse("wagtail_zoom_admin:my_zoom"),
            icon_name="user",
            name="zoom-mine",
            order=200,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether there is a space to which this person may connect."""
        return bool(spaces_for(request))


def account_menu_item(request: HttpRequest) -> dict[str, Any] | None:
    """Return the entry under "More actions" of the account page, for whoever may connect somewhere."""
    if not permissions.sites_of(request.user):
        return None
    return {
        "url": reverse("wagtail_zoom_admin:my_zoom"),
        "label": _("My Zoom"),
        "help_text": _("Connect your Zoom account, so that your lessons get their meetings."),
    }
