"""Class lists from files: every spreadsheet program's, and those that are none."""

from __future__ import annotations

import random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.admin.editing import Editor
from tests.admin.registrants.conftest import text
from tests.schools import School
from tests.services.registering.desks import Desk, learners, open_desk
from wagtail_zoom.models import Registrant
from wagtail_zoom.services import registrants


pytestmark = pytest.mark.django_db

ONE, TWO, _THREE = learners(3)
LISTING = "wagtail_zoom_admin:registrants"


def send_file(manager: Editor, desk: Desk, content: bytes) -> str:
    return text(
        manager.post(
            "wagtail_zoom_admin:registrants_upload", desk.meeting.pk, file=SimpleUploadedFile("class.csv", content)
        )
    )


def roster_in(page: str) -> str:
    return page.split('name="roster" value="')[1].split('"')[0]


def test_a_file_with_mistakes_shows_each_and_registers_the_others_once(desk: Desk, manager: Editor):
    content = (
        f"E-Mail;Vorname;Nachname\n{ONE};Learner;One\nnobody;x;y\n{ONE.upper()};Again;One\n{TWO};Zoë;Two\n".encode()
    )

    preview = send_file(manager, desk, content)
    assert "2 lines cannot be registered" in preview
    assert "in the file twice" in preview
    assert "Registered on Zoom: 2." in preview
    assert not Registrant.objects.exists()

    fields = {"roster": roster_in(preview), "email": "0", "first_name": "1", "last_name": "2", "confirmed": "1"}
    for _time in range(2):
        manager.post("wagtail_zoom_admin:registrants_upload", desk.meeting.pk, **fields)

    assert desk.statuses() == {ONE: "approved", TWO: "approved"}
    assert desk.row(TWO).first_name == "Zoë"
    assert desk.calls() == {"POST batch_registrants": 1}


def test_where_headings_say_nothing_the_person_chooses_the_columns(desk: Desk, manager: Editor):
    page = send_file(manager, desk, f"A;B\nparent.1@school.example;{ONE}\nparent.2@school.example;{TWO}\n".encode())
    assert "The headings of this file say nothing." in page

    chosen = text(
        manager.post("wagtail_zoom_admin:registrants_upload", desk.meeting.pk, roster=roster_in(page), email="1")
    )
    assert "2 people" in chosen and ONE in chosen


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"PK\x03\x04\x00\x00", "not text"), (b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB"), (b"\n", "nobody")],
)
def test_a_file_that_is_none_is_refused_with_the_reason(desk: Desk, manager: Editor, content: bytes, said: str):
    assert said in send_file(manager, desk, content)


def test_a_roster_of_another_meeting_or_a_changed_one_is_not_believed(desk: Desk, manager: Editor, everything: School):
    page = send_file(manager, desk, f"email\n{ONE}\n".encode())
    other = open_desk(everything)

    for meeting, roster in ((other.meeting.pk, roster_in(page)), (desk.meeting.pk, roster_in(page)[:-2])):
        answer = manager.post("wagtail_zoom_admin:registrants_upload", meeting, roster=roster, email="0", confirmed=1)
        assert answer.status_code == 302
    assert not Registrant.objects.exists()


def test_a_formula_in_a_name_stays_a_name_in_the_export(desk: Desk, manager: Editor):
    registrants.register(
        desk.meeting, [registrants.Person(ONE, "=HYPERLINK(1)"), registrants.Person("nobody")], source="csv"
    )

    answer = manager.get(LISTING, meeting=desk.meeting.pk, export="csv")
    lines = b"".join(answer.streaming_content).decode()

    assert "'=HYPERLINK(1)" in lines
    assert "This is not an e-mail address" in lines
    assert "registrants-" in answer["Content-Disposition"]
    assert manager.get(LISTING, meeting=desk.meeting.pk, export="xlsx").status_code == 200


# A file as no school means it.

LONG_LINE = "{}@school.example,{}\n"


def test_a_file_of_fifty_megabytes_is_refused_before_it_is_read(desk: Desk, manager: Editor):
    content = b"email\n" + b"learner@school.example\n" * (50 * 1024 * 1024 // 23)

    assert "larger than 5 MB" in send_file(manager, desk, content)
    assert not Registrant.objects.exists()


def test_a_file_with_more_in_it_than_one_form_may_bring_back_is_refused_with_what_to_leave_out(
    desk: Desk, manager: Editor
):
    letters = random.Random(1)
    lines = (LONG_LINE.format(f"learner.{number}", letters.randbytes(110).hex()) for number in range(18_000))

    said = send_file(manager, desk, ("email,notes\n" + "".join(lines)).encode())

    assert "Leave only the columns with addresses and names." in said
    assert 'name="roster"' not in said


def test_many_people_in_one_file_come_back_whole(desk: Desk, manager: Editor):
    lines = (f"learner.{number}@school.example;Learner;No {number}\n" for number in range(2_000))
    preview = send_file(manager, desk, ("email;first name;last name\n" + "".join(lines)).encode())
    assert "2,000 people" in preview or "2000 people" in preview

    read_again = text(
        manager.post("wagtail_zoom_admin:registrants_upload", desk.meeting.pk, roster=roster_in(preview), email="0")
    )
    assert "learner.49@school.example" in read_again


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_whatever_a_spreadsheet_program_writes_reaches_zoom_with_its_letters(
    desk: Desk, manager: Editor, encoding: str, separator: str
):
    rows = [("Nachname", "Vorname", "E-Mail"), ("Müller", "Zoë", ONE), ("=1+1", "@SUM(A1)", TWO)]
    content = "\r\n".join(separator.join(row) for row in rows).encode(encoding)

    confirm(manager, desk, send_file(manager, desk, content), email="2", first_name="1", last_name="0")

    on_zoom = {each["email"]: each["first_name"] for each in desk.school.simulator.meeting(desk.number)["registrants"]}
    assert on_zoom == {ONE: "Zoë", TWO: "@SUM(A1)"}


def test_letters_that_nobody_can_read_are_said(desk: Desk, manager: Editor):
    assert "cannot be read" in send_file(manager, desk, b"\xff\xfe" + b"A\x00\xd8")


def test_without_headings_nobody_in_the_first_line_is_lost(desk: Desk, manager: Editor):
    preview = send_file(manager, desk, f"Learner,One,{ONE}\nLearner,Two,{TWO}\n".encode())
    assert "2 people" in preview

    confirm(manager, desk, preview, email="2", first_name="0", last_name="1")

    assert desk.statuses() == {ONE: "approved", TWO: "approved"}
    assert desk.row(ONE).last_name == "One"


def confirm(manager: Editor, desk: Desk, preview: str, **columns: str) -> None:
    fields = {"roster": roster_in(preview), "confirmed": "1", **columns}
    answer = manager.post("wagtail_zoom_admin:registrants_upload", desk.meeting.pk, **fields)
    assert answer.status_code == 302
