"""Changing, unpublishing, deleting and moving lessons where the scopes allow everything."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.clocks import NOW
from tests.lessons.models import FolderPage
from tests.schools import EVERY_SCOPE, make_academy, make_space
from tests.services.provisioning.conftest import asked, calls, meeting_of, on_zoom, writes
from wagtail_zoom import clock
from wagtail_zoom.models import Allowance, Change, LessonMeeting, Meeting, ZoomSettings
from wagtail_zoom.services.coordination import leases
from wagtail_zoom.services.meetings import reconcile
from wagtail_zoom.services.status.lesson_status import state_of


def cancels(school: Any) -> None:
    """Let the school's space cancel meetings of unpublished lessons."""
    ZoomSettings.objects.filter(site=school.site).update(when_unpublished="cancel")


def test_a_new_title_is_sent_alone(everything: Any, lesson_in: Any, publish: Any) -> None:
    page = publish(lesson_in(everything))
    everything.simulator.clear_requests()
    publish(page, title="Lesson two")
    (patch,) = [call for call in asked(everything.simulator) if call["method"] == "PATCH"]
    assert patch["body"] == {"topic": "Lesson two"}
    assert on_zoom(everything.simulator)[0]["topic"] == "Lesson two"


def test_a_new_time_goes_with_its_zone_and_nothing_else(everything: Any, lesson_in: Any, publish: Any) -> None:
    page = publish(lesson_in(everything))
    everything.simulator.clear_requests()
    publish(page, zoom_time=dt.time(14, 30))
    (patch,) = [call for call in asked(everything.simulator) if call["method"] == "PATCH"]
    assert patch["body"] == {"start_time": "2026-11-24T14:30:00", "timezone": "Europe/Berlin"}
    assert on_zoom(everything.simulator)[0]["start_time"] == "2026-11-24T13:30:00Z"


def test_a_changed_option_is_sent_inside_settings(everything: Any, lesson_in: Any, publish: Any) -> None:
    page = publish(lesson_in(everything))
    everything.simulator.clear_requests()
    publish(page, zoom_options={"waiting_room": True})
    (patch,) = [call for call in asked(everything.simulator) if call["method"] == "PATCH"]
    assert patch["body"] == {"settings": {"waiting_room": True}}


def test_what_the_account_has_locked_is_shown_and_not_fought(
    everything: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    everything.simulator.patch_account(everything.account_id, locked_settings={"waiting_room": True})
    page = publish(lesson_in(everything))
    assert "waiting room" in " ".join(state_of(page).notices)
    everything.simulator.clear_requests()
    sync()
    publish(page)
    assert writes(everything.simulator) == []


def test_a_new_slug_changes_the_address_in_the_agenda(everything: Any, lesson_in: Any, publish: Any) -> None:
    page = publish(lesson_in(everything))
    page = publish(page, slug="another-address")
    assert page.full_url in on_zoom(everything.simulator)[0]["agenda"]


def test_unpublishing_keeps_the_meeting_where_the_space_says_so(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, after_commit: Any
) -> None:
    page = publish(lesson_in(everything))
    with after_commit():
        page.unpublish()
    sync()
    assert len(on_zoom(everything.simulator)) == 1
    page.refresh_from_db()
    assert (state_of(page).code, state_of(page).number != "") == ("draft", True)


def test_unpublishing_cancels_the_meeting_where_the_space_says_so_and_publishing_again_makes_a_new_one(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, after_commit: Any
) -> None:
    cancels(everything)
    page = publish(lesson_in(everything))
    former = meeting_of(page)
    with after_commit():
        page.unpublish()
    sync()
    assert on_zoom(everything.simulator) == []
    page.refresh_from_db()
    assert state_of(page).code == "cancelled"
    publish(page)
    assert len(on_zoom(everything.simulator)) == 1
    assert meeting_of(page).pk != former.pk
    assert list(Change.objects.filter(meeting=former).values_list("what", flat=True)) == ["cancelled", "created"]


def test_unpublished_and_published_again_before_anything_was_sent_keeps_the_meeting(
    everything: Any, lesson_in: Any, publish: Any, after_commit: Any
) -> None:
    cancels(everything)
    page = publish(lesson_in(everything))
    number = meeting_of(page).zoom_id
    with after_commit():
        page.unpublish()
    everything.simulator.clear_requests()
    publish(page)
    assert meeting_of(page).zoom_id == number
    assert writes(everything.simulator) == []


def test_an_expired_lesson_is_treated_as_an_unpublished_one(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, after_commit: Any
) -> None:
    from django.core.management import call_command

    cancels(everything)
    page = publish(lesson_in(everything))
    type(page).objects.filter(pk=page.pk).update(expire_at=clock.now() - dt.timedelta(minutes=1))
    with after_commit():
        call_command("publish_scheduled")
    sync()
    assert on_zoom(everything.simulator) == []


def test_deleting_a_lesson_cancels_its_meeting_and_keeps_the_row(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, after_commit: Any
) -> None:
    page = publish(lesson_in(everything))
    number = meeting_of(page).zoom_id
    with after_commit():
        page.delete()
    assert writes(everything.simulator)[-1].startswith("POST")
    sync()
    assert on_zoom(everything.simulator) == []
    meeting = Meeting.objects.get(zoom_id=number)
    assert (meeting.actual, meeting.absent_reason) == ("cancelled", "deleted")
    assert meeting.lessons.get().page_title == "Lesson one"


def test_deleting_the_page_above_cancels_the_meetings_below(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, after_commit: Any
) -> None:
    parent = FolderPage(title="Unit")
    everything.site.root_page.add_child(instance=parent)
    publish(lesson_in(everything, parent=parent))
    publish(lesson_in(everything, "Lesson two", parent=parent))
    with after_commit():
        FolderPage.objects.get(pk=parent.pk).delete()
    sync()
    assert on_zoom(everything.simulator) == []


def test_deleting_a_draft_that_was_once_live_cancels_the_meeting_it_kept(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, after_commit: Any
) -> None:
    page = publish(lesson_in(everything))
    page.unpublish()
    with after_commit():
        page.delete()
    sync()
    assert on_zoom(everything.simulator) == []


def test_a_lesson_that_wants_no_meeting_any_more_loses_it(
    everything: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    page = publish(publish(lesson_in(everything)), zoom_kind="none")
    sync()
    assert on_zoom(everything.simulator) == []
    assert state_of(page).code == "none"


def test_another_kind_is_another_meeting_and_the_old_one_goes_once_the_new_one_exists(
    everything: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    page = publish(lesson_in(everything))
    former = meeting_of(page)
    publish(page, zoom_kind="webinar")
    assert meeting_of(page).kind == "webinar"
    sync()
    (left,) = on_zoom(everything.simulator)
    assert left["id"] == meeting_of(page).zoom_id
    order = [call.split("/")[0] + call.rpartition("/")[2] for call in writes(everything.simulator)]
    assert order == ["POST meetings", "POST webinars", f"DELETE {former.zoom_id}"]


def test_the_old_meeting_stays_while_the_new_one_cannot_be_made(
    everything: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    page = publish(lesson_in(everything))
    number = meeting_of(page).zoom_id
    everything.simulator.patch_user(everything.zoom_users[0]["id"], webinar=False)
    page = publish(page, zoom_kind="webinar")
    sync()
    assert [item["id"] for item in on_zoom(everything.simulator)] == [number]
    assert state_of(page).attention == "no_licence"
    assert "add-on" in state_of(page).sentence


def test_another_host_is_another_meeting(everything: Any, lesson_in: Any, publish: Any, sync: Any) -> None:
    page = publish(lesson_in(everything))
    page = publish(page, zoom_host=everything.hosts["host.two"])
    sync()
    (left,) = on_zoom(everything.simulator)
    assert left["host_email"] == "host.two@academy.example"
    assert left["id"] == meeting_of(page).zoom_id


def test_a_host_whose_connection_goes_does_not_cost_the_meeting(
    everything: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    page = publish(lesson_in(everything))
    host = everything.hosts["host.one"]
    host.is_active = False
    host.save()
    publish(page)
    sync()
    assert len(on_zoom(everything.simulator)) == 1
    assert state_of(page).code == "ready"


def test_a_meeting_deleted_on_zoom_is_noticed_and_made_anew_with_one_click(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    page = publish(lesson_in(everything))
    former = meeting_of(page)
    everything.simulator.delete_meeting(former.zoom_id)
    clocks.advance(days=1, minutes=1)
    sync()
    page = type(page).objects.get(pk=page.pk)
    assert (state_of(page).code, state_of(page).actions) == ("gone", ("recreate",))
    sync()
    assert on_zoom(everything.simulator) == []
    reconcile.recreate(meeting_of(page).pk, everything.people["host.one"])
    sync()
    assert [item["id"] for item in on_zoom(everything.simulator)] == [meeting_of(page).zoom_id]
    assert state_of(page).code == "ready"


def test_a_change_for_a_meeting_deleted_on_zoom_says_that_it_is_gone(
    everything: Any, lesson_in: Any, publish: Any
) -> None:
    page = publish(lesson_in(everything))
    everything.simulator.delete_meeting(meeting_of(page).zoom_id)
    page = publish(page, title="Lesson two")
    assert state_of(page).code == "gone"


def test_a_running_meeting_is_neither_changed_nor_deleted(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, after_commit: Any, clocks: Any
) -> None:
    cancels(everything)
    page = publish(lesson_in(everything))
    clocks.set(dt.datetime(2026, 11, 24, 8, 55, tzinfo=dt.UTC))
    everything.simulator.start(meeting_of(page).zoom_id)
    page = publish(page, title="Lesson two")
    with after_commit():
        page.unpublish()
    sync()
    assert [call.split()[0] for call in writes(everything.simulator)] == ["POST"]
    assert on_zoom(everything.simulator)[0]["topic"] == "Lesson one"


def test_a_lesson_that_is_over_and_gets_a_new_date_gets_a_new_meeting_and_the_old_one_stays(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    page = publish(lesson_in(everything))
    former = meeting_of(page)
    clocks.set(NOW + dt.timedelta(days=10))
    page = publish(page, zoom_date=dt.date(2026, 12, 8))
    sync()
    assert meeting_of(page).pk != former.pk
    assert {item["id"] for item in on_zoom(everything.simulator)} == {former.zoom_id, meeting_of(page).zoom_id}
    assert not [call for call in writes(everything.simulator) if call.startswith("DELETE")]
    assert LessonMeeting.objects.get(meeting=former).page_title == "Lesson one"


def test_a_moved_lesson_keeps_its_meeting_until_its_editor_chooses(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, after_commit: Any
) -> None:
    other = make_academy(
        everything.simulator, make_space("other.example", "Other"), scopes=EVERY_SCOPE, teachers=("guest.one",)
    )
    page = publish(lesson_in(everything))
    number = meeting_of(page).zoom_id
    with after_commit():
        page.move(other.site.root_page, pos="last-child")
    page = type(page).objects.get(pk=page.pk)
    sync()
    assert (state_of(page).code, state_of(page).actions) == ("moved", ("keep_here", "new_here"))
    assert [item["id"] for item in on_zoom(everything.simulator)] == [number]
    publish(page, title="Lesson two")
    assert on_zoom(everything.simulator)[0]["topic"] == "Lesson two"
    reconcile.keep_here(meeting_of(page).pk, other.people["guest.one"])
    sync()
    page = publish(page, title="Lesson three")
    assert state_of(page).code == "ready"
    assert [(item["id"], item["topic"]) for item in on_zoom(everything.simulator)] == [(number, "Lesson three")]


def test_a_moved_lesson_can_have_a_new_meeting_in_its_new_space(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, after_commit: Any
) -> None:
    other = make_academy(
        everything.simulator, make_space("other.example", "Other"), scopes=EVERY_SCOPE, teachers=("guest.one",)
    )
    page = publish(lesson_in(everything))
    with after_commit():
        page.move(other.site.root_page, pos="last-child")
    page = type(page).objects.get(pk=page.pk)
    type(page).objects.filter(pk=page.pk).update(owner=other.people["guest.one"])
    reconcile.new_here(meeting_of(page).pk, other.people["guest.one"])
    sync()
    (left,) = on_zoom(everything.simulator)
    assert left["host_email"] == "guest.one@academy.example"
    assert left["id"] == meeting_of(page).zoom_id


def test_moving_a_folder_is_found_by_sync(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, folder: Any
) -> None:
    unit = FolderPage(title="Unit")
    everything.site.root_page.add_child(instance=unit)
    page = publish(lesson_in(everything, parent=unit))
    unit.refresh_from_db()
    unit.move(folder, pos="last-child")
    everything.simulator.clear_requests()
    sync()
    page = type(page).objects.get(pk=page.pk)
    assert state_of(page).code == "moved"
    assert [call for call in calls(everything.simulator) if "DELETE" in call or "POST" in call] == []


def test_a_renamed_folder_does_not_eat_up_the_hosts_day(
    everything: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    page = publish(lesson_in(everything))
    Allowance.objects.filter(what="host_writes").update(used=60)
    page = publish(page, slug="another-address")
    assert [call.split()[0] for call in writes(everything.simulator)] == ["POST"]
    assert state_of(page).code == "ready"
    publish(page, title="Lesson two")
    assert page.full_url in on_zoom(everything.simulator)[0]["agenda"]


def test_a_host_chosen_in_the_new_space_is_a_wish_for_a_meeting_there(
    everything: Any, lesson_in: Any, publish: Any, sync: Any, after_commit: Any
) -> None:
    other = make_academy(
        everything.simulator, make_space("other.example", "Other"), scopes=EVERY_SCOPE, teachers=("guest.one",)
    )
    page = publish(lesson_in(everything))
    with after_commit():
        page.move(other.site.root_page, pos="last-child")
    page = publish(page, zoom_host=other.hosts["guest.one"])
    sync()
    (left,) = on_zoom(everything.simulator)
    assert left["host_email"] == "guest.one@academy.example"
    assert state_of(page).code == "ready"


def test_a_changed_mind_while_zoom_is_asked_is_carried_out_next(
    everything: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    page = publish(lesson_in(everything))
    page = publish(page, title="Lesson two")
    lease = leases.take(meeting_of(page), 8)
    assert lease is not None
    publish(page, title="Lesson three")
    assert not lease.decide(due_at=None)
    lease.release()
    sync()
    assert on_zoom(everything.simulator)[0]["topic"] == "Lesson three"
