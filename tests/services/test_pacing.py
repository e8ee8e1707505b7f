"""How fast calls leave: one queue per account and label, with a part kept for people."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from wagtail_zoom import clock
from wagtail_zoom.exceptions import ZoomRateLimited
from wagtail_zoom.models import Pace
from wagtail_zoom.services.coordination.rate_limiter import DatabaseRateLimiter


pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def pacer(waits: list[float]) -> DatabaseRateLimiter:
    # Four light calls a second, half of which are ours: two; three quarters of those for ordinary work.
    return DatabaseRateLimiter("account-1", plan="free", share=50, sleep=waits.append)


def row_of(label: str) -> Pace:
    return Pace.objects.get(label=label)


def test_the_first_call_leaves_at_once_and_moves_the_queue_on(pacer: DatabaseRateLimiter, waits: list[float]) -> None:
    with time_machine.travel(NOON, tick=False):
        before = clock.now()
        pacer.acquire("light", urgent=False)
        assert waits == []
        gap = (row_of("light").next_at - before).total_seconds()
    assert gap == pytest.approx(1 / 1.5, abs=0.001)


def test_calls_in_a_row_are_spread_over_time(pacer: DatabaseRateLimiter, waits: list[float]) -> None:
    with time_machine.travel(NOON, tick=False):
        for _call in range(3):
            pacer.acquire("light", urgent=False)
    assert len(waits) == 2
    assert waits[0] == pytest.approx(1 / 1.5, abs=0.001)
    assert waits[1] == pytest.approx(2 / 1.5, abs=0.001)


def test_a_long_queue_puts_calls_off_with_the_instant_to_come_back(pacer: DatabaseRateLimiter) -> None:
    with time_machine.travel(NOON, tick=False):
        with pytest.raises(ZoomRateLimited) as put_off:
            for _call in range(10):
                pacer.acquire("light", urgent=False)
        assert put_off.value.scope == "second"
        assert put_off.value.retry_at is not None
        assert put_off.value.retry_at > clock.now() + dt.timedelta(seconds=1.5)


def test_a_click_goes_ahead_of_bulk_work(pacer: DatabaseRateLimiter, waits: list[float]) -> None:
    with time_machine.travel(NOON, tick=False):
        with pytest.raises(ZoomRateLimited):
            for _call in range(10):
                pacer.acquire("light", urgent=False)
        waits.clear()
        pacer.acquire("light", urgent=True)
    assert waits == []


def test_clicks_use_the_free_ordinary_turn_first(pacer: DatabaseRateLimiter) -> None:
    with time_machine.travel(NOON, tick=False):
        pacer.acquire("light", urgent=True)
    assert [row.label for row in Pace.objects.all()] == ["light"]


def test_both_lanes_together_stay_within_the_share(pacer: DatabaseRateLimiter) -> None:
    """Whatever is urgent and whatever is not: over a minute at most two light calls a second leave."""
    left = 0
    with time_machine.travel(NOON, tick=False):
        for urgent in (True, False):
            try:
                for _call in range(100):
                    pacer.acquire("light", urgent=urgent)
                    left += 1
            except ZoomRateLimited:
                continue
        horizon = max(row.next_at for row in Pace.objects.all()) - clock.now()
    assert left <= 2 * horizon.total_seconds() + 2


def test_labels_and_accounts_do_not_wait_for_each_other(pacer: DatabaseRateLimiter, waits: list[float]) -> None:
    other = DatabaseRateLimiter("account-2", plan="free", share=50, sleep=waits.append)
    with time_machine.travel(NOON, tick=False):
        pacer.acquire("light", urgent=False)
        pacer.acquire("heavy", urgent=False)
        other.acquire("light", urgent=False)
    assert waits == []


def test_who_comes_second_in_the_same_instant_takes_the_next_turn(waits: list[float]) -> None:
    with time_machine.travel(NOON, tick=False):
        for _process in range(2):
            DatabaseRateLimiter("account-1", plan="free", share=100, sleep=waits.append).acquire("heavy", urgent=False)
    assert len(waits) == 1
    assert waits[0] == pytest.approx(1 / 0.75, abs=0.001)


def test_a_clock_that_was_set_back_does_not_block_the_account(pacer: DatabaseRateLimiter, waits: list[float]) -> None:
    with time_machine.travel(NOON + dt.timedelta(days=1), tick=False):
        pacer.acquire("light", urgent=False)
    with time_machine.travel(NOON, tick=False):
        pacer.acquire("light", urgent=False)
    assert waits == []


def test_an_unknown_label_goes_as_slowly_as_a_heavy_one(pacer: DatabaseRateLimiter) -> None:
    with time_machine.travel(NOON, tick=False):
        before = clock.now()
        pacer.acquire("resource", urgent=False)
        gap = (row_of("resource").next_at - before).total_seconds()
    assert gap == pytest.approx(1 / (1.0 * 0.5 * 0.75), abs=0.001)
