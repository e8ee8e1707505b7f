"""Files of people as schools have them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_zoom.services.registrants.csv_import import UnreadableRoster, people_in, read_roster


def lines(content: bytes | str, encoding: str = "utf-8") -> list[tuple[int, str, str, str, str]]:
    roster = read_roster(content if isinstance(content, bytes) else content.encode(encoding))
    return [
        (line.number, line.person.email, line.person.first_name, line.person.last_name, line.problem)
        for line in people_in(roster, roster.columns)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encodings_and_separators_are_recognised(encoding: str, separator: str):
    text = "\r\n".join(
        separator.join(row)
        for row in [
            ("Nachname", "Vorname", "E-Mail-Adresse"),
            ("Müller", "Zoë", "zoe@school.example"),
            ("One", "Learner", "l1@school.example"),
        ]
    )

    assert lines(text, encoding) == [
        (2, "zoe@school.example", "Zoë", "Müller", ""),
        (3, "l1@school.example", "Learner", "One", ""),
    ]


def test_a_separator_in_quotes_separates_nothing():
    assert lines('name;email\n"One; Learner";l1@school.example\n')[0][2] == "One; Learner"


def test_without_headings_the_column_of_addresses_is_found_by_looking():
    assert lines("Learner,l1@school.example\nLearner,l2@school.example\n") == [
        (1, "l1@school.example", "l1", "", ""),
        (2, "l2@school.example", "l2", "", ""),
    ]


def test_headings_that_say_nothing_leave_the_choice_to_the_person():
    roster = read_roster(b"A;B;C\n1;Learner;l1@school.example\n2;Learner;nobody\n")

    assert not roster.is_understood
    assert roster.headings == ("A", "B", "C")
    found = people_in(roster, {"email": 2, "first_name": 1})
    assert [(line.number, line.person.first_name, line.problem) for line in found] == [
        (2, "Learner", ""),
        (3, "Learner", "bad_email"),
    ]


def test_each_line_with_a_mistake_says_which():
    text = (
        "email,first name\n,Nobody\nnot an address,x\n L1@school.example ,One\nl1@SCHOOL.example,Twice\n"
        + "a" * 130
        + "@school.example,Long\n"
    )

    assert [(number, problem) for number, _email, _first, _last, problem in lines(text)] == [
        (2, "no_email"),
        (3, "bad_email"),
        (4, ""),
        (5, "twice"),
        (6, "long_email"),
    ]


def test_formulas_are_names_like_any_other():
    assert lines('email,name\nl1@school.example,"=HYPERLINK(""http://evil.example"")"\n')[0][2].startswith("=HYPERLINK")


def test_short_lines_and_empty_ones_do_no_harm():
    assert lines("first name,last name,email\nLearner\n\n,,l1@school.example\n") == [
        (2, "", "Learner", "", "no_email"),
        (4, "l1@school.example", "l1", "", ""),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "nobody"),
        (b"\n \n,,\n", "nobody"),
        (b"PK\x03\x04\x00\x00\x00\x00\x00", "not text"),
        (b"a" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
        (b"\xff\xfeA", "letters"),
        (b"a\n" * 20_001, "20,000"),
    ],
)
def test_what_is_no_list_of_people_is_refused_with_a_reason(content: bytes, said: str):
    with pytest.raises(UnreadableRoster, match=said):
        read_roster(content)


@given(st.binary(max_size=400))
def test_no_file_breaks_the_reader(content: bytes):
    try:
        roster = read_roster(content)
    except UnreadableRoster:
        return
    assert len(people_in(roster, roster.columns)) == len(roster.lines)
