"""Schools to test with: spaces of the test site that are connected to accounts of the simulator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupPagePermission, GroupSitePermission, Page, Site

from wagtail_zoom.api.operations import OPERATIONS
from wagtail_zoom.models import App, Connection, Host, LessonPage, ZoomSettings
from wagtail_zoom.services.connections import connections, hosts, oauth_flow, zoom_apps
from wagtail_zoom.testing import SimulatorControl, authorize


REDIRECT_URI = "http://localhost/zoom/oauth/callback/"
SESSION_KEY = "the browser session of a test"

#: What a school's General App has: every way to write meetings, and the host's token.
SCHOOL_SCOPES = (
    "meeting:write:meeting",
    "meeting:write:registrant",
    "meeting:write:batch_registrants",
    "meeting:write:invite_links",
    "meeting:write:poll",
    "meeting:write:batch_polls",
    "meeting:write:template",
    "meeting:write:open_app",
    "meeting:write:sip_dialing",
    "user:read:token",
)

#: What an academy's Server-to-Server app has: registrants and reports, but neither create, change nor delete.
ACADEMY_SCOPES = (
    "meeting:read:meeting:admin",
    "meeting:read:list_meetings:admin",
    "meeting:read:list_registrants:admin",
    "meeting:read:registrant:admin",
    "meeting:write:registrant:admin",
    "meeting:write:participant:admin",
    "meeting:delete:registrant:admin",
    "meeting:update:registrant_status:admin",
    "webinar:read:webinar:admin",
    "webinar:read:list_webinars:admin",
    "webinar:read:list_registrants:admin",
    "webinar:read:registrant:admin",
    "webinar:write:registrant:admin",
    "webinar:delete:registrant:admin",
    "webinar:update:registrant_status:admin",
    "report:read:list_meeting_participants:admin",
    "report:read:list_webinar_participants:admin",
)

#: Every scope that any operation of ours wants, at the user's and at the account's level.
EVERY_SCOPE = tuple(sorted({scope for operation in OPERATIONS.values() for scope in operation.scopes}))


@dataclass
class School:
    """A space, its Zoom account in the simulator, and the people on both sides.

    ``people`` are LMS users by username; ``zoom_users`` are the account's users as the simulator answered, the owner
    first; ``hosts`` are rows by username.
    """

    simulator: SimulatorControl
    site: Site
    app: App
    credentials: dict[str, Any]
    account_id: str
    zoom_users: list[dict[str, Any]]
    people: dict[str, Any] = field(default_factory=dict)
    hosts: dict[str, Host] = field(default_factory=dict)

    @property
    def settings(self) -> ZoomSettings:
        """The stored settings of the space."""
        return zoom_apps.settings_of(self.site)

    @property
    def connection(self) -> Connection:
        """The account's connection (Server-to-Server), or the first teacher's."""
        if self.app.kind == App.Kind.SERVER:
            return connections.account_connection(self.app)
        return next(iter(self.hosts.values())).connection


def make_user(username: str, **fields: Any) -> Any:
    """Make an LMS user with an e-mail address of the school and the password "password"."""
    names = username.replace("-", ".").split(".")
    defaults = {
        "email": f"{username}@school.example",
        "first_name": names[0].title(),
        "last_name": " ".join(names[1:]).title(),
    }
    return get_user_model().objects.create_user(username, password="password", **{**defaults, **fields})


def make_editor(username: str, root: Page, **fields: Any) -> Any:
    """Make a user who may add, change and publish pages below ``root``, and enter the admin."""
    user = make_user(username, **fields)
    group, _created = Group.objects.get_or_create(name=f"Editors of {root.pk}")
    group.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
    for codename in ("add_page", "change_page", "publish_page"):
        permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=codename)
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
    user.groups.add(group)
    return user


def make_administrator(username: str, site: Site, **fields: Any) -> Any:
    """Make a user who may change the Zoom settings of ``site``, and of no other space."""
    user = make_user(username, **fields)
    group, _created = Group.objects.get_or_create(name=f"Zoom administrators of {site.pk}")
    group.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
    permission = Permission.objects.get(content_type__app_label="wagtail_zoom", codename="change_zoomsettings")
    GroupSitePermission.objects.get_or_create(group=group, site=site, permission=permission)
    user.groups.add(group)
    return user


def make_space(hostname: str, title: str) -> Site:
    """Make a space with a root page of its own."""
    top = Page.objects.get(depth=1)
    home = top.add_child(instance=Page(title=title, slug=title.lower().replace(" ", "-")))
    return Site.objects.create(hostname=hostname, port=80, root_page=home, site_name=title)


def speak_to(simulator: SimulatorControl, settings: Any) -> None:
    """Let the product of this test speak to the simulator."""
    settings.WAGTAIL_ZOOM = {
        **settings.WAGTAIL_ZOOM,
        "API_URL": simulator.api_url,
        "OAUTH_URL": simulator.oauth_url,
        "ALLOW_SECRETS_TO": ["127.0.0.1"],
    }


def make_school(
    simulator: SimulatorControl,
    site: Site,
    *,
    scopes: Sequence[str] = SCHOOL_SCOPES,
    teachers: Sequence[str] = ("teacher.one", "teacher.two"),
    plan: str = "pro",
) -> School:
    """Give ``site`` a General App with ``scopes``; the teachers are editors there who have connected their account."""
    account = simulator.add_account(plan=plan, users=[_zoom_user(name, "school.example") for name in teachers])
    credentials = simulator.add_app(account["account_id"], type="general", scopes=scopes, redirect_uris=[REDIRECT_URI])
    app = zoom_apps.save_app(
        site=site,
        kind=App.Kind.GENERAL,
        client_id=credentials["client_id"],
        client_secret=credentials["client_secret"],
    )
    hurry(site)
    school = School(simulator, site, app, credentials, account["account_id"], account["users"])
    for name in teachers:
        school.people[name] = make_editor(name, site.root_page)
        school.hosts[name] = connect(school.people[name], site, app, f"{name}@school.example")
    return school


def make_academy(
    simulator: SimulatorControl,
    site: Site,
    *,
    scopes: Sequence[str] = ACADEMY_SCOPES,
    teachers: Sequence[str] = ("lecturer.one", "lecturer.two"),
    plan: str = "business",
) -> School:
    """Give ``site`` a Server-to-Server app with ``scopes``; its teachers are editors mapped to Zoom users."""
    account = simulator.add_account(plan=plan, users=[_zoom_user(name, "academy.example") for name in teachers])
    credentials = simulator.add_app(account["account_id"], type="server_to_server", scopes=scopes)
    app = zoom_apps.save_app(
        site=site,
        kind=App.Kind.SERVER,
        client_id=credentials["client_id"],
        client_secret=credentials["client_secret"],
        account_id=account["account_id"],
    )
    hurry(site)
    school = School(simulator, site, app, credentials, account["account_id"], account["users"])
    administrator = make_administrator(f"administrator.{site.pk}", site)
    school.people["administrator"] = administrator
    for name in teachers:
        school.people[name] = make_editor(name, site.root_page)
        school.hosts[name] = hosts.map_host(
            site=site,
            connection=school.connection,
            user=school.people[name],
            zoom_ref=f"{name}@academy.example",
            by=administrator,
        )
    return school


def hurry(site: Site) -> None:
    """Let the space use all of the fastest plan's limits, so that no test waits for its turn."""
    ZoomSettings.objects.filter(site=site).update(plan=ZoomSettings.Plan.BUSINESS, share=100)


def make_lesson(school: School, title: str = "Fractions", **wishes: Any) -> LessonPage:
    """Make a lesson of the school's first teacher on Tuesday, 24 November 2026, at ten in Berlin; not published yet."""
    fields = {
        "owner": school.people[next(iter(school.hosts))],
        "zoom_date": dt.date(2026, 11, 24),
        "zoom_time": dt.time(10),
        "zoom_timezone": "Europe/Berlin",
        "zoom_duration": 45,
        **wishes,
    }
    page = LessonPage(title=title, live=False, **fields)
    school.site.root_page.add_child(instance=page)
    return page


def connect(user: Any, site: Site, app: App, zoom_email: str) -> Host:
    """Let ``user`` walk to the consent page as ``zoom_email``, allow, and come back."""
    finished = finish(walk(user, site, app, zoom_email), user)
    assert finished.host is not None, finished.sentence
    return finished.host


def walk(
    user: Any,
    site: Site,
    app: App,
    zoom_email: str,
    *,
    allow: bool = True,
    return_to: str = "",
    untick: Sequence[str] = (),
) -> str:
    """Let ``user`` walk to the consent page and decide there; return the address they are sent back to."""
    address = oauth_flow.begin_authorization(
        user=user, site=site, app=app, session_key=SESSION_KEY, redirect_uri=REDIRECT_URI, return_to=return_to
    )
    return authorize(address, zoom_email, allow=allow, untick=untick)


def finish(address: str, user: Any, session_key: str = SESSION_KEY) -> oauth_flow.AuthorizationResult:
    """Let the callback at ``address`` be answered for ``user``."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    return oauth_flow.finish_authorization(
        state=query.get("state", ""),
        code=query.get("code", ""),
        error=query.get("error", ""),
        user=user,
        session_key=session_key,
    )


def _zoom_user(name: str, domain: str) -> dict[str, Any]:
    first, _dot, last = name.partition(".")
    return {
        "email": f"{name}@{domain}",
        "first_name": first.title(),
        "last_name": last.title(),
        "type": 2,
        "webinar": True,
    }
