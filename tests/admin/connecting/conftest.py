"""People at a browser who connect spaces to Zoom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from wagtail.models import Site

from tests import schools
from tests.schools import School
from wagtail_zoom.models import App
from wagtail_zoom.services.connections import zoom_apps
from wagtail_zoom.testing import SimulatorControl, authorize


class Browser:
    """A person signed in to the admin at the installation's address."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self.client = Client(HTTP_HOST="localhost")
        self.client.force_login(user)

    def get(self, address: str) -> HttpResponse:
        """Open a page."""
        return self.client.get(address)

    def post(self, address: str, values: dict[str, Any] | None = None, **more: Any) -> HttpResponse:
        """Send a form; redirects that keep the method are followed, since that is what a browser does."""
        response = self.client.post(address, values or {}, **more)
        while response.status_code == 307:
            response = self.client.post(response["Location"], values or {}, **more)
        return response

    def walk(
        self, consent_page: str, zoom_email: str, *, allow: bool = True, untick: Sequence[str] = ()
    ) -> HttpResponse:
        """Decide at Zoom's consent page, and come back here."""
        back = urlsplit(authorize(consent_page, zoom_email, allow=allow, untick=untick))
        return self.client.get(f"{back.path}?{back.query}")


def said(response: HttpResponse) -> str:
    """Return the messages that a response's request has left for the person."""
    return unescape(" ".join(str(message) for message in get_messages(response.wsgi_request)))


def shown(response: HttpResponse) -> str:
    """Return the page as text, entities resolved."""
    return unescape(response.content.decode())


def settings_url(site: Site) -> str:
    """Return the address of a space's Zoom settings."""
    return reverse("wagtailsettings:edit", args=["wagtail_zoom", "zoomsettings", site.pk])


def settings_form(**changes: Any) -> dict[str, Any]:
    """Return what a browser sends from the settings form: the defaults, and ``changes``."""
    return {
        "general_client_id": "",
        "general_client_secret": "",
        "general_webhook_secret": "",
        "server_account_id": "",
        "server_client_id": "",
        "server_client_secret": "",
        "server_webhook_secret": "",
        "space_app_allowed": "on",
        "own_apps_allowed": "on",
        "default_duration": "60",
        "default_timezone": "",
        "zoom_option_auto_recording": "none",
        "when_unpublished": "keep",
        "writes_to_people": "site",
        "completion_rule": "any",
        "completion_amount": "75",
        "plan": "business",
        "share": "100",
        "region": "",
        **changes,
    }


@pytest.fixture
def browser() -> Callable[[Any], Browser]:
    """Return a function that signs a user in."""
    return Browser


@pytest.fixture
def administrator(space: Site) -> Browser:
    """Return the administrator of the default space."""
    return Browser(schools.make_administrator("administrator", space))


@pytest.fixture
def credentials(practice: SimulatorControl) -> dict[str, Any]:
    """Return a General App of a Zoom account with two users, registered for this installation's redirect address."""
    users = [
        {"email": f"{name}@school.example", "first_name": name.split(".")[0].title(), "type": 2}
        for name in ("administrator", "teacher.one")
    ]
    account = practice.add_account(users=users)
    app = practice.add_app(account["account_id"], scopes=schools.SCHOOL_SCOPES, redirect_uris=[schools.REDIRECT_URI])
    return {**app, "account_id": account["account_id"]}


@pytest.fixture
def unconnected(practice: SimulatorControl, space: Site, credentials: dict[str, Any]) -> School:
    """Return a school whose General App is entered and whose one teacher has not connected yet."""
    app = zoom_apps.save_app(
        site=space,
        kind=App.Kind.GENERAL,
        client_id=credentials["client_id"],
        client_secret=credentials["client_secret"],
    )
    schools.hurry(space)
    school = School(practice, space, app, credentials, credentials["account_id"], [])
    school.people["teacher.one"] = schools.make_editor("teacher.one", space.root_page)
    return school
