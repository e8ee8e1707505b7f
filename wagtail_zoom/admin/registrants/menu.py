"""Where the registrants are found: in the Zoom menu, and from each lesson."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from ...models import ZoomLessonMixin
from ...services import permissions
from ...services.access.join_policy import has_registration
from ...services.lessons import lesson_lookup
from ...services.permissions import Right, has_anywhere
from ...services.registrants.status import number_registered


class RegistrantsMenuItem(MenuItem):
    """The listing of registrants, for whoever may see people in some space."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Registrants"),
            reverse("wagtail_zoom_admin:registrants"),
            icon_name="group",
            name="zoom-registrants",
            order=120,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether this person may see registrants somewhere."""
        return has_anywhere(request.user, Right.VIEW_REGISTRANTS)


def header_buttons(page: Page, user: Any, next_url: str | None = None, view_name: str = "") -> Iterator[Button]:
    """Yield "Registrants (42)" on a lesson whose meeting takes registrations."""
    lesson = page.specific
    if not isinstance(lesson, ZoomLessonMixin) or not permissions.may_edit_lesson(user, lesson):
        return
    link = lesson_lookup.original_link_of(lesson)
    if link is None or not has_registration(link.meeting):
        return
    count = number_registered(link.meeting)
    yield Button(
        _("Registrants (%(count)d)") % {"count": count},
        f"{reverse('wagtail_zoom_admin:registrants')}?meeting={link.meeting_id}",
        icon_name="group",
        priority=61,
    )
