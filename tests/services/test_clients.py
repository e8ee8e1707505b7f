"""The client that services get: pace, region and rights come from the rows."""

from __future__ import annotations

import pytest
from django.db.models import F

from tests.schools import School
from wagtail_zoom import clock
from wagtail_zoom.api.tokens import AccessToken
from wagtail_zoom.exceptions import ZoomNotFound, ZoomRateLimited
from wagtail_zoom.models import Pace, ZoomSettings
from wagtail_zoom.services.connections.clients import DatabaseTokenSource, client_for


pytestmark = pytest.mark.django_db


def test_calls_queue_under_the_account(academy: School) -> None:
    with client_for(academy.connection) as client, pytest.raises(ZoomNotFound):
        client.meetings.get(99999999999)
    assert Pace.objects.filter(account_key=academy.account_id, label="light").exists()


def test_a_full_queue_puts_background_work_off_and_lets_a_click_through(academy: School) -> None:
    ZoomSettings.objects.filter(site=academy.site).update(plan=ZoomSettings.Plan.FREE, share=50)
    with client_for(academy.connection) as client, pytest.raises(ZoomNotFound):
        client.meetings.get(99999999999)
    Pace.objects.update(next_at=F("next_at") + clock.dt.timedelta(seconds=20))
    with client_for(academy.connection) as client, pytest.raises(ZoomRateLimited):
        client.meetings.get(99999999999)
    with client_for(academy.connection, urgent=True) as client, pytest.raises(ZoomNotFound):
        client.meetings.get(99999999999)


def test_a_chosen_region_wins_over_what_the_token_says(academy: School) -> None:
    connection = academy.connection
    chosen = DatabaseTokenSource(connection, 5, "api-eu.zoom.us").token()
    assert chosen.api_url == "https://api-eu.zoom.us"
    automatic = DatabaseTokenSource(connection, 5, "").token()
    assert isinstance(automatic, AccessToken)
    assert automatic.api_url == academy.simulator.base_url


def test_a_region_never_leads_practice_calls_to_zoom(academy: School) -> None:
    ZoomSettings.objects.filter(site=academy.site).update(region=ZoomSettings.Region.EU)
    with client_for(academy.connection) as client, pytest.raises(ZoomNotFound):
        client.meetings.get(99999999999)
    assert any(request["path"].startswith("/v2/meetings/") for request in academy.simulator.requests())
