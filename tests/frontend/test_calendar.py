from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from icalendar import Calendar
from wagtail.models import PageViewRestriction

from tests.frontend.lessons import END, PASSCODE, START, give_meeting, make_lesson
from wagtail_zoom.models import LessonMeeting, Meeting


HOSTILE = 'Lesson;1,\\ "x"\r\nATTENDEE:mailto:a@b\nEND:VEVENT\x07\u2028 ü'


def fetch(client, page):
    return client.get(reverse("wagtail_zoom:calendar", args=[page.pk]))


def event_of(response):
    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    return event


def test_the_entry_leads_to_the_lesson_page_and_never_to_zoom(client, folder):
    page = make_lesson(folder)
    meeting = give_meeting(page)

    response = fetch(client, page)

    event = event_of(response)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert str(event["url"]) == page.full_url
    assert page.full_url in str(event["description"])
    for secret in ("zoom.us", PASSCODE, str(meeting.zoom_id)):
        assert secret not in response.content.decode()


def test_the_entry_is_at_the_lessons_time_in_the_lessons_zone(client, folder):
    response = fetch(client, make_lesson(folder))

    event = event_of(response)
    assert event["dtstart"].dt == START
    assert event["dtend"].dt == END
    assert event["dtstart"].params["TZID"] == "Europe/Berlin"
    assert "BEGIN:VTIMEZONE" in response.content.decode()


def test_a_linked_meeting_is_entered_at_zooms_time(client, folder):
    page = make_lesson(folder)
    later = START + dt.timedelta(days=7)
    give_meeting(page, role=LessonMeeting.Role.GUEST, starts_at=later, ends_at=later + dt.timedelta(minutes=30))

    assert event_of(fetch(client, page))["dtstart"].dt == later


def test_a_hostile_title_stays_a_title(client, folder):
    page = make_lesson(folder, title=HOSTILE, slug="hostile")

    response = fetch(client, page)

    event = event_of(response)
    assert "ATTENDEE" not in event
    assert str(event["summary"]).startswith('Lesson;1,\\ "x"')
    assert response["Content-Disposition"] == 'attachment; filename="lesson.ics"'


def test_the_entry_keeps_its_name_so_that_a_change_replaces_it(client, folder):
    page = make_lesson(folder)
    page.last_published_at = START
    page.save()
    first = event_of(fetch(client, page))
    page.last_published_at = START + dt.timedelta(hours=1)
    page.zoom_time = dt.time(14)
    page.save()
    second = event_of(fetch(client, page))

    assert first["uid"] == second["uid"]
    assert second["sequence"] > first["sequence"]


def test_a_cancelled_lesson_is_entered_as_cancelled(client, folder):
    page = make_lesson(folder)
    give_meeting(page, actual=Meeting.Actual.CANCELLED, wanted=Meeting.Wanted.ABSENT)

    assert str(event_of(fetch(client, page))["status"]) == "CANCELLED"


def test_a_lesson_without_a_time_has_no_entry(client, folder):
    assert fetch(client, make_lesson(folder, zoom_date=None)).status_code == 404


def test_a_page_that_is_closed_to_a_visitor_gives_no_entry(client, folder):
    page = make_lesson(folder, title="Secret title")
    PageViewRestriction.objects.create(page=folder, restriction_type=PageViewRestriction.LOGIN)

    response = fetch(client, page)

    assert response.status_code == 302
    assert "Secret" not in response.content.decode()


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu", "UTC", "Pacific/Apia"])
def test_every_zone_is_written_so_that_calendars_know_it(client, folder, zone):
    event = event_of(fetch(client, make_lesson(folder, zoom_timezone=zone)))

    assert event["dtstart"].dt.utcoffset() == START.astimezone(event["dtstart"].dt.tzinfo).utcoffset()
