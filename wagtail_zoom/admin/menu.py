"""Where our screens are found: the Zoom menu, and buttons on lesson pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.admin.widgets.button import Button
from wagtail.models import Page, Site

from ..models import ZoomLessonMixin
from ..models.lessons import LessonKind
from ..services import permissions
from ..services.status import lesson_status


#: Where the state stands in the page editor.
ANCHOR = "wz-zoom"

_SPACES = "_wagtail_zoom_spaces"


def spaces_for(request: HttpRequest) -> list[Site]:
    """Return the spaces of whoever asks, looked up once for each request: Wagtail asks every menu item twice."""
    if not hasattr(request, _SPACES):
        setattr(request, _SPACES, permissions.sites_of(request.user))
    found: list[Site] = getattr(request, _SPACES)
    return found


zoom_menu = Menu(register_hook_name="register_zoom_menu_item", construct_hook_name="construct_zoom_menu")


class ZoomMenuItem(SubmenuMenuItem):
    """The Zoom menu, for whoever may edit in some space."""

    def __init__(self) -> None:
        super().__init__(gettext_lazy("Zoom"), zoom_menu, icon_name="wz-video", name="zoom", order=450)

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether there is a space for this person."""
        return bool(spaces_for(request)) and super().is_shown(request)


class LessonsMenuItem(MenuItem):
    """The listing of lessons."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Lessons"),
            reverse("wagtail_zoom_admin:lessons"),
            icon_name="list-ul",
            name="zoom-lessons",
            order=100,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether this person may see the listing."""
        return bool(spaces_for(request))


def header_buttons(page: Page, user: Any, next_url: str | None = None, view_name: str = "") -> Iterator[Button]:
    """Yield a button that names the lesson's state and leads to it."""
    lesson = page.specific
    if _is_lesson(lesson) and permissions.may_edit_lesson(user, lesson):
        state = lesson_status.state_of(lesson)
        yield Button(
            _("Zoom: %(state)s") % {"state": state.title}, _panel_address(page), icon_name="wz-video", priority=60
        )


def listing_buttons(page: Page, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """Yield a button that leads to the lesson's state; it asks nothing of the database."""
    if _is_lesson(page) and page.permissions_for_user(user).can_edit():
        yield Button(_("Zoom"), _panel_address(page), icon_name="wz-video", priority=60)


def _is_lesson(page: Page) -> bool:
    return isinstance(page, ZoomLessonMixin) and page.zoom_kind != LessonKind.NONE


def _panel_address(page: Page) -> str:
    return f"{reverse('wagtailadmin_pages:edit', args=[page.pk])}#{ANCHOR}"
