"""The address to which Zoom sends people back, called with what was kept, swapped, mixed up or made up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests import schools
from tests.admin.connecting.conftest import Browser, credentials, said, shown, unconnected  # noqa: F401
from tests.schools import School
from wagtail_zoom.models import App, AuthorizationAttempt, Connection, Host, ZoomSettings
from wagtail_zoom.testing import authorize


EMAIL = "teacher.one@school.example"
CALLBACK = "/zoom/oauth/callback/"


@pytest.fixture
def school(unconnected: School) -> School:  # noqa: F811
    return unconnected


@pytest.fixture
def teacher(school: School) -> Browser:
    return Browser(school.people["teacher.one"])


def set_out(browser: Browser, school: School, email: str = EMAIL) -> dict[str, str]:
    """Return what the answer to a walk holds, code and state, without going back with it."""
    leaving = browser.post(f"/admin/zoom/my/spaces/{school.site.pk}/authorize/")
    return answer_of(authorize(leaving["Location"], email))


def answer_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def come_back(browser: Browser, **answer: str) -> Any:
    return browser.get(f"{CALLBACK}?{urlencode(answer)}")


@pytest.fixture
def nobody_connected(db: None) -> Iterator[None]:
    yield
    assert not Host.objects.exists()
    assert not Connection.objects.filter(status=Connection.Status.CONNECTED).exists()


@pytest.mark.usefixtures("nobody_connected")
@pytest.mark.parametrize("whose", ["another walk", "a colleague", "another app"])
def test_a_code_of_something_else_is_worth_nothing_with_ones_own_state(school, teacher, practice, whose):
    """Somebody slips their own code under the victim's state, so that lessons would take place in their account."""
    if whose == "another app":
        other = practice.add_app(school.account_id, scopes=schools.SCHOOL_SCOPES, redirect_uris=[schools.REDIRECT_URI])
        address = f"{practice.oauth_url}/authorize?" + urlencode(
            {"response_type": "code", "client_id": other["client_id"], "redirect_uri": schools.REDIRECT_URI}
        )
        code = answer_of(authorize(address, EMAIL))["code"]
    elif whose == "a colleague":
        colleague = Browser(schools.make_editor("colleague", school.site.root_page))
        code = set_out(colleague, school, "administrator@school.example")["code"]
    else:
        code = set_out(teacher, school)["code"]
    mine = set_out(teacher, school)
    come_back(teacher, state=mine["state"], code=code)
    assert "used already" in said(come_back(teacher, **mine))


@pytest.mark.usefixtures("nobody_connected")
def test_a_code_without_a_state_and_states_that_are_none(school, teacher):
    mine = set_out(teacher, school)
    digest = AuthorizationAttempt.objects.get().state_digest
    for state in ("", digest, mine["state"].upper(), mine["state"] + " ", mine["state"][:-1], "\x00", "ſ" * 5000):
        assert come_back(teacher, code=mine["code"], state=state)["Location"] == "/admin/zoom/my/"


@pytest.mark.usefixtures("nobody_connected")
def test_after_signing_out_and_in_again_the_old_answer_is_nobodys(school, teacher):
    mine = set_out(teacher, school)
    teacher.client.logout()
    assert come_back(teacher, **mine)["Location"].startswith("/admin/login/")
    teacher.client.force_login(teacher.user)
    assert "signed out meanwhile" in said(come_back(teacher, **mine))


@pytest.mark.usefixtures("nobody_connected")
@pytest.mark.parametrize("change", ["right", "account", "space's app", "app"])
def test_who_set_out_with_a_right_that_is_gone_meanwhile(school, teacher, change):
    mine = set_out(teacher, school)
    if change == "right":
        teacher.user.groups.clear()
    elif change == "account":
        type(teacher.user).objects.update(is_active=False)
    elif change == "space's app":
        ZoomSettings.objects.filter(site=school.site).update(space_app_allowed=False)
    else:
        App.objects.filter(pk=school.app.pk).delete()
    come_back(teacher, **mine)


@pytest.mark.usefixtures("nobody_connected")
def test_at_another_host_of_the_installation_the_answer_is_another_browsers(school, teacher):
    mine = set_out(teacher, school)
    elsewhere = Browser(teacher.user)
    elsewhere.client.defaults["HTTP_HOST"] = "academy.example"
    assert "another browser window" in said(come_back(elsewhere, **mine))


@pytest.mark.usefixtures("nobody_connected")
def test_words_in_a_refusal_are_shown_to_nobody_and_end_the_walk(school, teacher):
    mine = set_out(teacher, school)
    hostile = {"error": "<script>alert(1)</script>", "error_description": "<b>Pay here</b>", "next": "//evil.example"}
    back = come_back(teacher, **mine, **hostile)
    assert back["Location"] == "/admin/zoom/my/"
    page = shown(teacher.get(back["Location"]))
    assert not any(word in page for word in ("alert(1)", "Pay here", "evil.example"))
    assert "used already" in said(come_back(teacher, **mine))


def test_two_tabs_end_as_one_host_with_the_newest_grant(school, teacher):
    first, second = set_out(teacher, school), set_out(teacher, school)
    for answer in (second, first):
        assert "You are connected" in said(come_back(teacher, **answer))
    host = Host.objects.get()
    assert host.connection.is_usable
    teacher.post(f"/admin/zoom/my/hosts/{host.pk}/test/")
    assert Connection.objects.get().is_usable


def test_nothing_in_the_answer_chooses_space_app_or_person(school, teacher):
    other = schools.make_space("other.example", "Other")
    stranger = schools.make_editor("stranger", other.root_page)
    mine = set_out(teacher, school)
    come_back(teacher, **mine, site=str(other.pk), site_id=str(other.pk), user=str(stranger.pk), through="own")
    assert Host.objects.get().site == school.site
    assert Host.objects.get().user == teacher.user
