"""One person, however their name and address were typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.schools import make_user
from wagtail_zoom.services.registrants.person import Person, email_key, key_of, of_user, problem_of, tidied


@pytest.mark.parametrize(
    "typed",
    [
        "  Learner.One@School.Example ",
        "learner.one@school.example\r\n",
        "\ufefflearner.one@school.example",
        "learner.one@school.example\u200b",
        "\u00a0LEARNER.ONE@SCHOOL.EXAMPLE\t",
    ],
)
def test_case_spaces_and_invisible_characters_make_no_second_person(typed: str):
    assert email_key(typed) == "learner.one@school.example"


def test_composed_and_decomposed_letters_are_the_same_address():
    assert email_key("jose\u0301@school.example") == email_key("jos\u00e9@school.example")


def test_accents_tell_people_apart():
    assert email_key("jos\u00e9@school.example") != email_key("jose@school.example")


@given(st.text(max_size=60))
def test_a_key_is_its_own_key(text: str):
    assert email_key(email_key(text)) == email_key(text)


@given(st.text(max_size=200), st.text(max_size=200))
def test_every_name_becomes_one_that_zoom_takes(first: str, last: str):
    person = tidied(Person("learner.one@school.example", first, last))

    assert 1 <= len(person.first_name) <= 64
    assert len(person.last_name) <= 64
    assert not any(character in person.first_name + person.last_name for character in "\r\n\t\x00\u202e")


def test_who_has_only_a_last_name_is_called_by_it():
    person = tidied(Person("learner.one@school.example", "", "One"))

    assert (person.first_name, person.last_name) == ("One", "")


def test_who_has_no_name_is_called_by_their_address():
    assert tidied(Person("learner.one@school.example")).first_name == "learner.one"


@pytest.mark.parametrize(
    ("email", "problem"),
    [
        ("", "no_email"),
        ("learner.one", "bad_email"),
        ("learner one@school.example", "bad_email"),
        ("a" * 113 + "@school.example", ""),
        ("a" * 186 + "@school.example", "long_email"),
    ],
)
def test_addresses_that_zoom_never_takes_are_known_beforehand(email: str, problem: str):
    assert problem_of(tidied(Person(email))) == problem


def test_answers_lose_their_empty_ones_and_end_where_zoom_ends():
    person = tidied(Person("learner.one@school.example", answers={"city": " Berlin ", "state": " ", "Why?": "x" * 300}))

    assert person.answers == {"city": "Berlin", "Why?": "x" * 128}


@pytest.mark.django_db
def test_a_user_without_names_is_called_by_their_account():
    user = make_user("learner.one", first_name="", last_name="")

    assert of_user(user).first_name == "learner.one"


@pytest.mark.django_db
def test_users_without_an_address_are_told_apart_by_their_account():
    one, two = make_user("learner.one", email=""), make_user("learner.two", email="")

    assert key_of(of_user(one)) != key_of(of_user(two))
    assert key_of(Person("")) == ""
