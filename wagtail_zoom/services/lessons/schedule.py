"""When a lesson takes place: wall-clock times in the lesson's zone, and the instants that they name."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from django.conf import settings

from ... import clock
from ...models import LessonMeeting, Meeting, ZoomLessonMixin, ZoomSettings


TimeProblem = Literal["", "missing", "nonexistent", "ambiguous", "unknown_zone", "past"]

#: Minutes that a lesson takes where neither page nor space says; Zoom's own default too.
DEFAULT_MINUTES = 60

#: Zoom's zones under the names that Zoom uses (Zoom: list of time zones for the API; several are old IANA names).
ZOOM_ZONES = frozenset(
    """
    Africa/Algiers Africa/Bangui Africa/Cairo Africa/Casablanca Africa/Djibouti Africa/Harare Africa/Johannesburg
    Africa/Khartoum Africa/Mogadishu Africa/Nairobi Africa/Nouakchott Africa/Tripoli Africa/Tunis America/Anchorage
    America/Araguaina America/Argentina/Buenos_Aires America/Bogota America/Caracas America/Chicago America/Costa_Rica
    America/Denver America/Edmonton America/El_Salvador America/Godthab America/Guatemala America/Halifax
    America/Indianapolis America/Lima America/Los_Angeles America/Managua America/Mazatlan America/Mexico_City
    America/Montevideo America/Montreal America/New_York America/Panama America/Phoenix America/Puerto_Rico
    America/Regina America/Santiago America/Sao_Paulo America/St_Johns America/Tegucigalpa America/Tijuana
    America/Vancouver America/Winnipeg Asia/Aden Asia/Almaty Asia/Amman Asia/Baghdad Asia/Bahrain Asia/Baku Asia/Bangkok
    Asia/Beirut Asia/Damascus Asia/Dhaka Asia/Dubai Asia/Hong_Kong Asia/Irkutsk Asia/Jakarta Asia/Jerusalem Asia/Kabul
    Asia/Kamchatka Asia/Kathmandu Asia/Kolkata Asia/Krasnoyarsk Asia/Kuala_Lumpur Asia/Kuwait Asia/Magadan Asia/Muscat
    Asia/Nicosia Asia/Novosibirsk Asia/Qatar Asia/Riyadh Asia/Saigon Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Taipei
    Asia/Tashkent Asia/Tehran Asia/Tokyo Asia/Vladivostok Asia/Yakutsk Asia/Yekaterinburg Atlantic/Azores
    Atlantic/Cape_Verde Atlantic/Reykjavik Australia/Adelaide Australia/Brisbane Australia/Darwin Australia/Hobart
    Australia/Perth Australia/Sydney CET Canada/Atlantic Etc/Greenwich Europe/Amsterdam Europe/Athens Europe/Belgrade
    Europe/Berlin Europe/Brussels Europe/Bucharest Europe/Budapest Europe/Copenhagen Europe/Dublin Europe/Helsinki
    Europe/Istanbul Europe/Kiev Europe/Lisbon Europe/London Europe/Luxembourg Europe/Madrid Europe/Moscow Europe/Oslo
    Europe/Paris Europe/Prague Europe/Rome Europe/Sofia Europe/Stockholm Europe/Vienna Europe/Warsaw Europe/Zurich
    Pacific/Apia Pacific/Auckland Pacific/Fiji Pacific/Honolulu Pacific/Midway Pacific/Noumea Pacific/Pago_Pago
    Pacific/Port_Moresby UTC
    """.split()  # noqa: SIM905 (a column of names reads better than a list of strings)
)

#: Today's names of zones that Zoom knows by another one; the rules are the same.
ZOOM_NAMES = {
    "America/Indiana/Indianapolis": "America/Indianapolis",
    "America/Nuuk": "America/Godthab",
    "America/Toronto": "America/Montreal",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Dacca": "Asia/Dhaka",
    "Asia/Ho_Chi_Minh": "Asia/Saigon",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Etc/UTC": "UTC",
    "Europe/Kyiv": "Europe/Kiev",
    "US/Central": "America/Chicago",
    "US/Eastern": "America/New_York",
    "US/Mountain": "America/Denver",
    "US/Pacific": "America/Los_Angeles",
}


@dataclass(frozen=True)
class LessonTimes:
    """When a lesson is: aware instants in UTC (None where they cannot be known), and the zone it is written in.

    ``problem`` says what is wrong: nothing, ``missing`` (no date or no time), ``nonexistent`` (the clocks jump over
    it), ``ambiguous`` (the clocks strike it twice; the first is taken), ``unknown_zone``, or ``past`` (the end has
    passed).
    """

    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    zone: ZoneInfo
    problem: TimeProblem = ""

    @property
    def local_start(self) -> dt.datetime | None:
        """The start in the lesson's zone."""
        return self.starts_at.astimezone(self.zone) if self.starts_at else None

    @property
    def local_end(self) -> dt.datetime | None:
        """The end in the lesson's zone."""
        return self.ends_at.astimezone(self.zone) if self.ends_at else None

    @property
    def is_over(self) -> bool:
        """Tell whether the planned end has passed."""
        return self.ends_at is not None and self.ends_at <= clock.now()


@cache
def known_zones() -> frozenset[str]:
    """Return the names of all zones that this machine knows."""
    return frozenset(zoneinfo.available_timezones())


def site_zone() -> str:
    """Return the zone for lessons where neither page nor space names one: Django's ``TIME_ZONE``."""
    return settings.TIME_ZONE if settings.TIME_ZONE in known_zones() else "UTC"


def zone_name(page: ZoomLessonMixin, space: ZoomSettings | None = None) -> str:
    """Return the name of the lesson's zone: the page's, else the space's default, else the site's."""
    return page.zoom_timezone or (space.default_timezone if space else "") or site_zone()


def minutes_of(page: ZoomLessonMixin, space: ZoomSettings | None = None) -> int:
    """Return how many minutes the lesson takes: the page's wish, else the space's default."""
    return page.zoom_duration or (space.default_duration if space else 0) or DEFAULT_MINUTES


def lesson_times(page: ZoomLessonMixin, space: ZoomSettings | None = None) -> LessonTimes:
    """Return when ``page`` wishes to take place.

    ``space`` holds the defaults for a page that names no zone or duration; without it, the site's own are used.
    """
    name = zone_name(page, space)
    if name not in known_zones():
        return LessonTimes(None, None, ZoneInfo(site_zone()), "unknown_zone")
    zone = ZoneInfo(name)
    if page.zoom_date is None or page.zoom_time is None:
        return LessonTimes(None, None, zone, "missing")
    wall = dt.datetime.combine(page.zoom_date, page.zoom_time.replace(microsecond=0, tzinfo=None))
    try:
        starts_at = wall.replace(tzinfo=zone).astimezone(dt.UTC)
        ends_at = starts_at + dt.timedelta(minutes=minutes_of(page, space))
    except OverflowError:
        return LessonTimes(None, None, zone, "missing")
    return LessonTimes(starts_at, ends_at, zone, _problem(wall, zone, ends_at))


def when(page: ZoomLessonMixin, link: LessonMeeting | None = None, space: ZoomSettings | None = None) -> LessonTimes:
    """Return when learners are told that the lesson is.

    The page's own wishes; but a lesson that uses an existing meeting takes place when that meeting does, which Zoom
    says.
    """
    wished = lesson_times(page, space)
    if link is None or link.role != LessonMeeting.Role.GUEST:
        return wished
    zone = _zone_of(link.meeting) or wished.zone
    starts_at, ends_at = link.meeting.starts_at, link.meeting.ends_at
    if starts_at is None:
        return LessonTimes(None, None, zone, "missing")
    over = ends_at is not None and ends_at <= clock.now()
    return LessonTimes(starts_at, ends_at, zone, "past" if over else "")


def zoom_start(times: LessonTimes) -> dict[str, str]:
    """Return ``start_time`` and ``timezone`` as Zoom wants them; empty without a start.

    Zoom: a start without Z is local time in ``timezone``; numeric offsets are not honoured. A zone that is not on Zoom's
    list goes as an instant in UTC.
    """
    if times.starts_at is None:
        return {}
    name = ZOOM_NAMES.get(times.zone.key, times.zone.key)
    if name in ZOOM_ZONES and times.problem != "ambiguous":
        local = times.starts_at.astimezone(times.zone)
        return {"start_time": f"{local:%Y-%m-%dT%H:%M:%S}", "timezone": name}
    return {
        "start_time": f"{times.starts_at:%Y-%m-%dT%H:%M:%SZ}",
        "timezone": name if name in ZOOM_ZONES else "UTC",
    }


def _problem(wall: dt.datetime, zone: ZoneInfo, ends_at: dt.datetime) -> TimeProblem:
    if ends_at <= clock.now():
        return "past"
    aware = wall.replace(tzinfo=zone)
    if aware.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != wall:
        return "nonexistent"
    if aware.utcoffset() != aware.replace(fold=1).utcoffset():
        return "ambiguous"
    return ""


def _zone_of(meeting: Meeting) -> ZoneInfo | None:
    name = meeting.actual_payload.get("timezone")
    return ZoneInfo(name) if isinstance(name, str) and name in known_zones() else None
