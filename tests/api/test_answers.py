from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_zoom.api.coerce import instant, text, whole_number, zoom_id
from wagtail_zoom.api.responses import (
    MeetingAnswer,
    ParticipantRow,
    QuestionAnswer,
    RecordingAnswer,
    RegistrantAnswer,
    UserAnswer,
)
from wagtail_zoom.exceptions import ZoomResponseError


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
KEYS = [
    "id uuid host_id topic type status start_time duration timezone settings occurrences recurrence join_url password",
    "registrant_id email custom_questions create_time registrants name user_email join_time leave_time recording_files",
    "questions answers title field_name required first_name last_name occurrence_id",
]
payloads = st.dictionaries(st.sampled_from(" ".join(KEYS).split()), json_values, max_size=12)

MEETING = {
    "id": 12345678901,
    "uuid": "/abc+d//==",
    "host_id": "h1",
    "host_email": "teacher.one@school.example",
    "topic": "Fractions",
    "agenda": "Bring paper",
    "type": 8,
    "status": "waiting",
    "start_time": "2026-11-23T09:00:00Z",
    "duration": 45,
    "timezone": "Europe/Berlin",
    "created_at": "2026-11-21T10:00:00Z",
    "join_url": "https://zoom.us/j/12345678901?pwd=JOINSECRET",
    "start_url": "https://zoom.us/s/12345678901?zak=STARTSECRET",
    "registration_url": "https://zoom.us/meeting/register/abc",
    "password": "PASSSECRET",
    "encrypted_password": "ENCSECRET",
    "settings": {"approval_type": 1},
    "occurrences": [
        {"occurrence_id": 1700000000000, "start_time": "2026-11-23T09:00:00Z", "duration": 45, "status": "available"}
    ],
    "something_new": {"since": "tomorrow"},
}


def test_a_meeting_is_read_with_everything_that_cannot_be_asked_again():
    meeting = MeetingAnswer.from_json(MEETING, "meeting")
    assert meeting.id == 12345678901
    assert meeting.kind == "meeting"
    assert meeting.start_time == dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
    assert meeting.created_at == dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
    assert meeting.duration == 45
    assert meeting.join_url.endswith("pwd=JOINSECRET")
    assert (meeting.passcode, meeting.encrypted_passcode) == ("PASSSECRET", "ENCSECRET")
    assert meeting.registration_url == "https://zoom.us/meeting/register/abc"
    assert meeting.settings == {"approval_type": 1}
    assert meeting.occurrences[0].occurrence_id == "1700000000000"


def test_a_start_link_does_not_get_in_and_no_secret_is_shown():
    meeting = MeetingAnswer.from_json(MEETING, "meeting")
    assert "STARTSECRET" not in json.dumps([getattr(meeting, name) for name in meeting.__slots__], default=str)
    assert "SECRET" not in repr(meeting)


def test_a_short_list_item_or_a_meeting_without_a_time_is_read_too():
    meeting = MeetingAnswer.from_json({"id": "123 4567 8901", "type": 3, "topic": "Open"}, "webinar")
    assert (meeting.id, meeting.kind, meeting.start_time, meeting.duration) == (12345678901, "webinar", None, None)
    assert meeting.settings == {}
    assert meeting.occurrences == ()


@pytest.mark.parametrize("value", [12345678901, "12345678901", "123 4567 8901"])
def test_an_id_comes_as_number_or_string(value):
    assert zoom_id(value) == 12345678901


@pytest.mark.parametrize("value", [None, "", "abc", 0, -1, True, 1.5, [], {}, "²", "1" * 5000])
def test_what_is_no_id_is_said_so(value):
    with pytest.raises(ZoomResponseError):
        zoom_id(value)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2026-11-23T09:00:00Z", dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)),
        ("2026-11-23T09:00:00", dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)),
        ("2026-11-23T10:00:00+01:00", dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)),
        ("2026-11-23T09:00:00.250Z", dt.datetime(2026, 11, 23, 9, microsecond=250000, tzinfo=dt.UTC)),
        ("", None),
        (None, None),
        (1700000000, None),
        ("tomorrow", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_an_instant_is_always_in_utc(value, read):
    assert instant(value) == read


@given(json_values)
def test_single_values_are_read_or_passed_over_but_never_fail(value):
    assert isinstance(text(value), str)
    assert whole_number(value) is None or isinstance(whole_number(value), int)
    assert instant(value) is None or instant(value).tzinfo is dt.UTC


@given(payloads)
def test_any_json_gives_an_answer_or_says_that_it_cannot(payload):
    readers = (
        lambda: MeetingAnswer.from_json(payload, "meeting"),
        lambda: RegistrantAnswer.from_json(payload),
        lambda: UserAnswer.from_json(payload),
        lambda: RecordingAnswer.from_json(payload),
        lambda: ParticipantRow.from_json(payload),
        lambda: ParticipantRow.from_webhook(payload, joined=True),
        lambda: QuestionAnswer.from_json(payload),
    )
    for read in readers:
        try:
            hash(repr(read()))
        except ZoomResponseError:
            continue


def test_who_was_added_is_told_by_registrant_id_and_who_is_listed_by_id():
    added = RegistrantAnswer.from_json({"registrant_id": "r1", "id": 12345678901, "join_url": "https://x/?tk=TKSECRET"})
    listed = RegistrantAnswer.from_json(
        {
            "id": "r2",
            "email": "learner.one@school.example",
            "status": "approved",
            "create_time": "2026-11-21T10:00:00Z",
            "custom_questions": [{"title": "Class?", "value": "7b"}],
        }
    )
    assert (added.registrant_id, added.status) == ("r1", None)
    assert "TKSECRET" not in repr(added)
    assert (listed.registrant_id, listed.status, listed.join_url) == ("r2", "approved", "")
    assert (listed.custom_questions[0].title, listed.custom_questions[0].value) == ("Class?", "7b")


def test_a_registrant_without_an_id_is_not_passed_over():
    with pytest.raises(ZoomResponseError):
        RegistrantAnswer.from_json({"email": "learner.one@school.example"})


def test_a_reports_row_of_somebody_from_outside_has_blanks():
    row = ParticipantRow.from_json(
        {
            "id": "",
            "user_id": "16778240",
            "name": "Learner One",
            "user_email": "",
            "registrant_id": "r1",
            "duration": 61,
        }
    )
    assert (row.zoom_user_id, row.email, row.registrant_id, row.duration) == ("", "", "r1", 61)


@pytest.mark.parametrize("key", ["join_time", "date_time"])
def test_a_webhooks_participant_comes_in_at_its_moment(key):
    row = ParticipantRow.from_webhook({"user_name": "Learner One", key: "2026-11-23T09:01:00Z"}, joined=True)
    assert row.join_time == dt.datetime(2026, 11, 23, 9, 1, tzinfo=dt.UTC)
    assert row.leave_time is None


def test_a_webhooks_participant_goes_at_its_moment():
    row = ParticipantRow.from_webhook({"email": "x@school.example", "leave_time": "2026-11-23T09:50:00Z"}, joined=False)
    assert (row.join_time, row.leave_time) == (None, dt.datetime(2026, 11, 23, 9, 50, tzinfo=dt.UTC))
    assert row.email == "x@school.example"


def test_a_user_always_has_something_to_be_called():
    assert UserAnswer.from_json({"id": "u", "first_name": "Teacher", "last_name": "One"}).display_name == "Teacher One"
    assert UserAnswer.from_json({"id": "u", "display_name": "T. One"}).display_name == "T. One"


def test_a_recording_hides_links_and_passcode():
    recording = RecordingAnswer.from_json(
        {
            "id": "12345678901",
            "share_url": "https://zoom.us/rec/SECRET",
            "recording_play_passcode": "SECRET",
            "recording_files": [{"id": "f", "file_type": "MP4", "file_size": 10, "play_url": "https://x/SECRET"}],
        }
    )
    assert recording.passcode == "SECRET"
    assert recording.files[0].size == 10
    assert "SECRET" not in repr(recording)


def test_questions_tell_the_standard_ones_from_the_hosts_own():
    standard = QuestionAnswer.from_json({"field_name": "last_name", "required": True})
    own = QuestionAnswer.from_json({"title": "Class?", "type": "single", "answers": ["7a", "7b"], "required": False})
    assert (standard.name, standard.required, standard.custom) == ("last_name", True, False)
    assert (own.name, own.custom, own.choices) == ("Class?", True, ("7a", "7b"))
