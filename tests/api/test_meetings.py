"""Meetings and webinars from their creation to their attendance, over HTTP."""

from __future__ import annotations

import datetime as dt

import pytest

from wagtail_zoom.api.tokens import SealedText
from wagtail_zoom.exceptions import ZoomLicenceError, ZoomNotFound, ZoomPermissionError

from .wishes import KINDS, START, TEACHER, payload, person, with_registration


@pytest.mark.parametrize("kind", KINDS)
def test_the_life_of_a_meeting(client, school, kind):
    meetings = client.of_kind(kind)
    created = meetings.create(TEACHER, payload(kind))
    assert created.kind == kind
    assert created.topic == "Fractions"
    assert created.start_time == START
    assert created.join_url
    assert created.uuid

    meetings.update(created.id, {"topic": "Decimals", "duration": 50})
    read = meetings.get(created.id)
    assert (read.id, read.topic, read.duration, read.host_id) == (created.id, "Decimals", 50, school.teacher_id)

    meetings.delete(created.id, notify=True)
    with pytest.raises(ZoomNotFound) as caught:
        meetings.get(created.id)
    assert caught.value.what == "meeting"


@pytest.mark.parametrize("kind", KINDS)
def test_a_hosts_meetings_are_listed_by_kind(client, kind):
    meetings = client.of_kind(kind)
    created = {meetings.create(TEACHER, payload(kind)).id for _ in range(3)}
    client.of_kind("webinar" if kind == "meeting" else "meeting").create(
        TEACHER, payload("webinar" if kind == "meeting" else "meeting")
    )
    assert {meeting.id for meeting in meetings.list(TEACHER)} == created
    assert {meeting.kind for meeting in meetings.list(TEACHER)} == {kind}


def test_one_date_of_a_series_is_changed_and_deleted(client):
    weekly = {"type": 2, "repeat_interval": 1, "weekly_days": "2", "end_times": 3}
    series = client.meetings.create(TEACHER, payload(type=8, recurrence=weekly))
    first, second, third = series.occurrences
    client.meetings.update(series.id, {"duration": 90}, occurrence_id=second.occurrence_id)
    client.meetings.delete(series.id, occurrence_id=third.occurrence_id)

    read = client.meetings.get(series.id)
    left = {date.occurrence_id: date.duration for date in read.occurrences if date.status != "deleted"}
    assert left == {first.occurrence_id: 45, second.occurrence_id: 90}
    assert client.meetings.get(series.id, occurrence_id=second.occurrence_id).id == series.id


def test_dates_that_have_passed_are_shown_when_asked_for(client, simulator):
    daily = {"type": 1, "repeat_interval": 1, "end_times": 3}
    series = client.meetings.create(TEACHER, payload(type=8, recurrence=daily))
    simulator.set_clock(START + dt.timedelta(hours=36))
    assert len(client.meetings.get(series.id).occurrences) == 1
    assert len(client.meetings.get(series.id, show_previous=True).occurrences) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_running_meeting_is_ended(client, simulator, kind):
    created = client.of_kind(kind).create(TEACHER, payload(kind))
    simulator.start(created.id)
    if kind == "meeting":
        assert client.meetings.get(created.id).status == "started"
    client.of_kind(kind).end(created.id)
    assert not simulator.meeting(created.id).get("started_at")
    assert len(simulator.meeting(created.id)["instances"]) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_start_link_is_fetched_at_the_click_and_shows_nothing(client, kind):
    created = client.of_kind(kind).create(TEACHER, payload(kind))
    link = client.of_kind(kind).start_link(created.id)
    assert isinstance(link, SealedText)
    assert str(created.id) in link.reveal()
    assert link.reveal() not in f"{link} {link!r} {[link]}"


@pytest.mark.parametrize("kind", KINDS)
def test_attendance_is_read_per_run_by_its_uuid(client, simulator, kind):
    meetings = client.of_kind(kind)
    number = meetings.create(TEACHER, with_registration(kind, approval_type=0)).id
    learner = meetings.registrants.add(number, person(1))
    for run in range(2):
        begin = START + dt.timedelta(days=run)
        simulator.set_clock(begin)
        simulator.start(number)
        simulator.join(number, email=TEACHER)
        simulator.join(number, registrant_id=learner.registrant_id, at=begin + dt.timedelta(minutes=1))
        simulator.join(number, name="Guest", at=begin + dt.timedelta(minutes=2))
        simulator.set_clock(begin + dt.timedelta(minutes=30 + run))
        simulator.end(number)

    runs = simulator.meeting(number)["instances"]
    assert len({run["uuid"] for run in runs}) == 2
    for run in runs:
        rows = list(meetings.participants_report(run["uuid"]))
        ours = [row for row in rows if row.registrant_id == learner.registrant_id]
        assert len(ours) == 1
        assert ours[0].join_time == dt.datetime.fromisoformat(run["start_time"]) + dt.timedelta(minutes=1)
        assert ours[0].duration == (ours[0].leave_time - ours[0].join_time).total_seconds()
        assert {row.name for row in meetings.past_participants(run["uuid"])} >= {"Guest"}
    latest = {row.leave_time for row in meetings.participants_report(number)}
    assert max(latest) == max(START + dt.timedelta(days=1, minutes=31), *latest)


def test_a_host_without_the_add_on_gets_no_webinar(client, school, simulator):
    simulator.patch_user(school.teacher_id, webinar=False)
    with pytest.raises(ZoomLicenceError):
        client.webinars.create(TEACHER, payload("webinar"))


def test_reports_need_the_role_of_the_person_behind_the_app(client, school, simulator):
    number = client.meetings.create(TEACHER, payload()).id
    simulator.patch_user(school.teacher_id, permissions=[])
    with pytest.raises(ZoomPermissionError):
        list(client.meetings.participants_report(number))
