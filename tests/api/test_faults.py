"""Every way in which Zoom can fail, at the socket and above: what is repeated, and what is known afterwards."""

from __future__ import annotations

import datetime as dt

import pytest

from wagtail_zoom.exceptions import (
    ZoomAuthenticationError,
    ZoomGrantDead,
    ZoomPageExpired,
    ZoomPermissionError,
    ZoomRateLimited,
    ZoomResponseError,
    ZoomServerError,
    ZoomTransportError,
    in_doubt,
)

from .servers import SHORT
from .wishes import TEACHER


LESSON = {"topic": "Fractions", "type": 2, "start_time": "2030-01-07T09:00:00Z", "duration": 45}
CREATE = ("POST", "/v2/users/.*/meetings$")
READ = ("GET", "/v2/users/me$")
PAGE = b"<html><body>502 Bad gateway</body></html>".decode()


def create(client):
    return client.meetings.create(TEACHER, LESSON)


def made(simulator):
    return [meeting["id"] for meeting in simulator.meetings()]


def seen(school, path):
    return [request for request in school.requests() if request["path"].endswith(path)]


@pytest.mark.parametrize("fault", ["reset_before", "reset_after", "garbage", "truncate"])
def test_a_read_is_repeated_after_a_broken_connection(client, simulator, school, pauses, fault):
    simulator.fault(*READ, fault, times=2)
    assert client.users.me().id == school.teacher_id
    assert client.calls == 3
    assert len(pauses) == 2
    assert 0 < pauses[0] < pauses[1] < 1


@pytest.mark.parametrize("fault", ["reset_before", "reset_after", "garbage", "truncate"])
def test_a_read_that_keeps_breaking_ends_after_three_tries(client, simulator, fault):
    simulator.fault(*READ, fault, times=9)
    with pytest.raises(ZoomTransportError) as caught:
        client.users.me()
    assert client.calls == 3
    assert not caught.value.timed_out


@pytest.mark.parametrize(
    ("fault", "happened"), [("reset_before", False), ("reset_after", True), ("garbage", True), ("truncate", True)]
)
def test_a_create_whose_answer_is_lost_is_in_doubt_and_never_repeated(client, simulator, pauses, fault, happened):
    simulator.fault(*CREATE, fault, times=9)
    with pytest.raises(ZoomTransportError) as caught:
        create(client)
    assert in_doubt(caught.value)
    assert client.calls == 1
    assert pauses == []
    assert len(made(simulator)) == happened


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "PUT"])
def test_no_change_is_repeated_while_it_is_in_doubt(client, simulator, method):
    number = create(client).id
    before = client.calls
    simulator.fault(method, "/v2/meetings/", "reset_after")
    with pytest.raises(ZoomTransportError) as caught:
        {
            "PATCH": lambda: client.meetings.update(number, {"topic": "Decimals"}),
            "DELETE": lambda: client.meetings.delete(number),
            "PUT": lambda: client.meetings.end(number),
        }[method]()
    assert in_doubt(caught.value)
    assert client.calls == before + 1


@pytest.mark.parametrize("fault", ["delay", "drip"])
@pytest.mark.parametrize("act", [create, lambda client: client.users.me()], ids=["create", "read"])
def test_slowness_ends_at_the_deadline(client_with, school, simulator, fault, act):
    school.tokens.token()
    client = client_with(deadline=SHORT)
    simulator.fault(None, "/v2/users/", fault, seconds=1 if fault == "drip" else 60)
    with pytest.raises(ZoomTransportError) as caught:
        act(client)
    assert caught.value.timed_out
    assert in_doubt(caught.value)
    assert client.calls == 1


def test_a_little_slowness_within_the_deadline_is_no_error(client_with, school, simulator):
    simulator.fault(*READ, "delay", seconds=0.1)
    assert client_with().users.me().id == school.teacher_id


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_read_is_repeated_after_a_server_error(client, simulator, school, status):
    simulator.fault(*READ, "status", times=2, status=status, body=PAGE)
    assert client.users.me().id == school.teacher_id
    assert client.calls == 3


def test_a_server_error_that_stays_is_reported_with_its_status(client, simulator):
    simulator.fault(*READ, "status", times=9, status=503, body=PAGE)
    with pytest.raises(ZoomServerError) as caught:
        client.users.me()
    assert caught.value.status == 503
    assert "gateway" not in caught.value.detail


@pytest.mark.parametrize(("status", "body"), [(502, PAGE), (500, ""), (503, {"code": 503, "message": "busy"})])
def test_a_create_after_a_server_error_is_in_doubt_and_never_repeated(client, simulator, status, body):
    simulator.fault(*CREATE, "status", times=9, status=status, body=body)
    with pytest.raises(ZoomServerError) as caught:
        create(client)
    assert in_doubt(caught.value)
    assert client.calls == 1


@pytest.mark.parametrize("body", [PAGE, "", '{"id": 123', "[]", '"text"', "{}", '{"id": "soon"}'])
def test_a_success_that_says_nothing_leaves_a_create_in_doubt(client, simulator, body):
    simulator.fault(*CREATE, "status", status=201, body=body)
    with pytest.raises(ZoomResponseError) as caught:
        create(client)
    assert in_doubt(caught.value)
    assert client.calls == 1


@pytest.mark.parametrize("status", [200, 201, 204])
def test_any_success_of_a_change_is_a_success(client, simulator, status):
    number = create(client).id
    simulator.fault("PATCH", "/v2/meetings/", "status", status=status, body="")
    client.meetings.update(number, {"topic": "Decimals"})


def test_a_refusal_inside_a_success_is_a_refusal(client, simulator):
    simulator.fault(*READ, "status", times=9, status=200, body={"code": 200, "message": "No permission."})
    with pytest.raises(ZoomPermissionError) as caught:
        client.users.me()
    assert caught.value.status == 200
    assert client.calls == 1


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_is_an_answer_that_cannot_be_understood(client, simulator, status):
    simulator.fault(*CREATE, "status", status=status, body="", headers={"Location": f"{simulator.api_url}/users/me"})
    with pytest.raises(ZoomResponseError, match="redirect"):
        create(client)
    assert client.calls == 1


QPS = {
    "status": 429,
    "body": {"code": 429, "message": "You have reached the maximum per-second rate limit."},
    "headers": {"X-RateLimit-Category": "Light", "X-RateLimit-Type": "QPS", "X-RateLimit-Remaining": "0"},
}


def test_too_many_per_second_is_waited_out_even_for_a_create(client, simulator, pauses):
    simulator.fault(*CREATE, "status", times=3, **QPS)
    created = create(client)
    assert made(simulator) == [created.id]
    assert client.calls == 4
    assert all(0.2 < pause < 2 for pause in pauses)


def test_too_many_per_second_for_too_long_says_when_to_come_back(client_with, simulator):
    now = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
    client = client_with(clock=lambda: now)
    simulator.fault(*CREATE, "status", times=99, **QPS)
    with pytest.raises(ZoomRateLimited) as caught:
        create(client)
    assert (caught.value.scope, caught.value.retry_at) == ("second", now + dt.timedelta(seconds=1))
    assert not in_doubt(caught.value)
    assert client.calls == 5


def test_a_wait_that_would_outlive_the_deadline_is_not_begun(client_with, school, simulator, pauses):
    school.tokens.token()
    client = client_with(deadline=4, jitter=lambda: 20.0)
    simulator.fault(*CREATE, "status", times=99, **QPS)
    with pytest.raises(ZoomRateLimited):
        create(client)
    assert client.calls == 1
    assert pauses == []


def test_the_simulators_own_budget_is_kept_by_waiting(client_with, school, simulator):
    simulator.patch_account(school.account_id, plan="free")
    frozen = simulator.now()
    simulator.set_clock(frozen)

    def turn_of_the_second(_seconds: float) -> None:
        simulator.advance(1)

    client = client_with(sleep=turn_of_the_second, deadline=30)
    assert {client.users.me().id for _ in range(12)} == {school.teacher_id}
    assert client.calls > 12


@pytest.mark.parametrize(
    ("named", "retry_at"),
    [
        ("2026-11-21T18:00:00Z", dt.datetime(2026, 11, 21, 18, tzinfo=dt.UTC)),
        ("Sat, 21 Nov 2026 18:00:00 GMT", dt.datetime(2026, 11, 21, 18, tzinfo=dt.UTC)),
        ("3600", dt.datetime(2026, 11, 21, 13, tzinfo=dt.UTC)),
        ("whenever", dt.datetime(2026, 11, 22, tzinfo=dt.UTC)),
    ],
)
def test_a_daily_limit_is_not_waited_for_but_says_until_when(client_with, simulator, pauses, named, retry_at):
    client = client_with(clock=lambda: dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC))
    headers = {"X-RateLimit-Type": "Daily-limit", "X-RateLimit-Remaining": "0", "Retry-After": named}
    simulator.fault(*READ, "status", status=429, body={"code": 429, "message": "daily"}, headers=headers)
    with pytest.raises(ZoomRateLimited) as caught:
        client.users.me()
    assert (caught.value.scope, caught.value.retry_at) == ("daily", retry_at)
    assert pauses == []


def test_the_hundredth_change_of_a_host_is_the_last_until_midnight(client_with, simulator):
    now = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
    simulator.set_clock(now)
    client = client_with(clock=lambda: now, sleep=lambda seconds: simulator.advance(1))
    number = create(client).id
    with pytest.raises(ZoomRateLimited) as caught:
        for change in range(100):
            client.meetings.update(number, {"duration": 30 + change})
    assert (caught.value.scope, caught.value.retry_at) == ("user", dt.datetime(2026, 11, 22, tzinfo=dt.UTC))
    assert not in_doubt(caught.value)
    assert change == 99


class BrokenTokens:
    """A source of tokens whose renewal goes wrong."""

    def __init__(self, source, error):
        self.source = source
        self.error = error

    def token(self):
        return self.source.token()

    def renewed(self, rejected):
        raise self.error


@pytest.mark.parametrize(
    ("error", "arrives"),
    [
        (ZoomTransportError("lost", sent=True, timed_out=True), ZoomTransportError),
        (ZoomServerError(502), ZoomTransportError),
        (ZoomResponseError("half"), ZoomTransportError),
        (ZoomGrantDead(400), ZoomGrantDead),
        (ZoomAuthenticationError(401), ZoomAuthenticationError),
        (ZoomRateLimited(429), ZoomRateLimited),
    ],
)
def test_a_create_is_never_in_doubt_because_its_token_could_not_be_renewed(
    client_with, school, simulator, error, arrives
):
    client = client_with(tokens=BrokenTokens(school.tokens, error))
    simulator.fault(*CREATE, "status", status=401, body={"code": 124, "message": "Invalid access token."})
    with pytest.raises(arrives) as caught:
        create(client)
    assert not in_doubt(caught.value)
    assert made(simulator) == []
    if isinstance(error, ZoomTransportError):
        assert caught.value.timed_out


def registered(client, count):
    number = client.meetings.create(TEACHER, {**LESSON, "settings": {"approval_type": 0}}).id
    for start in range(0, count, 30):
        people = [
            {"email": f"learner.{n}@school.example", "first_name": "Learner", "last_name": str(n)}
            for n in range(start, min(start + 30, count))
        ]
        client.meetings.registrants.add_batch(number, people)
    return number


def test_a_long_list_is_read_page_by_page(client, school):
    number = registered(client, 610)
    before = client.calls
    reading = client.meetings.registrants.list(number)
    emails = [next(reading).email]
    assert client.calls == before + 1
    emails += [each.email for each in reading]
    assert client.calls == before + 3
    assert len(emails) == len(set(emails)) == 610
    sizes = {request["query"]["page_size"] for request in seen(school, f"/meetings/{number}/registrants")}
    assert sizes == {"300"}


def test_a_list_read_too_slowly_is_an_error_and_not_a_shorter_list(client, simulator):
    number = registered(client, 310)
    reading = client.meetings.registrants.list(number)
    first = [next(reading) for _ in range(300)]
    simulator.advance(16 * 60)
    with pytest.raises(ZoomPageExpired):
        next(reading)
    assert len({each.registrant_id for each in client.meetings.registrants.list(number)}) == 310 > len(first)


def test_a_list_that_breaks_in_the_middle_goes_on_where_it_was(client, simulator):
    number = registered(client, 310)
    simulator.fault("GET", f"/v2/meetings/{number}/registrants", "reset_after", times=1, skip=1)
    assert len({each.registrant_id for each in client.meetings.registrants.list(number)}) == 310


@pytest.mark.parametrize("body", [{"registrants": {}}, {"registrants": None}, {"registrants": "none"}])
def test_a_page_without_its_list_is_not_an_empty_page(client, simulator, body):
    number = create(client).id
    simulator.fault("GET", "/registrants", "status", times=9, status=200, body=body)
    with pytest.raises(ZoomResponseError):
        list(client.meetings.registrants.list(number))


def test_a_page_that_leads_to_itself_ends_in_an_error(client, simulator):
    number = create(client).id
    body = {"registrants": [], "next_page_token": "again"}
    simulator.fault("GET", "/registrants", "status", times=9, status=200, body=body)
    with pytest.raises(ZoomResponseError, match="leads to itself"):
        list(client.meetings.registrants.list(number))
    assert client.calls < 9


def test_a_list_may_be_read_with_pauses_between_its_pages(client):
    number = registered(client, 610)
    read, token = client.meetings.registrants.page(number)
    while token:
        more, token = client.meetings.registrants.page(number, token=token)
        assert more
        read += more
    assert len({each.registrant_id for each in read}) == 610


def test_an_older_list_with_page_numbers_only_is_read_to_its_end(client, simulator):
    pages = [{"webinars": [{"id": 10**9 + n}], "page_number": n, "page_count": 3} for n in (1, 2, 3)]
    for page in pages:
        simulator.fault("GET", "/webinars", "status", status=200, body=page)
    assert [webinar.id for webinar in client.webinars.list(TEACHER)] == [10**9 + n for n in (1, 2, 3)]
    asked = [request["query"].get("page_number") for request in simulator.requests() if "webinars" in request["path"]]
    assert asked == [None, "2", "3"]
