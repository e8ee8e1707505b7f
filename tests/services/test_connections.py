"""Grants as people deal with them: tested, named, given back."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from wagtail.models import Site

from tests import schools
from tests.schools import School
from wagtail_zoom.api.responses import UserAnswer
from wagtail_zoom.models import App, Connection, Host
from wagtail_zoom.services.connections import connections, hosts, zoom_apps


pytestmark = pytest.mark.django_db


def reload(connection: Connection) -> Connection:
    return Connection.objects.select_related("app").get(pk=connection.pk)


def test_a_school_whose_scopes_hide_names_hears_that_the_first_lesson_will_tell(school: School) -> None:
    found = connections.test_connection(school.connection)
    assert found.works
    assert (found.who, found.sentence) == (
        "",
        "Zoom accepts the connection. Which Zoom user it is will be known with the first lesson.",
    )
    likely = {line.name for line in found.features if line.likely}
    assert likely == {"create", "registrants_add", "registrants_batch", "host_token"}
    change = next(line for line in found.features if line.name == "change")
    assert change.missing == ("meeting:update:meeting",)


def test_where_the_scopes_allow_the_test_says_who_answered(practice, space: Site) -> None:
    school = schools.make_school(practice, space, scopes=schools.EVERY_SCOPE)
    found = connections.test_connection(school.connection)
    assert found.who == "Teacher One (teacher.one@school.example)"
    assert found.account == school.account_id
    assert "Teacher One" in found.sentence


def test_an_academys_test_says_which_account_answered(academy: School) -> None:
    found = connections.test_connection(academy.connection)
    assert found.works
    assert academy.account_id in found.sentence
    assert reload(academy.connection).tested_at is not None


def test_a_scope_that_was_added_counts_with_the_next_test(academy: School) -> None:
    assert not _likely(connections.test_connection(academy.connection), "create")
    academy.simulator.patch_app(academy.app.client_id, scopes=[*schools.ACADEMY_SCOPES, "meeting:write:meeting:admin"])
    assert _likely(connections.test_connection(academy.connection), "create")


def test_a_scope_that_was_taken_away_is_missed_with_the_next_test(everything: School) -> None:
    assert _likely(connections.test_connection(everything.connection), "create")
    everything.simulator.patch_app(everything.app.client_id, scopes=schools.ACADEMY_SCOPES)
    assert not _likely(connections.test_connection(everything.connection), "create")


def _likely(found, feature: str) -> bool:
    return next(line.likely for line in found.features if line.name == feature)


def test_a_wrong_account_is_told_from_a_wrong_secret(academy: School) -> None:
    credentials = {"client_id": academy.app.client_id, "client_secret": academy.credentials["client_secret"]}
    zoom_apps.save_app(site=academy.site, kind=App.Kind.SERVER, account_id="another", **credentials)
    assert "account ID" in connections.test_connection(reload(academy.connection)).sentence
    credentials["client_secret"] = "wrong"
    zoom_apps.save_app(site=academy.site, kind=App.Kind.SERVER, account_id=academy.account_id, **credentials)
    assert "client secret" in connections.test_connection(reload(academy.connection)).sentence


def test_an_app_of_the_other_kind_is_named(practice, space: Site) -> None:
    account = practice.add_account(users=[{"email": "teacher.one@school.example", "type": 2}])
    credentials = practice.add_app(account["account_id"], type="general")
    app = zoom_apps.save_app(
        site=space,
        kind=App.Kind.SERVER,
        client_id=credentials["client_id"],
        client_secret=credentials["client_secret"],
        account_id=account["account_id"],
    )
    found = connections.test_connection(connections.account_connection(app))
    assert not found.works
    assert "kind" in found.sentence


def test_an_app_that_is_not_activated_is_named(academy: School) -> None:
    academy.simulator.patch_app(academy.app.client_id, active=False)
    found = connections.test_connection(academy.connection)
    assert not found.works
    assert "activate" in found.sentence


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "reset_before"},
        {"fault": "status", "status": 502, "body": "<html>Bad gateway</html>"},
        {"fault": "garbage"},
        {"fault": "truncate"},
    ],
)
def test_zoom_in_trouble_gives_a_sentence_and_loses_nothing(academy: School, fault: dict[str, object]) -> None:
    connections.test_connection(academy.connection)
    academy.simulator.fault("POST", "/oauth/token", times=9, **fault)
    found = connections.test_connection(academy.connection)
    assert not found.works
    assert found.sentence
    assert reload(academy.connection).status == Connection.Status.CONNECTED


def test_a_dripping_zoom_holds_nobody_for_longer_than_the_click_may_take(
    academy: School, settings, running_deadlines: None
) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "CLICK_DEADLINE": 2.0}
    academy.simulator.fault("POST", "/oauth/token", "drip", times=9, seconds=60)
    assert not connections.test_connection(academy.connection).works


def test_no_secret_goes_to_a_host_that_nobody_has_allowed(academy: School, settings) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "ALLOW_SECRETS_TO": []}
    academy.simulator.clear_requests()
    assert not connections.test_connection(academy.connection).works
    assert academy.simulator.requests() == []


def test_a_simulator_on_this_machine_is_connected_to_with_two_addresses_and_a_key(academy: School, settings) -> None:
    known = settings.WAGTAIL_ZOOM
    settings.WAGTAIL_ZOOM = {name: known[name] for name in ("API_URL", "OAUTH_URL", "ENCRYPTION_KEYS")}
    assert connections.test_connection(academy.connection).works


def test_disconnecting_gives_the_grant_back_to_zoom(school: School) -> None:
    teacher, connection = school.people["teacher.one"], school.connection
    done = connections.disconnect(connection, site=school.site, by=teacher)
    assert done.is_revoked
    stored = reload(connection)
    assert stored.status == Connection.Status.DISCONNECTED
    assert not (stored.access_token or stored.refresh_token)
    assert hosts.host_of(teacher, school.site) is None
    assert any(request["path"] == "/oauth/revoke" for request in school.simulator.requests())


def test_disconnecting_holds_even_when_zoom_is_out_of_reach(school: School) -> None:
    school.simulator.fault("POST", "/oauth/revoke", "reset_before", times=5)
    done = connections.disconnect(school.connection, site=school.site, by=school.people["teacher.one"])
    assert not done.is_revoked
    assert "Zoom could not be told" in done.sentence
    assert not Connection.objects.get(person_key=f"user:{school.people['teacher.one'].pk}").refresh_token


def test_disconnecting_one_of_two_spaces_leaves_the_grant_alone(school: School) -> None:
    other = schools.make_space("other.example", "Other")
    app = zoom_apps.save_app(
        site=other,
        kind=App.Kind.GENERAL,
        client_id=school.app.client_id,
        client_secret=school.credentials["client_secret"],
    )
    teacher = school.people["teacher.one"]
    schools.make_editor("colleague", other.root_page)
    teacher.groups.add(Group.objects.get(name=f"Editors of {other.root_page.pk}"))
    teacher = type(teacher).objects.get(pk=teacher.pk)
    connection = schools.connect(teacher, other, app, "teacher.one@school.example").connection
    first = connections.disconnect(connection, site=school.site, by=teacher)
    assert "Other" in first.sentence
    assert reload(connection).is_usable
    assert hosts.host_of(teacher, other) is not None
    assert connections.disconnect(reload(connection), site=other, by=teacher).is_revoked


def test_connecting_again_after_disconnecting_brings_the_host_back(school: School) -> None:
    teacher = school.people["teacher.one"]
    connections.disconnect(school.connection, site=school.site, by=teacher)
    host = schools.connect(teacher, school.site, school.app, "teacher.one@school.example")
    assert host == school.hosts["teacher.one"]
    assert hosts.host_of(teacher, school.site) == host


def test_what_the_first_lesson_tells_about_a_person_is_kept(school: School) -> None:
    connections.learn_identity(school.connection, UserAnswer(id="zoom-1", email="teacher.one@school.example"))
    assert Connection.objects.get(zoom_user_id="zoom-1").zoom_email == "teacher.one@school.example"
    assert Host.objects.get(zoom_user_id="zoom-1").user == school.people["teacher.one"]
