"""Registering people, seen from both ends of the wire."""

from __future__ import annotations

import pytest

from tests.schools import School
from tests.services.registering.desks import learners, open_desk
from wagtail_zoom.models import Registrant
from wagtail_zoom.services import registrants


pytestmark = pytest.mark.django_db


def test_one_learner_gets_a_personal_link_in_one_call_with_a_schools_bare_scopes(school: School):
    desk = open_desk(school)

    registered = desk.register("learner.one@school.example", source=Registrant.Source.SELF)
    desk.work()

    row = desk.row("learner.one@school.example")
    assert registered.due == (desk.meeting.pk,)
    assert (row.actual, row.error, row.due_at) == ("approved", "", None)
    assert f"/w/{desk.number}?tk=" in registrants.link_of(row)
    assert desk.calls() == {"POST registrants": 1}
    assert desk.statuses() == {"learner.one@school.example": "approved"}


def test_a_webinar_takes_adding_approving_and_one_look_for_the_link(academy: School):
    desk = open_desk(academy, kind="webinar", owned=False)

    desk.register(*learners(40))
    desk.work()

    assert set(desk.statuses().values()) == {"approved"}
    assert all(registrants.link_of(row) for row in desk.meeting.registrants.all())
    assert desk.calls() == {"GET registrants": 4, "POST registrants": 40, "PUT registrants/status": 2}


@pytest.mark.parametrize("kind", ["meeting", "webinar"])
def test_three_hundred_people_take_ten_calls_where_many_may_be_registered_at_once(everything: School, kind: str):
    desk = open_desk(everything, kind=kind)

    desk.register(*learners(300))
    desk.work()

    assert desk.calls() == {"POST batch_registrants": 10}
    assert desk.meeting.registrants.filter(actual="approved", due_at=None).exclude(join_url="").count() == 300
