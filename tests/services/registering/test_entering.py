"""Who gets into the ledger, and whose word counts: rows only."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.schools import make_user
from wagtail_zoom import clock
from wagtail_zoom.models import Meeting, Registrant, RegistrantChange
from wagtail_zoom.services import encryption, registrants
from wagtail_zoom.services.registrants import Person, of_user


pytestmark = pytest.mark.django_db

LEARNER = "learner.one@school.example"
VERIFIED = {
    "LMS_ADAPTER": "wagtail_zoom.contrib.adapters.AnyLoggedInUser",
    "LMS_OPTIONS": {"emails_are_verified": True},
}


@pytest.fixture
def meeting(db: None) -> Meeting:
    return Meeting.objects.create(kind="meeting", zoom_id=81234567890, actual="present")


def enter(meeting: Meeting, *people: Person, source: str = "editor", **given: object) -> registrants.Registered:
    return registrants.register(meeting, people, source=source, **given)  # type: ignore[arg-type]


def row(meeting: Meeting, email: str = LEARNER) -> Registrant:
    return Registrant.objects.get(meeting=meeting, email_key=email)


def test_the_same_person_typed_in_four_ways_gets_one_row(meeting: Meeting):
    done = enter(
        meeting, *(Person(each) for each in (LEARNER, f" {LEARNER.upper()} ", f"{LEARNER}\n", LEARNER.title()))
    )

    assert done.new == 1
    assert Registrant.objects.count() == 1


def test_a_second_time_changes_nothing(meeting: Meeting):
    enter(meeting, Person(LEARNER, "Learner"))

    again = enter(meeting, Person(LEARNER, "Learner"))

    assert (again.new, again.changed, again.same, again.due) == (0, 0, 1, ())


def test_nobody_is_dropped_silently(meeting: Meeting):
    nobody, long = Person(""), Person("a" * 300 + "@school.example")
    bad, two_hundred = Person("learner.one"), Person("a" * 186 + "@school.example")

    done = enter(meeting, nobody, long, bad, two_hundred, Person(LEARNER))

    assert [refused.code for refused in done.refused] == ["no_email", "long_email", "bad_email", "long_email"]
    assert dict(Registrant.objects.values_list("email", "error")) == {
        "learner.one": "bad_email",
        two_hundred.email: "long_email",
        LEARNER: "",
    }
    assert Registrant.objects.get(error="").due_at is not None


def test_an_account_without_an_address_has_a_row_that_says_so_and_loses_it_with_the_address(meeting: Meeting):
    user = make_user("learner.one", email="")

    enter(meeting, of_user(user), source="enrolment")
    assert list(Registrant.objects.values_list("user", "error")) == [(user.pk, "no_email")]

    user.email = LEARNER
    enter(meeting, of_user(user), source="enrolment")
    assert list(Registrant.objects.values_list("user", "email", "error")) == [(user.pk, LEARNER, "")]


def test_who_types_somebody_elses_address_into_their_profile_does_not_get_their_registration(meeting: Meeting):
    owner = make_user("learner.one", email=LEARNER)
    enter(meeting, of_user(owner))
    thief = make_user("thief", email=LEARNER.upper())

    done = enter(meeting, of_user(thief), source="self")

    assert [refused.code for refused in done.refused] == ["taken"]
    assert Registrant.objects.get(user=owner).error == ""
    assert Registrant.objects.get(user=thief).error == "taken"
    assert Registrant.objects.get(user=thief).due_at is None


def test_a_registration_from_zoom_becomes_a_users_only_when_the_lms_verified_the_address(meeting: Meeting, settings):
    enter(meeting, Person(LEARNER), source="zoom")
    user = make_user("learner.one", email=LEARNER)

    enter(meeting, of_user(user), source="self")
    assert row(meeting).user is None

    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, **VERIFIED}
    Registrant.objects.filter(user=user).delete()
    enter(meeting, of_user(user), source="self")
    assert row(meeting).user == user


def test_a_person_assigns_what_nothing_proves(meeting: Meeting):
    enter(meeting, Person(LEARNER), source="zoom")
    user = make_user("learner.one", email="other@school.example")

    registrants.assign(row(meeting), user)

    assert row(meeting).user == user


@pytest.mark.parametrize(("source", "wanted"), [("self", "denied"), ("enrolment", "denied"), ("editor", "approved")])
def test_only_an_editor_lifts_a_denial(meeting: Meeting, source: str, wanted: str):
    enter(meeting, Person(LEARNER))
    registrants.deny(Registrant.objects.all())

    enter(meeting, Person(LEARNER), source=source)

    assert row(meeting).wanted == wanted


def test_who_is_approved_never_goes_back_to_waiting(meeting: Meeting):
    enter(meeting, Person(LEARNER))

    done = enter(meeting, Person(LEARNER), source="self", wanted="waiting")

    assert done.same == 1
    assert row(meeting).wanted == "approved"


def test_registering_again_after_cancelling_is_a_new_wish(meeting: Meeting):
    enter(meeting, Person(LEARNER), source="self")
    registrants.cancel(Registrant.objects.all(), source="self")

    done = enter(meeting, Person(LEARNER), source="self")

    assert (done.changed, done.due) == (1, (meeting.pk,))
    assert row(meeting).wanted == "approved"


def test_a_decision_starts_a_new_generation_and_forgets_failures(meeting: Meeting):
    enter(meeting, Person(LEARNER))
    Registrant.objects.update(error="refused", error_params={"words": "x"}, attempts=2, due_at=None)

    decided = registrants.approve(Registrant.objects.all())

    found = row(meeting)
    assert decided == registrants.Decided(1, (meeting.pk,))
    assert (found.error, found.error_params, found.attempts, found.generation) == ("", {}, 0, 1)
    assert found.due_at is not None and found.due_at <= clock.now()


def test_a_decision_that_changes_nothing_is_not_due(meeting: Meeting):
    enter(meeting, Person(LEARNER))
    Registrant.objects.update(actual="approved", due_at=None)

    assert registrants.approve(Registrant.objects.all()) == registrants.Decided(0, ())


def test_the_history_names_who_decided(meeting: Meeting):
    editor = make_user("teacher.one")
    enter(meeting, Person(LEARNER))

    registrants.deny(Registrant.objects.all(), by=editor)

    line = RegistrantChange.objects.get()
    assert (line.what, line.before, line.after, line.by) == ("wanted", "approved", "denied", "teacher.one")


def test_names_are_corrected_until_the_person_is_on_zoom(meeting: Meeting):
    enter(meeting, Person(LEARNER, "Lerner"))
    enter(meeting, Person(LEARNER, "Learner", "One"))
    assert row(meeting).last_name == "One"

    Registrant.objects.update(actual="approved")
    enter(meeting, Person(LEARNER, "Somebody"))
    assert row(meeting).first_name == "Learner"


def test_a_link_can_be_opened_only_where_it_was_sealed(meeting: Meeting):
    enter(meeting, Person(LEARNER), Person("learner.two@school.example"))
    one, two = row(meeting), row(meeting, "learner.two@school.example")
    encryption.encrypt_field(one, "join_url", "https://zoom.us/w/81234567890?tk=secret")

    two.join_url = one.join_url

    assert registrants.link_of(one).endswith("tk=secret")
    with pytest.raises(encryption.EncryptionError):
        registrants.link_of(two)


def test_five_hundred_people_cost_few_queries(meeting: Meeting):
    people = [Person(f"learner.{number}@school.example") for number in range(500)]

    with CaptureQueriesContext(
        connection,
    ) as first:
        enter(meeting, *people)
    with CaptureQueriesContext(connection) as second:
        enter(meeting, *people)
    with CaptureQueriesContext(connection) as third:
        registrants.cancel(Registrant.objects.all())

    assert len(first) < 25
    assert len(second) <= 4
    assert len(third) < 12


def test_a_learner_enrolled_and_removed_twenty_times_ends_as_last_wanted(meeting: Meeting):
    for _time in range(20):
        enter(meeting, Person(LEARNER), source="enrolment")
        registrants.cancel(Registrant.objects.all(), source="enrolment")
    enter(meeting, Person(LEARNER), source="enrolment")

    assert (row(meeting).wanted, Registrant.objects.count()) == ("approved", 1)
