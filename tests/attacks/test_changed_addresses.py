"""E-mail addresses that are typed into a profile or a form so that they pass for somebody else's, or shake off a decision."""

from __future__ import annotations

from typing import Any

import pytest

from tests.frontend.lessons import address, lesson_at, visitor
from tests.schools import make_user
from tests.services.registering import rolls
from wagtail_zoom.fields import EncryptedValue
from wagtail_zoom.models import Registrant
from wagtail_zoom.models.lessons import Audience
from wagtail_zoom.services import registrants
from wagtail_zoom.services.registrants import enrolment_sync, of_user


#: Addresses of other people that somebody careless, Zoom perhaps, takes for this one.
VICTIM = "sam.one@strasse.example"
LOOK_ALIKES = [
    "sam.one@straße.example",
    "ſam.one@ſtrasse.example",
    "sam.one+x@strasse.example",
    "samone@strasse.example",
    "ѕam.one@strasse.example",
]
SAME = ["Sam.One@Strasse.EXAMPLE", " sam.one@strasse.example\u200b", "sam.one@strasse.example\r\n"]


@pytest.fixture
def roll(desk: Any, settings: Any) -> dict[int, list[Any]]:
    """Return an LMS's lists of who is enrolled, which vouches for every address."""
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "LMS_ADAPTER": "tests.services.registering.rolls.Roll"}
    rolls.ENROLLED.clear()
    return rolls.ENROLLED


@pytest.fixture
def lesson(desk: Any, roll: Any, clocks: Any) -> Any:
    lesson = lesson_at(desk, audience=Audience.ENROLLED, approval="enrolled")
    roll[lesson.pk] = []
    clocks.set(desk.meeting.starts_at)
    return lesson


def retyped(user: Any, email: str) -> Any:
    user.email = email
    user.save()
    return user


def link_of(desk: Any, email: str) -> str:
    people = desk.school.simulator.meeting(desk.number)["registrants"]
    return next(each["join_url"] for each in people if each["email"] == email)


def joined(lesson: Any, user: Any) -> str:
    """Return where Join leads, '' for nowhere."""
    answer = visitor(lesson, user).get(address("join", lesson))
    return answer["Location"] if answer.status_code == 303 and "tk=" in answer["Location"] else ""


def enrol(desk: Any, lesson: Any, roll: Any, *users: Any) -> None:
    roll[lesson.pk] = list(users)
    enrolment_sync.sync(desk.meeting.pk)
    desk.work()


@pytest.mark.parametrize("decide", ["deny", "cancel"])
@pytest.mark.parametrize(
    "email", ["fresh@school.example", "learner.one+x@school.example", "", "learner.two@school.example"]
)
def test_who_was_turned_down_does_not_come_back_under_another_address(desk, lesson, roll, decide, email):
    learner, other = make_user("learner.one"), make_user("learner.two")
    enrol(desk, lesson, roll, learner, other)
    assert joined(lesson, learner)
    getattr(registrants, decide)([desk.row(learner.email)])
    desk.work()
    old = learner.email

    for address_ in (email, old, email):
        enrol(desk, lesson, roll, retyped(learner, address_), other)
        assert not joined(lesson, learner)
    if decide == "deny":
        enrolment_sync.note_enrolled(learner, lesson)
        desk.work()
    assert not joined(lesson, learner)
    assert [each for each, status in desk.statuses().items() if status == "approved"] == ["learner.two@school.example"]


@pytest.mark.parametrize("decide", ["deny", "cancel"])
def test_who_was_turned_down_without_an_address_does_not_come_back_with_one(desk, lesson, roll, decide):
    learner = make_user("learner.one", email="")
    enrol(desk, lesson, roll, learner)
    getattr(registrants, decide)(Registrant.objects.filter(user=learner))
    enrol(desk, lesson, roll, retyped(learner, "learner.one@school.example"))
    if decide == "deny":
        enrolment_sync.note_enrolled(learner, lesson)
        desk.work()
    assert not joined(lesson, learner)
    assert desk.statuses() == {}


@pytest.mark.parametrize("email", LOOK_ALIKES)
def test_an_address_that_looks_like_anothers_gives_nobody_their_link(desk, lesson, roll, email):
    victim, thief = make_user("victim", email=VICTIM), make_user("thief", email=email)
    enrol(desk, lesson, roll, victim)
    theirs = joined(lesson, victim)
    assert theirs
    enrol(desk, lesson, roll, victim, thief)
    for act in (registrants.retry, registrants.approve):
        assert joined(lesson, thief) != theirs
        act(Registrant.objects.filter(user=thief))
        desk.work()
    assert joined(lesson, thief) != theirs
    assert joined(lesson, victim) == theirs


@pytest.mark.parametrize("email", LOOK_ALIKES[:2])
def test_people_whom_zoom_takes_for_one_get_one_link_between_them(desk, lesson, roll, email):
    people = [make_user("victim", email=VICTIM), make_user("thief", email=email)]
    enrol(desk, lesson, roll, *people)
    assert sorted(bool(joined(lesson, person)) for person in people) == [False, True]
    assert [row.error for row in Registrant.objects.filter(join_url=EncryptedValue())] == ["taken"]


def test_whom_the_host_put_out_on_zoom_does_not_come_back_under_another_address(desk, lesson, roll):
    learner = make_user("learner.one")
    enrol(desk, lesson, roll, learner)
    row = desk.row(learner.email)
    desk.on_zoom.set_status(desk.number, "cancel", [{"id": row.registrant_id, "email": row.email}])
    registrants.read_back(desk.meeting.pk)
    assert desk.row(learner.email).error == "changed_on_zoom"
    for _again in range(2):
        enrol(desk, lesson, roll, retyped(learner, "fresh@school.example"))
        assert not joined(lesson, learner)


@pytest.mark.parametrize("email", LOOK_ALIKES)
def test_a_guests_registration_becomes_nobodys_whose_address_only_looks_alike(desk, lesson, roll, email):
    registrants.register(desk.meeting, [registrants.Person(VICTIM, "Sam")], source="self")
    desk.work()
    thief = make_user("thief", email=email)
    enrol(desk, lesson, roll, thief)
    assert Registrant.objects.get(email=VICTIM).user is None
    assert joined(lesson, thief) != link_of(desk, VICTIM)


@pytest.mark.parametrize("email", SAME)
def test_two_accounts_with_one_address_are_not_one_person(desk, lesson, roll, email):
    victim, thief = make_user("victim", email=VICTIM), make_user("thief", email=email)
    enrol(desk, lesson, roll, victim)
    theirs = joined(lesson, victim)
    enrol(desk, lesson, roll, thief, victim)
    for act in (registrants.retry, registrants.approve):
        act(Registrant.objects.filter(user=thief))
        desk.work()
        assert not joined(lesson, thief)
    assert joined(lesson, victim) == theirs


def test_a_second_address_is_no_second_place(desk, lesson, roll):
    learner = make_user("learner.one")
    registrants.register(desk.meeting, [of_user(learner)], source="editor")
    desk.work()
    enrol(desk, lesson, roll, learner)
    for number in range(3):
        enrol(desk, lesson, roll, retyped(learner, f"other.{number}@school.example"))
    assert [each for each, status in desk.statuses().items() if status == "approved"] == ["learner.one@school.example"]
