"""The walk to Zoom's consent page and back: every way it can end."""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection as database
from wagtail.models import Site

from tests import schools
from tests.conftest import Clocks
from tests.schools import School
from wagtail_zoom import clock
from wagtail_zoom.exceptions import ZoomConfigurationError
from wagtail_zoom.models import App, AuthorizationAttempt, Connection, Host, ZoomSettings
from wagtail_zoom.services import encryption
from wagtail_zoom.services.connections import oauth_flow, zoom_apps
from wagtail_zoom.services.encryption import EncryptionError
from wagtail_zoom.testing import SimulatorError, authorize


pytestmark = pytest.mark.django_db


@pytest.fixture
def empty(practice, space: Site) -> School:
    """Return a school whose two teachers have not connected yet."""
    found = schools.make_school(practice, space, teachers=())
    account = practice.add_account(users=[{"email": "teacher.one@school.example", "type": 2}])
    found.credentials = practice.add_app(
        account["account_id"], scopes=schools.SCHOOL_SCOPES, redirect_uris=[schools.REDIRECT_URI]
    )
    found.app = zoom_apps.save_app(
        site=space,
        kind=App.Kind.GENERAL,
        client_id=found.credentials["client_id"],
        client_secret=found.credentials["client_secret"],
    )
    for name in ("teacher.one", "teacher.two"):
        found.people[name] = schools.make_editor(name, space.root_page)
    return found


def walk(school: School, who: str = "teacher.one", **more: object) -> str:
    return schools.walk(school.people[who], school.site, school.app, "teacher.one@school.example", **more)


def test_a_teacher_comes_back_connected_and_is_a_host_of_the_space(empty: School) -> None:
    teacher = empty.people["teacher.one"]
    finished = schools.finish(walk(empty, return_to="/admin/zoom/my/"), teacher)
    assert finished.outcome == "connected"
    assert (finished.site, finished.return_to) == (empty.site, "/admin/zoom/my/")
    assert finished.host is not None
    assert (finished.host.user, finished.host.origin, finished.host.zoom_ref) == (teacher, "authorised", Host.ME)
    connection = finished.host.connection
    assert connection.is_usable
    assert set(connection.scopes) == set(schools.SCHOOL_SCOPES)


def test_tokens_are_stored_sealed(empty: School) -> None:
    schools.finish(walk(empty), empty.people["teacher.one"])
    with database.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM wagtail_zoom_connection")
        tokens = cursor.fetchone()
    assert all(token.startswith("sealed:1:") for token in tokens)
    connection = Connection.objects.get()
    assert len(encryption.decrypt_field(connection, "access_token")) > 20
    assert encryption.decrypt_field(connection, "access_token") not in "".join(tokens)


def test_the_consent_address_carries_pkce_and_a_state_that_is_not_stored(empty: School) -> None:
    address = oauth_flow.begin_authorization(
        user=empty.people["teacher.one"],
        site=empty.site,
        app=empty.app,
        session_key="session",
        redirect_uri=schools.REDIRECT_URI,
        return_to="",
    )
    query = parse_qs(urlsplit(address).query)
    assert query["code_challenge_method"] == ["S256"]
    assert "scope" not in query
    attempt = AuthorizationAttempt.objects.get()
    assert query["state"][0] not in str(vars(attempt))
    assert encryption.decrypt_field(attempt, "verifier") not in address


def test_declining_is_said_to_be_ones_own_choice(empty: School) -> None:
    finished = schools.finish(walk(empty, allow=False), empty.people["teacher.one"])
    assert (finished.outcome, finished.reason) == ("refused", "declined")
    assert not Host.objects.exists()


def test_an_answer_works_once(empty: School) -> None:
    address = walk(empty)
    schools.finish(address, empty.people["teacher.one"])
    again = schools.finish(address, empty.people["teacher.one"])
    assert (again.outcome, again.reason) == ("refused", "replayed")
    assert Connection.objects.get().is_usable
    assert AuthorizationAttempt.objects.get().outcome == "connected"


def test_after_ten_minutes_nothing_is_connected(empty: School, clocks: Clocks) -> None:
    address = walk(empty)
    clocks.advance(minutes=10, seconds=5)
    finished = schools.finish(address, empty.people["teacher.one"])
    assert finished.reason == "expired"
    assert "longer than ten minutes" in finished.sentence
    assert not Host.objects.exists()


def test_another_user_cannot_finish_the_walk_and_does_not_spoil_it(empty: School) -> None:
    address = walk(empty)
    stolen = schools.finish(address, empty.people["teacher.two"])
    assert (stolen.reason, stolen.site, stolen.return_to) == ("other_user", None, "")
    assert schools.finish(address, empty.people["teacher.one"]).outcome == "connected"


@pytest.mark.parametrize("session_key", ["", "another browser"])
def test_another_browser_session_cannot_finish_the_walk(empty: School, session_key: str) -> None:
    address = walk(empty)
    assert schools.finish(address, empty.people["teacher.one"], session_key).reason == "other_session"
    assert not Host.objects.exists()


@pytest.mark.parametrize("state", ["", "invented"])
def test_an_unknown_state_connects_nobody(empty: School, state: str) -> None:
    finished = oauth_flow.finish_authorization(
        state=state, code="code", error="", user=empty.people["teacher.one"], session_key="session"
    )
    assert (finished.outcome, finished.reason) == ("refused", "unknown_state")


def test_a_wrong_secret_is_named(empty: School) -> None:
    address = walk(empty)
    schools.zoom_apps.save_app(
        site=empty.site, kind=App.Kind.GENERAL, client_id=empty.app.client_id, client_secret="not the secret"
    )
    finished = schools.finish(address, empty.people["teacher.one"])
    assert finished.outcome == "failed"
    assert "client secret" in finished.sentence
    assert not Host.objects.exists()


def test_a_redirect_mismatch_at_the_exchange_is_named(empty: School) -> None:
    address = walk(empty)
    AuthorizationAttempt.objects.update(redirect_uri="http://elsewhere.example/")
    finished = schools.finish(address, empty.people["teacher.one"])
    assert finished.outcome == "failed"
    assert "redirect address" in finished.sentence


def test_a_code_that_zoom_does_not_know_any_more_is_named(empty: School, clocks: Clocks) -> None:
    address = walk(empty)
    clocks.advance(minutes=6)
    finished = schools.finish(address, empty.people["teacher.one"])
    assert finished.outcome == "failed"
    assert "expired" in finished.sentence


@pytest.mark.parametrize(
    "fault", [{"fault": "reset_before"}, {"fault": "reset_after"}, {"fault": "status", "status": 503}]
)
def test_zoom_out_of_reach_loses_nothing_but_the_attempt(empty: School, fault: dict[str, object]) -> None:
    address = walk(empty)
    empty.simulator.fault("POST", "/oauth/token", times=5, **fault)
    finished = schools.finish(address, empty.people["teacher.one"])
    assert finished.outcome == "failed"
    assert not Host.objects.exists()
    empty.simulator.clear_faults()
    assert schools.finish(walk(empty), empty.people["teacher.one"]).outcome == "connected"


def test_who_lost_the_right_meanwhile_is_not_connected(empty: School) -> None:
    address = walk(empty)
    teacher = empty.people["teacher.one"]
    teacher.groups.clear()
    finished = schools.finish(address, type(teacher).objects.get(pk=teacher.pk))
    assert finished.reason == "not_allowed"
    assert not Host.objects.exists()


def test_strangers_to_the_space_cannot_set_out(empty: School) -> None:
    stranger = schools.make_editor("stranger", schools.make_space("other.example", "Other").root_page)
    with pytest.raises(ZoomConfigurationError):
        schools.walk(stranger, empty.site, empty.app, "teacher.one@school.example")
    assert not AuthorizationAttempt.objects.exists()


def test_a_school_may_forbid_its_app_or_own_apps(empty: School) -> None:
    ZoomSettings.objects.filter(site=empty.site).update(space_app_allowed=False)
    with pytest.raises(ZoomConfigurationError):
        walk(empty)


def test_a_teacher_connects_through_an_app_of_their_own(empty: School) -> None:
    teacher = empty.people["teacher.one"]
    account = empty.simulator.add_account(users=[{"email": "own@home.example", "type": 1}])
    credentials = empty.simulator.add_app(
        account["account_id"], scopes=schools.EVERY_SCOPE, redirect_uris=[schools.REDIRECT_URI]
    )
    own = zoom_apps.save_app(
        kind=App.Kind.GENERAL,
        client_id=credentials["client_id"],
        client_secret=credentials["client_secret"],
        owner=teacher,
    )
    host = schools.connect(teacher, empty.site, own, "own@home.example")
    assert host.zoom_email == "own@home.example"
    assert host.connection.app == own
    own.refresh_from_db()
    assert own.account_id == account["account_id"]


def test_without_keys_nobody_sets_out(empty: School, settings) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "ENCRYPTION_KEYS": []}
    with pytest.raises(EncryptionError):
        walk(empty)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/admin/zoom/my/?a=1", "/admin/zoom/my/?a=1"),
        ("https://evil.example/", ""),
        ("//evil.example/", ""),
        ("/\\evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("admin/", ""),
        ("/" + "x" * 600, ""),
    ],
)
def test_only_a_path_within_the_site_is_a_way_back(address: str, kept: str) -> None:
    assert oauth_flow.safe_path(address) == kept


def test_one_person_in_two_spaces_that_share_an_app_has_one_connection(school: School) -> None:
    other = schools.make_space("other.example", "Other")
    app = zoom_apps.save_app(
        site=other,
        kind=App.Kind.GENERAL,
        client_id=school.app.client_id,
        client_secret=school.credentials["client_secret"],
    )
    teacher = school.people["teacher.one"]
    schools.make_editor("helper", other.root_page)
    teacher.groups.add(*schools.Group.objects.filter(name=f"Editors of {other.root_page.pk}"))
    again = type(teacher).objects.get(pk=teacher.pk)
    host = schools.connect(again, other, app, "teacher.one@school.example")
    assert host.connection == school.hosts["teacher.one"].connection
    assert host != school.hosts["teacher.one"]


def test_two_people_with_one_zoom_user_and_the_first_is_told(practice, space: Site) -> None:
    school = schools.make_school(practice, space, scopes=schools.EVERY_SCOPE)
    first, second = school.hosts["teacher.one"].connection, school.people["teacher.two"]
    finished = schools.finish(schools.walk(second, space, school.app, "teacher.one@school.example"), second)
    assert "somebody else" in finished.sentence
    first.refresh_from_db()
    assert (first.status, first.status_reason) == (Connection.Status.RECONNECT, "taken_over")
    assert not first.access_token


def test_who_connects_again_as_another_zoom_user_is_that_one_now(practice, space: Site) -> None:
    school = schools.make_school(practice, space, scopes=schools.EVERY_SCOPE)
    host = schools.connect(school.people["teacher.one"], space, school.app, "teacher.two@school.example")
    assert host.pk == school.hosts["teacher.one"].pk
    assert host.zoom_email == "teacher.two@school.example"


def test_strangers_to_the_account_never_come_back_and_hear_why_two_minutes_later(empty: School, clocks: Clocks) -> None:
    teacher = empty.people["teacher.one"]
    empty.simulator.add_account(users=[{"email": "stranger@elsewhere.example", "type": 2}])
    with pytest.raises(SimulatorError, match="not been published"):
        schools.walk(teacher, empty.site, empty.app, "stranger@elsewhere.example")
    assert oauth_flow.unfinished_attempt(teacher, empty.site) is None
    clocks.advance(minutes=2, seconds=1)
    attempt = oauth_flow.unfinished_attempt(teacher, empty.site)
    assert attempt is not None
    reasons = oauth_flow.unfinished_reasons(attempt)
    assert len(reasons) == 3
    assert schools.REDIRECT_URI in reasons[2]
    assert oauth_flow.unfinished_attempt(empty.people["teacher.two"], empty.site) is None


def test_an_account_that_wants_approval_never_sends_anybody_back(empty: School, clocks: Clocks) -> None:
    account = empty.simulator.add_account(
        users=[{"email": "owner@strict.example", "type": 2}, {"email": "teacher@strict.example", "type": 2}]
    )
    empty.simulator.patch_account(account["account_id"], admin_approval=True)
    credentials = empty.simulator.add_app(account["account_id"], redirect_uris=[schools.REDIRECT_URI])
    app = zoom_apps.save_app(
        site=empty.site,
        kind=App.Kind.GENERAL,
        client_id=credentials["client_id"],
        client_secret=credentials["client_secret"],
    )
    teacher = empty.people["teacher.one"]
    with pytest.raises(SimulatorError, match="approve"):
        schools.walk(teacher, empty.site, app, "teacher@strict.example")
    clocks.advance(minutes=3)
    assert oauth_flow.unfinished_attempt(teacher, empty.site) is not None


def test_coming_back_ends_the_question_why_one_did_not(empty: School, clocks: Clocks) -> None:
    teacher = empty.people["teacher.one"]
    walk(empty)
    clocks.advance(minutes=3)
    assert oauth_flow.unfinished_attempt(teacher, empty.site) is not None
    schools.finish(walk(empty), teacher)
    clocks.advance(minutes=3)
    assert oauth_flow.unfinished_attempt(teacher, empty.site) is None


def test_old_attempts_are_forgotten(empty: School, clocks: Clocks) -> None:
    walk(empty)
    clocks.advance(days=2)
    walk(empty)
    attempt = AuthorizationAttempt.objects.get()
    assert attempt.begun_at > clock.now() - dt.timedelta(minutes=1)


def test_the_consent_page_of_an_inactive_app_sends_nobody_back(empty: School) -> None:
    empty.simulator.patch_app(empty.app.client_id, active=False)
    address = oauth_flow.begin_authorization(
        user=empty.people["teacher.one"],
        site=empty.site,
        app=empty.app,
        session_key="session",
        redirect_uri=schools.REDIRECT_URI,
        return_to="",
    )
    with pytest.raises(SimulatorError, match="not active"):
        authorize(address, "teacher.one@school.example")
