"""What Django's system checks say about the settings."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.urls import include, path, set_script_prefix
from wagtail import urls as wagtail_urls

from tests.schools import School
from wagtail_zoom.checks import check_background, check_settings
from wagtail_zoom.models import Heartbeat
from wagtail_zoom.services.installation import heartbeats


urlpatterns = [path("nothing/", lambda request: None)]


class BehindWagtail:
    """Addresses of a site whose catch-all comes first."""

    urlpatterns = (path("", include(wagtail_urls)), path("zoom/", include("wagtail_zoom.urls")))


KEY = "yu8hV4rYyotTzEZzjjkqNMFTiSn3jR1VVVtYqu9CZqU="


def ids(settings: Any, **zoom: Any) -> list[str]:
    settings.WAGTAIL_ZOOM = {"ENCRYPTION_KEYS": [KEY], **zoom}
    return [message.id for message in check_settings(None)]


def test_with_a_key_everything_else_may_be_left_out(settings: Any) -> None:
    assert ids(settings) == []


def test_a_missing_key_is_a_warning_with_the_line_to_add(settings: Any) -> None:
    settings.WAGTAIL_ZOOM = {}
    (message,) = check_settings(None)
    assert (message.id, message.is_serious()) == ("wagtail_zoom.W001", False)
    assert "ENCRYPTION_KEYS" in message.hint


@pytest.mark.parametrize("key", ["short", "x" * 44, "ä" * 44])
def test_a_key_that_is_none_is_an_error(settings: Any, key: str) -> None:
    assert ids(settings, ENCRYPTION_KEYS=[KEY, key]) == ["wagtail_zoom.E001"]


@pytest.mark.parametrize("address", ["api.zoom.us", "ftp://api.zoom.us", ""])
def test_an_address_that_is_none_is_an_error(settings: Any, address: str) -> None:
    assert "wagtail_zoom.E002" in ids(settings, API_URL=address)


def test_a_foreign_oauth_address_needs_a_word_that_it_may_have_secrets(settings: Any) -> None:
    address = "http://zoom.test:8900/oauth"
    assert ids(settings, OAUTH_URL=address) == ["wagtail_zoom.W002"]
    assert ids(settings, OAUTH_URL=address, ALLOW_SECRETS_TO=["zoom.test"]) == []
    assert ids(settings, OAUTH_URL=address, ALLOW_SECRETS_TO=["zoom.test:8900"]) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_simulator_on_this_machine_needs_no_word_but_its_address(settings: Any, host: str) -> None:
    address = f"http://{host}:8900/oauth"
    assert ids(settings, OAUTH_URL=address) == []
    assert ids(settings, OAUTH_URL=address, ALLOW_SECRETS_TO=["zoom.test"]) == ["wagtail_zoom.W002"]


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("a.example", {}),
        ("a.example", {"client_id": "id"}),
        ("a.example:80", {"kind": "server_to_server", "client_id": "id", "client_secret": "secret"}),
        ("a.example", {"kind": "other", "client_id": "id", "client_secret": "secret"}),
        ("a.example:http", {"client_id": "id", "client_secret": "secret"}),
    ],
)
def test_incomplete_credentials_in_the_environment_are_an_error(
    settings: Any, name: str, entry: dict[str, str]
) -> None:
    assert ids(settings, SPACES={name: entry}) == ["wagtail_zoom.E003"]


def test_complete_credentials_in_the_environment_are_fine(settings: Any) -> None:
    spaces = {
        "a.example": {"client_id": "id", "client_secret": "secret"},
        "b.example:8000": {"client_id": "id2", "client_secret": "secret", "account_id": "account"},
    }
    assert ids(settings, SPACES=spaces) == []


@pytest.mark.urls("tests.test_checks")
def test_forgotten_addresses_are_an_error(settings: Any) -> None:
    assert ids(settings) == ["wagtail_zoom.E004"]


def test_a_session_cookie_that_does_not_survive_the_way_back_is_a_warning(settings: Any) -> None:
    settings.SESSION_COOKIE_SAMESITE = "Strict"
    assert ids(settings) == ["wagtail_zoom.W003"]


def test_a_silent_sync_is_a_warning_with_the_line_for_cron(school: School, clocks: Any) -> None:
    (message,) = check_background(None)
    assert (message.id, message.is_serious()) == ("wagtail_zoom.W004", False)
    assert message.hint.startswith("Add this line to cron: * * * * * cd ")
    assert message.hint.endswith("manage.py sync_zoom")
    heartbeats.beat(Heartbeat.SYNC)
    assert check_background(None) == []
    clocks.advance(minutes=11)
    assert [message.id for message in check_background(None)] == ["wagtail_zoom.W004"]


def test_a_site_that_does_not_use_zoom_yet_needs_no_cron(db: None) -> None:
    assert check_background(None) == []


def test_a_copy_of_the_database_is_a_warning(school: School, settings: Any) -> None:
    heartbeats.beat(Heartbeat.SYNC)
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "BASE_URL": "https://copy.example"}
    assert [message.id for message in check_background(None)] == ["wagtail_zoom.W005"]


def test_a_site_without_time_zones_is_told_so_before_anything_is_stored(settings: Any) -> None:
    settings.USE_TZ = False
    (message,) = check_settings(None)
    assert (message.id, message.is_serious()) == ("wagtail_zoom.E005", True)
    assert "USE_TZ = True" in message.hint


def test_addresses_behind_wagtails_catch_all_are_an_error_with_the_line_to_move(settings: Any) -> None:
    settings.ROOT_URLCONF = BehindWagtail
    (message,) = check_settings(None)
    assert (message.id, message.is_serious()) == ("wagtail_zoom.E006", True)
    assert "above include(wagtail_urls)" in message.hint


def test_addresses_below_a_path_of_the_host_are_in_order(settings: Any) -> None:
    set_script_prefix("/school/")
    try:
        assert check_settings(None) == []
    finally:
        set_script_prefix("/")


def test_without_wagtails_settings_there_is_nowhere_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = apps.is_installed
    monkeypatch.setattr(apps, "is_installed", lambda name: name != "wagtail.contrib.settings" and installed(name))
    assert [message.id for message in check_settings(None)] == ["wagtail_zoom.E007"]
