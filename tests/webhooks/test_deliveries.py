from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_zoom.exceptions import ZoomWebhookError
from wagtail_zoom.webhooks import (
    Deauthorized,
    MeetingNews,
    ParticipantNews,
    Recording,
    RegistrationNews,
    parse,
    read,
)


def delivery(event, obj=None, **payload):
    body = {"event": event, "event_ts": 1795255200000, "payload": {"account_id": "A1", "object": obj, **payload}}
    return parse(json.dumps(body).encode())


def test_ids_are_understood_as_text_and_as_number():
    as_text = read(
        delivery("meeting.started", {"id": "98765432101", "uuid": "u", "start_time": "2026-11-21T10:00:00Z"})
    )
    as_number = read(delivery("meeting.deleted", {"id": 98765432101, "uuid": "u"}))
    assert as_text.zoom_id == as_number.zoom_id == 98765432101
    assert as_text.at == dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)


def test_a_participant_without_ids_and_address_is_still_somebody():
    news = read(
        delivery(
            "webinar.participant_joined",
            {
                "id": "5",
                "uuid": "u",
                "participant": {"user_id": "167", "user_name": "Guest", "date_time": "2026-11-21T10:00:00Z"},
            },
        )
    )
    assert isinstance(news, ParticipantNews)
    assert (news.kind, news.joined, news.participant.key, news.participant.email) == ("webinar", True, "167", "")
    assert news.at == dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("event", "status"),
    [("registration_created", "pending"), ("registration_approved", "approved"), ("registration_cancelled", "denied")],
)
def test_registrations_say_what_zoom_will_list_them_under(event, status):
    news = read(delivery(f"meeting.{event}", {"id": 5, "registrant": {"id": "r", "email": "a@b.example"}}))
    assert isinstance(news, RegistrationNews)
    assert (news.status, news.registrant["id"]) == (status, "r")


def test_an_operation_on_one_occurrence_does_not_speak_of_the_whole_meeting():
    obj = {"id": 5, "uuid": "u", "occurrences": [{"occurrence_id": "17"}]}
    assert read(delivery("meeting.deleted", obj, operation="single")).occurrence_ids == ("17",)
    assert read(delivery("meeting.deleted", obj, operation="all")).occurrence_ids == ()


def test_a_conversion_says_what_the_thing_is_now():
    news = read(delivery("meeting.converted_to_webinar", {"id": 5, "uuid": "u"}))
    assert isinstance(news, MeetingNews)
    assert (news.what, news.kind) == ("converted", "webinar")


def test_practice_sessions_are_told_apart():
    assert read(delivery("webinar.ended", {"id": "5", "uuid": "u", "practice_session": True})).is_practice
    assert not read(delivery("webinar.ended", {"id": "5", "uuid": "u"})).is_practice


def test_recordings_and_deauthorisations_are_read():
    assert isinstance(read(delivery("recording.completed", {"id": 5, "uuid": "u"})), Recording)
    news = read(delivery("app_deauthorized", None, user_id="Z1", client_id="c"))
    assert isinstance(news, Deauthorized)
    assert (news.zoom_user_id, news.client_id) == ("Z1", "c")


@pytest.mark.parametrize("event", ["user.created", "meeting.summary_completed", "phone.x", "meeting", "x.started"])
def test_unknown_events_are_tolerated(event):
    assert read(delivery(event, {"id": 5})) is None


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", b'{"event": 5}', b'{"event": ""}', b"\xff\xfe", b"{" * 9000]
)
def test_what_is_no_delivery_is_refused(body):
    with pytest.raises(ZoomWebhookError):
        parse(body)


def test_the_same_delivery_has_the_same_key_and_another_person_another():
    def key(**person):
        return delivery("meeting.participant_joined", {"id": "5", "uuid": "u", "participant": person}).dedupe_key

    assert key(user_id="1", join_time="t") == key(user_id="1", join_time="t")
    assert key(user_id="1", join_time="t") != key(user_id="2", join_time="t")
    assert key(user_id="1", join_time="t") != key(user_id="1", join_time="later")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
EVENTS = [
    "meeting.started",
    "webinar.ended",
    "meeting.updated",
    "meeting.participant_left",
    "webinar.registration_created",
]


@given(
    event=st.sampled_from([*EVENTS, "recording.completed", "app_deauthorized", "meeting.converted_to_webinar"]),
    stamp=JSON,
    obj=JSON
    | st.fixed_dictionaries(
        {"id": st.integers(1, 10**11)},
        optional={
            "participant": JSON,
            "registrant": JSON,
            "uuid": JSON,
            "start_time": JSON,
            "end_time": JSON,
            "occurrences": JSON,
        },
    ),
)
def test_no_shape_of_a_delivery_breaks_the_reader(event, stamp, obj):
    body = {"event": event, "event_ts": stamp, "payload": {"account_id": "A", "object": obj}}
    read(parse(json.dumps(body).encode()))
