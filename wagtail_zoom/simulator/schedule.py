"""When a meeting takes place: start times as Zoom reads them, and the occurrences of a series."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from .clock import parse_instant
from .errors import invalid
from .records import Kind, Occurrence


_START = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?")
_HIGHEST_INTERVALS: dict[Kind, dict[int, int]] = {
    "meeting": {1: 99, 2: 50, 3: 10},
    "webinar": {1: 90, 2: 12, 3: 3},
}
_ENDLESS = {1: 60, 2: 110, 3: 60}
_LONGEST = 400


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def checked_zone(name: str) -> str:
    """Return the name of a time zone that is known; raise ``ApiError`` 300 for another."""
    if name not in _zones():
        raise invalid(("timezone", "Invalid field: unknown time zone."))
    return name


def parse_start(text: str, zone: str) -> dt.datetime:
    """Return when a meeting starts, as an aware UTC instant.

    With a Z the time is UTC, without one it is local in ``zone``. A numeric offset is not honoured: its digits are
    read as UTC (observed behaviour). Raises ``ApiError`` 300 when the text is not a time.
    """
    found = _START.fullmatch(text.strip())
    try:
        local = dt.datetime.fromisoformat(found.group(1) if found else "")
    except ValueError as error:
        raise invalid(("start_time", "Invalid field: not a time.")) from error
    read_in = dt.UTC if found and found.group(2) else ZoneInfo(zone)
    return local.replace(tzinfo=read_in).astimezone(dt.UTC)


def checked_recurrence(wish: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """Return the recurrence with Zoom's defaults; raise ``ApiError`` 300 naming what is wrong."""
    rule = {key: value for key, value in wish.items() if value not in (None, "")}
    problems = []
    highest = _HIGHEST_INTERVALS[kind][rule["type"]]
    if not 1 <= rule.setdefault("repeat_interval", 1) <= highest:
        problems.append(("recurrence.repeat_interval", f"Invalid field: not 1 to {highest}."))
    if "end_times" in rule and "end_date_time" in rule:
        problems.append(("recurrence.end_times", "Invalid field: cannot be used with end_date_time."))
    if "weekly_days" in rule and not re.fullmatch(r"[1-7](,[1-7])*", rule["weekly_days"]):
        problems.append(("recurrence.weekly_days", "Invalid field: not a list of 1 to 7."))
    if not 1 <= rule.get("monthly_day", 1) <= 31:
        problems.append(("recurrence.monthly_day", "Invalid field: not 1 to 31."))
    if ("monthly_week" in rule) != ("monthly_week_day" in rule):
        problems.append(("recurrence.monthly_week", "Invalid field: needs monthly_week_day too."))
    if "end_date_time" in rule and not _is_instant(rule["end_date_time"]):
        problems.append(("recurrence.end_date_time", "Invalid field: not a time."))
    if rule.get("end_times", 1) < 0:
        problems.append(("recurrence.end_times", "Invalid field: less than 0."))
    if problems:
        raise invalid(*problems)
    if "end_times" not in rule and "end_date_time" not in rule:
        rule["end_times"] = 1
    return rule


def occurrences_of(start: dt.datetime, zone: str, duration: int, rule: dict[str, Any]) -> list[Occurrence]:
    """Return the occurrences of a series whose first possible start is ``start``, kept at one wall-clock time.

    The id is the start in milliseconds since the epoch.
    """
    first = start.astimezone(ZoneInfo(zone))
    starts = (_at(day, first) for day in _days(first.date(), rule))
    if "end_date_time" in rule:
        until = parse_instant(rule["end_date_time"])
        chosen = []
        for each in islice(starts, _LONGEST):
            if each > until:
                break
            chosen.append(each)
    else:
        # An endless series is not kept: it comes back with an end (observed behaviour).
        chosen = list(islice(starts, rule["end_times"] or _ENDLESS[rule["type"]]))
    return [Occurrence(str(int(each.timestamp() * 1000)), each, duration) for each in chosen]


def _at(day: dt.date, first: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(day, first.time(), first.tzinfo).astimezone(dt.UTC)


def _days(first: dt.date, rule: dict[str, Any]) -> Iterator[dt.date]:
    if rule["type"] == 1:
        yield from _daily(first, rule["repeat_interval"])
    elif rule["type"] == 2:
        yield from _weekly(first, rule)
    else:
        yield from _monthly(first, rule)


def _daily(first: dt.date, interval: int) -> Iterator[dt.date]:
    for count in range(_LONGEST):
        yield first + dt.timedelta(days=count * interval)


def _weekly(first: dt.date, rule: dict[str, Any]) -> Iterator[dt.date]:
    # Zoom counts the days from Sunday = 1.
    own = first.isoweekday() % 7 + 1
    days = sorted({int(day) for day in str(rule.get("weekly_days", own)).split(",")})
    sunday = first - dt.timedelta(days=own - 1)
    for count in range(_LONGEST):
        for day in days:
            candidate = sunday + dt.timedelta(weeks=count * rule["repeat_interval"], days=day - 1)
            if candidate >= first:
                yield candidate


def _monthly(first: dt.date, rule: dict[str, Any]) -> Iterator[dt.date]:
    for count in range(_LONGEST):
        months = first.year * 12 + first.month - 1 + count * rule["repeat_interval"]
        year, month = months // 12, months % 12 + 1
        candidate = _day_of_month(year, month, rule, first)
        if candidate and candidate >= first:
            yield candidate


def _day_of_month(year: int, month: int, rule: dict[str, Any], first: dt.date) -> dt.date | None:
    length = calendar.monthrange(year, month)[1]
    if "monthly_week" not in rule:
        day = rule.get("monthly_day", first.day)
        return dt.date(year, month, day) if day <= length else None
    fitting = [
        day
        for day in range(1, length + 1)
        if dt.date(year, month, day).isoweekday() % 7 + 1 == rule["monthly_week_day"]
    ]
    week = rule["monthly_week"]
    return dt.date(year, month, fitting[-1] if week == -1 else fitting[week - 1])


def _is_instant(text: str) -> bool:
    try:
        parse_instant(text)
    except ValueError:
        return False
    return True
