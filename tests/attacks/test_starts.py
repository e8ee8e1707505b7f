"""Start by those who are nearly the host: of the page, of another space, of yesterday, by another page or another form."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from wagtail.models import PageViewRestriction

from tests import schools
from tests.frontend.lessons import START, address, give_meeting, make_lesson, visitor
from tests.frontend.test_start import lesson_in
from tests.schools import School, make_administrator, make_editor, make_space
from wagtail_zoom.models import Host, JoinClick, Meeting


@pytest.fixture(autouse=True)
def _at_the_start(clocks: Any) -> None:
    clocks.set(START)


@pytest.fixture
def lesson(school: School) -> Any:
    return lesson_in(school, "teacher.one")[0]


def start(page: Any, user: Any, **more: Any) -> Any:
    return visitor(page, user).post(address("start", page), **more)


def is_started(answer: Any) -> bool:
    return "zak=" in answer.get("Location", "") or "zak=" in answer.content.decode()


def nothing_is_started(school: School, answers: list[Any]) -> None:
    assert not [answer for answer in answers if is_started(answer)]
    assert not JoinClick.objects.exists()
    assert school.simulator.requests() == []


def test_neither_owning_nor_editing_nor_being_chosen_makes_anybody_the_host(school: School, lesson: Any) -> None:
    """Not the page's new owner, nor who was chosen as host in a draft, nor an administrator, a colleague, a superuser."""
    colleague = school.people["teacher.two"]
    lesson.owner = colleague
    lesson.zoom_host = school.hosts["teacher.two"]
    lesson.save()
    head = make_administrator("head", school.site)
    root = schools.make_user("root", is_superuser=True, is_staff=True)
    school.simulator.clear_requests()
    nothing_is_started(school, [start(lesson, person) for person in (colleague, head, root)])
    # Nor does the page's owner take it away from the host that the meeting has.
    assert is_started(start(lesson, school.people["teacher.one"]))


def test_a_teacher_of_another_space_starts_nothing_here_nor_there(school: School, academy: School, lesson: Any) -> None:
    theirs, stranger = school.people["teacher.one"], academy.people["lecturer.one"]
    other = make_lesson(academy.site.root_page, title="Theirs")
    give_meeting(other, host=academy.hosts["lecturer.one"])
    school.simulator.clear_requests()
    answers = [start(lesson, stranger), start(other, theirs)]
    for page, site in ((lesson, academy.site), (other, school.site)):
        browser = Client(headers={"host": site.hostname})
        browser.force_login(theirs)
        answers.append(browser.post(address("start", page)))
        assert answers[-1].status_code == 404
    nothing_is_started(school, answers)


def test_copies_of_the_page_start_nothing_until_they_have_a_meeting(school: School, lesson: Any) -> None:
    teacher, colleague = school.people["teacher.one"], school.people["teacher.two"]
    copied = lesson.copy(update_attrs={"slug": "copied", "title": "Copied"}, user=colleague)
    draft = lesson.copy(update_attrs={"slug": "draft", "title": "Draft"}, keep_live=False)
    school.simulator.clear_requests()
    nothing_is_started(school, [start(copied, colleague), start(copied, teacher), start(draft, teacher)])


def test_a_moved_page_is_started_by_its_host_where_it_is_now_and_nowhere_else(school: School, lesson: Any) -> None:
    teacher = school.people["teacher.one"]
    other = make_space("other.example", "Other")
    stranger = make_editor("stranger", other.root_page)
    old = visitor(lesson, teacher)
    lesson.move(other.root_page, pos="last-child")
    cache.clear()
    lesson = type(lesson).objects.get(pk=lesson.pk)
    school.simulator.clear_requests()
    assert old.post(address("start", lesson)).status_code == 404
    nothing_is_started(school, [start(lesson, stranger)])
    assert is_started(start(lesson, teacher))


@pytest.mark.parametrize("kind", ["login", "groups", "password"])
def test_what_guards_the_page_or_what_is_above_it_guards_start(school: School, lesson: Any, kind: str) -> None:
    PageViewRestriction.objects.create(page=lesson.get_parent(), restriction_type=kind, password="secret")
    school.simulator.clear_requests()
    browser = Client(headers={"host": school.site.hostname})
    answers = [browser.post(address("start", lesson), {"password": "wrong"})]
    if kind != "login":
        answers.append(start(lesson, school.people["teacher.one"]))
    nothing_is_started(school, answers)


@pytest.mark.parametrize("gone", ["deactivated", "let go", "disconnected", "other zoom user"])
def test_a_host_of_yesterday_starts_nothing(school: School, lesson: Any, gone: str) -> None:
    teacher = school.people["teacher.one"]
    browser = visitor(lesson, teacher)
    if gone == "deactivated":
        type(teacher).objects.filter(pk=teacher.pk).update(is_active=False)
    elif gone == "let go":
        Host.objects.filter(user=teacher).update(is_active=False)
    elif gone == "disconnected":
        Meeting.objects.update(connection=None)
    else:
        Host.objects.filter(user=teacher).update(zoom_user_id="somebody-else")
        Meeting.objects.update(zoom_host_id="me-before")
    school.simulator.clear_requests()
    nothing_is_started(school, [browser.post(address("start", lesson))])


@pytest.mark.parametrize(
    "send",
    [
        {"method": "get"},
        {"method": "get", "headers": {"x-http-method-override": "POST"}},
        {"method": "put"},
        {"method": "patch"},
        {"method": "delete"},
        {"method": "options"},
        {"method": "post", "headers": {"origin": "https://evil.example"}},
        {"method": "post", "headers": {"origin": "null"}},
        {"method": "post", "headers": {"content-type": "text/plain"}},
    ],
    ids=str,
)
def test_only_the_pages_own_form_starts(school: School, lesson: Any, send: dict[str, Any]) -> None:
    browser = visitor(lesson, school.people["teacher.one"], enforce_csrf_checks=True)
    school.simulator.clear_requests()
    query = {"_method": "POST", "csrfmiddlewaretoken": "x" * 64}
    nothing_is_started(
        school,
        [
            browser.generic(
                send["method"].upper(), address("start", lesson), query_params=query, headers=send.get("headers")
            )
        ],
    )


def test_the_key_of_a_start_is_in_no_cache_session_row_or_log(
    school: School, lesson: Any, caplog: Any, settings: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    settings.MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        *settings.MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
    browser = visitor(lesson, school.people["teacher.one"])
    zak = parse_qs(urlsplit(browser.post(address("start", lesson))["Location"]).query)["zak"][0]
    kept = [repr(vars(cache).get("_cache", {})), repr(dict(browser.session)), repr(browser.cookies), caplog.text]
    for model in (Meeting, Host, JoinClick):
        kept += [repr(row) for row in model.objects.values()]
    assert len(zak) > 10
    assert not [text for text in kept if zak in text]
    for name in ("join", "state", "start"):
        assert zak not in browser.get(address(name, lesson)).content.decode()
