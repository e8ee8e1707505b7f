"""What the scopes allow is a hint; what Zoom refused is remembered until the next token."""

from __future__ import annotations

import pytest

from tests.schools import School
from wagtail_zoom.exceptions import ZoomScopeError
from wagtail_zoom.models import Connection
from wagtail_zoom.services.connections import capabilities, connections
from wagtail_zoom.services.connections.clients import client_for


pytestmark = pytest.mark.django_db


def test_a_schools_scopes_create_meetings_and_nothing_about_webinars(school: School) -> None:
    assert capabilities.allowed(school.connection, "create") == capabilities.Allowed(likely=True)
    assert capabilities.allowed(school.connection, "change").missing == ("meeting:update:meeting",)
    assert capabilities.allowed(school.connection, "webinar_create").missing == ("webinar:write:webinar",)


def test_an_academys_missing_scopes_are_named_at_the_accounts_level(academy: School) -> None:
    connections.test_connection(academy.connection)
    assert capabilities.allowed(academy.connection, "create").missing == ("meeting:write:meeting:admin",)
    assert capabilities.allowed(academy.connection, "webinar_reports").likely


def test_before_the_first_token_everything_is_worth_a_try(academy: School) -> None:
    unknown = Connection(app=academy.app)
    assert capabilities.allowed(unknown, "create") == capabilities.Allowed(likely=True)


def test_what_zoom_refused_is_remembered_until_the_next_token(school: School) -> None:
    connection = school.connection
    Connection.objects.filter(pk=connection.pk).update(scopes=[])
    with client_for(connection) as client, pytest.raises(ZoomScopeError):
        client.users.me()
    connection.refresh_from_db()
    assert capabilities.allowed(connection, "who_am_i") == capabilities.Allowed(likely=False, refused=True)
    connections.test_connection(connection)
    connection.refresh_from_db()
    assert connection.refused_operations == []


def test_noting_a_refusal_twice_notes_it_once(school: School) -> None:
    for _time in range(2):
        capabilities.note_refusal(school.connection, "meetings.update")
    assert school.connection.refused_operations == ["meetings.update"]
