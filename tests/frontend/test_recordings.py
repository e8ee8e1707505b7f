"""Recordings for learners: listed for those who belong in the lesson, opened by an address of ours."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from tests.frontend.lessons import (
    END,
    START,
    address,
    give_meeting,
    make_lesson,
    register,
    state_of,
    visitor,
    with_registration,
)
from tests.schools import make_user
from wagtail_zoom.models import RecordingFile, Registrant
from wagtail_zoom.models.lessons import Audience
from wagtail_zoom.services import encryption


PLAY = "https://us02web.zoom.us/rec/play/abc?pwd=hidden"


@pytest.fixture(autouse=True)
def _afterwards(set_time):
    set_time(END + dt.timedelta(hours=3))


@pytest.fixture
def browser(lesson, learner):
    return visitor(lesson, learner)


def record(meeting, *, passcode="wd40", **fields):
    values = {"kind": "shared_screen_with_speaker_view", "started_at": START, "is_shown": True, **fields}
    recording = RecordingFile(meeting=meeting, zoom_file_id=uuid.uuid4().hex, **values)
    encryption.encrypt_field(recording, "play_url", PLAY)
    encryption.encrypt_field(recording, "passcode", passcode)
    recording.save()
    return recording


def watch(client, page, recording):
    return client.get(address("recording", page, recording.uid))


def test_what_is_shown_is_listed_with_its_passcode_and_without_zooms_link(browser, lesson, meeting):
    recording = record(meeting)
    record(meeting, is_shown=False)

    state = state_of(browser, lesson)

    assert state["code"] == "over"
    assert state["recordings"] == [
        {
            "label": "Screen and sound, Tuesday, March 2, 2027, 10 a.m.",
            "address": address("recording", lesson, recording.uid),
            "passcode": "wd40",
        }
    ]
    assert "zoom.us" not in str(state)


def test_without_script_the_page_behind_join_lists_them(browser, lesson, meeting):
    recording = record(meeting)

    page = browser.get(address("join", lesson)).content.decode()

    assert address("recording", lesson, recording.uid) in page
    assert "wd40" in page
    assert "zoom.us" not in page


def test_the_page_that_may_be_cached_says_nothing_of_them(browser, lesson, meeting):
    recording = record(meeting)

    page = browser.get(lesson.url).content.decode()

    for secret in ("zoom.us", "wd40", str(recording.uid)):
        assert secret not in page


def test_a_click_leads_to_zoom_and_leaves_no_trace(browser, lesson, meeting):
    response = watch(browser, lesson, record(meeting))

    assert (response.status_code, response["Location"]) == (303, PLAY)
    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("change", [{"is_shown": False}, {"gone_at": END}])
def test_what_was_hidden_or_deleted_meanwhile_does_not_open(browser, lesson, meeting, change):
    recording = record(meeting)
    RecordingFile.objects.filter(pk=recording.pk).update(**change)

    assert watch(browser, lesson, recording).status_code == 404
    assert state_of(browser, lesson)["recordings"] == []


def test_another_lessons_recording_does_not_open_here(browser, folder, lesson, meeting):
    other = make_lesson(folder, title="Geometry")
    recording = record(give_meeting(other))

    assert watch(browser, lesson, recording).status_code == 404


def test_strangers_are_sent_to_the_login_and_told_nothing(lesson, meeting):
    recording = record(meeting)
    stranger = visitor(lesson)

    assert watch(stranger, lesson, recording)["Location"].startswith("/admin/login/?next=")
    assert state_of(stranger, lesson)["recordings"] == []


def test_who_is_not_enrolled_sees_none(folder, settings, learner):
    settings.WAGTAIL_ZOOM = {
        **settings.WAGTAIL_ZOOM,
        "LMS_ADAPTER": "wagtail_zoom.contrib.adapters.DjangoGroup",
        "LMS_OPTIONS": {"group": "Class 5"},
    }
    page = make_lesson(folder, audience=Audience.ENROLLED)
    recording = record(give_meeting(page))
    browser = visitor(page, learner)

    assert watch(browser, page, recording).status_code == 403
    assert state_of(browser, page)["recordings"] == []


@pytest.mark.parametrize(
    ("wanted", "actual", "count"), [("approved", "approved", 1), ("cancelled", "denied", 0), ("waiting", "pending", 0)]
)
def test_where_people_register_only_those_who_were_in_see_them(lesson, learner, wanted, actual, count):
    meeting = with_registration(lesson)
    recording = record(meeting)
    register(meeting, learner, wanted=wanted, actual=actual)
    browser = visitor(lesson, learner)

    assert len(state_of(browser, lesson)["recordings"]) == count
    assert watch(browser, lesson, recording).status_code == (303 if count else 403)
    assert state_of(visitor(lesson, make_user("learner.two")), lesson)["recordings"] == []


def test_who_enrolled_after_the_lesson_sees_them_too(folder, learner):
    page = make_lesson(folder, audience=Audience.ENROLLED)
    record(with_registration(page))

    assert len(state_of(visitor(page, learner), page)["recordings"]) == 1
    assert not Registrant.objects.exists()


def test_without_the_key_the_page_still_works(browser, lesson, meeting, settings):
    recording = record(meeting)
    settings.WAGTAIL_ZOOM = {
        **settings.WAGTAIL_ZOOM,
        "ENCRYPTION_KEYS": ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
    }

    assert state_of(browser, lesson)["recordings"][0]["passcode"] == ""
    assert watch(browser, lesson, recording).status_code == 503
