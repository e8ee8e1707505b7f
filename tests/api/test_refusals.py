from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_zoom.api.errors import is_refusal, json_object, refusal
from wagtail_zoom.api.oauth_errors import oauth_refusal
from wagtail_zoom.api.transport import Answer
from wagtail_zoom.exceptions import (
    FieldError,
    ZoomAPIError,
    ZoomAuthenticationError,
    ZoomFull,
    ZoomGrantDead,
    ZoomHostCannotRegister,
    ZoomLicenceError,
    ZoomNotFound,
    ZoomOver,
    ZoomPageExpired,
    ZoomPermissionError,
    ZoomRateLimited,
    ZoomRegistrationClosed,
    ZoomRegistrationOff,
    ZoomResponseError,
    ZoomSchedulingRefused,
    ZoomScopeError,
    ZoomServerError,
    ZoomValidationError,
    ZoomWrongKind,
    ZoomWrongMeetingType,
    in_doubt,
)


NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
CREATE = "POST /users/{userId}/meetings"
GET = "GET /meetings/{meetingId}"
REGISTER = "POST /meetings/{meetingId}/registrants"
WEBINAR_REGISTER = "POST /webinars/{webinarId}/registrants"
ONE = "GET /webinars/{webinarId}/registrants/{registrantId}"
BATCH = "POST /meetings/{meetingId}/batch_registrants"


def answer(status, body, headers=None):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, headers or {}, content)


def meant(status, code, message, operation=GET, **more):
    return refusal(answer(status, {"code": code, "message": message, **more}), operation=operation, now=NOW)


@pytest.mark.parametrize(
    ("operation", "status", "code", "message", "error"),
    [
        (GET, 401, 124, "Invalid access token.", ZoomAuthenticationError),
        (GET, 400, 124, "Access token is expired.", ZoomAuthenticationError),
        (GET, 401, 4741, "The token has been revoked.", ZoomAuthenticationError),
        (GET, 401, 9999, "Something new.", ZoomAuthenticationError),
        (GET, 400, 4711, "Invalid access token, does not contain scopes:[a:b:c].", ZoomScopeError),
        (GET, 401, 4711, "Invalid access token, does not contain scopes:[a:b:c].", ZoomScopeError),
        (GET, 400, 4700, "Invalid access token, does not contain scopes.", ZoomScopeError),
        (GET, 400, 4700, "Token cannot be empty.", ZoomAuthenticationError),
        (GET, 400, 200, "No permission.", ZoomPermissionError),
        (GET, 403, None, "Access to the Zoom REST API has been denied for this user", ZoomPermissionError),
        (GET, 403, None, "Forbidden", ZoomPermissionError),
        (CREATE, 400, 200, "Webinar plan is missing. You must subscribe …", ZoomLicenceError),
        (REGISTER, 400, 200, "Only available for Paid users: teacher.one@school.example.", ZoomLicenceError),
        (CREATE, 400, 3161, "Your user account is not allowed meeting hosting …", ZoomLicenceError),
        (CREATE, 400, 300, "Validation Failed.", ZoomValidationError),
        (CREATE, 400, 300, "The topic has reached its maximum number of characters.", ZoomValidationError),
        (CREATE, 400, 3000, "You cannot schedule a meeting for other@school.example.", ZoomSchedulingRefused),
        (CREATE, 400, 3000, "Instant meetings do not support the schedule_for parameter.", ZoomAPIError),
        (GET, 404, 3001, "Meeting does not exist: 12345678901.", ZoomNotFound),
        (GET, 400, 3000, "Cannot access webinar info.", ZoomWrongKind),
        (GET, 400, 300, "Cannot access webinar information.", ZoomWrongKind),
        ("GET /webinars/{webinarId}", 400, 300, "Invalid webinar ID.", ZoomNotFound),
        (REGISTER, 400, 404, "Registration has not been enabled for this meeting: 1.", ZoomRegistrationOff),
        (ONE, 400, 3000, "Registration has not been enabled for this webinar: 1.", ZoomRegistrationOff),
        (WEBINAR_REGISTER, 400, 3000, "This webinar does not have registration as required.", ZoomRegistrationOff),
        (REGISTER, 400, 3000, "Registration is closed for this meeting.", ZoomRegistrationClosed),
        (REGISTER, 400, 3043, "Meeting has reached maximum attendee capacity.", ZoomFull),
        (WEBINAR_REGISTER, 400, 3034, "The webinar is full.", ZoomFull),
        (WEBINAR_REGISTER, 400, 3035, "Webinar has reached maximum attendee capacity.", ZoomFull),
        (WEBINAR_REGISTER, 400, 3000, "You have reached the limit for the number of attendees you can add.", ZoomFull),
        (WEBINAR_REGISTER, 400, 3027, "Host cannot register.", ZoomHostCannotRegister),
        (WEBINAR_REGISTER, 400, 3000, "You have been invited as a panelist for the webinar.", ZoomHostCannotRegister),
        (WEBINAR_REGISTER, 400, 3038, "Webinar is over.", ZoomOver),
        (BATCH, 400, 303, "This API can only be used for scheduled meeting(meeting type: 2).", ZoomWrongMeetingType),
        (
            "POST /webinars/{webinarId}/batch_registrants",
            400,
            300,
            "This API can only be used for scheduled webinars (type 5).",
            ZoomWrongMeetingType,
        ),
        (GET, 400, 300, "The next page token is invalid or expired.", ZoomPageExpired),
        (GET, 429, 429, "You have reached the maximum per-second rate limit.", ZoomRateLimited),
        (GET, 400, 429, "You have reached the maximum per-second rate limit.", ZoomRateLimited),
        (GET, 500, 500, "Internal error.", ZoomServerError),
        (GET, 503, None, "Service unavailable.", ZoomServerError),
        (GET, 409, 12345, "Something else.", ZoomAPIError),
    ],
)
def test_a_number_of_zooms_becomes_the_error_that_says_what_to_do(operation, status, code, message, error):
    found = meant(status, code, message, operation)
    assert type(found) is error
    assert (found.status, found.code) == (status, code)


@pytest.mark.parametrize(
    ("operation", "status", "code", "message", "what"),
    [
        (GET, 404, 3001, "Meeting does not exist: 1.", "meeting"),
        (CREATE, 404, 1001, "User does not exist: meeting.registrant@school.example.", "user"),
        (REGISTER, 404, 1001, "Meeting does not exist: 1.", "meeting"),
        ("GET /report/meetings/{meetingId}/participants", 404, 1001, "User does not exist: x.", "user"),
        ("GET /users/{userId}", 400, 1120, "A valid invitation was not found for this user.", "user"),
        (ONE, 400, 3079, "This registrant does not exist: r.", "registrant"),
        (ONE, 400, 3000, "Registrant r was not found.", "registrant"),
        (ONE, 400, 300, "The value that you entered for the Registrant ID field is invalid.", "registrant"),
        ("GET /meetings/{meetingId}/recordings", 404, 3301, "There is no recording for this meeting.", "recording"),
        ("GET /report/meetings/{meetingId}/participants", 400, 12702, "Can not access meeting a year ago.", "report"),
    ],
)
def test_what_is_gone_is_told_apart(operation, status, code, message, what):
    found = meant(status, code, message, operation)
    assert type(found) is ZoomNotFound
    assert found.what == what
    assert str(found.user_message) == str(ZoomNotFound.messages[what])


@pytest.mark.parametrize(
    ("message", "missing"),
    [
        (
            "Invalid access token, does not contain scopes:[meeting:read:meeting, meeting:read:meeting:admin].",
            ("meeting:read:meeting", "meeting:read:meeting:admin"),
        ),
        ("Invalid access token, does not contain scopes: ['a:b:c']", ("a:b:c",)),
        ("Invalid access token, does not contain scope [a:b:c,d:e:f]", ("a:b:c", "d:e:f")),
        ("Invalid access token, does not contain scopes:[]", ()),
        ("Invalid access token, does not contain scopes.", ()),
        ("Forbidden.", ()),
    ],
)
def test_a_missing_scope_is_named_with_its_alternatives(message, missing):
    found = meant(400, 4711, message)
    assert type(found) is ZoomScopeError
    assert found.missing == missing


def test_field_errors_and_the_tracking_id_are_kept():
    body = {"code": 300, "message": "Validation Failed.", "errors": [{"field": "topic", "message": "Too long."}, "odd"]}
    found = refusal(answer(400, body, {"x-zm-trackingid": "WEB_1"}), operation=CREATE, now=NOW)
    assert found.field_errors == (FieldError("topic", "Too long."),)
    assert found.tracking_id == "WEB_1"
    assert found.operation == CREATE


def test_a_limit_says_until_when():
    headers = {"X-RateLimit-Type": "Daily-limit", "Retry-After": "2026-11-22T00:00:00Z"}
    found = refusal(answer(429, {"code": 429, "message": "daily"}, headers), operation=GET, now=NOW)
    assert (found.scope, found.retry_at) == ("daily", dt.datetime(2026, 11, 22, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (502, b"<html>Bad gateway</html>", ZoomServerError),
        (500, b"", ZoomServerError),
        (404, b"<html>Not here</html>", ZoomServerError),
        (400, b'{"code": 300, "mess', ZoomServerError),
        (400, b"[]", ZoomServerError),
        (401, b"", ZoomAuthenticationError),
        (401, b"<html>", ZoomAuthenticationError),
        (429, b"<html>Slow down</html>", ZoomRateLimited),
        (403, b"Access to the Zoom REST API has been denied for this user", ZoomPermissionError),
    ],
)
def test_a_refusal_that_is_not_zooms_json_is_understood_as_far_as_it_goes(status, body, error):
    found = refusal(answer(status, body, {"Content-Type": "text/html; charset=utf-8"}), operation=GET, now=NOW)
    assert type(found) is error
    assert in_doubt(found) is (error is ZoomServerError)


def test_a_body_is_described_but_never_quoted():
    found = refusal(answer(502, b"<html>SECRET</html>", {"Content-Type": "text/html"}), operation=GET, now=NOW)
    assert "19 bytes of text/html" in found.detail
    with pytest.raises(ZoomResponseError) as caught:
        json_object(answer(200, b'{"access_token": "SECRET"'), GET)
    assert "SECRET" not in found.detail + caught.value.detail


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"code": 200, "message": "No permission."}, True),
        ({"code": "300", "message": "Validation Failed."}, True),
        ({"id": 1, "topic": "x"}, False),
        ({"code": 0, "message": "success"}, False),
        ({"message": "hello"}, False),
        ({}, False),
    ],
)
def test_a_refusal_inside_a_success_is_recognised(body, refused):
    assert is_refusal(body) is refused


@given(st.integers(400, 599), st.binary(max_size=200), st.sampled_from([GET, CREATE, ONE]))
def test_every_answer_has_a_meaning(status, body, operation):
    assert isinstance(refusal(answer(status, body), operation=operation, now=NOW), ZoomAPIError)


@given(st.integers(400, 599), st.integers(), st.text())
def test_every_number_has_a_meaning(status, code, message):
    found = meant(status, code, message)
    assert found.status == status


@pytest.mark.parametrize(
    ("grant", "status", "body", "error", "words"),
    [
        ("refresh_token", 400, {"reason": "Invalid Token!", "error": "invalid_grant"}, ZoomGrantDead, "Connect"),
        ("refresh_token", 400, {"reason": "Invalid Token!", "error": "invalid_request"}, ZoomGrantDead, "Connect"),
        ("refresh_token", 401, {"code": 4741, "message": "Token revoked."}, ZoomGrantDead, "Connect"),
        (
            "refresh_token",
            401,
            {"reason": "Invalid client_id or client_secret", "error": "invalid_client"},
            ZoomAuthenticationError,
            "client secret",
        ),
        (
            "refresh_token",
            400,
            {"reason": "Missing parameter", "error": "invalid_request"},
            ZoomAuthenticationError,
            "refused",
        ),
        (
            "account_credentials",
            400,
            {"reason": "The app has been disabled.", "error": "invalid_client"},
            ZoomAuthenticationError,
            "activate",
        ),
        (
            "account_credentials",
            400,
            {"reason": "unsupported grant type", "error": "unsupported_grant_type"},
            ZoomAuthenticationError,
            "kind",
        ),
        (
            "account_credentials",
            400,
            {"reason": "Bad Request: the account_id is not valid", "error": "invalid_request"},
            ZoomAuthenticationError,
            "account ID",
        ),
        (
            "authorization_code",
            400,
            {"reason": "Invalid authorization code", "error": "invalid_grant"},
            ZoomAuthenticationError,
            "Authorize again",
        ),
        (
            "authorization_code",
            400,
            {"reason": "Redirect URI mismatch.", "error": "invalid_request"},
            ZoomAuthenticationError,
            "redirect address",
        ),
        ("authorization_code", 400, {"code": 4711, "message": "Scopes differ."}, ZoomScopeError, "scope"),
        ("account_credentials", 503, {"reason": "busy", "error": "server"}, ZoomServerError, "problem"),
        ("account_credentials", 400, b"<html>", ZoomServerError, "problem"),
        ("account_credentials", 429, {"reason": "slow", "error": "x"}, ZoomRateLimited, "busy"),
    ],
)
def test_a_refusal_of_the_token_endpoint_says_what_a_person_can_do(grant, status, body, error, words):
    found = oauth_refusal(answer(status, body), grant, now=NOW)
    assert type(found) is error
    assert words in str(found.user_message)


def test_a_refusal_of_the_token_endpoint_keeps_oauths_own_name():
    found = oauth_refusal(answer(400, {"reason": "Invalid Token!", "error": "invalid_grant"}), "refresh_token", now=NOW)
    assert found.error == "invalid_grant"
    assert found.message == "invalid_grant: Invalid Token!"


def test_too_many_tokens_never_means_until_midnight():
    found = oauth_refusal(answer(429, b""), "refresh_token", now=NOW)
    assert found.scope == "second"
    assert NOW < found.retry_at <= NOW + dt.timedelta(minutes=1)
