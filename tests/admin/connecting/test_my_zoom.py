"""“My Zoom”, over HTTP: a teacher connects, tests, shares and disconnects."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from wagtail.models import ModelLogEntry, Site

from tests import schools
from tests.admin.connecting.conftest import Browser, said, shown
from tests.conftest import Clocks
from tests.schools import School
from wagtail_zoom.models import App, AuthorizationAttempt, Connection, Host, ZoomSettings
from wagtail_zoom.services.connections import hosts, zoom_apps
from wagtail_zoom.testing import SimulatorError, authorize


pytestmark = pytest.mark.django_db

MINE = "/admin/zoom/my/"


def authorize_url(site: Site) -> str:
    return reverse("wagtail_zoom_admin:authorize", args=[site.pk])


def test_the_account_menu_leads_there(unconnected: School) -> None:
    teacher = Browser(unconnected.people["teacher.one"])
    assert f'href="{MINE}"' in shown(teacher.get("/admin/account/"))


def test_whoever_edits_nowhere_is_not_led_there(space: Site) -> None:
    elsewhere = Browser(schools.make_administrator("somebody", space))
    elsewhere.user.groups.clear()
    elsewhere.user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    assert f'href="{MINE}"' not in shown(elsewhere.get("/admin/account/"))
    assert "nothing to connect" in shown(elsewhere.get(MINE))


def test_a_teacher_connects_with_one_button_and_comes_back(unconnected: School) -> None:
    teacher = Browser(unconnected.people["teacher.one"])
    assert "Authorize" in shown(teacher.get(MINE))
    leaving = teacher.post(authorize_url(unconnected.site))
    back = teacher.walk(leaving["Location"], "teacher.one@school.example")
    assert back["Location"] == MINE
    assert back["Referrer-Policy"] == "no-referrer"
    assert "You are connected to Zoom." in said(back)
    assert "Connected" in shown(teacher.get(MINE))
    assert hosts.host_of(teacher.user, unconnected.site) is not None
    entry = ModelLogEntry.objects.get(action="wagtail_zoom.connected")
    assert entry.user == teacher.user


def test_one_comes_back_to_where_one_started(unconnected: School) -> None:
    teacher = Browser(unconnected.people["teacher.one"])
    leaving = teacher.post(authorize_url(unconnected.site), {"next": "/admin/pages/"})
    assert teacher.walk(leaving["Location"], "teacher.one@school.example")["Location"] == "/admin/pages/"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_nobody_is_led_away_after_connecting(unconnected: School, address: str) -> None:
    teacher = Browser(unconnected.people["teacher.one"])
    leaving = teacher.post(authorize_url(unconnected.site), {"next": address})
    assert teacher.walk(leaving["Location"], "teacher.one@school.example")["Location"] == MINE


def test_declining_is_said_and_connects_nobody(unconnected: School) -> None:
    teacher = Browser(unconnected.people["teacher.one"])
    leaving = teacher.post(authorize_url(unconnected.site))
    back = teacher.walk(leaving["Location"], "teacher.one@school.example", allow=False)
    assert "You chose not to give permission" in said(back)
    assert not Host.objects.exists()


def test_a_callback_in_another_browser_connects_nobody(unconnected: School) -> None:
    """Login CSRF: an attacker's finished walk is put before the victim's, or the victim's own other, browser."""
    teacher, other_browser = (Browser(unconnected.people["teacher.one"]) for _browser in range(2))
    leaving = teacher.post(authorize_url(unconnected.site))
    back = other_browser.walk(leaving["Location"], "teacher.one@school.example")
    assert "another browser window" in said(back)
    assert not Host.objects.exists()


def test_a_callback_of_another_user_connects_nobody(unconnected: School) -> None:
    colleague = Browser(schools.make_editor("teacher.two", unconnected.site.root_page))
    leaving = Browser(unconnected.people["teacher.one"]).post(authorize_url(unconnected.site))
    back = colleague.walk(leaving["Location"], "teacher.one@school.example")
    assert "another user of this site" in said(back)
    assert not Host.objects.exists()


def test_a_replayed_callback_changes_nothing(unconnected: School) -> None:
    teacher = Browser(unconnected.people["teacher.one"])
    leaving = teacher.post(authorize_url(unconnected.site))
    address = authorize(leaving["Location"], "teacher.one@school.example")
    path = address.removeprefix("http://localhost")
    teacher.get(path)
    before = Connection.objects.get().generation
    assert "used already" in said(teacher.get(path))
    assert Connection.objects.get().generation == before


def test_an_invented_callback_is_refused(unconnected: School) -> None:
    teacher = Browser(unconnected.people["teacher.one"])
    response = teacher.get("/zoom/oauth/callback/?code=x&state=y")
    assert "does not belong to anything" in said(response)
    assert response["Location"] == MINE


def test_who_is_signed_out_keeps_the_way_back(unconnected: School) -> None:
    teacher = Browser(unconnected.people["teacher.one"])
    teacher.client.logout()
    response = teacher.get("/zoom/oauth/callback/?code=x&state=y")
    assert response["Location"].startswith("/admin/login/?next=/zoom/oauth/callback/")


def test_a_code_is_neither_posted_nor_stored_by_caches(unconnected: School) -> None:
    teacher = Browser(unconnected.people["teacher.one"])
    assert teacher.post("/zoom/oauth/callback/").status_code == 405
    response = teacher.get("/zoom/oauth/callback/?code=x&state=y")
    assert "no-store" in response["Cache-Control"]


def test_at_another_host_name_one_is_told_where_to_begin(unconnected: School) -> None:
    teacher = Browser(unconnected.people["teacher.one"])
    teacher.client.defaults["HTTP_HOST"] = "127.0.0.1"
    response = teacher.post(authorize_url(unconnected.site))
    assert "http://localhost" in said(response)
    assert not AuthorizationAttempt.objects.exists()


def test_setting_out_needs_a_post(unconnected: School) -> None:
    assert Browser(unconnected.people["teacher.one"]).get(authorize_url(unconnected.site)).status_code == 405


def test_an_editor_of_another_space_cannot_set_out(unconnected: School) -> None:
    other = schools.make_space("other.example", "Other")
    stranger = Browser(schools.make_editor("stranger", other.root_page))
    response = stranger.post(authorize_url(unconnected.site))
    assert "do not have permission" in said(response)
    assert not AuthorizationAttempt.objects.exists()
    page = shown(stranger.get(MINE))
    assert "Other" in page
    assert f'id="wz-space-{other.pk}"' in page
    assert f'id="wz-space-{unconnected.site.pk}"' not in page


def test_there_is_one_row_for_each_space(unconnected: School, academy: School) -> None:
    superuser = schools.make_user("root", is_superuser=True)
    page = shown(Browser(superuser).get(MINE))
    for site in (unconnected.site, academy.site):
        assert f"wz-space-{site.pk}" in page
    assert "Ask its administrator to name you as a host" in page


def test_who_was_named_by_an_administrator_has_nothing_to_do(academy: School) -> None:
    page = shown(Browser(academy.people["lecturer.one"]).get(MINE))
    assert "You are a host here" in page
    assert "lecturer.one@academy.example" in page


def test_a_teacher_connects_through_an_app_of_their_own(unconnected: School, practice: Any) -> None:
    account = practice.add_account(users=[{"email": "own@home.example", "type": 1}])
    own = practice.add_app(account["account_id"], scopes=schools.SCHOOL_SCOPES, redirect_uris=[schools.REDIRECT_URI])
    teacher, prefix = Browser(unconnected.people["teacher.one"]), f"space-{unconnected.site.pk}"
    form = {
        "through": "own",
        f"{prefix}-client_id": own["client_id"],
        f"{prefix}-client_secret": own["client_secret"],
    }
    leaving = teacher.post(authorize_url(unconnected.site), form)
    teacher.walk(leaving["Location"], "own@home.example")
    host = hosts.host_of(teacher.user, unconnected.site)
    assert host is not None
    assert host.connection.app.owner == teacher.user
    assert own["client_secret"] not in shown(teacher.get(MINE))


@pytest.mark.parametrize(
    ("client_id", "client_secret", "complaint"),
    [
        ("", "secret", "This field is required"),
        ("id", "", "Enter the client secret"),
        ("space", "x", "already belongs"),
    ],
)
def test_what_is_wrong_with_an_own_app_is_said_beside_its_box(
    unconnected: School, client_id: str, client_secret: str, complaint: str
) -> None:
    teacher, prefix = Browser(unconnected.people["teacher.one"]), f"space-{unconnected.site.pk}"
    form = {
        "through": "own",
        f"{prefix}-client_id": unconnected.app.client_id if client_id == "space" else client_id,
        f"{prefix}-client_secret": client_secret,
    }
    response = teacher.post(authorize_url(unconnected.site), form)
    assert response.status_code == 200
    assert complaint in shown(response)
    assert App.objects.count() == 1


def test_a_school_may_forbid_own_apps(unconnected: School) -> None:
    ZoomSettings.objects.filter(site=unconnected.site).update(own_apps_allowed=False)
    teacher, prefix = Browser(unconnected.people["teacher.one"]), f"space-{unconnected.site.pk}"
    assert "Use a Zoom app of my own" not in shown(teacher.get(MINE))
    form = {"through": "own", f"{prefix}-client_id": "id", f"{prefix}-client_secret": "secret"}
    teacher.post(authorize_url(unconnected.site), form)
    assert App.objects.count() == 1


def test_a_school_may_forbid_its_own_app(unconnected: School) -> None:
    ZoomSettings.objects.filter(site=unconnected.site).update(space_app_allowed=False)
    teacher = Browser(unconnected.people["teacher.one"])
    response = teacher.post(authorize_url(unconnected.site))
    assert "may not connect to this space through this Zoom app" in said(response)


def test_testing_says_what_works_without_naming_scopes_to_a_teacher(school: School) -> None:
    teacher = Browser(school.people["teacher.one"])
    host = school.hosts["teacher.one"]
    response = teacher.post(reverse("wagtail_zoom_admin:test_mine", args=[host.pk]))
    assert "first lesson" in said(response)
    page = shown(teacher.get(MINE))
    assert "Create meetings" in page
    assert "meeting:update:meeting" not in page


def test_a_connection_that_zoom_has_ended_says_so_and_offers_the_way(school: School) -> None:
    school.simulator.revoke_grant(school.app.client_id, school.zoom_users[0]["id"])
    teacher = Browser(school.people["teacher.one"])
    teacher.post(reverse("wagtail_zoom_admin:test_mine", args=[school.hosts["teacher.one"].pk]))
    page = shown(teacher.get(MINE))
    assert "Reconnect needed" in page
    assert "Authorize again" in page


def test_editors_may_schedule_only_when_the_teacher_says_so(school: School) -> None:
    teacher, host = Browser(school.people["teacher.one"]), school.hosts["teacher.one"]
    address = reverse("wagtail_zoom_admin:share_mine", args=[host.pk])
    teacher.post(address, {"editors_may_schedule": "on"})
    host.refresh_from_db()
    assert hosts.may_schedule_as(school.people["teacher.two"], host)
    teacher.post(address)
    host.refresh_from_db()
    assert not hosts.may_schedule_as(school.people["teacher.two"], host)


def test_disconnecting_says_what_it_does_and_does_it(school: School) -> None:
    teacher, host = Browser(school.people["teacher.one"]), school.hosts["teacher.one"]
    address = reverse("wagtail_zoom_admin:disconnect", args=[host.pk])
    assert "Meetings that exist already stay on Zoom" in shown(teacher.get(address))
    assert Connection.objects.get(pk=host.connection_id).is_usable
    assert "Disconnected, here and at Zoom." in said(teacher.post(address))
    assert Connection.objects.get(pk=host.connection_id).status == Connection.Status.DISCONNECTED
    assert ModelLogEntry.objects.filter(action="wagtail_zoom.disconnected", user=teacher.user).exists()


@pytest.mark.parametrize("name", ["test_mine", "share_mine", "disconnect"])
def test_other_peoples_connections_do_not_exist(school: School, name: str) -> None:
    host = school.hosts["teacher.one"]
    address = reverse(f"wagtail_zoom_admin:{name}", args=[host.pk])
    people = [school.people["teacher.two"], schools.make_administrator("administrator", school.site)]
    school.simulator.clear_requests()
    for person in people:
        assert Browser(person).post(address, {"editors_may_schedule": "on"}).status_code == 404
    host.refresh_from_db()
    assert (host.is_active, host.editors_may_schedule) == (True, False)
    assert school.simulator.requests() == []


def test_who_never_came_back_hears_the_likely_reasons(unconnected: School, practice: Any, clocks: Clocks) -> None:
    practice.add_account(users=[{"email": "stranger@elsewhere.example", "type": 2}])
    teacher = Browser(unconnected.people["teacher.one"])
    leaving = teacher.post(authorize_url(unconnected.site))
    with pytest.raises(SimulatorError):
        teacher.walk(leaving["Location"], "stranger@elsewhere.example")
    assert "did not come back" not in shown(teacher.get(MINE))
    clocks.advance(minutes=2, seconds=5)
    page = shown(teacher.get(MINE))
    assert "You set out for Zoom and did not come back" in page
    assert "does not belong to the organisation" in page


def test_my_zoom_asks_zoom_nothing(school: School) -> None:
    school.simulator.clear_requests()
    assert Browser(school.people["teacher.one"]).get(MINE).status_code == 200
    assert school.simulator.requests() == []


def test_without_keys_teachers_are_told_whom_to_ask(unconnected: School, settings: Any) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "ENCRYPTION_KEYS": []}
    page = shown(Browser(unconnected.people["teacher.one"]).get(MINE))
    assert "no key to store the permission" in page
    assert zoom_apps.has_secret(unconnected.app)


def test_who_lost_the_cookies_on_the_way_begins_again_after_signing_in(unconnected: School) -> None:
    teacher = Browser(unconnected.people["teacher.one"])
    leaving = teacher.post(authorize_url(unconnected.site))
    teacher.client.cookies.clear()
    back = teacher.walk(leaving["Location"], "teacher.one@school.example")
    assert back["Location"].startswith("/admin/login/?next=")
    teacher.client.force_login(teacher.user)
    returned = teacher.get(unquote(back["Location"].partition("next=")[2]))
    assert "signed out meanwhile" in said(returned)
    assert not Host.objects.exists()


def test_who_unticked_something_finds_it_there_and_authorizes_again(school: School) -> None:
    school.simulator.patch_app(school.app.client_id, optional_scopes=schools.SCHOOL_SCOPES)
    teacher = Browser(school.people["teacher.one"])
    assert "Something is missing" not in shown(teacher.get(MINE))

    leaving = teacher.post(authorize_url(school.site))
    back = teacher.walk(leaving["Location"], "teacher.one@school.example", untick=["meeting:write:registrant"])
    assert "“Register learners for meetings”" in said(back)
    page = shown(teacher.get(MINE))
    assert "probably unticked on Zoom's page" in page
    assert "Authorize again" in page

    leaving = teacher.post(authorize_url(school.site))
    teacher.walk(leaving["Location"], "teacher.one@school.example")
    assert "Something is missing" not in shown(teacher.get(MINE))
