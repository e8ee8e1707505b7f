"""What Zoom's own address is: one answer for calls, secrets, pasted links, system checks, and what screens say."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.schools import School
from wagtail_zoom.admin.lessons.fields import NumberOrLinkField
from wagtail_zoom.api.base_url import (
    COMMERCIAL,
    GOVERNMENT,
    api_url_in,
    choose_api_url,
    cloud_of,
    is_zoom_address,
    oauth_url_in,
)
from wagtail_zoom.api.oauth import OAuthClient
from wagtail_zoom.checks import check_settings
from wagtail_zoom.exceptions import ZoomConfigurationError, ZoomError
from wagtail_zoom.models import Connection, Meeting, ZoomSettings
from wagtail_zoom.services import endpoints
from wagtail_zoom.services.connections import token_refresh, zoom_apps
from wagtail_zoom.services.connections.clients import client_for
from wagtail_zoom.services.status.lesson_status import zoom_address


OWN = [
    "https://zoom.us",
    "https://api.zoom.us",
    "https://us02web.zoom.us",
    "https://my-school.zoom.us",
    "https://zoom.us:443",
    "HTTPS://API.Zoom.US",
    "https://zoomgov.com",
    "https://api.zoomgov.com",
    "https://agency.zoomgov.com:443",
]
NOT_OWN = [
    "https://zoom.us:8443",
    "https://zoom.us:80",
    "https://zoom.us:",
    "https://zoom.us:443:443",
    "https://zoom.us:٤٤٣",
    "https://user@zoom.us",
    "https://@zoom.us",
    "https://user:secret@zoom.us:443",
    "https://zoom.us@evil.example",
    "https://evil.example\\@zoom.us",
    "https://zoom.us.",
    "https://api.zoom.us.",
    "https://.zoom.us",
    "https://api..zoom.us",
    "https://zoom.us.evil.example",
    "https://zoomgov.com.evil.example",
    "https://evilzoom.us",
    "https://evilzoomgov.com",
    "https://zoom.com",
    "https://zoomgov.us",
    "https://us",
    "https://evil.example\\.zoom.us",
    "https://zoom.us\\.evil.example",
    "https:\\\\zoom.us",
    "https://evil.example%2f.zoom.us",
    "https://evil.example%00.zoom.us",
    "https://zооm.us",
    "https://xn--zm-emca.us",
    "https://zoom。us",
    "https://evil。zoom.us",
    "https://zoom.uſ",
    "https://ｚoom.us",
    "https://zoom\u2024us",
    "https://évil.zoom.us",
    "https://zoom.us\u2044.evil.example",
    "https://zo\nom.us",
    "https://zo\tom.us",
    "https://zoom.us\r\n",
    "https://zoom.us\n.evil.example",
    "https://zoom.us .evil.example",
    "https://zoom.us\x00",
    "https://zoom.us\u00a0",
    "https://",
    "https:///zoom.us",
    "https:zoom.us",
    "//zoom.us",
    "https://127.0.0.9",
    "https://2130706433",
    "https://169.254.169.254",
    "https://[::2]",
    "https://[::ffff:127.0.0.9]",
    "https://[zoom.us]",
    "https://[zoom.us",
    "ftp://zoom.us",
    "javascript://zoom.us",
    "file://zoom.us",
    "wss://zoom.us",
    "",
]
#: Of a pasted link the number alone is kept, so that these need no encryption to be taken; calls and secrets do.
NOT_ENCRYPTED = ["http://zoom.us", "http://api.zoom.us:443", "http://zoomgov.com", "zoom.us"]
ALL = [(address, True) for address in OWN] + [(address, False) for address in (*NOT_OWN, *NOT_ENCRYPTED)]


@pytest.mark.parametrize(("address", "own"), ALL)
def test_one_rule_knows_zooms_addresses(address: str, own: bool) -> None:
    assert is_zoom_address(address) is own
    assert is_zoom_address(f"{address}/v2/users?page=1#x") is own
    assert (
        not is_zoom_address(f" {address}")
        and not is_zoom_address(f"{address}/\n")
        and not is_zoom_address(f"x{address}")
    )


@pytest.mark.parametrize("value", [None, 7, b"https://zoom.us", ["https://zoom.us"], object(), True])
def test_what_is_no_text_is_no_address(value: object) -> None:
    assert cloud_of(value) is None


@pytest.mark.parametrize(("address", "own"), ALL)
def test_secrets_and_calls_go_where_the_rule_says(address: str, own: bool) -> None:
    # To Zoom's own it would go; there is no time to.
    client = OAuthClient(f"{address}/oauth", sleep=lambda _seconds: None, deadline=0.001)
    with client as oauth, pytest.raises(ZoomError) as refused:
        oauth.account_credentials("client", "secret", "account")
    assert isinstance(refused.value, ZoomConfigurationError) is not own
    cloud = COMMERCIAL if "gov" not in address.lower() else GOVERNMENT
    host = address.lower().removeprefix("https://").removesuffix(":443")
    assert choose_api_url(cloud.api_url, address) == (f"https://{host}/v2" if own else cloud.api_url)


@pytest.mark.parametrize(("address", "own"), [pair for pair in ALL if pair[0] not in NOT_ENCRYPTED])
def test_pasted_links_are_taken_as_the_rule_says(address: str, own: bool, settings: Any) -> None:
    settings.WAGTAIL_ZOOM = {}
    try:
        taken = NumberOrLinkField().clean(f"{address}/j/98765432101?pwd=x")
    except ValidationError:
        taken = None
    assert taken == (98765432101 if own else None)


@pytest.mark.parametrize("address", NOT_ENCRYPTED)
def test_a_pasted_link_needs_no_encryption(address: str, settings: Any) -> None:
    settings.WAGTAIL_ZOOM = {}
    assert NumberOrLinkField().clean(f"{address.removesuffix(':443')}/j/98765432101") == 98765432101


@pytest.mark.parametrize(("address", "own"), ALL)
def test_screens_and_checks_say_what_the_rule_says(address: str, own: bool, settings: Any) -> None:
    settings.WAGTAIL_ZOOM = {"OAUTH_URL": f"{address}/oauth"}
    assert endpoints.is_practice() is not own
    said = {message.id for message in check_settings(None)} & {"wagtail_zoom.W002", "wagtail_zoom.E002"}
    assert (said == set()) is own
    settings.WAGTAIL_ZOOM = {"API_URL": f"{address}/v2"}
    assert endpoints.is_practice() is not own


@pytest.mark.parametrize(
    ("region", "configured", "api", "oauth"),
    [
        ("", "zoom.us", "https://api.zoom.us/v2", "https://zoom.us/oauth"),
        ("api-eu.zoom.us", "zoom.us", "https://api-eu.zoom.us/v2", "https://zoom.us/oauth"),
        ("api.zoomgov.com", "zoom.us", "https://api.zoomgov.com/v2", "https://zoomgov.com/oauth"),
        ("", "zoomgov.com", "https://api.zoomgov.com/v2", "https://zoomgov.com/oauth"),
        ("api.zoomgov.com", "zoomgov.com", "https://api.zoomgov.com/v2", "https://zoomgov.com/oauth"),
        ("api.zoomgov.com", "proxy.example", "https://api.proxy.example/v2", "https://proxy.example/oauth"),
    ],
)
def test_a_region_decides_the_cloud_unless_the_settings_name_another_host(
    region: str, configured: str, api: str, oauth: str
) -> None:
    assert api_url_in(region, f"https://api.{configured}/v2/") == api
    assert oauth_url_in(region, f"https://{configured}/oauth/") == oauth


@pytest.mark.parametrize(
    ("configured", "named"),
    [("https://api.zoom.us/v2", "https://api.zoomgov.com"), ("https://api.zoomgov.com/v2", "https://api-eu.zoom.us")],
)
def test_a_tokens_answer_leads_to_no_other_cloud(configured: str, named: str) -> None:
    assert choose_api_url(configured, named) == configured


@pytest.fixture
def agency(academy: School, settings: Any) -> School:
    """Return a space of Zoom for Government, on a site that speaks to Zoom's usual addresses."""
    ZoomSettings.objects.filter(site=academy.site).update(region=ZoomSettings.Region.GOVERNMENT)
    settings.WAGTAIL_ZOOM = {
        name: value for name, value in settings.WAGTAIL_ZOOM.items() if name not in ("API_URL", "OAUTH_URL")
    }
    return academy


def test_a_space_of_zoom_for_government_speaks_to_its_cloud(agency: School) -> None:
    connection = agency.connection
    region = zoom_apps.region_of(connection.app)
    assert region == zoom_apps.region_of(connection.app, agency.site) == "api.zoomgov.com"
    with token_refresh.oauth_client(region) as oauth:
        address = oauth.authorize_address("client", "https://lms.example/back", "state")
    assert address.startswith("https://zoomgov.com/oauth/authorize?")
    with client_for(connection) as client:
        assert client._caller._base_url == "https://api.zoomgov.com/v2"
    assert not endpoints.is_practice()


def test_open_on_zoom_leads_to_the_accounts_own_cloud(agency: School) -> None:
    meeting = Meeting(zoom_id=98765432101, kind="meeting", connection=Connection(api_url="https://api.zoomgov.com"))
    assert zoom_address(meeting) == "https://zoomgov.com/meeting/98765432101"
    meeting.connection = Connection(api_url="https://api-eu.zoom.us")
    assert zoom_address(meeting) == "https://zoom.us/meeting/98765432101"
    meeting.connection = None
    assert zoom_address(meeting) == "https://zoom.us/meeting/98765432101"
