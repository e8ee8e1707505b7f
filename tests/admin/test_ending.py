"""End for everyone: who may, what it does on Zoom and here, and what people read where it does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve, reverse
from wagtail.models import PageLogEntry, Site

from tests.admin.editing import at, texts
from tests.lessons.models import ClassPage
from tests.schools import EVERY_SCOPE, School, make_administrator, make_editor, make_school, make_space, make_user
from wagtail_zoom.models import Connection, LessonMeeting, Meeting, ZoomSettings
from wagtail_zoom.services.connections import clients
from wagtail_zoom.services.meetings import live_status


STATUS = r"/v2/(meetings|webinars)/\d+/status"
Make = Callable[..., Any]


@pytest.fixture(autouse=True)
def during_the_lesson(clocks: Any) -> None:
    """Let it be a quarter past the beginning."""
    clocks.set(at(9, 15))


@pytest.fixture
def full_school(practice: Any, space: Site) -> School:
    """Return a school whose app has every scope that a user-managed one can have."""
    return make_school(practice, space, scopes=[scope for scope in EVERY_SCOPE if not scope.endswith(":admin")])


def running_lesson(place: School, kind: str = "meeting", people: int = 3) -> ClassPage:
    """Make a lesson of the school's first teacher whose meeting runs on Zoom, which has told of it."""
    name, host = next(iter(place.hosts.items()))
    page = ClassPage(title="Lesson one", zoom_kind=kind, zoom_host=host, owner=place.people[name])
    place.site.root_page.add_child(instance=page)
    page.save_revision().publish()
    Meeting.objects.all().delete()
    with clients.client_for(host.connection) as zoom:
        body = {"topic": "Lesson one", "type": 2 if kind == "meeting" else 5, "duration": 60}
        made = zoom.of_kind("webinar" if kind == "webinar" else "meeting").create(
            host.zoom_ref, body | {"start_time": at(9).strftime("%Y-%m-%dT%H:%M:%SZ")}
        )
    meeting = Meeting.objects.create(
        kind=kind,
        site=place.site,
        host=host,
        connection=host.connection,
        account_key=place.app.account_key,
        zoom_id=made.id,
        zoom_host_id=made.host_id,
        actual=Meeting.Actual.PRESENT,
        starts_at=at(9),
        ends_at=at(10),
        live_count=people,
    )
    LessonMeeting.objects.create(page=page, page_title=page.title, page_path=page.url_path, meeting=meeting)
    run = place.simulator.start(made.id)
    live_status.note_started(meeting, run["uuid"], at(9, 10))
    Meeting.objects.filter(pk=meeting.pk).update(live_count=people)
    place.simulator.clear_requests()
    return page


@pytest.fixture
def lesson(full_school: School) -> ClassPage:
    return running_lesson(full_school)


def browser_of(person: Any, **options: Any) -> Client:
    browser = Client(**options)
    browser.force_login(person)
    return browser


@pytest.fixture
def host(full_school: School) -> Client:
    return browser_of(full_school.people["teacher.one"])


def address(page: Any) -> str:
    return reverse("wagtail_zoom_admin:end", args=[page.pk])


def panel(browser: Client, page: Any) -> str:
    return str(browser.get(reverse("wagtail_zoom_admin:state", args=[page.pk])).json()["html"])


def calls(place: School) -> list[str]:
    return [f"{call['method']} {call['path'].rsplit('/', 1)[1]}" for call in place.simulator.requests()]


def runs_on_zoom(place: School) -> bool:
    return place.simulator.meeting(Meeting.objects.get().zoom_id)["status"] == "started"


def said_in(response: Any) -> list[str]:
    return [text.strip() for text in texts(response)]


def is_live() -> bool:
    return Meeting.objects.get().is_live(at(9, 15))


def logged() -> list[dict[str, Any]]:
    return [entry.data for entry in PageLogEntry.objects.filter(action="wagtail_zoom.end_live")]


# What it does


def test_the_host_is_told_who_has_to_leave_and_nothing_happens_yet(full_school, lesson, host):
    assert address(lesson) in panel(host, lesson)

    html = host.get(address(lesson)).content.decode()

    assert "All 3 people in the meeting have to leave it at once." in html
    assert "The meeting cannot be continued" in html
    assert "probably not allowed" not in html
    assert calls(full_school) == []
    assert is_live()


def test_the_button_ends_it_on_zoom_and_here_and_is_noted(full_school, lesson, host):
    response = host.post(address(lesson), follow=True)

    assert said_in(response) == ["The meeting has ended for everybody."]
    assert calls(full_school) == ["PUT status"]
    assert not runs_on_zoom(full_school)
    meeting = Meeting.objects.get()
    assert (meeting.live_since, meeting.live_count) == (None, 0)
    assert at(9, 15) <= meeting.ended_at < at(9, 16)
    assert logged() == [{"number": str(meeting.zoom_id), "people": 3}]
    assert "End for everyone" not in panel(host, lesson)


def test_a_webinar_is_ended_by_its_own_operation(everything):
    page = running_lesson(everything, kind="webinar")
    browser = browser_of(everything.people["host.one"])

    assert said_in(browser.post(address(page), follow=True)) == ["The meeting has ended for everybody."]
    assert Meeting.objects.get().api_kind == "webinar"
    assert not runs_on_zoom(everything)


def test_no_transaction_is_held_while_zoom_is_asked(lesson):
    assert "default" in resolve(address(lesson)).func._non_atomic_requests


@pytest.mark.parametrize(("people", "said"), [(0, "Everybody who is in"), (1, "One person is in"), (2, "All 2 people")])
def test_the_number_of_people_is_said_where_it_is_known(full_school, host, people, said):
    page = running_lesson(full_school, people=people)

    assert said in host.get(address(page)).content.decode()


def test_the_administrator_of_the_space_ends_it_without_editing_pages(full_school, lesson):
    administrator = browser_of(make_administrator("administrator", full_school.site))

    response = administrator.post(address(lesson))

    assert response.url == reverse("wagtail_zoom_admin:lessons")
    assert not runs_on_zoom(full_school)


def test_the_way_back_leads_nowhere_else(lesson, host):
    response = host.post(address(lesson), {"next": "https://elsewhere.example/"})

    assert response.url == f"/admin/pages/{lesson.pk}/edit/"


# Who may not


@pytest.fixture
def people(full_school: School, lesson: ClassPage) -> dict[str, Any]:
    elsewhere = make_space("elsewhere.example", "Elsewhere")
    colleague = make_editor("editor.one", full_school.site.root_page)
    stranger = make_editor("editor.elsewhere", elsewhere.root_page)
    stranger.groups.add(make_administrator("administrator.elsewhere", elsewhere).groups.get())
    return {
        "colleague": colleague,
        "other teacher": full_school.people["teacher.two"],
        "administrator of another space": stranger,
        "learner": make_user("learner.one"),
        "address of the host": make_editor(
            "thief", full_school.site.root_page, email=full_school.people["teacher.one"].email
        ),
    }


@pytest.mark.parametrize(
    "who", ["colleague", "other teacher", "administrator of another space", "learner", "address of the host"]
)
def test_nobody_else_ends_it_or_is_shown_how(full_school, lesson, people, who):
    browser = browser_of(people[who])

    for method in ("get", "post"):
        assert getattr(browser, method)(address(lesson)).status_code == 302
    if who in ("colleague", "other teacher"):
        assert "End for everyone" not in panel(browser, lesson)
    assert calls(full_school) == []
    assert runs_on_zoom(full_school)
    assert logged() == []


def test_the_meetings_own_space_decides_not_the_one_its_lesson_moved_to(full_school, lesson):
    former = make_space("former.example", "Former")
    Meeting.objects.update(site=former, is_moved=True)
    here, there = (make_administrator(name, site) for name, site in (("here", full_school.site), ("there", former)))

    assert browser_of(here).post(address(lesson)).url == "/admin/"
    assert runs_on_zoom(full_school)
    browser_of(there).post(address(lesson))
    assert not runs_on_zoom(full_school)


def test_a_host_who_was_dismissed_ends_nothing(full_school, lesson, host):
    row = full_school.hosts["teacher.one"]
    row.is_active = False
    row.save()

    assert host.post(address(lesson)).url == "/admin/"
    assert runs_on_zoom(full_school)


def test_another_sites_form_ends_nothing(full_school, lesson):
    browser = browser_of(full_school.people["teacher.one"], enforce_csrf_checks=True)

    assert browser.post(address(lesson)).status_code == 403
    assert runs_on_zoom(full_school)


def test_a_stranger_is_sent_to_the_login(full_school, lesson):
    assert "/login/" in Client().post(address(lesson)).url
    assert runs_on_zoom(full_school)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_no_other_method_ends_it(full_school, lesson, host, method):
    assert getattr(host, method)(address(lesson)).status_code == 405

    assert calls(full_school) == []
    assert runs_on_zoom(full_school)


def test_a_page_that_is_no_lesson_is_not_found(full_school, lesson, host):
    assert host.post(address(full_school.site.root_page)).status_code == 404


# It is over, or was never on


def test_a_second_click_says_that_it_is_over_and_asks_zoom_nothing(full_school, lesson, host):
    host.post(address(lesson))

    assert said_in(host.post(address(lesson), follow=True))[-1] == "The meeting is over already."
    assert said_in(host.get(address(lesson), follow=True))[-1] == "The meeting is over already."
    assert calls(full_school) == ["PUT status"]
    assert len(logged()) == 1


@pytest.mark.parametrize("kind", ["meeting", "webinar"])
def test_what_ended_meanwhile_counts_as_done_and_shows_so(everything, kind):
    page = running_lesson(everything, kind=kind)
    everything.simulator.end(Meeting.objects.get().zoom_id)

    response = browser_of(everything.people["host.one"]).post(address(page), follow=True)

    assert said_in(response) == ["The meeting has ended for everybody."]
    assert not is_live()


def test_an_earlier_run_whose_end_was_never_heard_does_not_stay_live(full_school, lesson, host):
    live_status.note_started(Meeting.objects.get(), "earlier-run", at(8))

    host.post(address(lesson))

    assert not is_live()


def test_zooms_later_word_on_the_end_changes_nothing_about_being_over(full_school, lesson, host):
    uuid = Meeting.objects.get().live_uuid
    host.post(address(lesson))

    live_status.note_ended(Meeting.objects.get(), uuid, at(9, 15) + dt.timedelta(seconds=2))

    assert not is_live()


def test_a_meeting_deleted_on_zoom_is_told_and_looked_up(full_school, lesson, host):
    number = Meeting.objects.get().zoom_id
    full_school.simulator.end(number)
    full_school.simulator.delete_meeting(number)

    html = host.post(address(lesson)).content.decode()

    assert "Zoom did not end the meeting." in html
    assert "was deleted there" in html
    assert at(9, 15) <= Meeting.objects.get().read_due_at < at(9, 16)


# Zoom says no, or nothing


def test_without_the_scope_it_is_probably_not_allowed_and_can_be_tried_anyway(school):
    page = running_lesson(school)
    host = browser_of(school.people["teacher.one"])
    assert "probably not allowed: the Zoom app lacks the scope meeting:update:status." in panel(host, page)
    html = host.get(address(page)).content.decode()
    assert "probably not allowed: the Zoom app lacks the scope meeting:update:status." in html
    assert "Try it anyway" in html

    html = host.post(address(page)).content.decode()

    assert "The meeting goes on: the Zoom app is not allowed to end it." in html
    assert "can add the scope meeting:update:status" in html
    assert is_live()
    assert logged() == []


def test_trying_it_anyway_works_where_the_scope_is_there_after_all(full_school, lesson, host):
    Connection.objects.update(scopes=["meeting:write:meeting"])

    assert said_in(host.post(address(lesson), follow=True)) == ["The meeting has ended for everybody."]


def test_an_account_app_is_told_the_scope_of_its_own_level(academy):
    page = make_lesson_that_exists(academy)

    html = browser_of(academy.people["lecturer.one"]).get(address(page)).content.decode()

    assert "lacks the scope meeting:update:status:admin." in html


def make_lesson_that_exists(place: School) -> ClassPage:
    """Give a lesson a meeting that this site did not make, and may not make."""
    page = ClassPage(title="Lecture", zoom_kind="existing")
    place.site.root_page.add_child(instance=page)
    host = next(iter(place.hosts.values()))
    meeting = Meeting.objects.create(
        kind="meeting",
        site=place.site,
        host=host,
        connection=host.connection,
        zoom_id=12345678901,
        actual=Meeting.Actual.PRESENT,
    )
    LessonMeeting.objects.create(page=page, page_title=page.title, page_path=page.url_path, meeting=meeting)
    live_status.note_started(meeting, "a-run", at(9, 10))
    return page


TROUBLES = {
    "reset_before": ("not known whether the meeting has ended", True),
    "reset_after": ("not known whether the meeting has ended", False),
    "garbage": ("not known whether the meeting has ended", False),
}


@pytest.mark.parametrize("fault", list(TROUBLES))
def test_in_doubt_it_is_said_and_pressing_again_settles_it(full_school, lesson, host, fault):
    full_school.simulator.fault("PUT", STATUS, fault, times=1)

    html = host.post(address(lesson)).content.decode()

    said, goes_on = TROUBLES[fault]
    assert said in html
    assert is_live()
    assert runs_on_zoom(full_school) is goes_on
    assert [entry["answered"] for entry in logged()] == [False]
    assert said_in(host.post(address(lesson), follow=True)) == ["The meeting has ended for everybody."]
    assert not runs_on_zoom(full_school)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 429, "body": {"code": 429, "message": "You have reached the maximum daily rate limit"}}, "goes on"),
        ({"status": 400, "body": {"code": 3063, "message": "Can not end on-prem user's meeting"}}, "on-prem user"),
        ({"status": 400, "body": {"code": 200, "message": "No permission."}}, "their Zoom role lacks"),
    ],
)
def test_a_refusal_is_told_in_words_and_the_lesson_stays_live(full_school, lesson, host, answer, said):
    full_school.simulator.fault("PUT", STATUS, "status", times=5, **answer)

    response = host.post(address(lesson))

    assert response.status_code == 200
    assert said in response.content.decode()
    assert "Traceback" not in response.content.decode()
    assert is_live()
    assert logged() == []


def test_a_zoom_that_never_answers_is_waited_for_no_longer_than_a_click_may_take(full_school, lesson, host, settings):
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "CLICK_DEADLINE": 1.0}
    full_school.simulator.fault("PUT", STATUS, "delay", times=1, seconds=20)

    assert "not known whether the meeting has ended" in host.post(address(lesson)).content.decode()


def test_a_zoom_that_is_away_ends_nothing_and_nobody_is_promised_another_try(full_school, lesson, host, settings):
    nowhere = "http://127.0.0.1:9/v2"
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "API_URL": nowhere}

    html = host.post(address(lesson)).content.decode()

    assert "The meeting goes on: Zoom cannot be reached" in html
    assert "will be tried again" not in html


def test_a_paused_space_sends_nothing_and_says_so(full_school, lesson, host):
    ZoomSettings.objects.update(is_paused=True)

    assert "this space is paused" in host.post(address(lesson)).content.decode()
    assert calls(full_school) == []


def test_without_a_connection_there_is_no_button(lesson, host):
    Meeting.objects.update(connection=None)

    assert "End for everyone" not in panel(host, lesson)
