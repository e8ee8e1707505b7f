"""What Zoom refuses, and what it is silent about: each has a sentence, and heals by itself where it can."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.clocks import NOW
from tests.services.provisioning.conftest import asked, meeting_of, on_zoom, writes
from wagtail_zoom.models import Allowance, Connection, Host, Meeting
from wagtail_zoom.services.meetings import error_policy, reconcile
from wagtail_zoom.services.meetings.desired_state import desired_meeting_for
from wagtail_zoom.services.problems.describe import describe
from wagtail_zoom.services.status.lesson_status import state_of


CREATE = r"/users/[^/]+/(meetings|webinars)$"


def test_zoom_down_is_tried_again_with_growing_patience_and_said_after_ten_minutes(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    everything.simulator.fault("POST", CREATE, "reset_before", times=100)
    everything.simulator.fault("POST", "/oauth/token", "status", status=503, body={}, times=100)
    Connection.objects.update(expires_at=NOW)
    page = publish(lesson_in(everything))
    assert state_of(page).code == "waiting"
    for _turn in range(4):
        clocks.advance(minutes=4)
        sync()
    state = state_of(page)
    assert (state.code, state.attention) == ("attention", "not_reached")
    assert "tried again by itself" in state.sentence
    everything.simulator.clear_faults()
    clocks.advance(minutes=20)
    sync()
    assert state_of(page).code == "ready"
    assert len(on_zoom(everything.simulator)) == 1


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    waits = [error_policy.wait_after(attempts).total_seconds() for attempts in (0, 1, 2, 5, 50)]
    assert waits == [30, 60, 120, 900, 900]


def test_a_host_without_the_webinar_licence_is_named_with_the_add_on(
    everything: Any, lesson_in: Any, publish: Any
) -> None:
    everything.simulator.patch_user(everything.zoom_users[0]["id"], webinar=False)
    page = publish(lesson_in(everything, zoom_kind="webinar"))
    state = state_of(page)
    assert state.attention == "no_licence"
    assert "webinar add-on" in state.sentence
    assert meeting_of(page).due_at is None


def test_a_webinar_where_scopes_only_allow_meetings_asks_zoom_for_nothing(
    school: Any, lesson_in: Any, publish: Any
) -> None:
    page = publish(lesson_in(school, zoom_kind="webinar"))
    state = state_of(page)
    assert (state.attention, state.actions) == ("scope_missing", ("retry",))
    assert "webinar:write:webinar" in state.for_administrators
    assert asked(school.simulator) == []


def test_a_host_who_left_the_account_is_named_and_another_host_gets_the_meeting(
    everything: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    page = lesson_in(everything, zoom_host=everything.hosts["host.two"])
    everything.simulator.delete_user(everything.zoom_users[1]["id"])
    page = publish(page)
    state = state_of(page)
    assert state.attention == "host_gone"
    assert "another host" in state.sentence
    page = publish(page, zoom_host=everything.hosts["host.one"])
    sync()
    assert state_of(page).code == "ready"
    assert on_zoom(everything.simulator)[0]["host_email"] == "host.one@academy.example"


def test_what_zoom_does_not_accept_is_quoted_and_publishing_again_tries_again(
    everything: Any, lesson_in: Any, publish: Any
) -> None:
    refusal = {"code": 300, "message": "Validation Failed.", "errors": [{"field": "topic", "message": "Odd topic."}]}
    everything.simulator.fault("POST", CREATE, "status", status=400, body=refusal)
    page = publish(lesson_in(everything))
    state = state_of(page)
    assert (state.attention, state.actions) == ("refused", ("retry",))
    assert meeting_of(page).actual == "absent"
    page = publish(page)
    assert state_of(page).code == "ready"


def test_nobody_connected_is_said_and_ends_by_itself_when_somebody_connects(
    practice: Any, space: Any, school: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    from tests.schools import connect, make_editor

    newcomer = make_editor("teacher.three", school.site.root_page)
    page = publish(lesson_in(school, owner=newcomer))
    state = state_of(page)
    assert (state.attention, state.actions) == ("no_host", ("connect",))
    assert asked(school.simulator) == []
    connect(newcomer, school.site, school.app, "teacher.two@school.example")
    sync()
    assert state_of(page).code == "ready"


def test_a_space_without_an_app_says_that_it_is_not_connected(space: Any, publish: Any, lesson_in: Any) -> None:
    from tests.schools import School, make_editor
    from wagtail_zoom.models import App

    editor = make_editor("teacher.one", space.root_page)
    nowhere = School(None, space, App(), {}, "", [], {"teacher.one": editor}, {"teacher.one": None})  # type: ignore[arg-type]
    page = publish(lesson_in(nowhere))
    assert state_of(page).attention == "not_connected"


def test_a_revoked_grant_asks_for_a_new_connection_and_goes_on_when_it_is_there(
    school: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    from tests.schools import connect

    school.simulator.revoke_grant(school.credentials["client_id"], school.zoom_users[0]["id"])
    page = publish(lesson_in(school))
    assert state_of(page).attention == "host_disconnected"
    assert "connect again" in state_of(page).sentence
    connect(school.people["teacher.one"], school.site, school.app, "teacher.one@school.example")
    sync()
    assert state_of(page).code == "ready"


def test_the_daily_allowance_is_counted_before_it_bites_and_goes_on_at_midnight_utc(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    page = publish(lesson_in(everything))
    Allowance.objects.filter(what="host_writes").update(used=100)
    everything.simulator.clear_requests()
    page = publish(page, title="Lesson two")
    meeting = meeting_of(page)
    assert writes(everything.simulator) == []
    assert meeting.due_at == dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    assert "at most 100" in state_of(page).sentence
    clocks.set(dt.datetime(2026, 11, 22, 0, 1, tzinfo=dt.UTC))
    sync()
    assert on_zoom(everything.simulator)[0]["topic"] == "Lesson two"
    assert Allowance.objects.get(day=dt.date(2026, 11, 22)).used == 1


def test_zooms_own_daily_limit_stops_this_host_and_no_other(everything: Any, lesson_in: Any, publish: Any) -> None:
    limit = {"code": 429, "message": "You have exceeded the daily rate limit (100) for this user."}
    everything.simulator.fault("POST", CREATE, "status", status=429, body=limit)
    page = publish(lesson_in(everything))
    assert state_of(page).attention == "daily_limit"
    other = publish(lesson_in(everything, "Lesson two", zoom_host=everything.hosts["host.two"]))
    assert state_of(other).code == "ready"
    third = publish(lesson_in(everything, "Lesson three"))
    assert state_of(third).attention == "daily_limit"
    assert len([call for call in writes(everything.simulator) if call.startswith("POST")]) == 2


def test_without_encryption_keys_nothing_is_sent_and_it_is_said(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, settings: Any, clocks: Any
) -> None:
    kept = settings.WAGTAIL_ZOOM
    settings.WAGTAIL_ZOOM = {**kept, "ENCRYPTION_KEYS": []}
    page = publish(lesson_in(everything))
    assert state_of(page).attention in ("secret_unreadable", "not_set_up")
    assert writes(everything.simulator) == []
    settings.WAGTAIL_ZOOM = kept
    clocks.advance(minutes=20)
    sync()
    assert state_of(page).code == "ready"


@pytest.mark.parametrize("fault", ["garbage", "truncate"])
def test_a_read_back_that_makes_no_sense_does_not_undo_the_change(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any, fault: str
) -> None:
    page = publish(lesson_in(everything))
    everything.simulator.fault("GET", r"/meetings/\d+$", fault, times=3)
    page = publish(page, title="Lesson two")
    everything.simulator.clear_faults()
    clocks.advance(minutes=2)
    sync()
    assert state_of(page).code == "ready"
    assert len([call for call in writes(everything.simulator) if call.startswith("PATCH")]) == 1


def test_a_mistake_of_ours_leaves_no_lease_behind_and_is_not_repeated_at_once(
    everything: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    page = publish(lesson_in(everything))
    Meeting.objects.update(accepted_payload=["not", "a", "payload"], due_at=NOW)
    sync()
    meeting = meeting_of(page)
    assert meeting.lease_owner == ""
    assert meeting.due_at is not None
    assert meeting.due_at > NOW


def test_a_host_who_gave_no_scheduling_privilege_is_named_with_what_to_do(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    owner, other = (user["id"] for user in everything.zoom_users)
    everything.simulator.patch_account(everything.account_id, scheduling_needs_privilege=True)
    page = publish(lesson_in(everything, zoom_host=everything.hosts["host.two"]))
    state = state_of(page)
    assert (state.attention, state.actions) == ("no_scheduling_privilege", ("retry",))
    assert "Host Two" in state.sentence
    assert "scheduling privilege" in state.sentence

    everything.simulator.patch_user(other, schedulers=[owner])
    reconcile.retry(meeting_of(page).pk, everything.people["host.two"])
    sync()
    assert state_of(page).code == "ready"


@pytest.mark.parametrize(
    ("plan", "minutes", "warned"), [(1, 41, True), (1, 40, False), (2, 90, False), (None, 90, False)]
)
def test_a_long_lesson_of_a_host_without_licence_is_warned_about_and_made(
    everything: Any, lesson_in: Any, publish: Any, plan: int | None, minutes: int, warned: bool
) -> None:
    Host.objects.update(zoom_user_type=plan)
    page = publish(lesson_in(everything, zoom_duration=minutes))
    said = [describe(problem.code, problem.params).sentence for problem in desired_meeting_for(page).problems]
    assert said == (
        [
            "Host One has a free Zoom plan, and Zoom ends its meetings after 40 minutes. This lesson is planned for 41. "
            "Plan a shorter one, or choose a host with a licence."
        ]
        if warned
        else []
    )
    assert state_of(page).code == "ready"


def test_who_meets_another_change_for_the_same_host_waits_a_moment_and_is_not_stopped_for_the_day(
    everything: Any, lesson_in: Any, publish: Any
) -> None:
    everything.simulator.fault(
        "POST", CREATE, "status", status=429, body={"code": 429, "message": "Too many concurrent requests."}
    )
    page = publish(lesson_in(everything))
    assert state_of(page).code == "ready"
    assert not Allowance.objects.filter(blocked_until__isnull=False).exists()
    assert len(on_zoom(everything.simulator)) == 1
