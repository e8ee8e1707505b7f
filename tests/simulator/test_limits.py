"""Rate limits: per second, per day, per host and per registrant."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.simulator.zoom_app import MORNING, ZoomApp, make_app
from wagtail_zoom.simulator.clock import Clock
from wagtail_zoom.simulator.errors import ApiError
from wagtail_zoom.simulator.limits import Limits
from wagtail_zoom.simulator.records import Account
from wagtail_zoom.testing import SimulatorControl


MIDNIGHT = dt.datetime(2027, 3, 2, 0, 0, 1, tzinfo=dt.UTC)
LIMIT_HEADERS = ("X-RateLimit-Category", "X-RateLimit-Type", "X-RateLimit-Limit", "X-RateLimit-Remaining")


@pytest.fixture
def clock() -> Clock:
    """Return a clock that nobody else looks at, at the beginning of a second."""
    clock = Clock()
    clock.set(MORNING)
    return clock


@pytest.fixture
def limits(clock: Clock) -> Limits:
    """Return limits by themselves, where thousands of calls need no socket."""
    return Limits(clock)


def limit_headers(answer) -> list[str | None]:
    return [answer.headers[name] for name in LIMIT_HEADERS]


@pytest.mark.parametrize(
    ("path", "category", "limit"),
    [("/users/me", "Light", 4), ("/users/me/meetings", "Medium", 2), ("/report/users/me/meetings", "Heavy", 1)],
)
def test_budget_of_a_second_stands_in_the_headers(
    simulator: SimulatorControl, account: dict[str, Any], teacher: ZoomApp, path: str, category: str, limit: int
) -> None:
    simulator.patch_account(account["account_id"], plan="free")
    # At the very beginning of a second of the clock, which these few calls do not outlast.
    simulator.set_clock(MORNING)
    answers = [teacher.call("GET", path) for _ in range(limit + 1)]

    assert limit_headers(answers[0]) == [category, "QPS", str(limit), str(limit - 1)]
    assert all(answer.status != 429 for answer in answers[:-1])
    refused = answers[-1]
    assert (refused.status, refused.code) == (429, 429)
    assert limit_headers(refused) == [category, "QPS", str(limit), "0"]
    assert refused.headers["Retry-After"] is None

    simulator.advance(1)
    assert teacher.call("GET", path).status != 429


@pytest.mark.parametrize(
    ("plan", "label", "limit"),
    [
        ("free", "light", 4),
        ("free", "medium", 2),
        ("free", "heavy", 1),
        ("pro", "light", 30),
        ("pro", "medium", 20),
        ("pro", "heavy", 10),
        ("business", "light", 80),
        ("business", "medium", 60),
        ("business", "heavy", 40),
    ],
)
def test_budget_of_a_second_by_label_and_plan(limits: Limits, clock: Clock, plan: str, label: str, limit: int) -> None:
    account = Account("school", plan=plan)
    remaining = [limits.spend(account, label)["X-RateLimit-Remaining"] for _ in range(limit)]

    assert remaining == [str(left) for left in range(limit - 1, -1, -1)]
    with pytest.raises(ApiError, match="per-second"):
        limits.spend(account, label)
    clock.advance(1)
    assert limits.spend(account, label)


def test_budget_is_shared_by_all_apps_of_an_account_and_not_by_others(
    simulator: SimulatorControl, account: dict[str, Any], teacher: ZoomApp, office: ZoomApp
) -> None:
    simulator.patch_account(account["account_id"], plan="free")
    other = simulator.add_account(plan="free", users=[{"email": "host.one@academy.example"}])
    stranger = make_app(simulator, other["account_id"], "server_to_server")
    stranger.connect_account()
    simulator.set_clock(MORNING)
    statuses = [app.call("GET", "/users/me/meetings").status for app in (teacher, office, teacher, stranger)]
    stranger.close()

    assert statuses == [200, 200, 429, 200]


def test_daily_budget_comes_with_a_date(limits: Limits, clock: Clock) -> None:
    account = Account("school", plan="free")
    for _ in range(1000):
        assert limits.spend(account, "heavy")["X-RateLimit-Type"] == "QPS"
        clock.advance(1)

    with pytest.raises(ApiError) as refused:
        limits.spend(account, "heavy")

    assert (refused.value.status, refused.value.code) == (429, 429)
    assert refused.value.headers == {
        "X-RateLimit-Category": "Heavy",
        "X-RateLimit-Type": "Daily-limit",
        "X-RateLimit-Limit": "1000",
        "X-RateLimit-Remaining": "0",
        "Retry-After": "2027-03-02T00:00:00Z",
    }
    assert limits.spend(account, "medium")
    clock.set(MIDNIGHT)
    assert limits.spend(account, "heavy")


def test_hundred_creations_and_changes_a_day_for_one_host(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    meeting = teacher.create()
    webinar = teacher.create("webinar")
    for number in range(98):
        simulator.advance(0.1)
        assert teacher.call("PATCH", f"/meetings/{meeting['id']}", {"topic": f"Lesson {number}"}).status == 204
    simulator.advance(1)

    refused = teacher.call("PATCH", f"/webinars/{webinar['id']}", {"topic": "One too many"})

    assert (refused.status, refused.code) == (429, 429)
    assert "(100)" in refused.json["message"]
    assert "GMT 00:00:00" in refused.json["message"]
    assert limit_headers(refused) == [None, None, None, None]
    assert refused.headers["Retry-After"] is None
    assert teacher.call("POST", "/users/me/meetings", {}).status == 429
    simulator.set_clock(MIDNIGHT)
    teacher.renew()
    assert teacher.call("PATCH", f"/webinars/{webinar['id']}", {"topic": "A new day"}).status == 204


def test_refused_changes_are_not_counted(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    meeting = teacher.create()
    for _ in range(100):
        simulator.advance(0.1)
        assert teacher.call("PATCH", f"/meetings/{meeting['id']}", {"duration": 0}).status == 400

    assert teacher.call("PATCH", f"/meetings/{meeting['id']}", {"duration": 30}).status == 204


def test_three_registrations_a_day_for_one_address_and_meeting(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    meeting = teacher.create(settings={"approval_type": 0})
    other = teacher.create(settings={"approval_type": 0})
    form = {"email": "Learner.One@school.example", "first_name": "Learner"}
    path = f"/meetings/{meeting['id']}/registrants"
    assert [teacher.call("POST", path, form).status for _ in range(3)] == [201, 201, 201]

    refused = teacher.call("POST", path, {**form, "email": "learner.one@school.example"})

    assert refused.status == 429
    assert "(3)" in refused.json["message"]
    assert limit_headers(refused) == [None, None, None, None]
    batch = {"registrants": [form, {"email": "learner.two@school.example", "first_name": "Learner"}]}
    assert teacher.call("POST", f"/meetings/{meeting['id']}/batch_registrants", batch).status == 429
    assert simulator.meeting(meeting["id"])["registrants"][0]["email"] == "Learner.One@school.example"
    assert len(simulator.meeting(meeting["id"])["registrants"]) == 1
    assert teacher.call("POST", f"/meetings/{other['id']}/registrants", form).status == 201


def test_ten_changes_of_status_a_day_for_one_registrant(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    meeting = teacher.create(settings={"approval_type": 1})
    person = teacher.register(meeting["id"])
    path = f"/meetings/{meeting['id']}/registrants/status"

    def change(action: str) -> int:
        return teacher.call("PUT", path, {"action": action, "registrants": [{"id": person["registrant_id"]}]}).status

    assert [change(action) for action in ("approve", "cancel") * 5] == [204] * 10
    assert change("approve") == 429
    assert simulator.meeting(meeting["id"])["registrants"][0]["status"] == "cancelled"


def test_of_two_changes_for_one_user_at_once_the_second_is_refused_without_headers(
    simulator: SimulatorControl, account: dict[str, Any], teacher: ZoomApp, office: ZoomApp
) -> None:
    mine, other = (user["id"] for user in account["users"])
    meeting = teacher.create()["id"]
    simulator.clear_requests()
    simulator.fault("DELETE", r"/meetings/\d+$", "delay", seconds=2)
    with ThreadPoolExecutor() as threads:
        slow = threads.submit(teacher.call, "DELETE", f"/meetings/{meeting}")
        while not simulator.requests():
            continue
        refused = office.call("POST", f"/users/{mine}/meetings", {})
        assert (refused.status, refused.code) == (429, 429)
        assert "concurrent" in refused.json["message"]
        assert limit_headers(refused) == [None] * len(LIMIT_HEADERS)
        assert office.call("POST", f"/users/{other}/meetings", {}).status == 201
        assert office.call("GET", f"/users/{mine}").status == 200
        assert slow.result().status == 204
    assert office.call("POST", f"/users/{mine}/meetings", {}).status == 201
