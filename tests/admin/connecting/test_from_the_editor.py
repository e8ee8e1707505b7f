"""A teacher who is not connected writes a lesson, connects from its form, and finds everything that was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.http import HttpResponse
from django.urls import reverse
from wagtail.models import Page
from wagtail.test.utils import WagtailTestUtils

from tests import schools
from tests.admin.connecting.conftest import Browser, said, shown
from tests.admin.editing import TUESDAY, Editor, draft_of, errors, texts
from tests.conftest import Clocks
from tests.lessons.models import ClassPage
from tests.schools import School
from wagtail_zoom.models import App, Host, Meeting, ZoomSettings
from wagtail_zoom.services.connections import hosts, zoom_apps
from wagtail_zoom.testing import SimulatorError, authorize


pytestmark = pytest.mark.django_db

BUTTON = "Save draft and connect to Zoom"
TYPED = {**TUESDAY, "title": "Fractions", "slug": "fractions", "zoom_option_agenda": "Halves and quarters"}
ZOOM_USER = "teacher.one@school.example"


@pytest.fixture
def newcomer(unconnected: School, today: Any, editor_for: Callable[[Any], Editor]) -> Editor:
    """Return a teacher who may write lessons and has never connected."""
    editor = editor_for(unconnected.people["teacher.one"])
    editor.client.defaults["HTTP_HOST"] = "localhost"
    return editor


@pytest.fixture
def root(unconnected: School) -> Page:
    return unconnected.site.root_page


def edit_address(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def add_form(editor: Editor, root: Page) -> str:
    return shown(editor.get("wagtailadmin_pages:add", "lessons", "classpage", root.pk))


def edit_form(editor: Editor, page: Page) -> str:
    return shown(editor.get("wagtailadmin_pages:edit", page.pk))


def come_back(editor: Editor, leaving: HttpResponse, *, allow: bool = True) -> HttpResponse:
    """Decide at Zoom's consent page, and come back to the page to which this site then leads."""
    back = urlsplit(authorize(leaving["Location"], ZOOM_USER, allow=allow))
    return editor.client.get(f"{back.path}?{back.query}", follow=True)


def test_a_new_lesson_is_kept_while_its_teacher_connects_and_is_published_then(newcomer: Editor, root: Page) -> None:
    assert "Your Zoom account is not connected" in add_form(newcomer, root)
    leaving = newcomer.create(root, button=BUTTON, **TYPED)
    assert "/oauth/authorize" in leaving["Location"]
    page = ClassPage.objects.get()
    assert not page.live

    back = come_back(newcomer, leaving)
    assert back.redirect_chain[-1][0] == edit_address(page)
    assert any("You are connected to Zoom. What you typed is saved as a draft" in text for text in texts(back))
    assert not any("first lesson" in text for text in texts(back))
    assert "Your Zoom account is not connected" not in shown(back)
    for typed in ('value="Fractions"', 'value="2026-11-24"', 'value="10:00"', "Halves and quarters"):
        assert typed in shown(back)

    newcomer.edit(page, publish=True)
    meeting = Meeting.objects.get()
    assert (meeting.actual, meeting.host) == (Meeting.Actual.PRESENT, hosts.host_of(newcomer.user, page.get_site()))


def test_a_lesson_that_exists_keeps_what_was_typed_as_a_draft(newcomer: Editor, root: Page) -> None:
    newcomer.create(root, **{**TYPED, "title": "Before", "zoom_time": "08:00"})
    page = ClassPage.objects.get()
    assert "Your Zoom account is not connected" in edit_form(newcomer, page)

    leaving = newcomer.edit(page, button=BUTTON, **{**TYPED, "title": "After", "zoom_time": "09:30"})
    assert (draft_of(page).title, f"{draft_of(page).zoom_time:%H:%M}") == ("After", "09:30")

    back = come_back(newcomer, leaving)
    assert back.redirect_chain[-1][0] == edit_address(page)
    assert 'value="After"' in shown(back)
    newcomer.edit(page, publish=True)
    assert Meeting.objects.get().wanted_payload["topic"] == "After"


def test_a_published_lesson_without_host_offers_it_and_is_taken_up_once_connected(newcomer: Editor, root: Page) -> None:
    newcomer.create(root, publish=True, **TYPED)
    page = ClassPage.objects.get()
    assert page.live
    assert "Nobody to host it" in edit_form(newcomer, page)

    leaving = newcomer.edit(page, button=BUTTON, title="Fractions, at last")
    assert ClassPage.objects.get().title == "Fractions"
    assert draft_of(page).title == "Fractions, at last"
    back = come_back(newcomer, leaving)
    assert back.redirect_chain[-1][0] == edit_address(page)
    assert BUTTON not in shown(back)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title": ""}, "title"),
        ({"zoom_duration": "a while"}, "zoom_duration"),
        ({"zoom_date": "soon"}, "zoom_date"),
        ({"zoom_option_places": "many", "zoom_option_registration": "on"}, "zoom_option_places"),
    ],
)
@pytest.mark.parametrize("is_new", [True, False])
def test_what_cannot_be_saved_is_said_in_the_form_which_still_has_it_all(
    newcomer: Editor, root: Page, typed: dict[str, str], field: str, is_new: bool
) -> None:
    values = {**TYPED, "zoom_option_agenda": "Typed a moment ago", **typed}
    if is_new:
        response = newcomer.create(root, button=BUTTON, **values)
        assert not ClassPage.objects.exists()
    else:
        newcomer.create(root, **TYPED)
        response = newcomer.edit(ClassPage.objects.get(), button=BUTTON, **values)
        assert draft_of(ClassPage.objects.get()).zoom_options["agenda"] == "Halves and quarters"

    assert response.status_code == 200
    assert list(errors(response)) == [field]
    assert "Typed a moment ago" in shown(response)
    assert BUTTON in shown(response)


def test_what_only_publishing_needs_is_not_asked_for(newcomer: Editor, root: Page) -> None:
    leaving = newcomer.create(root, button=BUTTON, **{**TYPED, "zoom_date": "", "zoom_time": ""})
    assert "/oauth/authorize" in leaving["Location"]
    assert draft_of(ClassPage.objects.get()).zoom_date is None


def test_who_declines_is_back_in_the_lesson_with_everything_still_there(newcomer: Editor, root: Page) -> None:
    back = come_back(newcomer, newcomer.create(root, button=BUTTON, **TYPED), allow=False)
    assert back.redirect_chain[-1][0] == edit_address(ClassPage.objects.get())
    assert any("You chose not to give permission" in text for text in texts(back))
    assert 'value="Fractions"' in shown(back)
    assert BUTTON in shown(back)
    assert not Host.objects.exists()


def test_who_was_refused_on_zooms_own_page_finds_the_likely_reasons_in_the_lesson(
    newcomer: Editor, root: Page, unconnected: School, clocks: Clocks
) -> None:
    unconnected.simulator.add_account(users=[{"email": "stranger@elsewhere.example", "type": 2}])
    leaving = newcomer.create(root, button=BUTTON, **TYPED)
    with pytest.raises(SimulatorError):
        authorize(leaving["Location"], "stranger@elsewhere.example")
    page = ClassPage.objects.get()
    assert "did not come back" not in edit_form(newcomer, page)
    clocks.advance(minutes=2, seconds=5)
    assert "does not belong to the organisation" in edit_form(newcomer, page)


def test_enter_in_a_field_saves_and_leads_nobody_to_zoom(newcomer: Editor, root: Page) -> None:
    """A browser presses the first button of a form when somebody presses Enter in one of its fields."""
    soup = WagtailTestUtils.get_soup(add_form(newcomer, root))
    first = next(each for each in soup.select("#page-edit-form button") if each.get("type", "submit") == "submit")
    assert not first.get("name")


def test_an_autosave_never_sets_out(newcomer: Editor, root: Page) -> None:
    response = newcomer.create(root, autosave=True, **{"zoom-connect": "1", **TYPED})
    assert response.json()["success"]
    assert "Location" not in response


def test_a_teacher_with_an_app_of_their_own_connects_through_it(newcomer: Editor, root: Page, practice: Any) -> None:
    ZoomSettings.objects.filter(site=root.get_site()).update(general_app=None)
    own = add_own_app(practice)
    zoom_apps.save_app(kind=App.Kind.GENERAL, owner=newcomer.user, **own)
    leaving = newcomer.create(root, button=BUTTON, **TYPED)
    assert parse_qs(urlsplit(leaving["Location"]).query)["client_id"] == [own["client_id"]]


def test_without_any_app_the_draft_is_saved_and_my_zoom_leads_back_to_it(
    newcomer: Editor, root: Page, practice: Any
) -> None:
    ZoomSettings.objects.filter(site=root.get_site()).update(general_app=None)
    leaving = newcomer.create(root, button="Save draft and go to My Zoom", **TYPED)
    page = ClassPage.objects.get()
    mine = Browser(newcomer.user)
    my_zoom = WagtailTestUtils.get_soup(shown(mine.get(leaving["Location"])))
    (form,) = my_zoom.select("form:has(input[name=through])")
    prefix, own = f"space-{root.get_site().pk}", add_own_app(practice)
    sent = {field["name"]: field.get("value", "") for field in form.select("input[name]")}
    sent |= {f"{prefix}-{name}": value for name, value in own.items()}
    away = mine.post(form["action"], sent)
    assert mine.walk(away["Location"], "own@home.example")["Location"] == edit_address(page)


def add_own_app(practice: Any) -> dict[str, str]:
    account = practice.add_account(users=[{"email": "own@home.example", "type": 2}])
    own = practice.add_app(account["account_id"], scopes=schools.SCHOOL_SCOPES, redirect_uris=[schools.REDIRECT_URI])
    return {name: own[name] for name in ("client_id", "client_secret")}


def test_my_zoom_leads_back_within_this_site_only(newcomer: Editor) -> None:
    assert "evil.example" not in shown(newcomer.client.get("/admin/zoom/my/?next=https://evil.example/"))


def test_in_an_account_space_one_is_told_whom_to_ask(
    academy: School, today: Any, editor_for: Callable[[Any], Editor]
) -> None:
    stranger = editor_for(schools.make_editor("lecturer.new", academy.site.root_page))
    page = add_form(stranger, academy.site.root_page)
    assert "Ask its administrator to name you as a host" in page
    assert "zoom-connect" not in page


@pytest.mark.parametrize("who", ["teacher.one", "colleague"])
def test_nobody_is_asked_to_connect_where_the_host_is_connected(
    school: School, today: Any, editor_for: Callable[[Any], Editor], who: str
) -> None:
    page = schools.make_lesson(school)
    page.save_revision()
    person = school.people.get(who) or schools.make_editor(who, school.site.root_page)
    assert "not connected" not in shown(editor_for(person).get("wagtailadmin_pages:edit", page.pk))


def test_a_mapped_host_has_nothing_to_connect(academy: School, today: Any, editor_for: Callable[[Any], Editor]) -> None:
    lecturer = editor_for(academy.people["lecturer.one"])
    assert "not connected" not in add_form(lecturer, academy.site.root_page)


def test_without_keys_nobody_is_sent_to_zoom(newcomer: Editor, root: Page, settings: Any) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "ENCRYPTION_KEYS": []}
    page = add_form(newcomer, root)
    assert "no key to store the permission" in page
    assert "zoom-connect" not in page


def test_at_another_host_name_the_draft_is_saved_and_one_is_told_where_to_open_it(newcomer: Editor, root: Page) -> None:
    newcomer.client.defaults["HTTP_HOST"] = "127.0.0.1"
    response = newcomer.create(root, button=BUTTON, **TYPED)
    page = ClassPage.objects.get()
    assert response["Location"] == edit_address(page)
    assert f"http://localhost{edit_address(page)}" in said(response)


def test_a_locked_lesson_leads_to_my_zoom_instead_of_saving(newcomer: Editor, root: Page) -> None:
    newcomer.create(root, publish=True, **TYPED)
    page = ClassPage.objects.get()
    page.locked = True
    page.locked_by = schools.make_editor("somebody", root)
    page.save()
    html = edit_form(newcomer, page)
    assert "zoom-connect" not in html
    assert f"/admin/zoom/my/?{urlencode({'next': edit_address(page)})}" in html
