"""A cache stands before the site, as careless as caches get, and two people come in turn."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.frontend.lessons import address, lesson_at, visitor
from tests.schools import make_user
from wagtail_zoom.models import Instance, RecordingFile, Registrant
from wagtail_zoom.models.lessons import Audience
from wagtail_zoom.services import encryption
from wagtail_zoom.services.registrants import Person, guest_links, register


PERSONAL = ("join", "start", "state", "calendar", "register", "cancel")


@pytest.fixture
def two(desk: Any, clocks: Any, settings: Any) -> dict[str, Any]:
    """Return a lesson with a recording, its guest, a learner who has a place in it, and a cache before the site."""
    lesson = lesson_at(desk, audience=Audience.EVERYBODY)
    learner = make_user("learner.one")
    register(desk.meeting, [Person(learner.email, "L", user=learner)], source=Registrant.Source.EDITOR)
    register(desk.meeting, [Person("guest@x.example", "Guest")], source=Registrant.Source.SELF)
    desk.work()
    recording = RecordingFile(meeting=desk.meeting, kind="MP4", is_shown=True)
    encryption.encrypt_field(recording, "play_url", "https://zoom.us/rec/play/secret-recording")
    recording.save()
    Instance.objects.create(meeting=desk.meeting, uuid="run==")
    settings.MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        *settings.MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
    clocks.set(desk.meeting.starts_at)
    cache.clear()
    token = guest_links.token_of(Registrant.objects.get(email="guest@x.example"))
    return {"lesson": lesson, "learner": learner, "token": token, "recording": recording}


def places(two: dict[str, Any]) -> dict[str, str]:
    lesson, token, uid = two["lesson"], two["token"], two["recording"].uid
    found = {name: address(name, lesson) for name in PERSONAL}
    found |= {name: address(name, lesson, token) for name in ("guest", "guest_state", "guest_register")}
    found |= {
        "recording": address("recording", lesson, uid),
        "guest_recording": address("guest_recording", lesson, token, uid),
    }
    return found


def seen(browser: Client, where: str) -> tuple[int, str, str]:
    answer = browser.get(where)
    return answer.status_code, answer.get("Location", ""), answer.content.decode()


def test_nobody_gets_what_was_made_for_whoever_came_before(two: dict[str, Any]) -> None:
    for name, where in places(two).items():
        learner, stranger = visitor(two["lesson"], two["learner"]), visitor(two["lesson"])
        cache_off = seen(stranger, where)
        cache.clear()
        first = seen(learner, where)
        second = seen(stranger, where)
        assert second[:2] == cache_off[:2], name
        for secret in ("tk=", "secret-recording"):
            assert secret not in second[1] + second[2] or name.startswith("guest"), name
        assert first[0] in (200, 302, 303, 405), name


def test_every_answer_says_that_it_is_not_to_be_kept(two: dict[str, Any]) -> None:
    for name, where in places(two).items():
        for browser in (visitor(two["lesson"]), visitor(two["lesson"], two["learner"])):
            answer = browser.get(where)
            assert answer["Cache-Control"] == "private, no-store", name
            assert answer["Referrer-Policy"] == "no-referrer", name
            assert "Cookie" in answer["Vary"], name
    # A careless cache in the middle would have something of ours in it: nothing is.
    assert not [key for key in getattr(cache, "_cache", {}) if "views.decorators.cache" in key]


def test_the_lesson_page_may_be_kept_for_everybody(two: dict[str, Any]) -> None:
    page = two["lesson"]
    first = visitor(page, two["learner"]).get(page.url).content
    assert visitor(page).get(page.url).content == first
    for secret in (
        b"tk=",
        b"pwd=",
        b"secret-recording",
        two["token"].encode(),
        str(two["lesson"].zoom_number).encode(),
    ):
        assert secret not in first


def test_a_learner_who_comes_second_gets_their_own_link(two: dict[str, Any]) -> None:
    other = make_user("learner.two")
    meeting = two["lesson"].zoom_link.meeting
    register(meeting, [Person(other.email, "O", user=other)], source=Registrant.Source.EDITOR)
    row = Registrant.objects.get(user=other)
    encryption.encrypt_field(row, "join_url", "https://zoom.us/w/1?tk=of-the-other")
    row.actual = "approved"
    row.save()
    where = address("join", two["lesson"])
    one, two_ = (visitor(two["lesson"], person).get(where)["Location"] for person in (two["learner"], other))
    assert one != two_ == "https://zoom.us/w/1?tk=of-the-other"


def test_a_page_that_is_not_found_is_not_kept_either(two: dict[str, Any]) -> None:
    where = address("join", two["lesson"])
    two["lesson"].unpublish()
    assert Client(headers={"host": two["lesson"].get_site().hostname}).get(where).status_code == 404
    two["lesson"].save_revision().publish()
    assert visitor(two["lesson"]).get(where).status_code in (200, 302, 303)
