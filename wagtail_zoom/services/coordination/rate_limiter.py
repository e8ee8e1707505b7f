"""How fast calls leave: one place in the queue per account and label, over all processes.

Each account and label has two lanes, two `Pace` rows. Three quarters of the share go to the ordinary lane; one quarter
is the reserve, which only calls that a person waits for may use, so that no bulk work can ever block a click.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from ... import clock
from ...exceptions import ZoomRateLimited
from ...models import Pace, ZoomSettings


Plan = ZoomSettings.Plan

#: Zoom: requests a second, per account and label; those of all the account's programs count together.
RATES = {
    Plan.FREE: {"light": 4.0, "medium": 2.0, "heavy": 1.0},
    Plan.PRO: {"light": 30.0, "medium": 20.0, "heavy": 10.0},
    Plan.BUSINESS: {"light": 80.0, "medium": 60.0, "heavy": 40.0},
}
#: The part of the share that is kept for what a person waits for.
RESERVED_PART = 0.25
_RESERVE = "+"

#: Seconds that a call waits for its turn before it is put off instead.
_LONGEST_WAIT = 2.0
_LONGEST_URGENT_WAIT = 5.0
#: A turn further away than this was left by a clock that has been set back.
_LONGEST_QUEUE = dt.timedelta(minutes=1)
_MOST_TRIES = 50


class DatabaseRateLimiter:
    """Gives out turns for one account. ``plan`` is the Zoom plan, ``share`` our part of its limits, in per cent."""

    def __init__(self, account_key: str, *, plan: str, share: int, sleep: Callable[[float], None] = time.sleep) -> None:
        self._account_key = account_key
        self._rates = RATES.get(Plan(plan), RATES[Plan.FREE])
        self._share = min(max(share, 1), 100) / 100
        self._sleep = sleep
        #: Lanes as last seen. One that has moved on since is noticed when its turn is taken, and read again.
        self._seen: dict[str, Pace] = {}

    def acquire(self, label: str, *, urgent: bool) -> None:
        """Return when a call with ``label`` may leave.

        Raises ZoomRateLimited, with ``retry_at``, when that would be more than a few seconds from now.
        """
        longest = _LONGEST_URGENT_WAIT if urgent else _LONGEST_WAIT
        for _try in range(_MOST_TRIES):
            lane = self._best_lane(label, urgent=urgent)
            now = clock.now()
            turn = _turn(lane, now)
            wait = (turn - now).total_seconds()
            if wait > longest:
                raise self._put_off(label, turn)
            if self._take(lane, turn):
                if wait > 0:
                    self._sleep(wait)
                return
        raise self._put_off(label, clock.now() + dt.timedelta(seconds=1))

    def _best_lane(self, label: str, *, urgent: bool) -> Pace:
        """Return the lane in which the next turn comes soonest: for ordinary calls there is only one."""
        ordinary = self._lane(label)
        if not urgent or ordinary.next_at <= clock.now():
            return ordinary
        reserve = self._lane(label + _RESERVE)
        return min(ordinary, reserve, key=lambda lane: lane.next_at)

    def _lane(self, label: str) -> Pace:
        if label in self._seen:
            return self._seen[label]
        lane, _created = Pace.objects.get_or_create(
            account_key=self._account_key, label=label, defaults={"next_at": clock.now()}
        )
        self._seen[label] = lane
        return lane

    def _take(self, lane: Pace, turn: dt.datetime) -> bool:
        """Move the lane on by compare-and-set; False when another process was faster."""
        following = turn + self._gap(lane.label)
        if not Pace.objects.filter(pk=lane.pk, next_at=lane.next_at).update(next_at=following):
            self._seen.clear()
            return False
        lane.next_at = following
        return True

    def _gap(self, label: str) -> dt.timedelta:
        is_reserve = label.endswith(_RESERVE)
        part = RESERVED_PART if is_reserve else 1 - RESERVED_PART
        rate = self._rates.get(label.removesuffix(_RESERVE), self._rates["heavy"])
        return dt.timedelta(seconds=1 / (rate * self._share * part))

    def _put_off(self, label: str, retry_at: dt.datetime) -> ZoomRateLimited:
        return ZoomRateLimited(
            message=f"no turn for a {label} call of {self._account_key}",
            retry_at=retry_at,
            scope="second",
            user_message=_("This site has many requests for Zoom just now. It goes on by itself in a moment."),
        )


def _turn(lane: Pace, now: dt.datetime) -> dt.datetime:
    if lane.next_at - now > _LONGEST_QUEUE:
        return now
    return max(now, lane.next_at)
