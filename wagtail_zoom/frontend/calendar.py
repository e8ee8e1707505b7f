"""The lesson as a calendar entry that leads to the lesson page, never to Zoom."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vUri

from ..services.lessons.schedule import LessonTimes


def calendar_of(
    *, title: str, address: str, uid: str, times: LessonTimes, stamp: dt.datetime, sequence: int, is_cancelled: bool
) -> bytes:
    """Return an ICS file with the lesson in it.

    ``address`` is the lesson page's, absolute. ``uid`` names the lesson for ever and ``sequence`` grows with every
    change, so that calendars replace the entry they have. Raises ValueError for a lesson without a time.
    """
    if times.starts_at is None:
        raise ValueError("a lesson without a time has no place in a calendar")
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", stamp)
    event.add("sequence", sequence)
    event.add("summary", _one_line(title))
    event.add("dtstart", times.starts_at.astimezone(times.zone))
    if times.ends_at and times.ends_at > times.starts_at:
        event.add("dtend", times.ends_at.astimezone(times.zone))
    event.add("description", _("Join on the lesson page: %(address)s") % {"address": address})
    event.add("url", vUri(address))
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//wagtail_zoom//lessons//")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _one_line(title: str) -> str:
    return "".join(character if character.isprintable() else " " for character in title)
