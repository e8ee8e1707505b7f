"""How a space stands with Zoom, told from rows alone."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from tests import schools
from tests.schools import School
from wagtail_zoom.exceptions import ZoomGrantDead
from wagtail_zoom.models import App, Connection
from wagtail_zoom.services.connections import connections, diagnosis, hosts, token_refresh, zoom_apps


pytestmark = pytest.mark.django_db


def test_a_space_without_an_app_is_incomplete(space: Site) -> None:
    assert diagnosis.space_state(space).code == "incomplete"


def test_a_general_app_without_people_waits_for_the_first_teacher(space: Site) -> None:
    zoom_apps.save_app(site=space, kind=App.Kind.GENERAL, client_id="id", client_secret="secret")
    state = diagnosis.space_state(space)
    assert (state.code, "Save and authorize" in state.sentence) == ("incomplete", True)


def test_an_untested_account_says_what_to_press(space: Site) -> None:
    zoom_apps.save_app(site=space, kind=App.Kind.SERVER, client_id="id", client_secret="secret", account_id="account")
    state = diagnosis.space_state(space)
    assert (state.code, "Save and test" in state.sentence) == ("incomplete", True)


def test_an_account_without_hosts_is_incomplete(academy: School) -> None:
    connections.test_connection(academy.connection)
    for host in academy.hosts.values():
        hosts.unmap_host(host)
    assert "nobody can host" in diagnosis.space_state(academy.site).sentence


def test_connected_schools_are_connected(school: School, academy: School) -> None:
    connections.test_connection(academy.connection)
    assert diagnosis.space_state(school.site).code == "connected"
    assert diagnosis.space_state(academy.site).code == "connected"


def test_a_dead_grant_needs_attention_and_names_its_owner(school: School) -> None:
    school.simulator.revoke_grant(school.app.client_id, school.zoom_users[0]["id"])
    with pytest.raises(ZoomGrantDead):
        token_refresh.renew(school.connection, rejected=token_refresh.stored_token(school.connection))
    state = diagnosis.space_state(school.site)
    assert state.code == "attention"
    assert state.sentence.startswith("Teacher One")


def test_an_account_whose_secret_was_refused_needs_attention(academy: School) -> None:
    zoom_apps.save_app(
        site=academy.site,
        kind=App.Kind.SERVER,
        client_id=academy.app.client_id,
        client_secret="wrong",
        account_id=academy.account_id,
    )
    connections.test_connection(academy.connection)
    state = diagnosis.space_state(academy.site)
    assert state.code == "attention"
    assert "client secret" in state.sentence


def test_a_zoom_that_does_not_answer_is_told_from_one_that_refuses(school: School) -> None:
    Connection.objects.update(failures=3)
    found = diagnosis.diagnosis_of(school.connection.__class__.objects.first())
    assert (found.works, found.tone) == (False, "warning")


def test_telling_the_state_asks_zoom_nothing(school: School) -> None:
    school.simulator.clear_requests()
    diagnosis.space_state(school.site)
    assert school.simulator.requests() == []


def test_the_state_of_a_space_costs_the_same_however_many_teachers_there_are(school: School) -> None:
    with CaptureQueriesContext(database) as few:
        diagnosis.space_state(school.site)
    for number in range(3):
        teacher = schools.make_editor(f"teacher.{number + 3}", school.site.root_page)
        hosts.remember_person(school.site, connections.person_connection(school.app, teacher), teacher)
    with CaptureQueriesContext(database) as many:
        diagnosis.space_state(school.site)
    assert len(many) == len(few)
