"""The report over learners: how much of a course each of them attended, and for whom it is whose."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page, Site

from tests.admin.attendance.reading import client_of, give, lines_of
from tests.frontend.lessons import END, START, give_meeting, make_lesson, register
from tests.lessons.models import FolderPage
from tests.schools import make_editor, make_space, make_user
from wagtail_zoom.models import Attendance, Completion, Instance, LessonMeeting, Meeting
from wagtail_zoom.services.permissions import Right


LATER = END + dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _later(controlled_clock: time_machine.Traveller) -> None:
    controlled_clock.move_to(LATER)


@pytest.fixture
def course(space: Site) -> Page:
    """Return the page that the lessons lie under."""
    return space.root_page.add_child(instance=FolderPage(title="Biology"))


@pytest.fixture
def teacher(space: Site) -> Any:
    """Return somebody who may see attendance in the space."""
    return give(make_user("teacher"), space, Right.VIEW_ATTENDANCE)


def hold(course: Page, title: str, *, days_ago: int = 0, **minutes: float) -> Meeting:
    """Hold a lesson of an hour; ``minutes`` say for how long whom was there, by user name with "_" for "."."""
    begin = START - dt.timedelta(days=days_ago)
    page = make_lesson(course, title=title, slug=title.lower().replace(" ", "-"))
    meeting = give_meeting(page, starts_at=begin, ends_at=begin + dt.timedelta(hours=1))
    run = Instance.objects.create(meeting=meeting, uuid=title, started_at=begin)
    for name, there in minutes.items():
        attend(run, name, there)
    return meeting


def attend(run: Instance, name: str, minutes: float) -> Attendance:
    """Let somebody have been in the run, with a verdict that half an hour is enough."""
    user = _user(name)
    page_id = run.meeting.lessons.values_list("page", flat=True)[0]
    Completion.objects.update_or_create(
        page_id=page_id, user=user, defaults={"is_complete": minutes >= 30, "decided_at": LATER}
    )
    return Attendance.objects.create(
        meeting=run.meeting, instance=run, user=user, person_key=f"user:{user.pk}", seconds=round(minutes * 60)
    )


def _user(name: str) -> Any:
    username = name.replace("_", ".")
    return get_user_model().objects.filter(username=username).first() or make_user(username)


def report(person: Any, **query: Any) -> dict[str, list[str]]:
    """Return the report's lines by user name, as the file that one downloads has them."""
    answer = client_of(person).get(reverse("wagtail_zoom_admin:attendance_learners"), {"export": "csv", **query})
    assert answer.status_code == 200
    return {line[1]: line[3:] for line in lines_of(answer, "csv")[1:]}


def screen(person: Any, **query: Any) -> str:
    """Return the report's page."""
    answer = client_of(person).get(reverse("wagtail_zoom_admin:attendance_learners"), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_lessons_minutes_share_and_completions_are_added_up_over_a_course(course: Page, teacher: Any) -> None:
    hold(course, "Leaves", days_ago=7, ana_a=60, ben_b=15)
    hold(course, "Roots", ana_a=45)

    assert report(teacher) == {
        "ana.a": ["Biology", "2", "2", "105", "88", "2"],
        "ben.b": ["Biology", "1", "2", "15", "12", "0"],
    }
    text = " ".join(screen(teacher).split())
    for words in ("Ana A", "Biology", "2 of 2", "105", "88 %", "0 of 2"):
        assert words in text


def test_a_lesson_run_twice_is_one_lesson_with_both_times(course: Page, teacher: Any) -> None:
    meeting = hold(course, "Leaves", ana_a=20)
    attend(Instance.objects.create(meeting=meeting, uuid="again", started_at=START), "ana_a", 25)

    assert report(teacher)["ana.a"] == ["Biology", "1", "1", "45", "75", "0"]


def test_each_course_is_counted_by_itself(space: Site, course: Page, teacher: Any) -> None:
    chemistry = space.root_page.add_child(instance=FolderPage(title="Chemistry"))
    hold(course, "Leaves", ana_a=60)
    hold(chemistry, "Acids", ana_a=30)

    answer = client_of(teacher).get(reverse("wagtail_zoom_admin:attendance_learners"), {"export": "csv"})
    assert [line[3:6] for line in lines_of(answer, "csv")[1:]] == [["Biology", "1", "1"], ["Chemistry", "1", "1"]]


def test_who_was_registered_and_never_came_is_listed_with_nothing(course: Page, teacher: Any) -> None:
    meeting = hold(course, "Leaves", ana_a=60)
    register(meeting, make_user("ben.b"), join_url="https://zoom.us/w/1?tk=x")
    register(meeting, make_user("cleo.c"))

    assert report(teacher)["ben.b"] == ["Biology", "0", "1", "0", "0", "0"]
    assert "cleo.c" not in report(teacher)


def test_of_a_single_course_everybody_enrolled_is_listed(
    space: Site, course: Page, teacher: Any, settings: Any
) -> None:
    settings.WAGTAIL_ZOOM = {
        **settings.WAGTAIL_ZOOM,
        "LMS_ADAPTER": "wagtail_zoom.contrib.adapters.DjangoGroup",
        "LMS_OPTIONS": {"group": "Class 5"},
    }
    make_user("ben.b").groups.add(Group.objects.create(name="Class 5"))
    hold(course, "Leaves", ana_a=60)
    assert set(report(teacher)) == {"ana.a", "ben.b"}

    hold(space.root_page.add_child(instance=FolderPage(title="Chemistry")), "Acids", ana_a=30)
    assert set(report(teacher)) == {"ana.a"}
    assert set(report(teacher, course="biolo")) == {"ana.a", "ben.b"}


def test_what_has_not_begun_or_was_cancelled_was_not_held(course: Page, teacher: Any) -> None:
    hold(course, "Leaves", ana_a=60)
    hold(course, "To come", days_ago=-30)
    Meeting.objects.filter(pk=hold(course, "Cancelled").pk).update(wanted=Meeting.Wanted.ABSENT)

    assert report(teacher)["ana.a"][1:3] == ["1", "1"]


def test_teachers_and_people_whom_nobody_recognised_are_not_counted(course: Page, teacher: Any) -> None:
    meeting = hold(course, "Leaves", ana_a=60)
    run = meeting.instances.get()
    Attendance.objects.create(meeting=meeting, instance=run, person_key="guest:1", name="Somebody", seconds=60)
    host = make_user("host.one")
    Attendance.objects.create(meeting=meeting, instance=run, person_key="h", user=host, is_host=True, seconds=60)

    assert set(report(teacher)) == {"ana.a"}


def test_who_shares_a_webinar_with_another_course_counts_in_their_own_only(
    space: Site, course: Page, teacher: Any
) -> None:
    meeting = hold(course, "Leaves", ana_a=60)
    other = make_lesson(space.root_page.add_child(instance=FolderPage(title="Evening class")), title="The same")
    LessonMeeting.objects.create(page=other, page_title=other.title, meeting=meeting, role="guest")
    ben = make_user("ben.b")
    Attendance.objects.create(
        meeting=meeting, instance=meeting.instances.get(), user=ben, person_key=f"user:{ben.pk}", seconds=3600
    )
    Completion.objects.create(page=other, user=ben, is_complete=True, decided_at=LATER)

    assert {name: line[0] for name, line in report(teacher).items()} == {"ana.a": "Biology", "ben.b": "Evening class"}


def test_filters_leave_days_course_and_learner(space: Site, course: Page, teacher: Any) -> None:
    hold(course, "Leaves", days_ago=7, ana_a=60)
    hold(course, "Roots", ana_a=30, ben_b=30)
    day = f"{START:%Y-%m-%d}"

    assert report(teacher, since=day)["ana.a"][1:3] == ["1", "1"]
    assert report(teacher, until=f"{START - dt.timedelta(days=1):%Y-%m-%d}").keys() == {"ana.a"}
    assert set(report(teacher, learner="BEN")) == {"ben.b"}
    assert report(teacher, course="chem") == {}
    assert set(report(teacher, since="no date")) == {"ana.a", "ben.b"}
    assert "No learner matches." in screen(teacher, learner="nobody")


@pytest.mark.parametrize(
    ("ordering", "first"), [("minutes", "ben.b"), ("-minutes", "ana.a"), ("-name", "ben.b"), ("nonsense", "ana.a")]
)
def test_the_columns_sort(course: Page, teacher: Any, ordering: str, first: str) -> None:
    hold(course, "Leaves", ana_a=60, ben_b=30)

    assert next(iter(report(teacher, ordering=ordering))) == first


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_files_hold_no_formula(course: Page, teacher: Any, form: str) -> None:
    hold(course, "Leaves", ana_a=60)
    get_user_model().objects.filter(username="ana.a").update(first_name="=1+1", last_name="")
    Page.objects.filter(pk=course.pk).update(title="@Biology")

    answer = client_of(teacher).get(reverse("wagtail_zoom_admin:attendance_learners"), {"export": form})

    lines = lines_of(answer, form)
    assert lines[0][:3] == ["Learner", "User name", "E-mail"]
    assert (lines[1][0], lines[1][3]) == ("'=1+1", "'@Biology")


def test_hostile_names_stay_text(course: Page, teacher: Any) -> None:
    hold(course, "Leaves", ana_a=60)
    get_user_model().objects.filter(username="ana.a").update(first_name="<script>", last_name="")

    assert "&lt;script&gt;" in screen(teacher)


def test_another_spaces_people_are_never_seen(course: Page, teacher: Any) -> None:
    elsewhere = make_space("elsewhere.example", "Elsewhere")
    there = elsewhere.root_page.add_child(instance=FolderPage(title="Chemistry"))
    hold(course, "Leaves", ana_a=60)
    hold(there, "Acids", ana_a=60, ben_b=60)

    assert {name: line[0] for name, line in report(teacher).items()} == {"ana.a": "Biology"}
    assert "Chemistry" not in screen(teacher, site=elsewhere.pk)
    assert report(teacher, site=elsewhere.pk).get("ben.b") is None
    other = give(make_user("other.teacher"), elsewhere, Right.VIEW_ATTENDANCE)
    assert set(report(other)) == {"ana.a", "ben.b"}
    assert {line[0] for line in report(other).values()} == {"Chemistry"}


def test_without_the_right_nobody_gets_in_and_nobody_is_shown_the_way(space: Site, course: Page, teacher: Any) -> None:
    editor = make_editor("editor", space.root_page)
    address = reverse("wagtail_zoom_admin:attendance_learners")

    assert client_of(editor).get(address).status_code in (302, 403)
    assert address not in client_of(editor).get(reverse("wagtailadmin_home")).content.decode()
    assert address in client_of(teacher).get(reverse("wagtailadmin_home")).content.decode()


def queries(client: Any, **query: Any) -> tuple[int, Any]:
    """Return how many queries the report costs, and its answer. The savepoints are of this test's own transaction."""
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(reverse("wagtail_zoom_admin:attendance_learners"), query)
    return len([query for query in asked.captured_queries if "SAVEPOINT" not in query["sql"]]), answer


def test_ten_thousand_rows_cost_at_most_25_queries(course: Page, teacher: Any) -> None:
    people = [make_user_row(number) for number in range(500)]
    model = type(people[0])
    model.objects.bulk_create(people)
    users = list(model.objects.filter(username__startswith="many."))
    for lesson in range(20):
        meeting = hold(course, f"Lesson {lesson}", days_ago=lesson)
        run = meeting.instances.get()
        Attendance.objects.bulk_create(
            Attendance(meeting=meeting, instance=run, user=user, person_key=f"user:{user.pk}", seconds=1800)
            for user in users
        )
    assert Attendance.objects.count() == 10_000
    client = client_of(teacher)
    queries(client)

    number, page = queries(client)
    assert number <= 25
    assert "20 of 20" in page.content.decode()
    number, file = queries(client, export="csv")
    assert number <= 25
    assert len(lines_of(file, "csv")) == 501


def make_user_row(number: int) -> Any:
    """Return an account that is not stored yet; nobody logs in with it."""
    return get_user_model()(username=f"many.{number:03}", first_name="Learner", last_name=f"{number:03}", password="!")
