"""What every call has in common: tokens, refusals, pace, watching and logging."""

from __future__ import annotations

import logging

import pytest

from wagtail_zoom.api import AccessToken, StaticToken, ZoomClient
from wagtail_zoom.exceptions import (
    ZoomAuthenticationError,
    ZoomConfigurationError,
    ZoomHostCannotRegister,
    ZoomNotFound,
    ZoomRateLimited,
    ZoomRegistrationOff,
    ZoomScopeError,
    ZoomValidationError,
    ZoomWrongKind,
    ZoomWrongMeetingType,
)

from .wishes import NOW, TEACHER, payload, person, with_registration


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        (lambda client, ids: client.meetings.create(TEACHER, payload(topic="x" * 201)), ZoomValidationError),
        (lambda client, ids: client.meetings.create("nobody@school.example", payload()), ZoomNotFound),
        (lambda client, ids: client.meetings.get(ids["webinar"]), ZoomWrongKind),
        (lambda client, ids: client.meetings.get(99999999999), ZoomNotFound),
        (lambda client, ids: client.meetings.registrants.add(ids["meeting"], person(1)), ZoomRegistrationOff),
        (lambda client, ids: list(client.webinars.registrants.list(ids["webinar"], "odd")), ZoomValidationError),
        (
            lambda client, ids: client.webinars.registrants.add(ids["open"], {**person(1), "email": TEACHER}),
            ZoomHostCannotRegister,
        ),
        (lambda client, ids: client.meetings.registrants.add_batch(ids["series"], [person(1)]), ZoomWrongMeetingType),
    ],
)
def test_a_refusal_arrives_as_the_error_that_says_why(client, attempt, error):
    series = {"type": 1, "repeat_interval": 1, "end_times": 2}
    ids = {
        "meeting": client.meetings.create(TEACHER, payload()).id,
        "webinar": client.webinars.create(TEACHER, payload("webinar")).id,
        "open": client.webinars.create(TEACHER, with_registration("webinar", 0)).id,
        "series": client.meetings.create(
            TEACHER, payload(type=8, recurrence=series, settings={"approval_type": 0, "registration_type": 1})
        ).id,
    }
    with pytest.raises(error) as caught:
        attempt(client, ids)
    assert type(caught.value) is error
    assert caught.value.tracking_id


def test_a_scope_that_was_taken_away_is_named(client, school, simulator):
    simulator.patch_app(school.app["client_id"], scopes=["user:read:user:admin"])
    with pytest.raises(ZoomScopeError) as caught:
        client.meetings.create(TEACHER, payload())
    assert "meeting:write:meeting:admin" in caught.value.missing


def test_an_expired_token_is_renewed_once_and_the_create_happens_once(client, school, simulator):
    client.users.me()
    simulator.advance(4000)
    created = client.meetings.create(TEACHER, payload())
    assert [meeting["id"] for meeting in simulator.meetings()] == [created.id]
    assert len(school.tokens.renewals) == 1


def test_a_token_that_stays_refused_is_an_error_after_one_renewal(client, school, simulator):
    simulator.fault("GET", "/v2/users/me$", "status", times=9, status=401, body={"code": 124, "message": "no"})
    with pytest.raises(ZoomAuthenticationError):
        client.users.me()
    assert len(school.tokens.renewals) == 1
    assert client.calls == 2


def test_a_token_that_cannot_be_renewed_says_so(client_with, school):
    kept = StaticToken(AccessToken("made up", NOW))
    with pytest.raises(ZoomAuthenticationError, match="no way to renew"):
        client_with(tokens=kept).users.me()


def test_calls_are_counted_and_asked_of_the_pacer(client_with):
    asked = []

    class Pacer:
        def acquire(self, label: str, *, urgent: bool) -> None:
            asked.append((label, urgent))

    client = client_with(pacer=Pacer(), urgent=True)
    client.users.me()
    list(client.meetings.list(TEACHER))
    assert asked == [("light", True), ("medium", True)]
    assert client.calls == 2


def test_one_line_is_logged_per_request_without_ids_queries_and_tokens(client, school, caplog):
    with caplog.at_level(logging.INFO, logger="wagtail_zoom.api"):
        number = client.meetings.create(TEACHER, payload()).id
        client.meetings.get(number, show_previous=True)
        client.users.token(TEACHER)
    lines = [record.getMessage() for record in caplog.records if record.name == "wagtail_zoom.api"]
    assert lines[-3].startswith("POST /users/{userId}/meetings: 201 in ")
    assert lines[-2].startswith("GET /meetings/{meetingId}: 200 in ")
    assert "tracking " in lines[-1]
    everything = "\n".join(lines)
    for secret in (str(number), TEACHER, school.tokens.token().value, "show_previous", "zak"):
        assert secret not in everything


def test_a_pacer_that_puts_a_call_off_is_not_asked_again(client_with, pauses):
    asked = []

    class FullPacer:
        def acquire(self, label: str, *, urgent: bool) -> None:
            asked.append(label)
            raise ZoomRateLimited(429, scope="second")

    client = client_with(pacer=FullPacer())
    with pytest.raises(ZoomRateLimited):
        client.users.me()
    assert (asked, pauses, client.calls) == (["light"], [], 0)


def test_whoever_watches_is_told_what_came_of_each_call(client_with, simulator):
    told = []
    client = client_with(watch=lambda operation, error: told.append((operation, type(error))))
    client.users.me()
    simulator.fault("GET", "/v2/users/me$", "status", times=2, status=503)
    client.users.me()
    with pytest.raises(ZoomNotFound):
        client.meetings.get(99999999999)
    assert told == [("users.get", type(None)), ("users.get", type(None)), ("meetings.get", ZoomNotFound)]


@pytest.mark.parametrize("address", ["", "zoom", "ftp://127.0.0.1/v2", "http://", "http://[bad/v2"])
def test_an_address_that_cannot_be_one_is_a_matter_of_settings(school, address):
    with ZoomClient(base_url=address, tokens=school.tokens) as client, pytest.raises(ZoomConfigurationError) as caught:
        client.meetings.get(12345678901, show_previous=True)
    assert "show_previous" not in str(caught.value)


def test_a_token_with_impossible_characters_is_a_matter_of_settings(client_with, school):
    for value in ("line\nbreak", "ключ"):
        token = StaticToken(AccessToken(value, NOW))
        with pytest.raises(ZoomConfigurationError) as caught:
            client_with(tokens=token).users.me()
        assert value not in str(caught.value)
        assert caught.value.__context__ is None
