"""What is asked for without anybody clicking: fetched ahead, previewed, painted as a picture, asked for its head."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.frontend.lessons import address, lesson_at, visitor
from tests.schools import make_user
from tests.test_secrets import apps_models
from wagtail_zoom.models import Registrant
from wagtail_zoom.models.lessons import Audience
from wagtail_zoom.services.registrants import Person, guest_links, register


NOBODY = [
    {"sec-purpose": "prefetch"},
    {"sec-purpose": "prefetch;prerender"},
    {"sec-purpose": "prerender"},
    {"purpose": "prefetch"},
    {"x-purpose": "preview"},
    {"x-moz": "prefetch"},
    {"sec-fetch-dest": "image", "sec-fetch-mode": "no-cors"},
    {"sec-fetch-dest": "video"},
    {"sec-fetch-dest": "script"},
]


def rows() -> dict[str, list[Any]]:
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in apps_models()}


@pytest.fixture
def doors(desk: Any, clocks: Any) -> list[tuple[Client, str]]:
    """Return who stands before which door, where a click would change something."""
    lesson = lesson_at(desk, audience=Audience.EVERYBODY)
    members = lesson_at(desk, audience=Audience.LOGGED_IN)
    register(desk.meeting, [Person("guest@x.example", "Guest")], source=Registrant.Source.SELF)
    token = guest_links.token_of(Registrant.objects.get())
    learner, stranger = visitor(members, make_user("learner.new")), visitor(lesson)
    clocks.set(desk.meeting.starts_at)
    return [
        *((learner, address(name, members)) for name in ("join", "start", "register", "cancel")),
        *((stranger, address(name, lesson, token)) for name in ("guest", "guest_register", "guest_cancel")),
        *((stranger, address(name, lesson)) for name in ("join", "register", "cancel")),
    ]


@pytest.mark.parametrize("headers", NOBODY, ids=str)
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_row_changes_nobody_is_written_to_and_zoom_hears_nothing(
    desk: Any, doors: Any, headers: dict[str, str], method: str, django_capture_on_commit_callbacks: Any
) -> None:
    before = rows()
    desk.forget_calls()
    with django_capture_on_commit_callbacks(execute=True):
        for browser, where in doors:
            answer = getattr(browser, method)(where, {"email": "a@x.example", "name": "A"}, headers=headers)
            assert answer.status_code == 503
            assert answer["Cache-Control"] == "private, no-store"
    assert rows() == before
    assert desk.school.simulator.requests() == []
    assert mail.outbox == []


def test_asking_for_the_head_changes_nothing(desk: Any, doors: Any) -> None:
    before = rows()
    for browser, where in doors:
        assert browser.head(where).status_code == 405
    assert rows() == before


def test_a_click_of_the_same_people_does_change_something(doors: Any) -> None:
    before = rows()
    for browser, where in doors[:1]:
        browser.get(where, headers={"sec-fetch-dest": "document", "sec-fetch-user": "?1"})
    assert rows() != before
