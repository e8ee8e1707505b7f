"""The setup guide, over HTTP."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import override_settings
from django.urls import reverse
from wagtail.models import Site

from tests import schools
from tests.admin.connecting.conftest import Browser, said, settings_url, shown
from tests.schools import School
from wagtail_zoom.admin.connections.setup_guide import EVENTS, words_for
from wagtail_zoom.models import App, Meeting
from wagtail_zoom.services.connections import zoom_apps
from wagtail_zoom.services.connections.scope_picker import PRESETS
from wagtail_zoom.webhooks.events import parse, read


pytestmark = pytest.mark.django_db


def guide_url(site: Site, name: str = "general") -> str:
    return reverse("wagtail_zoom_admin:guide", args=[site.pk, name])


def which_url(site: Site) -> str:
    return reverse("wagtail_zoom_admin:which_kind", args=[site.pk])


def ticked(page: str) -> list[str]:
    return re.findall(r'name="do" value="(\w+)" checked', page)


def scopes_in(page: str) -> set[str]:
    return set(re.findall(r'<input type="checkbox" autocomplete="off"> <code>([a-z_]+:[a-z_:]+)</code>', page))


def test_settings_and_my_zoom_lead_to_the_guide(administrator: Browser, space: Site) -> None:
    assert which_url(space) in shown(administrator.get(settings_url(space)))
    assert guide_url(space) in shown(administrator.get(settings_url(space)))
    assert guide_url(space, "server") in shown(administrator.get(settings_url(space)))
    teacher = Browser(schools.make_editor("teacher.one", space.root_page))
    page = shown(teacher.get(reverse("wagtail_zoom_admin:my_zoom")))
    assert which_url(space) in page
    assert guide_url(space) in page


@pytest.mark.parametrize(
    ("whose", "whole", "name"),
    [("own", "yes", "general"), ("own", "no", "general"), ("one", "no", "general"), ("one", "yes", "server")],
)
def test_two_questions_lead_to_one_kind(administrator: Browser, space: Site, whose: str, whole: str, name: str) -> None:
    page = shown(administrator.get(f"{which_url(space)}?whose={whose}&whole={whole}"))
    assert f'<a class="button" href="{guide_url(space, name)}">' in page


@pytest.mark.parametrize("query", ["", "?whose=own", "?whose=own&whole=maybe", "?whose=<script>&whole=yes"])
def test_half_an_answer_advises_nothing(administrator: Browser, space: Site, query: str) -> None:
    page = administrator.get(which_url(space) + query).content.decode()
    assert '<a class="button" href' not in page
    assert "whose=<script>" not in page


@pytest.mark.parametrize("name", ["general", "server"])
def test_every_box_has_its_value_of_this_space(administrator: Browser, space: Site, name: str) -> None:
    space.site_name = "The <b>School</b>"
    space.save()
    response = administrator.get(guide_url(space, name))
    page = shown(response)
    words = words_for(space, administrator.user)
    for value in (words.name, words.short, words.long, words.scopes, words.company, words.contact, words.email):
        assert value
        assert value in page
    assert b"<b>School</b>" not in response.content
    assert "made once, not for each lesson" in page
    assert (page.count(f'value="{schools.REDIRECT_URI}"') == 2) is (name == "general")


def test_words_fit_into_zooms_boxes(administrator: Browser, space: Site) -> None:
    space.site_name = "S" * 255
    words = words_for(space, administrator.user)
    assert len(words.name) <= 50
    assert len(words.short) <= 150
    assert len(words.long) <= 4000


def test_zooms_own_order_is_kept(administrator: Browser, space: Site) -> None:
    page = shown(administrator.get(guide_url(space)))
    steps = [
        "Which kind do I need?",
        "Before you begin",
        "“General App”",
        "“Basic Information”",
        "“User-managed”",
        "“Production”",
        "“OAuth Redirect URL”",
        "“OAuth Allow Lists”",
        "“Scopes”",
        "“Short Description”",
        "“Activate”",
        "shared access permissions",
        "First here:",
        "Then there:",
    ]
    places = [page.index(step) for step in steps]
    assert places == sorted(places)


def test_the_scopes_follow_the_ticks(administrator: Browser, space: Site) -> None:
    page = shown(administrator.get(guide_url(space)))
    assert ticked(page) == ["create", "change"]
    assert "meeting:update:meeting" in scopes_in(page)
    page = shown(administrator.get(guide_url(space) + "?sent=1&do=create"))
    assert ticked(page) == ["create"]
    assert scopes_in(page) == {"meeting:write:meeting", "user:read:token", "user:read:user"}
    page = shown(administrator.get(guide_url(space) + "?sent=1"))
    assert scopes_in(page) == set()
    assert "Nothing is ticked yet" in page


@pytest.mark.parametrize(("name", "count"), [("general", "Meeting (9)"), ("server", "Webinar (7)")])
def test_a_preset_shows_what_that_school_has(administrator: Browser, space: Site, name: str, count: str) -> None:
    preset = PRESETS[name]
    page = shown(administrator.get(f"{guide_url(space, name)}?sent=1&do=create&preset={preset.name}"))
    assert scopes_in(page) == set(preset.scopes)
    assert count in page
    assert ticked(page) == []


def test_reports_are_said_to_be_out_of_reach_of_a_teachers_app(administrator: Browser, space: Site) -> None:
    page = shown(administrator.get(guide_url(space) + "?sent=1&do=attendance"))
    assert "cannot have report:read:list_meeting_participants:admin" in page
    assert "cannot have" not in shown(administrator.get(guide_url(space, "server") + "?sent=1&do=attendance"))


def test_the_it_administrator_is_told_to_type_the_secret_in_themselves(administrator: Browser, space: Site) -> None:
    page = shown(administrator.get(guide_url(space)))
    text = page[page.index("Hello,") : page.index("Thank you!")]
    assert "type it in yourself" in text
    assert f"http://localhost{settings_url(space)}" in text
    assert schools.REDIRECT_URI in text
    assert "meeting:write:meeting" in text


def test_the_icon_can_be_downloaded(administrator: Browser, space: Site) -> None:
    page = shown(administrator.get(guide_url(space)))
    assert 'href="/static/wagtail_zoom/img/app-icon.png" download' in page
    assert finders.find("wagtail_zoom/img/app-icon.png")


def test_the_webhook_address_is_shown_to_administrators_alone(administrator: Browser, unconnected: School) -> None:
    path = unconnected.app.webhook_path
    assert path in shown(administrator.get(guide_url(unconnected.site)))
    teacher = Browser(unconnected.people["teacher.one"])
    response = teacher.get(guide_url(unconnected.site))
    assert response.status_code == 200
    assert path not in shown(response)
    assert settings_url(unconnected.site) not in shown(response).replace(
        "http://localhost" + settings_url(unconnected.site), ""
    )


def test_missing_webhooks_of_a_connected_space_are_a_visible_warning(school: School) -> None:
    browser = Browser(schools.make_administrator("administrator", school.site))
    for address in (settings_url(school.site), guide_url(school.site)):
        page = shown(browser.get(address))
        assert re.search(r'wz-state--warning"><p>Webhooks are not set up', page)


def test_every_event_of_the_list_is_understood() -> None:
    for _label, event in (pair for pairs in EVENTS.values() for pair in pairs):
        body = {
            "event": event,
            "event_ts": 1,
            "payload": {"object": {"id": 1, "uuid": "u", "participant": {"id": "p"}}},
        }
        assert read(parse(json.dumps(body).encode())) is not None, event


def test_after_success_there_is_one_next_step_until_a_lesson_was_made(unconnected: School) -> None:
    teacher = Browser(unconnected.people["teacher.one"])
    leaving = teacher.post(reverse("wagtail_zoom_admin:authorize", args=[unconnected.site.pk]))
    back = teacher.walk(leaving["Location"], "teacher.one@school.example")
    assert "Create your first lesson" in said(back)
    mine = reverse("wagtail_zoom_admin:my_zoom")
    address = reverse("wagtailadmin_pages:add_subpage", args=[unconnected.site.root_page.pk])
    assert address in shown(teacher.get(mine))
    assert teacher.get(address).status_code in (200, 302)
    Meeting.objects.create(kind="meeting", site=unconnected.site, account_key="a")
    assert "Create your first lesson" not in shown(teacher.get(mine))


def test_before_success_nobody_is_sent_to_make_a_lesson(administrator: Browser, unconnected: School) -> None:
    assert "Create your first lesson" not in shown(administrator.get(settings_url(unconnected.site)))
    assert "Create your first lesson" not in shown(administrator.get(guide_url(unconnected.site)))


def test_changing_the_app_says_beforehand_who_and_what_depends_on_it(school: School) -> None:
    connection = school.hosts["teacher.one"].connection
    Meeting.objects.create(
        kind="meeting", site=school.site, account_key="a", connection=connection, actual=Meeting.Actual.PRESENT
    )
    page = shown(Browser(schools.make_administrator("administrator", school.site)).get(settings_url(school.site)))
    assert "2 people are connected through this app" in page
    assert "1 coming lesson has its meeting through this app" in page


def test_the_hosts_of_an_account_app_are_counted_as_well(academy: School) -> None:
    page = shown(Browser(academy.people["administrator"]).get(settings_url(academy.site)))
    assert "2 hosts were named for this app" in page


@pytest.mark.parametrize("name", ["", "general", "server"])
def test_strangers_to_the_space_see_no_guide(space: Site, name: str) -> None:
    other = schools.make_space("other.example", "Other school")
    stranger = Browser(schools.make_editor("stranger", other.root_page))
    address = guide_url(space, name) if name else which_url(space)
    response = stranger.get(address)
    assert response.status_code in (302, 403)
    assert schools.REDIRECT_URI not in shown(response)


def test_there_is_no_third_kind(administrator: Browser, space: Site) -> None:
    assert administrator.get(guide_url(space, "webinar")).status_code == 404


def test_a_site_can_put_its_own_guide_in_place(
    administrator: Browser, space: Site, settings: Any, tmp_path: Any
) -> None:
    own = tmp_path / "wagtail_zoom" / "admin" / "guide"
    own.mkdir(parents=True)
    (own / "general.html").write_text("Ask {{ words.contact }} in room 7: {{ redirect_address }}")
    templates = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    with override_settings(TEMPLATES=templates):
        page = shown(administrator.get(guide_url(space)))
    assert f"in room 7: {schools.REDIRECT_URI}" in page
    assert "Before you begin" in page


def test_the_guide_asks_zoom_nothing_and_works_without_a_script(school: School) -> None:
    browser = Browser(schools.make_administrator("administrator", school.site))
    school.simulator.clear_requests()
    page = shown(browser.get(guide_url(school.site)))
    assert school.simulator.requests() == []
    main = page[page.index('class="wz-guide"') : page.index('id="wz-it-text"')]
    assert "<script" not in main
    assert "style=" not in main


def test_the_secret_never_shows(administrator: Browser, unconnected: School) -> None:
    app: App = unconnected.app
    page = shown(administrator.get(guide_url(unconnected.site)))
    assert zoom_apps.secret_of(app) not in page
