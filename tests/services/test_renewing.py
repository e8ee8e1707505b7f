"""Renewing tokens: once for all processes, stored before use, and nothing lost when something goes wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import schools
from tests.conftest import Clocks
from tests.schools import School
from wagtail_zoom import clock
from wagtail_zoom.api.oauth import Grant
from wagtail_zoom.exceptions import ZoomAuthenticationError, ZoomConfigurationError, ZoomGrantDead, ZoomTransportError
from wagtail_zoom.models import App, Connection, Orphan
from wagtail_zoom.services import encryption
from wagtail_zoom.services.connections import connections, token_refresh, token_store, zoom_apps
from wagtail_zoom.services.connections.clients import client_for
from wagtail_zoom.services.coordination import leases
from wagtail_zoom.services.coordination.work_budget import Budget


pytestmark = pytest.mark.django_db

NEWER = Grant(access_token="newer access", refresh_token="newer refresh", expires_in=3600, scopes=frozenset({"a"}))


def row(connection: Connection) -> Connection:
    return Connection.objects.select_related("app").get(pk=connection.pk)


def token_calls(school: School) -> int:
    return sum(request["path"] == "/oauth/token" for request in school.simulator.requests())


def no_sleep(_seconds: float) -> None:
    raise AssertionError("nothing was to be waited for")


def test_a_good_token_is_used_without_asking_zoom(school: School) -> None:
    connection = row(school.connection)
    before = token_refresh.stored_token(connection)
    assert before is not None
    with client_for(connection) as client:
        client.meetings.create("me", {"topic": "Lesson", "type": 2, "start_time": "2030-01-01T10:00:00Z"})
    assert row(connection).generation == connection.generation


def test_an_expiring_token_is_renewed_and_the_new_pair_is_stored_first(school: School, clocks: Clocks) -> None:
    connection = school.connection
    old = encryption.decrypt_field(connection, "refresh_token")
    clocks.advance(minutes=59)
    token = token_refresh.renew(connection, rejected=None, sleep=no_sleep)
    stored = row(connection)
    assert encryption.decrypt_field(stored, "access_token") == token.value
    assert encryption.decrypt_field(stored, "refresh_token") != old
    assert stored.generation == token.generation
    assert stored.lease_owner == ""
    with client_for(stored) as client:
        client.meetings.create("me", {"topic": "Lesson", "type": 2, "start_time": "2030-01-01T10:00:00Z"})


def test_who_finds_a_newer_token_takes_it_and_asks_nobody(school: School) -> None:
    first, second = row(school.connection), row(school.connection)
    rejected = token_refresh.stored_token(first)
    renewed = token_refresh.renew(first, rejected=rejected, sleep=no_sleep)
    school.simulator.clear_faults()
    assert token_refresh.renew(second, rejected=rejected, sleep=no_sleep) == renewed


def test_who_finds_the_lease_taken_waits_for_the_others_token(school: School) -> None:
    connection, other = row(school.connection), row(school.connection)
    lease = leases.take(other, 5)
    assert lease is not None

    def meanwhile(_seconds: float) -> None:
        lease.release(**token_store.columns_for(lease.row, NEWER), generation=lease.generation + 1)

    rejected = token_refresh.stored_token(connection)
    token = token_refresh.renew(connection, rejected=rejected, sleep=meanwhile)
    assert token.value == "newer access"


def test_who_waits_for_somebody_that_never_comes_back_takes_over(school: School, clocks: Clocks) -> None:
    connection, other = row(school.connection), row(school.connection)
    assert leases.take(other, 5) is not None

    def meanwhile(_seconds: float) -> None:
        clocks.advance(seconds=20)

    token = token_refresh.renew(connection, rejected=token_refresh.stored_token(connection), sleep=meanwhile)
    assert token.value == encryption.decrypt_field(row(connection), "access_token")


def test_who_waits_hears_at_once_that_the_grant_is_dead(school: School) -> None:
    connection, other = row(school.connection), row(school.connection)
    lease = leases.take(other, 5)
    assert lease is not None

    def meanwhile(_seconds: float) -> None:
        lease.release(status=Connection.Status.RECONNECT, expires_at=None)

    with pytest.raises(ZoomGrantDead):
        token_refresh.renew(connection, rejected=token_refresh.stored_token(connection), sleep=meanwhile)


def test_a_dead_grant_becomes_reconnect_needed(school: School) -> None:
    connection = school.connection
    school.simulator.revoke_grant(school.app.client_id, school.zoom_users[0]["id"])
    with pytest.raises(ZoomGrantDead):
        token_refresh.renew(connection, rejected=token_refresh.stored_token(connection))
    stored = row(connection)
    assert (stored.status, stored.status_reason) == (Connection.Status.RECONNECT, "grant_dead")
    assert stored.lease_owner == ""


def test_a_grant_that_died_is_not_tried_again(school: School) -> None:
    connection = school.connection
    school.simulator.revoke_grant(school.app.client_id, school.zoom_users[0]["id"])
    for _time in range(2):
        with pytest.raises(ZoomGrantDead), client_for(row(connection)) as client:
            client.meetings.get(99999999999)
    school.simulator.clear_requests()
    with pytest.raises(ZoomGrantDead), client_for(row(connection)) as client:
        client.meetings.get(99999999999)
    assert school.simulator.requests() == []


def test_a_refused_access_token_is_renewed_within_the_call(school: School) -> None:
    connection = row(school.connection)
    encryption.encrypt_field(connection, "access_token", "an access token that Zoom does not know")
    connection.save(update_fields=["access_token"])
    with client_for(connection) as client:
        made = client.meetings.create("me", {"topic": "Lesson", "type": 2, "start_time": "2030-01-01T10:00:00Z"})
    assert made.id
    assert row(connection).generation == connection.generation


@pytest.mark.parametrize("fault", ["reset_before", "reset_after"])
def test_zoom_out_of_reach_does_not_end_the_grant(school: School, fault: str) -> None:
    connection = school.connection
    school.simulator.fault("POST", "/oauth/token", fault, times=5)
    with pytest.raises(ZoomTransportError):
        token_refresh.renew(connection, rejected=token_refresh.stored_token(connection))
    stored = row(connection)
    assert (stored.status, stored.lease_owner) == (Connection.Status.CONNECTED, "")
    assert stored.last_error


def test_a_lost_key_does_not_end_the_grant(school: School, settings: Any) -> None:
    connection = school.connection
    before = settings.WAGTAIL_ZOOM
    settings.WAGTAIL_ZOOM = {**before, "ENCRYPTION_KEYS": ["2rU0Y8FzG2J5mAcxk8Cx1wW7xZoX8l3pmf8Xk0m0XmE="]}
    with pytest.raises(ZoomConfigurationError):
        token_refresh.renew(connection)
    assert row(connection).status == Connection.Status.CONNECTED
    settings.WAGTAIL_ZOOM = before
    assert token_refresh.renew(row(connection)).value


def test_a_pair_that_comes_late_is_stored_if_nothing_changed_meanwhile(school: School) -> None:
    lease = leases.take(row(school.connection), 5)
    assert lease is not None
    Connection.objects.filter(pk=lease.row.pk).update(lease_owner="somebody else")
    token = token_refresh._store(lease, NEWER)
    stored = row(school.connection)
    assert (token.value, encryption.decrypt_field(stored, "refresh_token")) == ("newer access", "newer refresh")
    assert not Orphan.objects.exists()


def test_a_pair_that_comes_after_a_newer_one_is_kept_as_an_orphan(school: School) -> None:
    lease = leases.take(row(school.connection), 5)
    assert lease is not None
    newest = Grant(access_token="newest", refresh_token="newest refresh", expires_in=3600, scopes=frozenset())
    connection = row(school.connection)
    token_store.replace(connection, token_store.columns_for(connection, newest))
    token = token_refresh._store(lease, NEWER)
    stored = row(school.connection)
    assert token.value == encryption.decrypt_field(stored, "access_token") == "newest"
    orphan = Orphan.objects.get()
    assert (orphan.what, encryption.decrypt_field(orphan, "secret")) == (Orphan.What.GRANT, "newer refresh")


def test_a_dead_grant_is_not_believed_when_somebody_stored_a_newer_one(school: School) -> None:
    lease = leases.take(row(school.connection), 5)
    assert lease is not None
    rejected = token_refresh.stored_token(lease.row)
    connection = row(school.connection)
    token_store.replace(connection, token_store.columns_for(connection, NEWER))
    token = token_refresh._give_up(lease, rejected, ZoomGrantDead(400))
    assert token.value == "newer access"
    assert row(school.connection).status == Connection.Status.CONNECTED


def test_connecting_again_wins_over_a_renewal_that_is_under_way(school: School) -> None:
    lease = leases.take(row(school.connection), 5)
    assert lease is not None
    schools.connect(school.people["teacher.one"], school.site, school.app, "teacher.one@school.example")
    mine = encryption.decrypt_field(row(school.connection), "refresh_token")
    token_refresh._store(lease, NEWER)
    assert encryption.decrypt_field(row(school.connection), "refresh_token") == mine


def test_an_account_is_asked_for_one_token_by_all(academy: School) -> None:
    connection = academy.connection
    first = token_refresh.renew(connection)
    assert token_refresh.stored_token(row(connection)) == first
    assert token_refresh.renew(row(connection)) == first
    assert row(connection).status == Connection.Status.CONNECTED


def test_a_wrong_secret_of_an_account_needs_attention_and_heals_with_the_right_one(academy: School) -> None:
    fields = {"site": academy.site, "kind": App.Kind.SERVER, "client_id": academy.app.client_id}
    zoom_apps.save_app(**fields, client_secret="wrong", account_id=academy.account_id)
    with pytest.raises(ZoomAuthenticationError):
        token_refresh.renew(row(academy.connection))
    assert row(academy.connection).status_reason == "credentials"
    zoom_apps.save_app(**fields, client_secret=academy.credentials["client_secret"], account_id=academy.account_id)
    assert token_refresh.renew(row(academy.connection)).value
    assert row(academy.connection).status == Connection.Status.CONNECTED


def test_an_account_from_the_environment_works_without_keys(academy: School, settings: Any) -> None:
    settings.WAGTAIL_ZOOM = {
        **settings.WAGTAIL_ZOOM,
        "ENCRYPTION_KEYS": [],
        "SPACES": {
            "academy.example": {
                "client_id": academy.credentials["client_id"],
                "client_secret": academy.credentials["client_secret"],
                "account_id": academy.account_id,
            }
        },
    }
    Connection.objects.all().delete()
    connection = connections.account_connection(academy.app)
    with client_for(connection) as client:
        assert list(client.meetings.list("lecturer.one@academy.example")) == []
    stored = row(connection)
    assert stored.status == Connection.Status.CONNECTED
    assert not stored.access_token


def test_grants_that_nobody_used_for_a_month_are_renewed(school: School, clocks: Clocks) -> None:
    clocks.advance(days=29)
    assert token_refresh.renew_due(clock.now(), Budget()) == (0, 0)
    clocks.advance(days=2)
    assert token_refresh.renew_due(clock.now(), Budget()) == (2, 0)
    assert token_refresh.renew_due(clock.now(), Budget()) == (0, 0)
    assert all(connection.renewed_at > clock.now() - dt.timedelta(minutes=1) for connection in Connection.objects.all())


def test_renewing_stops_when_its_budget_is_spent(school: School, clocks: Clocks) -> None:
    clocks.advance(days=31)
    assert token_refresh.renew_due(clock.now(), Budget(calls=1)) == (1, 0)
    assert token_refresh.idle_connections(clock.now()).count() == 1


def test_one_dead_grant_does_not_keep_the_others_from_being_renewed(school: School, clocks: Clocks) -> None:
    school.simulator.revoke_grant(school.app.client_id, school.zoom_users[0]["id"])
    clocks.advance(days=31)
    assert token_refresh.renew_due(clock.now(), Budget()) == (1, 1)
    statuses = set(Connection.objects.values_list("status", flat=True))
    assert statuses == {Connection.Status.RECONNECT, Connection.Status.CONNECTED}


def stray_of(connection: Connection, refresh_token: str) -> Orphan:
    stray = Orphan(what=Orphan.What.GRANT, connection=connection, created_at=clock.now())
    encryption.encrypt_field(stray, "secret", refresh_token)
    stray.save()
    return stray


def test_a_stray_grant_brings_a_dead_connection_back(school: School) -> None:
    connection = school.connection
    stray = stray_of(connection, encryption.decrypt_field(connection, "refresh_token"))
    Connection.objects.filter(pk=connection.pk).update(status=Connection.Status.RECONNECT)
    assert token_refresh.renew_due(clock.now(), Budget()) == (1, 0)
    stray.refresh_from_db()
    assert (stray.outcome, bool(stray.secret)) == ("used", False)
    assert row(connection).status == Connection.Status.CONNECTED
    assert token_refresh.renew(row(connection), rejected=token_refresh.stored_token(row(connection))).value


def test_a_stray_grant_of_a_living_connection_is_laid_aside(school: School) -> None:
    stray = stray_of(school.connection, "older")
    before = token_calls(school)
    token_refresh.renew_due(clock.now(), Budget())
    stray.refresh_from_db()
    assert (stray.outcome, bool(stray.secret)) == ("superseded", False)
    assert token_calls(school) == before


def test_a_stray_grant_that_is_dead_is_tried_once(school: School) -> None:
    stray = stray_of(school.connection, "no token of Zoom's")
    Connection.objects.filter(pk=school.connection.pk).update(status=Connection.Status.RECONNECT)
    assert [token_refresh.renew_due(clock.now(), Budget()) for _run in range(2)] == [(0, 1), (0, 0)]
    stray.refresh_from_db()
    assert stray.outcome == "dead"
