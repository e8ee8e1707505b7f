"""Each way in which Zoom refuses somebody who connects has a sentence of its own, which says what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from wagtail.models import Site

from tests import schools
from tests.conftest import Clocks
from tests.schools import School
from wagtail_zoom.exceptions import ZoomPermissionError
from wagtail_zoom.models import App
from wagtail_zoom.services.connections import connections, declined_scopes, oauth_flow, zoom_apps
from wagtail_zoom.services.connections.clients import client_for
from wagtail_zoom.services.connections.oauth_flow import AuthorizationResult
from wagtail_zoom.testing import SimulatorControl, SimulatorError


pytestmark = pytest.mark.django_db
TEACHER = "teacher.one@school.example"
ALONE = ({"email": TEACHER, "type": 2},)


def make_app(
    practice: SimulatorControl, space: Site, people: Sequence[dict[str, Any]] = ALONE, **wishes: object
) -> School:
    """Enter a General App of a fresh account that fits this installation but for ``wishes``."""
    account = practice.add_account(users=people)
    wishes = {"scopes": schools.SCHOOL_SCOPES, "redirect_uris": [schools.REDIRECT_URI], **wishes}
    credentials = practice.add_app(account["account_id"], **wishes)
    app = zoom_apps.save_app(
        site=space,
        kind=App.Kind.GENERAL,
        client_id=credentials["client_id"],
        client_secret=credentials["client_secret"],
    )
    made = School(practice, space, app, credentials, account["account_id"], account["users"])
    made.people["teacher.one"] = schools.make_editor("teacher.one", space.root_page)
    return made


def connected(made: School, *, untick: Sequence[str] = (), **changes: object) -> AuthorizationResult:
    """Walk to Zoom and back; the app is changed there while the person is on the way."""
    teacher = made.people["teacher.one"]
    back = schools.walk(teacher, made.site, made.app, TEACHER, untick=untick)
    if changes:
        made.simulator.patch_app(made.app.client_id, **changes)
    return schools.finish(back, teacher)


def reasons_of(made: School, clocks: Clocks, refusal: str) -> str:
    """Be refused on Zoom's own page, and return what this site says two minutes later."""
    teacher = made.people["teacher.one"]
    with pytest.raises(SimulatorError, match=refusal):
        schools.walk(teacher, made.site, made.app, TEACHER)
    clocks.advance(minutes=2, seconds=1)
    attempt = oauth_flow.unfinished_attempt(teacher, made.site)
    assert attempt is not None
    return " ".join(oauth_flow.unfinished_reasons(attempt))


def test_an_app_that_is_deactivated_meanwhile_is_to_be_activated(practice: SimulatorControl, space: Site) -> None:
    finished = connected(make_app(practice, space), active=False)
    assert finished.outcome == "failed"
    assert "not active at Zoom" in finished.sentence
    assert "activate it" in finished.sentence


def test_an_app_that_was_never_activated_sends_nobody_back(
    practice: SimulatorControl, space: Site, clocks: Clocks
) -> None:
    made = make_app(practice, space)
    practice.patch_app(made.app.client_id, active=False)
    assert "is not activated" in reasons_of(made, clocks, "not active")


def test_development_keys_with_the_production_address_send_nobody_back(
    practice: SimulatorControl, space: Site, clocks: Clocks
) -> None:
    made = make_app(practice, space, redirect_uris=["https://development.example/zoom/oauth/callback/"])
    said = reasons_of(made, clocks, "redirect address")
    assert "must come from the same tab" in said
    assert schools.REDIRECT_URI in said


def test_keys_of_two_tabs_are_told_apart_from_a_typing_error(practice: SimulatorControl, space: Site) -> None:
    """The client ID is the Production one, the secret that of Development."""
    made = make_app(practice, space)
    teacher = made.people["teacher.one"]
    back = schools.walk(teacher, space, made.app, TEACHER)
    zoom_apps.save_app(site=space, kind=App.Kind.GENERAL, client_id=made.app.client_id, client_secret="of Development")
    assert "from the same tab" in schools.finish(back, teacher).sentence


def test_a_server_app_in_the_place_of_a_general_one_sends_nobody_back(
    practice: SimulatorControl, space: Site, clocks: Clocks
) -> None:
    made = make_app(practice, space, type="server_to_server")
    assert "General App" in reasons_of(made, clocks, "no app with this client ID")


def test_a_general_app_in_the_place_of_a_server_one_is_named(practice: SimulatorControl, space: Site) -> None:
    account = practice.add_account(users=[{"email": TEACHER, "type": 2}])
    credentials = practice.add_app(account["account_id"], redirect_uris=[schools.REDIRECT_URI])
    app = zoom_apps.save_app(
        site=space,
        kind=App.Kind.SERVER,
        client_id=credentials["client_id"],
        client_secret=credentials["client_secret"],
        account_id=account["account_id"],
    )
    found = connections.test_connection(connections.account_connection(app))
    assert not found.works
    assert "of another kind" in found.sentence


def test_scopes_without_the_role_are_the_roles_fault(academy: School) -> None:
    owner = academy.zoom_users[0]["id"]
    academy.simulator.patch_user(owner, role_permissions={"UsageReport:Read": False})
    connections.test_connection(academy.connection)
    with client_for(academy.connection) as client, pytest.raises(ZoomPermissionError) as caught:
        list(client.meetings.participants_report("abcdefgh=="))
    assert "Zoom role lacks the permission" in str(caught.value.user_message)


def test_an_account_that_wants_approval_first_sends_nobody_back(
    practice: SimulatorControl, space: Site, clocks: Clocks
) -> None:
    # The account's owner needs no approval, so the teacher is its second user.
    people = [{"email": "owner@school.example", "type": 2}, {"email": TEACHER, "type": 2}]
    made = make_app(practice, space, people)
    practice.patch_account(made.account_id, admin_approval=True)
    assert "administrator has to approve the app first" in reasons_of(made, clocks, "approve")


def test_who_unticks_what_every_lesson_needs_is_connected_and_told(practice: SimulatorControl, space: Site) -> None:
    made = make_app(practice, space, optional_scopes=schools.SCHOOL_SCOPES)
    finished = connected(made, untick=["meeting:write:meeting"])
    assert finished.outcome == "connected"
    assert "unticked" in finished.sentence
    assert "meeting:write:meeting" in finished.sentence


def test_who_unticks_what_others_have_hears_which_feature_is_missing_until_it_is_ticked_again(
    practice: SimulatorControl, space: Site
) -> None:
    school = schools.make_school(practice, space)
    practice.patch_app(school.app.client_id, optional_scopes=schools.SCHOOL_SCOPES)
    without = connected(school, untick=["meeting:write:registrant"])
    assert without.host is not None
    said = "This is missing: “Register learners for meetings”."
    assert said in without.sentence
    assert "Authorize again, and leave everything ticked" in without.sentence
    assert "Create meetings" not in without.sentence
    assert said in declined_scopes.sentence(without.host.connection)

    again = connected(school)
    assert again.host is not None
    assert "missing" not in again.sentence
    assert declined_scopes.sentence(again.host.connection) == ""


def test_who_had_allowed_it_before_hears_what_was_left_out_this_time(practice: SimulatorControl, space: Site) -> None:
    made = make_app(practice, space, optional_scopes=["user:read:token"])
    assert "missing" not in connected(made).sentence
    assert "“Start meetings as the host”" in connected(made, untick=["user:read:token"]).sentence


def test_who_leaves_everything_ticked_hears_nothing_of_it(practice: SimulatorControl, space: Site) -> None:
    made = make_app(practice, space, optional_scopes=schools.SCHOOL_SCOPES)
    assert connected(made).sentence == "You are connected to Zoom."
