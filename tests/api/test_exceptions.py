from __future__ import annotations

import copy
import datetime as dt
import inspect
import pickle

import pytest
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from wagtail_zoom import exceptions
from wagtail_zoom.exceptions import (
    FieldError,
    ZoomAPIError,
    ZoomAuthenticationError,
    ZoomConfigurationError,
    ZoomError,
    ZoomGrantDead,
    ZoomNotFound,
    ZoomRateLimited,
    ZoomResponseError,
    ZoomScopeError,
    ZoomServerError,
    ZoomTransportError,
    ZoomValidationError,
    ZoomWebhookError,
    in_doubt,
    redact,
)


EVERY_ERROR = [thing for _, thing in inspect.getmembers(exceptions, inspect.isclass) if issubclass(thing, ZoomError)]
each_error = pytest.mark.parametrize("error", EVERY_ERROR, ids=lambda error: error.__name__)


@each_error
def test_every_error_has_a_whole_sentence_for_people(error):
    sentence = str(error().user_message)
    assert sentence[0].isupper()
    assert sentence[-1] in ".”"
    assert len(sentence.split()) > 4


@each_error
def test_every_error_survives_a_queue(error):
    original = error()
    original.detail = "kept"
    for twin in (pickle.loads(pickle.dumps(original)), copy.copy(original)):
        assert type(twin) is error
        assert twin.detail == "kept"
        assert str(twin.user_message) == str(original.user_message)


def test_what_an_error_carries_survives_a_queue():
    retry_at = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    limited = ZoomRateLimited(429, 429, "daily", retry_at=retry_at, scope="daily", tracking_id="v=2.0")
    twin = pickle.loads(pickle.dumps(limited))
    assert (twin.status, twin.code, twin.scope, twin.retry_at) == (429, 429, "daily", retry_at)
    assert twin.tracking_id == "v=2.0"
    assert pickle.loads(pickle.dumps(ZoomTransportError("x", sent=False))).sent is False


@pytest.mark.parametrize(
    ("error", "doubt"),
    [
        (ZoomTransportError(sent=True), True),
        (ZoomTransportError(sent=False), False),
        (ZoomServerError(503), True),
        (ZoomResponseError(), True),
        (ZoomValidationError(400, 300), False),
        (ZoomNotFound(404, 3001), False),
        (ZoomRateLimited(429), False),
        (ZoomGrantDead(400), False),
        (ZoomConfigurationError(), False),
        (ValueError(), False),
    ],
)
def test_a_write_is_in_doubt_only_where_zoom_may_have_carried_it_out(error, doubt):
    assert in_doubt(error) is doubt


def test_the_tree_lets_callers_catch_as_widely_as_they_need():
    assert issubclass(ZoomGrantDead, ZoomAuthenticationError)
    assert issubclass(ZoomAuthenticationError, ZoomAPIError)
    assert issubclass(ZoomConfigurationError, ImproperlyConfigured)
    assert issubclass(ZoomWebhookError, SuspiciousOperation)


def test_the_detail_says_what_support_asks_for():
    error = ZoomValidationError(
        400,
        300,
        "Validation Failed.",
        (FieldError("settings.alternative_hosts", "unknown user teacher.one@school.example"),),
        "WEB_42",
        operation="POST /users/{userId}/meetings",
    )
    assert error.detail == (
        "POST /users/{userId}/meetings: 400, code 300, Validation Failed., "
        "settings.alternative_hosts: unknown user …@…, tracking WEB_42"
    )
    assert str(error) == error.detail


def test_what_zoom_said_is_quoted_to_people_where_no_sentence_of_ours_fits():
    assert "cannot delete this meeting" in str(ZoomAPIError(400, 3002, "you cannot delete this meeting").user_message)
    fields = (FieldError("timezone", "Invalid field."),)
    assert "timezone: Invalid field." in str(ZoomValidationError(400, 300, "Validation Failed.", fields).user_message)


def test_sentences_are_translated_when_they_are_shown():
    error = ZoomNotFound(404, what="user")
    with translation.override("en"):
        assert "host" in str(error.user_message)
    assert not isinstance(error.user_message, str)


def test_a_sentence_of_the_caller_wins():
    assert str(ZoomNotFound(404, user_message="Gone for good.").user_message) == "Gone for good."
    assert str(ZoomScopeError(400, user_message="Ask.").user_message) == "Ask."


@pytest.mark.parametrize(
    "secret",
    [
        "https://zoom.us/j/1?pwd=TOPSECRET",
        "https://zoom.us/?pwd=TOPSECRET",
        "https://zoom.us/j/1#pwd=TOPSECRET",
        "see https://zoom.us/s/1?zak=TOPSECRET.abc#x now",
        "token " + "TOPSECRET" * 6,
        "mail TOPSECRET@school.example",
        "call /v2/users?next_page_token=TOPSECRET&x=1 failed",
    ],
)
def test_secrets_in_zooms_words_reach_neither_log_nor_message(secret):
    error = ZoomAPIError(400, 300, secret, (FieldError("f", secret),))
    assert "TOPSECRET" not in error.detail + error.message + str(error.user_message) + repr(error)
    assert "TOPSECRET" not in ZoomTransportError(secret).detail


@given(st.text())
def test_a_detail_is_one_line_of_bounded_length(text):
    line = redact(text)
    assert len(line) <= 500
    assert "\n" not in line
    assert "\r" not in line
