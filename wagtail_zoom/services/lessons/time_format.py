"""Instants in words, as people of the lesson's zone read them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def spoken_day(instant: dt.datetime, zone: ZoneInfo) -> str:
    """Return weekday and date of ``instant`` in ``zone``, in the active language."""
    local = timezone.localtime(instant, zone)
    return _("%(weekday)s, %(date)s") % {
        "weekday": formats.date_format(local, "l"),
        "date": formats.date_format(local, "DATE_FORMAT"),
    }


def spoken_time(instant: dt.datetime, zone: ZoneInfo) -> str:
    """Return the time of day of ``instant`` in ``zone``, in the active language."""
    return formats.date_format(timezone.localtime(instant, zone), "TIME_FORMAT")


def spoken_zone(zone: ZoneInfo, instant: dt.datetime) -> str:
    """Return what people call the zone, with its distance from UTC at ``instant``: "Berlin time, UTC+01:00"."""
    offset = "UTC" + timezone.localtime(instant, zone).isoformat()[-6:]
    if zone.key in {"UTC", "Etc/UTC", "Etc/GMT"}:
        return "UTC"
    if zone.key.startswith("Etc/") or "/" not in zone.key:
        return offset
    place = zone.key.rsplit("/", 1)[-1].replace("_", " ")
    return _("%(place)s time, %(offset)s") % {"place": place, "offset": offset}


def spoken(instant: dt.datetime, zone: ZoneInfo) -> str:
    """Return the whole of ``instant`` in words: "Tuesday, Nov. 24, 2026, 10 a.m. (Berlin time, UTC+01:00)"."""
    return _("%(day)s, %(time)s (%(zone)s)") % {
        "day": spoken_day(instant, zone),
        "time": spoken_time(instant, zone),
        "zone": spoken_zone(zone, instant),
    }


def spoken_live(since: dt.datetime, people: int, zone: ZoneInfo) -> str:
    """Return since when a meeting runs, and how many are in it where anybody is known to be: "since 10 a.m., 3 people"."""
    words = _("since %(time)s") % {"time": spoken_time(since, zone)}
    if not people:
        return words
    counted = ngettext("%(count)d person", "%(count)d people", people) % {"count": people}
    return _("%(since)s, %(people)s") % {"since": words, "people": counted}


@dataclass(frozen=True)
class FormattedRange:
    """From when until when, in the words of the lesson's zone: "Tuesday, Nov. 24, 2026", "10 a.m. to 11 a.m." and so on."""

    day: str
    hours: str
    zone: str

    def __str__(self) -> str:
        """Return the whole in one line."""
        return _("%(day)s, %(hours)s (%(zone)s)") % {"day": self.day, "hours": self.hours, "zone": self.zone}


def format_range(starts_at: dt.datetime | None, ends_at: dt.datetime | None, zone: ZoneInfo) -> FormattedRange | None:
    """Return from when until when, naming the day of the end only where it is another one; None without a start."""
    if starts_at is None:
        return None
    hours = spoken_time(starts_at, zone)
    if ends_at and ends_at > starts_at:
        end = spoken_time(ends_at, zone)
        if timezone.localtime(ends_at, zone).date() != timezone.localtime(starts_at, zone).date():
            end = _("%(day)s, %(time)s") % {"day": spoken_day(ends_at, zone), "time": end}
        hours = _("%(start)s to %(end)s") % {"start": hours, "end": end}
    return FormattedRange(day=spoken_day(starts_at, zone), hours=hours, zone=spoken_zone(zone, starts_at))
