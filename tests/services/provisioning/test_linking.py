"""Lessons that use what exists on Zoom, with exactly the scopes of an academy."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.schools import EVERY_SCOPE, make_academy, make_space
from tests.services.provisioning.conftest import asked, calls, meeting_of, on_zoom, writes
from wagtail_zoom.models import LessonMeeting, Meeting
from wagtail_zoom.services import encryption
from wagtail_zoom.services.lessons.schedule import when
from wagtail_zoom.services.status.lesson_status import state_of


def test_a_linked_webinar_brings_its_own_time_kind_and_link_and_is_never_changed(
    academy: Any, maker: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    there = maker()
    page = publish(lesson_in(academy, zoom_kind="existing", zoom_number=there["id"]))
    meeting = meeting_of(page)
    assert (meeting.kind, meeting.is_owned, meeting.zoom_id) == ("webinar", False, there["id"])
    assert encryption.decrypt_field(meeting, "join_url") == there["join_url"]
    shown = when(page, LessonMeeting.objects.get())
    assert shown.starts_at == dt.datetime(2026, 11, 25, 18, tzinfo=dt.UTC)
    assert shown.zone.key == "Europe/Vienna"
    publish(page, title="Another title")
    sync()
    assert writes(academy.simulator) == []
    assert state_of(page).code == "ready"


def test_a_linked_lesson_needs_no_date_of_its_own(academy: Any, maker: Any, lesson_in: Any, publish: Any) -> None:
    there = maker("meeting")
    page = publish(lesson_in(academy, zoom_kind="existing", zoom_number=there["id"], zoom_date=None, zoom_time=None))
    assert state_of(page).code == "ready"
    assert meeting_of(page).ends_at == dt.datetime(2026, 11, 25, 19, 30, tzinfo=dt.UTC)


def test_two_lessons_on_one_webinar_share_its_row(academy: Any, maker: Any, lesson_in: Any, publish: Any) -> None:
    there = maker()
    first = publish(lesson_in(academy, zoom_kind="existing", zoom_number=there["id"]))
    academy.simulator.clear_requests()
    second = publish(lesson_in(academy, "Lesson two", zoom_kind="existing", zoom_number=there["id"]))
    assert meeting_of(first).pk == meeting_of(second).pk
    assert Meeting.objects.count() == 1
    assert {link.role for link in LessonMeeting.objects.all()} == {"guest"}
    assert asked(academy.simulator) == []


def test_a_lesson_that_is_deleted_leaves_the_linked_meeting_alone(
    academy: Any, maker: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    there = maker()
    page = publish(lesson_in(academy, zoom_kind="existing", zoom_number=there["id"]))
    page.delete()
    sync()
    assert [item["id"] for item in on_zoom(academy.simulator)] == [there["id"]]


def test_a_meeting_in_use_in_another_space_is_refused(academy: Any, maker: Any, lesson_in: Any, publish: Any) -> None:
    there = maker()
    publish(lesson_in(academy, zoom_kind="existing", zoom_number=there["id"]))
    elsewhere = make_space("second.example", "Second")
    type(academy.settings).objects.create(site=elsewhere, server_app=academy.app)
    page = lesson_in(academy, "Lesson two", elsewhere.root_page, zoom_kind="existing", zoom_number=there["id"])
    page = publish(page)
    state = state_of(page)
    assert state.attention == "other_space"
    assert meeting_of(page).zoom_id is None
    assert meeting_of(page).join_url.__str__() == ""


def test_an_unknown_number_is_said_and_a_right_one_heals_it(
    academy: Any, maker: Any, lesson_in: Any, publish: Any
) -> None:
    there = maker()
    page = publish(lesson_in(academy, zoom_kind="existing", zoom_number=99999999999))
    state = state_of(page)
    assert state.attention == "number_unknown"
    assert "999 9999 9999" in state.sentence
    page = publish(page, zoom_number=there["id"])
    assert state_of(page).code == "ready"


def test_a_meeting_of_another_account_is_unknown_here(
    academy: Any, everything: Any, lesson_in: Any, publish: Any
) -> None:
    theirs = publish(lesson_in(everything))
    number = meeting_of(theirs).zoom_id
    page = publish(lesson_in(academy, "Lesson two", zoom_kind="existing", zoom_number=number))
    assert state_of(page).attention == "number_unknown"


def test_no_number_is_said(academy: Any, lesson_in: Any, publish: Any) -> None:
    academy.simulator.clear_requests()
    page = publish(lesson_in(academy, zoom_kind="existing"))
    assert state_of(page).attention == "no_number"
    assert asked(academy.simulator) == []


def test_where_meetings_may_not_be_read_the_scope_is_named_to_administrators(
    school: Any, lesson_in: Any, publish: Any
) -> None:
    page = publish(lesson_in(school, zoom_kind="existing", zoom_number=12345678901))
    state = state_of(page)
    assert state.attention == "cannot_read"
    assert "meeting:read:meeting" in state.for_administrators


def test_a_lesson_that_had_its_own_meeting_gives_it_up_only_once_the_linked_one_was_read(
    practice: Any, maker: Any, lesson_in: Any, publish: Any, sync: Any, everything: Any
) -> None:
    page = publish(lesson_in(everything))
    own = meeting_of(page)
    other = publish(lesson_in(everything, "Lesson two"))
    page = publish(page, zoom_kind="existing", zoom_number=88888888888)
    sync()
    assert own.zoom_id in [item["id"] for item in on_zoom(practice)]
    page = publish(page, zoom_number=meeting_of(other).zoom_id)
    sync()
    assert own.zoom_id not in [item["id"] for item in on_zoom(practice)]
    assert meeting_of(page).pk == meeting_of(other).pk


def test_a_meeting_that_another_lesson_uses_stays_when_its_own_lesson_goes(
    everything: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    owner = publish(lesson_in(everything))
    guest = publish(lesson_in(everything, "Lesson two", zoom_kind="existing", zoom_number=meeting_of(owner).zoom_id))
    owner.delete()
    sync()
    assert len(on_zoom(everything.simulator)) == 1
    assert state_of(guest).code == "ready"
    guest.delete()
    sync()
    assert on_zoom(everything.simulator) == []


def test_a_new_time_on_zoom_shows_on_the_lesson_after_the_next_reading(
    academy: Any, maker: Any, lesson_in: Any, publish: Any, sync: Any, clocks: Any
) -> None:
    there = maker()
    page = publish(lesson_in(academy, zoom_kind="existing", zoom_number=there["id"]))
    academy.simulator.patch_meeting(there["id"], start_time="2026-11-26T18:00:00Z")
    clocks.advance(days=1, minutes=1)
    sync()
    assert when(page, LessonMeeting.objects.select_related("meeting").get()).starts_at == dt.datetime(
        2026, 11, 26, 18, tzinfo=dt.UTC
    )
    assert all(call.startswith("GET") for call in calls(academy.simulator))


def test_a_copy_of_a_linked_lesson_keeps_the_link(
    academy: Any, maker: Any, lesson_in: Any, publish: Any, after_commit: Any
) -> None:
    there = maker()
    page = publish(lesson_in(academy, zoom_kind="existing", zoom_number=there["id"]))
    with after_commit():
        copy = page.copy(to=academy.site.root_page, update_attrs={"slug": "copied"}, keep_live=True)
    assert meeting_of(copy).pk == meeting_of(page).pk


def test_two_spaces_of_different_accounts_do_not_mix(
    practice: Any, everything: Any, lesson_in: Any, publish: Any
) -> None:
    other = make_academy(practice, make_space("other.example", "Other"), scopes=EVERY_SCOPE, teachers=("guest.one",))
    first = publish(lesson_in(everything))
    second = publish(lesson_in(other))
    keys = {meeting_of(first).account_key, meeting_of(second).account_key}
    assert keys == {everything.account_id, other.account_id}
