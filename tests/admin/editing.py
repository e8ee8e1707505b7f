"""An editor at work in Wagtail's admin: forms are read from the page as a browser does, changed, and sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.http import HttpResponse, QueryDict
from django.test import Client
from django.urls import reverse
from wagtail.models import Page
from wagtail.test.utils import WagtailTestUtils
from wagtail.test.utils.form_data import querydict_from_html

from tests.lessons.models import ClassPage


#: What an editor types for a meeting on Tuesday at ten in Berlin.
TUESDAY = {
    "zoom_kind": "meeting",
    "zoom_date": "2026-11-24",
    "zoom_time": "10:00",
    "zoom_timezone": "Europe/Berlin",
    "zoom_duration": "45",
}


class Editor:
    """A person in the admin, logged in."""

    def __init__(self, user: Any, after_commit: Callable[[], AbstractContextManager[Any]]) -> None:
        self.user = user
        self.client = Client()
        self.client.force_login(user)
        self._after_commit = after_commit

    def get(self, name: str, *args: Any, **query: Any) -> HttpResponse:
        """Open an admin view."""
        return self.client.get(reverse(name, args=args), query)

    def post(self, name: str, *args: Any, **data: Any) -> HttpResponse:
        """Send something to an admin view; work after the commit is done as well."""
        with self._after_commit():
            return self.client.post(reverse(name, args=args), data)

    def create(self, parent: Page, model: type[Page] = ClassPage, **fields: Any) -> HttpResponse:
        """Fill in the form of a new page and send it; `send` says how."""
        address = reverse("wagtailadmin_pages:add", args=[model._meta.app_label, model._meta.model_name, parent.pk])
        return self.send(address, **{"title": "Lesson one", "slug": "lesson-one", **fields})

    def edit(self, page: Page, **fields: Any) -> HttpResponse:
        """Change a page's form and send it; `send` says how."""
        return self.send(reverse("wagtailadmin_pages:edit", args=[page.pk]), **fields)

    def send(
        self, address: str, *, publish: bool = False, autosave: bool = False, button: str = "", **fields: Any
    ) -> HttpResponse:
        """Send the form at ``address`` with ``fields`` changed: saved as a draft, published, or as autosave does it.

        ``button`` presses that one instead, by what stands on it; where it leads is not followed.
        """
        html = self.client.get(address).content.decode()
        form = _form_at(html)
        for name, value in fields.items():
            form.pop(name, None)
            if value is not None:
                form[name] = value
        if publish:
            form["action-publish"] = "action-publish"
        if button:
            form.update(_pressed(html, button))
        headers = {"accept": "application/json"} if autosave else {}
        with self._after_commit():
            return self.client.post(address, form.dict(), headers=headers, follow=not (autosave or button))


def _form_at(html: str) -> QueryDict:
    """Return what a browser would send for the page form in ``html``."""
    form = querydict_from_html(html, form_id="page-edit-form")
    for box in WagtailTestUtils.get_soup(html).select("#page-edit-form input[type=checkbox][checked]"):
        form[box["name"]] = box.get("value", "on")
    if "body" not in form:
        # A stream field builds its inputs by script.
        form["body-count"] = "0"
    return form


def _pressed(html: str, words: str) -> dict[str, str]:
    """Return what the submit button with these words on it sends along with the page form."""
    buttons = WagtailTestUtils.get_soup(html).select("#page-edit-form button[type=submit][name]")
    (found,) = [each for each in buttons if " ".join(each.get_text().split()) == words]
    return {found["name"]: found["value"]}


def texts(response: HttpResponse) -> list[str]:
    """Return the messages that the person reads after a redirect was followed."""
    return [str(message) for message in response.context["messages"]]


def errors(response: HttpResponse) -> dict[str, list[str]]:
    """Return what the page form complains about; nothing where it was accepted."""
    form = (response.context or {}).get("form")
    return dict(form.errors) if form is not None and form.is_bound else {}


def draft_of(page: Page) -> Any:
    """Return the newest draft of a page."""
    return Page.objects.get(pk=page.pk).get_latest_revision_as_object()


def at(hour: int, minute: int = 0, day: int = 24) -> dt.datetime:
    """Return an instant in November 2026, in UTC."""
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=dt.UTC)
