"""Publishing a lesson, in every way in which pages are published."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command

from tests.clocks import NOW
from tests.services.provisioning.conftest import asked, meeting_of, on_zoom, writes
from wagtail_zoom import clock
from wagtail_zoom.models import LessonMeeting, Meeting
from wagtail_zoom.services import encryption
from wagtail_zoom.services.status.lesson_status import state_of


def test_a_published_lesson_has_a_meeting_with_its_title_time_and_zone(
    school: Any, lesson_in: Any, publish: Any
) -> None:
    page = publish(lesson_in(school))
    meeting = meeting_of(page)
    on_the_other_side = on_zoom(school.simulator)
    assert [item["id"] for item in on_the_other_side] == [meeting.zoom_id]
    assert on_the_other_side[0]["topic"] == "Lesson one"
    assert on_the_other_side[0]["start_time"] == "2026-11-24T09:00:00Z"
    assert on_the_other_side[0]["timezone"] == "Europe/Berlin"
    assert on_the_other_side[0]["duration"] == 45
    assert state_of(page).code == "ready"
    assert state_of(page).number.replace(" ", "") == str(meeting.zoom_id)


def test_the_request_names_local_time_and_zone_and_the_marker_is_the_last_line_of_the_agenda(
    school: Any, lesson_in: Any, publish: Any
) -> None:
    page = publish(lesson_in(school, zoom_options={"agenda": "Bring a ruler."}))
    (create,) = asked(school.simulator)
    assert create["path"].endswith("/users/me/meetings")
    body = create["body"]
    assert (body["start_time"], body["timezone"], body["type"]) == ("2026-11-24T10:00:00", "Europe/Berlin", 2)
    assert body["agenda"].splitlines()[0] == "Bring a ruler."
    assert body["agenda"].splitlines()[-1] == f"{page.full_url}#zoom-{meeting_of(page).marker}"


def test_links_and_passcode_are_sealed_and_no_start_link_is_kept(school: Any, lesson_in: Any, publish: Any) -> None:
    meeting = meeting_of(publish(lesson_in(school)))
    assert encryption.decrypt_field(meeting, "join_url").startswith("http")
    assert encryption.decrypt_field(meeting, "passcode")
    row = str(Meeting.objects.filter(pk=meeting.pk).values().get())
    assert "/s/" not in row
    assert "zak" not in row.lower()
    assert encryption.decrypt_field(meeting, "passcode") not in str(meeting.actual_payload)


def test_the_first_meeting_tells_who_the_host_is_where_scopes_hide_it(
    school: Any, lesson_in: Any, publish: Any
) -> None:
    publish(lesson_in(school))
    host = school.hosts["teacher.one"]
    host.refresh_from_db()
    assert host.zoom_user_id == school.zoom_users[0]["id"]


def test_publishing_again_unchanged_asks_zoom_for_nothing(school: Any, lesson_in: Any, publish: Any) -> None:
    page = publish(lesson_in(school))
    school.simulator.clear_requests()
    publish(page)
    assert asked(school.simulator) == []


def test_published_twice_at_once_there_is_one_meeting(school: Any, lesson_in: Any, after_commit: Any) -> None:
    page = lesson_in(school)
    with after_commit():
        page.save_revision().publish()
        page.save_revision().publish()
    assert len(on_zoom(school.simulator)) == 1
    assert LessonMeeting.objects.count() == 1


def test_a_page_scheduled_for_later_has_no_meeting_until_it_goes_live(
    school: Any, lesson_in: Any, publish: Any, after_commit: Any
) -> None:
    page = publish(lesson_in(school), go_live_at=clock.now() + dt.timedelta(days=1))
    assert not page.live
    assert Meeting.objects.count() == 0
    assert state_of(page).code == "draft"
    type(page).objects.update(go_live_at=None)
    revision = page.latest_revision
    revision.approved_go_live_at = clock.now() - dt.timedelta(minutes=1)
    revision.save(update_fields=["approved_go_live_at"])
    content = revision.content
    content["go_live_at"] = None
    revision.content = content
    revision.save(update_fields=["content"])
    with after_commit():
        call_command("publish_scheduled")
    assert len(on_zoom(school.simulator)) == 1


@pytest.mark.filterwarnings("ignore:get_connection")  # Wagtail's own notification mail
def test_a_workflow_that_is_approved_publishes_and_provisions(school: Any, lesson_in: Any, after_commit: Any) -> None:
    from wagtail.models import Workflow

    page = lesson_in(school)
    page.save_revision()
    workflow = Workflow.objects.get()
    state = workflow.start(page, school.people["teacher.one"])
    with after_commit():
        state.current_task_state.approve(user=school.people["teacher.two"])
    page.refresh_from_db()
    assert page.live
    assert len(on_zoom(school.simulator)) == 1


def test_a_lesson_of_kind_none_has_no_meeting(school: Any, lesson_in: Any, publish: Any) -> None:
    page = publish(lesson_in(school, zoom_kind="none"))
    assert asked(school.simulator) == []
    assert state_of(page).code == "none"


def test_a_title_of_300_emoji_is_cut_to_200_characters(school: Any, lesson_in: Any, publish: Any) -> None:
    page = publish(lesson_in(school, title="Lesson one"), title="🎓" * 255)
    assert on_zoom(school.simulator)[0]["topic"] == "🎓" * 200
    assert page.title == "🎓" * 255


def test_a_long_agenda_is_cut_before_the_marker(school: Any, lesson_in: Any, publish: Any) -> None:
    page = publish(lesson_in(school, zoom_options={"agenda": "word " * 600}))
    agenda = on_zoom(school.simulator)[0]["agenda"]
    assert len(agenda) <= 2000
    assert agenda.endswith(meeting_of(page).marker)


def test_an_alias_shares_its_originals_meeting(school: Any, lesson_in: Any, publish: Any, folder: Any) -> None:
    page = publish(lesson_in(school))
    alias = page.create_alias(parent=folder)
    publish(page, title="Lesson two", zoom_duration=60)
    assert len(on_zoom(school.simulator)) == 1
    alias.refresh_from_db()
    assert state_of(alias).number == state_of(page).number


def test_a_copy_has_a_meeting_of_its_own(
    school: Any, lesson_in: Any, publish: Any, folder: Any, after_commit: Any
) -> None:
    page = publish(lesson_in(school))
    with after_commit():
        copy = page.copy(to=folder, keep_live=True)
    assert len(on_zoom(school.simulator)) == 2
    assert meeting_of(copy).zoom_id != meeting_of(page).zoom_id


def test_a_copy_whose_date_has_passed_needs_a_new_one(
    school: Any, lesson_in: Any, publish: Any, folder: Any, after_commit: Any, clocks: Any
) -> None:
    page = publish(lesson_in(school))
    clocks.set(NOW + dt.timedelta(days=30))
    with after_commit():
        copy = page.copy(to=folder, keep_live=True)
    type(copy).objects.filter(pk=copy.pk).update(last_published_at=NOW + dt.timedelta(days=30))
    copy.refresh_from_db()
    assert len(on_zoom(school.simulator)) == 1
    assert state_of(copy).attention == "time_past"
    assert state_of(copy).title == "Needs a new date"
    assert state_of(page).code == "over"


def test_a_lesson_whose_end_has_passed_is_never_provisioned_nor_changed(
    school: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    page = publish(lesson_in(school))
    clocks.set(NOW + dt.timedelta(days=4))
    school.simulator.clear_requests()
    page = publish(page, title="Edited for ever")
    sync()
    assert writes(school.simulator) == []
    assert state_of(page).code == "over"


def test_reverting_to_an_old_revision_keeps_the_meeting(everything: Any, lesson_in: Any, publish: Any) -> None:
    page = publish(lesson_in(everything))
    first = page.latest_revision
    publish(page, title="Lesson two", zoom_time=dt.time(12))
    number = meeting_of(page).zoom_id
    page = type(page).objects.get(pk=page.pk)
    publish(first.as_object())
    assert meeting_of(page).zoom_id == number
    assert [item["id"] for item in on_zoom(everything.simulator)] == [number]


def test_a_receiver_of_the_signal_is_told_after_the_row_was_written(school: Any, lesson_in: Any, publish: Any) -> None:
    from wagtail_zoom.signals import meeting_provisioned

    heard = []

    def receiver(sender: Any, meeting: Meeting, created: bool, **named: Any) -> None:
        heard.append((Meeting.objects.get(pk=meeting.pk).zoom_id, created))
        raise RuntimeError("a receiver of the site's own")

    meeting_provisioned.connect(receiver)
    try:
        page = publish(lesson_in(school))
    finally:
        meeting_provisioned.disconnect(receiver)
    assert heard == [(meeting_of(page).zoom_id, True)]
    assert state_of(page).code == "ready"
