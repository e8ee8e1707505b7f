"""Rate limits: per second and day by label and plan, and the daily ones of a host and of a registrant."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from .clock import Clock
from .errors import ApiError
from .records import Account, Meeting, User


PER_SECOND = {
    "free": {"light": 4, "medium": 2, "heavy": 1},
    "pro": {"light": 30, "medium": 20, "heavy": 10},
    "business": {"light": 80, "medium": 60, "heavy": 40},
}
PER_DAY = {
    "free": {"light": 6_000, "medium": 2_000, "heavy": 1_000},
    "pro": {"heavy": 30_000},
    "business": {"heavy": 60_000},
}
MEETING_WRITES_PER_DAY = 100
REGISTRATIONS_PER_DAY = 3
STATUS_CHANGES_PER_DAY = 10


class Limits:
    """What has been spent; a day begins at 00:00 UTC of the clock."""

    __slots__ = ("_clock", "_daily", "_day", "_second", "_seconds")

    def __init__(self, clock: Clock) -> None:
        """Start with nothing spent."""
        self._clock = clock
        self._second = 0
        self._seconds: Counter[tuple[str, str]] = Counter()
        self._day = ""
        self._daily: Counter[tuple[str, ...]] = Counter()

    def spend(self, account: Account, label: str) -> dict[str, str]:
        """Count one call with this label; return the headers of its answer.

        Raises ``ApiError`` 429 when the account's budget of this second, or of this day, is used up.
        """
        self._turn()
        per_second = PER_SECOND[account.plan][label]
        per_day = PER_DAY[account.plan].get(label)
        category = {"X-RateLimit-Category": label.capitalize()}
        day_key = ("label", account.id, label)
        if per_day is not None and self._daily[day_key] >= per_day:
            raise self._daily_refusal(category, per_day)
        key = (account.id, label)
        if self._seconds[key] >= per_second:
            raise _too_many(
                "The maximum per-second rate limit of the account is reached.",
                {**category, **_budget("QPS", per_second, 0)},
            )
        self._seconds[key] += 1
        self._daily[day_key] += 1
        return {**category, **_budget("QPS", per_second, per_second - self._seconds[key])}

    def spend_meeting_write(self, host: User) -> None:
        """Count one creation or change of a meeting or webinar of this host."""
        self._spend_daily(
            ("write", host.id),
            MEETING_WRITES_PER_DAY,
            "API requests to create or update meetings that are permitted for this particular user",
        )

    def spend_registration(self, meeting: Meeting, email: str) -> None:
        """Count one registration of this address for this meeting."""
        self.check_registration(meeting, email)
        self._daily["register", str(meeting.id), email.casefold()] += 1

    def check_registration(self, meeting: Meeting, email: str) -> None:
        """Refuse when this address has been registered too often today, without counting."""
        key = ("register", str(meeting.id), email.casefold())
        self._check_daily(key, REGISTRATIONS_PER_DAY, "API requests to add this particular registrant")

    def spend_status_change(self, meeting: Meeting, registrant_ids: list[str]) -> None:
        """Count one change of status for each of these registrants, or for none if one has had too many."""
        keys = [("status", str(meeting.id), each) for each in registrant_ids]
        for key in keys:
            self._check_daily(key, STATUS_CHANGES_PER_DAY, "API requests to update this particular registrant")
        self._daily.update(keys)

    def _spend_daily(self, key: tuple[str, ...], limit: int, what: str) -> None:
        self._check_daily(key, limit, what)
        self._daily[key] += 1

    def _check_daily(self, key: tuple[str, ...], limit: int, what: str) -> None:
        self._turn()
        if self._daily[key] >= limit:
            raise _too_many(f"You have used up the daily ({limit}) {what}. Resume at GMT 00:00:00.", {})

    def _daily_refusal(self, category: dict[str, str], limit: int) -> ApiError:
        tomorrow = self._clock.now().date() + dt.timedelta(days=1)
        headers = {**category, **_budget("Daily-limit", limit, 0), "Retry-After": f"{tomorrow.isoformat()}T00:00:00Z"}
        return _too_many("The maximum daily rate limit of the account is reached.", headers)

    def _turn(self) -> None:
        now = self._clock.now()
        second = int(now.timestamp())
        if second != self._second:
            self._second = second
            self._seconds.clear()
        day = now.date().isoformat()
        if day != self._day:
            self._day = day
            self._daily.clear()


def _budget(kind: str, limit: int, remaining: int) -> dict[str, str]:
    return {
        "X-RateLimit-Type": kind,
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
    }


def _too_many(message: str, headers: dict[str, str]) -> ApiError:
    return ApiError(429, 429, message, headers=headers)
