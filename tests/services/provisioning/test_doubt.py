"""Creates of which no answer came: never repeated blindly, looked for twice, and told to a person where we may not look."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.schools import SCHOOL_SCOPES, make_school
from tests.services.provisioning.conftest import calls, meeting_of, on_zoom, writes
from wagtail_zoom import clock
from wagtail_zoom.models import Meeting, Orphan
from wagtail_zoom.services import encryption
from wagtail_zoom.services.coordination import leases
from wagtail_zoom.services.coordination.work_budget import Budget
from wagtail_zoom.services.meetings import reconcile
from wagtail_zoom.services.status.lesson_status import state_of


CREATE = r"/users/[^/]+/meetings$"


def posts(school: Any) -> int:
    return len([call for call in writes(school.simulator) if call.startswith("POST")])


def test_created_but_unanswered_it_is_found_by_its_marker_and_adopted(
    everything: Any, lesson_in: Any, publish: Any
) -> None:
    everything.simulator.fault("POST", CREATE, "reset_after")
    page = publish(lesson_in(everything))
    (there,) = on_zoom(everything.simulator)
    meeting = meeting_of(page)
    assert (meeting.actual, meeting.zoom_id, meeting.doubt_since) == ("present", there["id"], None)
    assert encryption.decrypt_field(meeting, "join_url")
    assert encryption.decrypt_field(meeting, "passcode")
    assert posts(everything) == 1


@pytest.mark.parametrize("fault", ["garbage", "truncate", "reset_after"])
def test_whatever_came_instead_of_an_answer_there_is_one_meeting_in_the_end(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any, fault: str
) -> None:
    everything.simulator.fault("POST", CREATE, fault)
    page = publish(lesson_in(everything))
    for _minute in range(4):
        clocks.advance(minutes=1)
        sync()
    assert [item["id"] for item in on_zoom(everything.simulator)] == [meeting_of(page).zoom_id]
    assert state_of(page).code == "ready"


def test_not_found_counts_when_looked_for_twice_the_second_time_two_minutes_after_the_deadline(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    everything.simulator.fault("POST", CREATE, "status", status=500, body={})
    page = publish(lesson_in(everything))
    assert (meeting_of(page).actual, meeting_of(page).doubt_looks) == ("doubt", 1)
    assert state_of(page).code == "waiting"
    clocks.advance(seconds=30)
    sync()
    assert (meeting_of(page).doubt_looks, posts(everything)) == (1, 1)
    clocks.advance(minutes=2)
    sync()
    assert (meeting_of(page).actual, posts(everything)) == ("present", 2)
    assert len(on_zoom(everything.simulator)) == 1


def test_one_that_shows_up_late_is_adopted_at_the_second_look(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    everything.simulator.fault("POST", CREATE, "reset_after")
    everything.simulator.fault("GET", CREATE, "status", status=200, body={"meetings": []})
    page = publish(lesson_in(everything))
    assert meeting_of(page).doubt_looks == 1
    clocks.advance(minutes=3)
    sync()
    assert meeting_of(page).actual == "present"
    assert len(on_zoom(everything.simulator)) == 1


def test_a_long_agenda_that_the_list_cuts_off_is_read_whole(
    everything: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    everything.simulator.fault("POST", CREATE, "reset_after")
    page = publish(lesson_in(everything, zoom_options={"agenda": "Bring a ruler. " * 40}))
    sync()
    assert meeting_of(page).actual == "present"
    assert len(on_zoom(everything.simulator)) == 1


def test_never_sent_is_no_doubt_and_is_simply_tried_again(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    everything.simulator.fault(
        "POST", CREATE, "status", status=429, body={"code": 429, "message": "slow down"}, times=9
    )
    page = publish(lesson_in(everything))
    assert meeting_of(page).actual == "absent"
    everything.simulator.clear_faults()
    clocks.advance(days=1)
    sync()
    assert meeting_of(page).actual == "present"


def test_where_we_may_not_look_a_person_is_asked_and_says_it_is_there(
    school: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    school.simulator.fault("POST", CREATE, "reset_after")
    page = publish(lesson_in(school))
    for _minute in range(4):
        clocks.advance(minutes=1)
        sync()
    state = state_of(page)
    assert (state.attention, state.actions) == ("create_in_doubt", ("settle",))
    assert "“Lesson one” on Tue 24 Nov, 10:00" in state.sentence
    assert posts(school) == 1
    (there,) = on_zoom(school.simulator)
    reconcile.settle_doubt(meeting_of(page).pk, there["id"], school.people["teacher.one"], join_link=there["join_url"])
    sync()
    assert (state_of(page).code, posts(school)) == ("ready", 1)
    assert encryption.decrypt_field(meeting_of(page), "join_url") == there["join_url"]


def test_where_we_may_not_look_a_person_says_it_is_not_there_and_it_is_made(
    school: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    school.simulator.fault("POST", CREATE, "status", status=502, body="<html>")
    page = publish(lesson_in(school))
    sync()
    publish(page)
    sync()
    assert (state_of(page).attention, posts(school)) == ("create_in_doubt", 1)
    reconcile.settle_doubt(meeting_of(page).pk, None, school.people["teacher.one"])
    sync()
    assert (state_of(page).code, posts(school)) == ("ready", 2)


def test_the_number_of_another_lesson_settles_nothing(school: Any, lesson_in: Any, publish: Any, sync: Any) -> None:
    other = publish(lesson_in(school, "Lesson two"))
    school.simulator.fault("POST", CREATE, "reset_after")
    page = publish(lesson_in(school))
    sync()
    with pytest.raises(reconcile.DecisionRefused, match="taken"):
        reconcile.settle_doubt(meeting_of(page).pk, meeting_of(other).zoom_id, school.people["teacher.one"])
    assert state_of(page).attention == "create_in_doubt"


def test_with_lists_but_without_single_reads_the_beginning_of_the_agenda_decides(
    practice: Any, space: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    school = make_school(practice, space, scopes=(*SCHOOL_SCOPES, "meeting:read:list_meetings"))
    practice.fault("POST", CREATE, "reset_after")
    page = publish(lesson_in(school, zoom_options={"agenda": "Bring a ruler. " * 40}))
    sync()
    assert meeting_of(page).actual == "present"
    assert posts(school) == 1


def test_a_process_that_died_while_creating_leaves_a_doubt_not_a_second_meeting(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    everything.simulator.fault("POST", CREATE, "reset_after")
    everything.simulator.fault("GET", CREATE, "status", status=200, body={"meetings": []})
    page = publish(lesson_in(everything))
    dead = {"lease_owner": "a dead process", "lease_until": clock.now() + dt.timedelta(seconds=13)}
    Meeting.objects.update(**dead, due_at=clock.now(), doubt_looks=0)
    everything.simulator.clear_requests()
    sync()
    assert calls(everything.simulator) == []
    clocks.advance(seconds=20)
    sync()
    assert meeting_of(page).actual == "present"
    assert len(on_zoom(everything.simulator)) == 1


def test_who_finds_the_lease_taken_does_not_wait_and_does_nothing(
    everything: Any, lesson_in: Any, publish: Any, settings: Any, after_commit: Any
) -> None:
    page = lesson_in(everything)
    page.save_revision().publish()
    meeting = meeting_of(page)
    lease = leases.take(meeting, 8)
    assert lease is not None
    assert reconcile.reconcile(meeting.pk, budget=Budget()).status == "waiting"
    assert writes(everything.simulator) == []
    lease.release()
    assert reconcile.reconcile(meeting.pk, budget=Budget()).status == "done"


def test_a_meeting_made_for_a_row_that_moved_on_becomes_an_orphan_and_is_cleared_away(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    from wagtail_zoom.services.connections.clients import client_for
    from wagtail_zoom.services.meetings import create

    page = lesson_in(everything)
    page.save_revision().publish()
    lease = leases.take(meeting_of(page), 8)
    assert lease is not None
    with client_for(lease.row.connection) as client:
        answer = client.meetings.create(lease.row.host.zoom_ref, {"topic": "Late", "type": 2})
        Meeting.objects.update(lease_owner="another process", generation=99)
        create.keep(lease, answer, what="created")
    orphan = Orphan.objects.get()
    assert orphan.zoom_id == answer.id
    clocks.advance(minutes=5)
    sync()
    orphan.refresh_from_db()
    assert orphan.outcome == "deleted"
    assert [item["topic"] for item in on_zoom(everything.simulator)] == ["Lesson one"]
