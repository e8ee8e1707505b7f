from __future__ import annotations

import datetime as dt
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_zoom.api.retries import limit_of, next_utc_midnight, parse_retry_after, pause_before_repeat
from wagtail_zoom.exceptions import (
    ZoomNotFound,
    ZoomRateLimited,
    ZoomResponseError,
    ZoomServerError,
    ZoomTransportError,
)


NOW = dt.datetime(2026, 11, 21, 23, 30, tzinfo=dt.UTC)
MIDNIGHT = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
instants = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC))


@pytest.mark.parametrize(
    ("header", "instant"),
    [
        ("2026-11-22T00:00:00Z", MIDNIGHT),
        ("2026-11-22T01:00:00+01:00", MIDNIGHT),
        ("2026-11-22T00:00:00", MIDNIGHT),
        ("Sun, 22 Nov 2026 00:00:00 GMT", MIDNIGHT),
        ("90", NOW + dt.timedelta(seconds=90)),
        ("1.5", NOW + dt.timedelta(seconds=1.5)),
        (" 90 ", NOW + dt.timedelta(seconds=90)),
    ],
)
def test_a_retry_after_header_is_read_in_every_form(header, instant):
    assert parse_retry_after(header, NOW) == instant


@pytest.mark.parametrize("header", ["", "soon", "-5", "2026-99-99T00:00:00Z", "Xyz, 99 Foo 2026", "NaN", "1e9", "²"])
def test_a_header_that_names_no_instant_names_none(header):
    assert parse_retry_after(header, NOW) is None


@given(st.one_of(st.text(max_size=40), instants.map(dt.datetime.isoformat), instants.map(format_datetime)), instants)
def test_no_header_makes_anybody_wait_in_the_past_or_longer_than_a_day(header, now):
    instant = parse_retry_after(header, now)
    assert instant is None or now + dt.timedelta(seconds=1) <= instant <= now + dt.timedelta(days=1)


@given(instants)
def test_the_next_midnight_is_at_most_a_day_away(now):
    midnight = next_utc_midnight(now)
    assert dt.timedelta(0) < midnight - now <= dt.timedelta(days=1)
    assert midnight.time() == dt.time()


@pytest.mark.parametrize(
    ("headers", "message", "scope", "retry_at"),
    [
        ({"X-RateLimit-Type": "QPS"}, "maximum per-second rate limit", "second", NOW + dt.timedelta(seconds=1)),
        ({}, "You have reached the maximum per-second rate limit", "second", NOW + dt.timedelta(seconds=1)),
        ({}, "Too many concurrent requests.", "second", NOW + dt.timedelta(seconds=1)),
        ({"X-RateLimit-Type": "Daily-limit", "Retry-After": "2026-11-22T00:00:00Z"}, "", "daily", MIDNIGHT),
        ({"X-RateLimit-Type": "Daily-limit"}, "", "daily", MIDNIGHT),
        ({"Retry-After": "600"}, "", "daily", NOW + dt.timedelta(seconds=600)),
        ({}, "", "user", MIDNIGHT),
        ({}, "daily (3) requests for this particular registrant", "user", MIDNIGHT),
        ({"X-RateLimit-Type": "QPS"}, "daily (100) for this particular user", "user", MIDNIGHT),
    ],
)
def test_what_is_used_up_is_told_from_headers_and_words(headers, message, scope, retry_at):
    assert limit_of(headers, message, NOW) == (scope, retry_at)


REFUSED = ZoomTransportError(sent=False)
IN_DOUBT = ZoomTransportError(sent=True)
BUSY = ZoomRateLimited(429, scope="second")
BROKEN = ZoomServerError(502)


@pytest.mark.parametrize(
    ("error", "safe", "repeated"),
    [
        (REFUSED, False, True),
        (REFUSED, True, True),
        (IN_DOUBT, False, False),
        (IN_DOUBT, True, True),
        (BROKEN, False, False),
        (BROKEN, True, True),
        (ZoomServerError(403), True, False),
        (ZoomResponseError(), True, True),
        (ZoomResponseError(), False, False),
        (BUSY, False, True),
        (ZoomRateLimited(429, scope="daily"), True, False),
        (ZoomRateLimited(429, scope="user"), True, False),
        (ZoomNotFound(404), True, False),
    ],
)
def test_only_what_does_no_harm_is_repeated(error, safe, repeated):
    assert (pause_before_repeat(error, repeats=0, safe=safe, jitter=0.5) is not None) is repeated


@pytest.mark.parametrize(("error", "most"), [(REFUSED, 2), (BROKEN, 2), (BUSY, 4)])
def test_repeating_ends_and_each_pause_is_longer_than_the_one_before(error, most):
    pauses = [pause_before_repeat(error, repeats=repeats, safe=True, jitter=0.5) for repeats in range(most + 1)]
    assert pauses[-1] is None
    assert pauses[:-1] == sorted(pauses[:-1])
    assert all(0.1 < pause < 3 for pause in pauses[:-1])


def test_those_who_wait_at_the_same_time_do_not_come_back_at_the_same_time():
    pauses = {pause_before_repeat(BUSY, repeats=0, safe=True, jitter=jitter) for jitter in (0.0, 0.5, 1.0)}
    assert len(pauses) == 3
