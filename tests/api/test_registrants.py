"""Registrants of meetings and webinars, over HTTP."""

from __future__ import annotations

import datetime as dt

import pytest

from wagtail_zoom.exceptions import ZoomNotFound, ZoomOver

from .wishes import KINDS, START, TEACHER, person, with_registration


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_is_registered_listed_cancelled_and_approved_again(client, kind):
    meetings = client.of_kind(kind)
    created = meetings.create(TEACHER, with_registration(kind))
    registrants = meetings.registrants
    added = registrants.add(created.id, person(1))
    assert (added.email, added.first_name) == ("learner.1@school.example", "Learner")
    assert added.join_url == ""
    assert [each.registrant_id for each in registrants.list(created.id, "pending")] == [added.registrant_id]

    both = [{"id": added.registrant_id, "email": added.email}]
    registrants.set_status(created.id, "approve", both)
    approved = registrants.get(created.id, added.registrant_id)
    assert approved.registrant_id == added.registrant_id
    assert approved.join_url
    assert list(registrants.list(created.id)) == [approved]

    registrants.set_status(created.id, "cancel", both)
    assert [each.email for each in registrants.list(created.id, "denied")] == [added.email]
    assert list(registrants.list(created.id)) == []


def test_learners_of_the_lms_are_let_in_at_once_where_approval_is_by_hand(client):
    created = client.meetings.create(TEACHER, with_registration(approval_type=1))
    added = client.meetings.registrants.add(created.id, person(1), auto_approve=True)
    assert added.join_url


def test_whoever_is_registered_already_comes_back(client):
    created = client.meetings.create(TEACHER, with_registration(approval_type=0))
    first = client.meetings.registrants.add(created.id, person(1))
    again = client.meetings.registrants.add(created.id, {**person(1), "email": "LEARNER.1@school.example"})
    assert again.registrant_id == first.registrant_id


@pytest.mark.parametrize("kind", KINDS)
def test_thirty_people_are_registered_at_once(client, kind):
    meetings = client.of_kind(kind)
    created = meetings.create(TEACHER, with_registration(kind))
    people = [person(number) for number in range(30)]
    added = meetings.registrants.add_batch(created.id, people)
    assert {each.email for each in added} == {each["email"] for each in people}
    assert all(each.registrant_id and each.join_url and each.first_name == "Learner" for each in added)
    assert {each.registrant_id for each in meetings.registrants.list(created.id)} == {
        each.registrant_id for each in added
    }


@pytest.mark.parametrize("count", [0, 31])
def test_nobody_or_more_than_thirty_at_once_is_a_mistake_of_the_program(client, count):
    people = [person(number) for number in range(count)]
    with pytest.raises(ValueError, match="1 to 30"):
        client.meetings.registrants.add_batch(12345678901, people)
    with pytest.raises(ValueError, match="1 to 30"):
        client.meetings.registrants.set_status(12345678901, "approve", people)
    assert client.calls == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_registration_is_deleted(client, kind):
    registrants = client.of_kind(kind).registrants
    number = client.of_kind(kind).create(TEACHER, with_registration(kind, approval_type=0)).id
    added = registrants.add(number, person(1))
    registrants.delete(number, added.registrant_id)
    assert list(registrants.list(number)) == []
    with pytest.raises(ZoomNotFound) as caught:
        registrants.get(number, added.registrant_id)
    assert caught.value.what == "registrant"


@pytest.mark.parametrize("kind", KINDS)
def test_the_questions_of_the_form_are_read(client, kind):
    number = client.of_kind(kind).create(TEACHER, with_registration(kind)).id
    questions = client.of_kind(kind).registrants.questions(number)
    assert isinstance(questions, tuple)
    assert all(question.name for question in questions)


def test_registering_for_what_is_over_is_refused(client, simulator):
    number = client.webinars.create(TEACHER, with_registration("webinar", 0)).id
    simulator.set_clock(START + dt.timedelta(days=2))
    with pytest.raises(ZoomOver):
        client.webinars.registrants.add(number, person(1))
