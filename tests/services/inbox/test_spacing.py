"""Work that covers whatever was asked for before it begins is not begun for each who asks."""

from __future__ import annotations

import datetime as dt

from wagtail_zoom.services.webhooks import Spacing


SECOND = dt.timedelta(seconds=1)
AT_ONCE = dt.timedelta(0)


class Watch:
    """Seconds that go on when told to."""

    now = 100.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


def test_after_a_pause_work_begins_at_once_and_all_of_the_next_second_share_one() -> None:
    watch = Watch()
    spacing = Spacing(SECOND, seconds=watch)
    assert spacing.wait() == AT_ONCE
    watch.now += 0.1
    assert spacing.wait() == SECOND
    watch.now += 0.5
    assert spacing.wait() is None
    watch.now += 0.499
    assert spacing.wait() is None


def test_what_is_asked_for_when_the_work_begins_is_not_taken_to_be_covered_by_it() -> None:
    watch = Watch()
    spacing = Spacing(SECOND, seconds=watch)
    assert (spacing.wait(), spacing.wait()) == (AT_ONCE, SECOND)
    watch.now += 1
    assert spacing.wait() == SECOND
    watch.now += 3
    assert spacing.wait() == AT_ONCE


def test_of_a_storm_there_is_one_a_second() -> None:
    watch = Watch()
    spacing = Spacing(SECOND, seconds=watch)
    begun = 0
    for _turn in range(2_000):
        begun += spacing.wait() is not None
        watch.now += 0.005
    assert 10 <= begun <= 11
