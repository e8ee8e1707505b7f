"""The attendance screens, as a teacher and as somebody who has no business there."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.admin.attendance.reading import client_of, give, lines_of
from tests.afterwards import Lesson
from tests.afterwards import lesson as lesson
from tests.frontend.lessons import register
from tests.schools import make_administrator, make_editor, make_space, make_user
from wagtail_zoom.models import Attendance, Completion, Instance, RecordingFile
from wagtail_zoom.services import attendance
from wagtail_zoom.services.permissions import Right


@pytest.fixture
def took_place(lesson: Lesson) -> Lesson:
    """Return a lesson that took place: a guest with a hostile name, and another one."""
    control = lesson.school.simulator
    control.start(lesson.number, lesson.at(0))
    control.join(lesson.number, name="=HYPERLINK(1)", at=lesson.at(0))
    control.join(lesson.number, name="<b>Guest</b>", at=lesson.at(10))
    control.end(lesson.number, lesson.at(60))
    lesson.hand_on()
    now = lesson.at(95)
    for run in attendance.due(now):
        attendance.import_run(run)
    return lesson


def address(lesson: Lesson) -> str:
    """Return the address of the lesson's attendance."""
    return reverse("wagtail_zoom_admin:attendance", args=[lesson.page.pk])


def test_the_page_shows_minutes_and_keeps_hostile_names_harmless(took_place: Lesson) -> None:
    teacher = give(make_user("teacher"), took_place.school.site, Right.VIEW_ATTENDANCE)
    text = client_of(teacher).get(address(took_place)).content.decode()
    assert "&lt;b&gt;Guest&lt;/b&gt;" in text
    assert "<b>Guest" not in text
    assert "<svg" in text
    assert "not recognised" in text
    assert 'name="user"' not in text
    # Ten in Berlin, where the lesson is, though the person who looks is elsewhere.
    cells = " ".join(text.partition("<tbody>")[2].split())
    assert "10:10" in cells
    assert "11:00" in cells


def test_the_table_counts_people_and_asks_who_somebody_was(took_place: Lesson) -> None:
    teacher = give(make_user("teacher"), took_place.school.site, Right.MANAGE_ATTENDANCE)
    text = client_of(teacher).get(address(took_place)).content.decode()
    counted = text.partition('class="pagination__end"')[2].partition("</div>")[0].partition(">")[2].strip()
    assert counted == "3 people"  # the host among them
    # There is nobody to choose from, so nobody that the person could be "else" than.
    assert "Who was this?" in text
    assert "Somebody else…" not in text


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_exports_hold_no_formula(took_place: Lesson, form: str) -> None:
    teacher = give(make_user("teacher"), took_place.school.site, Right.VIEW_ATTENDANCE)
    answer = client_of(teacher).get(address(took_place), {"export": form})
    cells = [cell for line in lines_of(answer, form) for cell in line]
    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell.startswith("=")]


def test_nobody_without_the_right_in_this_very_space_sees_anything(took_place: Lesson) -> None:
    elsewhere = make_space("elsewhere.example", "Elsewhere")
    strangers = [
        make_editor("editor", took_place.school.site.root_page),
        make_administrator("other.head", elsewhere),
        give(make_user("other.teacher"), elsewhere, Right.MANAGE_ATTENDANCE),
    ]
    for stranger in strangers:
        answer = client_of(stranger).get(address(took_place))
        assert answer.status_code in (302, 403)
    report = client_of(strangers[2]).get(reverse("wagtail_zoom_admin:attendance_report"))
    assert took_place.page.title not in report.content.decode()


def test_looking_is_not_changing(took_place: Lesson) -> None:
    teacher = give(make_user("teacher"), took_place.school.site, Right.VIEW_ATTENDANCE)
    row = Attendance.objects.filter(is_host=False).first()
    assert row
    url = reverse("wagtail_zoom_admin:attendance_assign", args=[took_place.page.pk, row.pk])
    assert client_of(teacher).post(url, {"user": teacher.pk}).status_code in (302, 403)
    row.refresh_from_db()
    assert row.user is None


def test_a_teacher_assigns_somebody_and_takes_it_back(took_place: Lesson) -> None:
    teacher = give(make_user("teacher"), took_place.school.site, Right.MANAGE_ATTENDANCE)
    learner = make_user("learner.one")
    client = client_of(teacher)
    row = Attendance.objects.get(name="<b>Guest</b>")
    page_id = took_place.page.pk
    found = client.get(reverse("wagtail_zoom_admin:attendance_find", args=[page_id, row.pk]), {"q": "learner"})
    assert "This is the person" in found.content.decode()
    client.post(reverse("wagtail_zoom_admin:attendance_assign", args=[page_id, row.pk]), {"user": learner.pk})
    assigned = Attendance.objects.get(user=learner)
    assert assigned.matched_by == Attendance.Match.PERSON
    client.post(reverse("wagtail_zoom_admin:attendance_unassign", args=[page_id, assigned.pk]))
    assert not Attendance.objects.filter(user=learner).exists()


def test_every_form_in_the_table_carries_its_token(took_place: Lesson) -> None:
    teacher = give(make_user("teacher"), took_place.school.site, Right.MANAGE_ATTENDANCE)
    register(took_place.meeting, make_user("learner.one"), join_url="https://zoom.us/w/1?tk=x")
    where = reverse("wagtail_zoom_admin:attendance_results", args=[took_place.page.pk])
    table = client_of(teacher).get(where).content.decode()
    assert table.count("<form") == table.count("csrfmiddlewaretoken") == 2


def test_a_row_of_another_lesson_cannot_be_reached_through_this_one(took_place: Lesson) -> None:
    teacher = give(make_user("teacher"), took_place.school.site, Right.MANAGE_ATTENDANCE)
    row = Attendance.objects.first()
    assert row
    other = Attendance.objects.create(meeting=_other_meeting(took_place), person_key="guest:1", name="Not yours")
    for name in ("attendance_find", "attendance_assign", "attendance_unassign"):
        url = reverse(f"wagtail_zoom_admin:{name}", args=[took_place.page.pk, other.pk])
        client = client_of(teacher)
        answer = client.get(url) if name == "attendance_find" else client.post(url, {"user": teacher.pk})
        assert answer.status_code == 404


def test_a_verdict_by_hand_needs_a_reason(took_place: Lesson) -> None:
    teacher = give(make_user("teacher"), took_place.school.site, Right.MANAGE_ATTENDANCE)
    learner = make_user("learner.one")
    completion = Completion.objects.create(page=took_place.page, user=learner, decided_at=took_place.at(100))
    url = reverse("wagtail_zoom_admin:attendance_override", args=[took_place.page.pk, completion.pk])
    client = client_of(teacher)
    assert "Say why" in client.post(url, {"complete": "1"}, follow=True).content.decode()
    client.post(url, {"complete": "1", "reason": "Was ill, did the work"})
    completion.refresh_from_db()
    assert (completion.is_complete, completion.override_reason) == (True, "Was ill, did the work")


def test_recordings_are_hidden_until_shown_and_lead_to_zoom_only_for_those_who_may(took_place: Lesson) -> None:
    from wagtail_zoom.services import encryption

    recording = RecordingFile(meeting=took_place.meeting, zoom_file_id="f1", kind="shared_screen")
    encryption.encrypt_field(recording, "play_url", "https://zoom.us/rec/play/abc")
    recording.save()
    teacher = give(make_user("teacher"), took_place.school.site, Right.MANAGE_ATTENDANCE)
    client = client_of(teacher)
    text = client.get(address(took_place)).content.decode()
    assert "only teachers see it" in text
    assert "Screen and sound" in text
    assert "shared_screen" not in text
    assert "zoom.us/rec" not in text
    client.post(reverse("wagtail_zoom_admin:recording_show", args=[took_place.page.pk, recording.pk]), {"shown": "1"})
    recording.refresh_from_db()
    assert recording.is_shown
    leads = client.get(reverse("wagtail_zoom_admin:recording", args=[took_place.page.pk, recording.pk]))
    assert leads["Location"] == "https://zoom.us/rec/play/abc"
    assert leads["Referrer-Policy"] == "no-referrer"


def test_the_listing_costs_the_same_for_many_people(took_place: Lesson, django_assert_max_num_queries: Any) -> None:
    run = Instance.objects.get()
    Attendance.objects.bulk_create(
        Attendance(meeting=took_place.meeting, instance=run, person_key=f"guest:x{n}", name=f"Guest {n}", seconds=60)
        for n in range(2000)
    )
    teacher = give(make_user("teacher"), took_place.school.site, Right.VIEW_ATTENDANCE)
    client = client_of(teacher)
    client.get(address(took_place))
    with django_assert_max_num_queries(35):
        assert client.get(address(took_place)).status_code == 200


def _other_meeting(lesson: Lesson) -> Any:
    from wagtail_zoom.models import Meeting

    return Meeting.objects.create(kind="meeting", site=lesson.school.site)
