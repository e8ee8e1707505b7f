"""Settings → Zoom, over HTTP."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from wagtail.models import ModelLogEntry, Site

from tests import schools
from tests.admin.connecting.conftest import Browser, said, settings_form, settings_url, shown
from tests.schools import School
from wagtail_zoom.models import App, Connection, ZoomSettings
from wagtail_zoom.services.connections import connections, zoom_apps


pytestmark = pytest.mark.django_db


def general(credentials: dict[str, Any], **more: Any) -> dict[str, Any]:
    return settings_form(
        general_client_id=credentials["client_id"], general_client_secret=credentials["client_secret"], **more
    )


def server(credentials: dict[str, Any], account_id: str, **more: Any) -> dict[str, Any]:
    return settings_form(
        server_client_id=credentials["client_id"],
        server_client_secret=credentials["client_secret"],
        server_account_id=account_id,
        **more,
    )


def actions_of(site: Site) -> list[str]:
    entries = ModelLogEntry.objects.for_instance(ZoomSettings.objects.get(site=site))
    return [entry.action for entry in entries if entry.action.startswith("wagtail_zoom.")]


def test_an_empty_space_is_told_which_kind_of_app_it_needs(administrator: Browser, space: Site) -> None:
    page = shown(administrator.get(settings_url(space)))
    assert "Incomplete" in page
    assert "Two questions say which kind" in page
    assert schools.REDIRECT_URI in page


def test_saving_stores_and_asks_zoom_nothing(
    administrator: Browser, space: Site, practice: Any, credentials: dict[str, Any]
) -> None:
    practice.clear_requests()
    response = administrator.post(settings_url(space), general(credentials))
    assert "Saved. Not tested yet." in said(response)
    assert practice.requests() == []
    assert zoom_apps.secret_of(zoom_apps.apps_of(space)[0]) == credentials["client_secret"]
    assert actions_of(space) == ["wagtail_zoom.credentials_changed"]


def test_a_secret_token_that_is_saved_is_not_asked_for_before_validating(
    administrator: Browser, space: Site, credentials: dict[str, Any]
) -> None:
    administrator.post(settings_url(space), general(credentials))
    assert "save the secret token above first" in shown(administrator.get(settings_url(space)))
    administrator.post(settings_url(space), general(credentials, general_webhook_secret="webhook token"))
    page = shown(administrator.get(settings_url(space)))
    assert "Address for webhooks: paste this at Zoom" in page
    assert "save the secret token above first" not in page


def test_no_secret_is_ever_shown_again(administrator: Browser, space: Site, credentials: dict[str, Any]) -> None:
    administrator.post(settings_url(space), general(credentials, general_webhook_secret="webhook token"))
    page = shown(administrator.get(settings_url(space)))
    assert credentials["client_id"] in page
    assert credentials["client_secret"] not in page
    assert "webhook token" not in page
    assert "sealed:" not in page
    assert "A secret is stored" in page


def test_a_mistyped_form_does_not_echo_the_secret(administrator: Browser, space: Site) -> None:
    response = administrator.post(
        settings_url(space), settings_form(server_client_id="id", server_client_secret="typed secret")
    )
    page = shown(response)
    assert "Enter the account ID" in page
    assert "typed secret" not in page
    assert not App.objects.exists()


def test_leaving_the_secret_empty_keeps_it(administrator: Browser, space: Site, credentials: dict[str, Any]) -> None:
    administrator.post(settings_url(space), general(credentials))
    administrator.get(settings_url(space))
    response = administrator.post(
        settings_url(space), settings_form(general_client_id=credentials["client_id"], default_duration="90")
    )
    assert "Not tested" not in said(response)
    assert zoom_apps.secret_of(zoom_apps.apps_of(space)[0]) == credentials["client_secret"]
    assert zoom_apps.settings_of(space).default_duration == 90
    assert actions_of(space) == ["wagtail_zoom.credentials_changed"]


def test_emptying_the_client_id_takes_the_app_away(
    administrator: Browser, space: Site, credentials: dict[str, Any]
) -> None:
    administrator.post(settings_url(space), general(credentials))
    administrator.post(settings_url(space), settings_form())
    assert zoom_apps.apps_of(space) == []


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"general_client_id": "id"}, "Enter the client secret"),
        ({"general_client_secret": "secret"}, "Enter the client ID"),
        ({"general_webhook_secret": "secret"}, "Enter the client ID"),
        ({"server_client_id": "id", "server_client_secret": "secret"}, "Enter the account ID"),
        ({"general_client_id": "x" * 101, "general_client_secret": "secret"}, "at most 100 characters"),
        (
            {
                "general_client_id": "id",
                "general_client_secret": "secret",
                "server_client_id": "id",
                "server_client_secret": "secret",
                "server_account_id": "account",
            },
            "need a client ID each",
        ),
        ({"share": "0"}, "greater than or equal to 5"),
        ({"default_duration": "99999"}, "less than or equal to 1440"),
        ({"default_timezone": "Nowhere/Land"}, "not one of the available choices"),
    ],
)
def test_what_cannot_be_stored_is_said_beside_its_box(
    administrator: Browser, space: Site, typed: dict[str, str], complaint: str
) -> None:
    response = administrator.post(settings_url(space), settings_form(**typed))
    assert response.status_code == 200
    assert complaint in shown(response)
    assert not App.objects.exists()


def test_save_and_test_says_that_the_account_answered(
    administrator: Browser, space: Site, practice: Any, credentials: dict[str, Any]
) -> None:
    app = practice.add_app(credentials["account_id"], type="server_to_server", scopes=schools.ACADEMY_SCOPES)
    form = server(app, credentials["account_id"], **{"zoom-next": "test-server"})
    response = administrator.post(settings_url(space), form)
    assert credentials["account_id"] in said(response)
    page = shown(administrator.get(settings_url(space)))
    assert "meeting:write:meeting:admin" in page
    assert "Probably not" in page
    assert "nobody can host yet" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"server_client_secret": "wrong"}, "client ID and client secret"),
        ({"server_account_id": "wrong"}, "does not know this account ID"),
    ],
)
def test_save_and_test_names_what_is_wrong(
    administrator: Browser,
    space: Site,
    practice: Any,
    credentials: dict[str, Any],
    fields: dict[str, str],
    sentence: str,
) -> None:
    app = practice.add_app(credentials["account_id"], type="server_to_server", scopes=schools.ACADEMY_SCOPES)
    form = {**server(app, credentials["account_id"]), **fields, "zoom-next": "test-server"}
    assert sentence in said(administrator.post(settings_url(space), form))
    assert "Needs attention" in shown(administrator.get(settings_url(space)))


def test_the_wrong_kind_of_app_is_named(administrator: Browser, space: Site, credentials: dict[str, Any]) -> None:
    form = server(credentials, credentials["account_id"], **{"zoom-next": "test-server"})
    assert "another kind" in said(administrator.post(settings_url(space), form))


def test_testing_before_anything_is_entered_says_so(administrator: Browser, space: Site) -> None:
    response = administrator.post(settings_url(space), settings_form(**{"zoom-next": "test-server"}))
    assert "Enter the app's client ID and client secret first." in said(response)


@pytest.mark.parametrize("base", ["", "http://example.com"])
def test_where_the_settings_name_no_address_the_one_in_the_browser_is_used(
    administrator: Browser, space: Site, credentials: dict[str, Any], settings: Any, base: str
) -> None:
    """``http://example.com`` stands in the settings that ``wagtail start`` makes, until somebody changes it."""
    settings.WAGTAILADMIN_BASE_URL = base
    leaving = administrator.post(settings_url(space), general(credentials, **{"zoom-next": "authorize-general"}))
    assert parse_qs(urlsplit(leaving.url).query)["redirect_uri"] == [schools.REDIRECT_URI]
    page = shown(administrator.get(settings_url(space)))
    assert schools.REDIRECT_URI in page
    assert f"http://localhost/zoom/webhooks/{zoom_apps.apps_of(space)[0].webhook_path}/" in page


def test_save_and_authorize_leads_to_zoom_and_back_to_the_settings(
    administrator: Browser, space: Site, credentials: dict[str, Any]
) -> None:
    leaving = administrator.post(settings_url(space), general(credentials, **{"zoom-next": "authorize-general"}))
    assert leaving.status_code == 302
    back = administrator.walk(leaving["Location"], "administrator@school.example")
    assert (back.status_code, back["Location"]) == (302, settings_url(space))
    assert "You are connected to Zoom." in said(back)
    assert "wagtail_zoom.connected" in actions_of(space)
    assert "Lessons of this space get their meetings from Zoom." in shown(administrator.get(settings_url(space)))


def test_one_can_test_ones_own_connection_from_the_settings(
    administrator: Browser, space: Site, credentials: dict[str, Any]
) -> None:
    form = general(credentials, **{"zoom-next": "test-general"})
    assert "only by somebody who is connected" in said(administrator.post(settings_url(space), form))
    leaving = administrator.post(settings_url(space), {**form, "zoom-next": "authorize-general"})
    administrator.walk(leaving["Location"], "administrator@school.example")
    assert "first lesson" in said(administrator.post(settings_url(space), form))


def test_without_keys_the_form_says_which_line_to_add_and_saves_the_rest(
    administrator: Browser, space: Site, credentials: dict[str, Any], settings: Any
) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "ENCRYPTION_KEYS": []}
    page = shown(administrator.get(settings_url(space)))
    assert 'WAGTAIL_ZOOM = {"ENCRYPTION_KEYS": ["' in page
    assert administrator.post(settings_url(space), general(credentials)).status_code == 200
    assert not App.objects.exists()
    administrator.post(settings_url(space), settings_form(default_duration="45"))
    assert zoom_apps.settings_of(space).default_duration == 45


def test_with_a_wrong_key_the_form_still_opens(
    administrator: Browser, space: Site, credentials: dict[str, Any], settings: Any
) -> None:
    administrator.post(settings_url(space), general(credentials))
    settings.WAGTAIL_ZOOM = {
        **settings.WAGTAIL_ZOOM,
        "ENCRYPTION_KEYS": ["2rU0Y8FzG2J5mAcxk8Cx1wW7xZoX8l3pmf8Xk0m0XmE="],
    }
    assert administrator.get(settings_url(space)).status_code == 200
    response = administrator.post(
        settings_url(space),
        settings_form(general_client_id=credentials["client_id"], **{"zoom-next": "authorize-general"}),
    )
    assert "cannot be read" in said(response)


def test_credentials_from_the_environment_are_locked_and_not_shown(
    administrator: Browser, space: Site, settings: Any
) -> None:
    settings.WAGTAIL_ZOOM = {
        **settings.WAGTAIL_ZOOM,
        "SPACES": {"localhost": {"client_id": "id-9", "client_secret": "secret-9", "account_id": "account-9"}},
    }
    page = shown(administrator.get(settings_url(space)))
    assert "kept in this site's own settings" in page
    assert "secret-9" not in page
    assert 'name="server_client_secret"' not in page
    assert 'name="general_client_id"' in page
    forged = settings_form(server_client_id="forged", server_client_secret="forged", server_account_id="forged")
    administrator.post(settings_url(space), forged)
    assert [app.client_id for app in zoom_apps.apps_of(space)] == ["id-9"]


def test_two_spaces_that_share_an_app_are_both_told(
    administrator: Browser, space: Site, credentials: dict[str, Any]
) -> None:
    other = schools.make_space("other.example", "Other school")
    administrator.post(settings_url(space), general(credentials))
    second = Browser(schools.make_administrator("second", other))
    second.post(settings_url(other), general(credentials))
    assert "Also used by: Other school" in shown(administrator.get(settings_url(space)))
    assert "Also used by: localhost" in shown(second.get(settings_url(other)))


def test_another_spaces_app_is_not_taken_by_its_client_id(
    administrator: Browser, space: Site, credentials: dict[str, Any]
) -> None:
    administrator.post(settings_url(space), general(credentials))
    other = schools.make_space("other.example", "Other school")
    thief = Browser(schools.make_administrator("thief", other))
    for secret in ("", "guessed"):
        form = settings_form(general_client_id=credentials["client_id"], general_client_secret=secret)
        assert thief.post(settings_url(other), form).status_code == 200
    assert zoom_apps.apps_of(other) == []
    assert zoom_apps.secret_of(zoom_apps.apps_of(space)[0]) == credentials["client_secret"]


def test_a_changed_client_id_says_beforehand_who_has_to_connect_again(school: School) -> None:
    browser = Browser(schools.make_administrator("administrator", school.site))
    assert "2 people are connected through this app" in shown(browser.get(settings_url(school.site)))


def test_the_administrator_of_another_space_gets_nowhere(space: Site, academy: School) -> None:
    stranger = Browser(schools.make_administrator("stranger", space))
    academy.simulator.clear_requests()
    assert settings_url(academy.site) not in shown(stranger.get(settings_url(space)))
    for address in (settings_url(academy.site), f"/admin/zoom/spaces/{academy.site.pk}/test/server/"):
        response = stranger.post(address, settings_form())
        assert response.status_code in (302, 403)
        assert "do not have permission" in said(response)
    assert academy.simulator.requests() == []
    assert zoom_apps.apps_of(academy.site)


def test_a_test_is_never_the_answer_to_a_get(academy: School) -> None:
    browser = Browser(academy.people["administrator"])
    academy.simulator.clear_requests()
    assert browser.get(f"/admin/zoom/spaces/{academy.site.pk}/test/server/").status_code == 405
    assert academy.simulator.requests() == []


def test_opening_the_settings_asks_zoom_nothing(academy: School) -> None:
    academy.simulator.clear_requests()
    assert Browser(academy.people["administrator"]).get(settings_url(academy.site)).status_code == 200
    assert academy.simulator.requests() == []


def test_every_screen_says_that_this_is_practice(administrator: Browser, space: Site, practice: Any) -> None:
    for address in (settings_url(space), "/admin/zoom/my/", f"/admin/zoom/spaces/{space.pk}/hosts/"):
        assert "Practice Zoom: no real meetings" in shown(administrator.get(address))


def test_with_zoom_itself_nothing_is_called_practice(administrator: Browser, space: Site) -> None:
    assert "Practice Zoom" not in shown(administrator.get(settings_url(space)))


def test_presets_for_lessons_are_kept(administrator: Browser, space: Site) -> None:
    form = settings_form(zoom_option_waiting_room="on", zoom_option_auto_recording="cloud", when_unpublished="cancel")
    administrator.post(settings_url(space), form)
    found = zoom_apps.settings_of(space)
    assert found.default_options["waiting_room"] is True
    assert found.default_options["mute_upon_entry"] is False
    assert found.default_options["auto_recording"] == "cloud"
    assert found.when_unpublished == "cancel"


def test_pausing_notes_who_and_when(administrator: Browser, space: Site) -> None:
    administrator.post(settings_url(space), settings_form(is_paused="on"))
    found = zoom_apps.settings_of(space)
    assert (found.is_paused, found.paused_by) == (True, administrator.user)
    assert found.paused_at is not None
    assert "Paused: nothing is changed on Zoom" in shown(administrator.get(settings_url(space)))
    administrator.post(settings_url(space), settings_form())
    assert zoom_apps.settings_of(space).paused_at is None
    assert sorted(actions_of(space)) == ["wagtail_zoom.paused", "wagtail_zoom.resumed"]


def test_a_secret_that_was_corrected_heals_the_account(academy: School) -> None:
    browser = Browser(academy.people["administrator"])
    wrong = server(
        {**academy.credentials, "client_secret": "wrong"}, academy.account_id, **{"zoom-next": "test-server"}
    )
    browser.post(settings_url(academy.site), wrong)
    assert connections.account_connection(academy.app).status == Connection.Status.RECONNECT
    right = server(academy.credentials, academy.account_id, **{"zoom-next": "test-server"})
    browser.post(settings_url(academy.site), right)
    assert connections.account_connection(academy.app).is_usable
