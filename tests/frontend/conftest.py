"""Fixtures for the public doors: a site, a folder, a learner, and a clock that stands where the test puts it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from wagtail.models import Page, Site

from tests.browser import CHROMIUM, PATIENCE
from tests.frontend.lessons import START, give_meeting, make_lesson
from tests.lessons.models import FolderPage
from tests.schools import School, make_user
from tests.services.registering.desks import Desk, open_desk
from wagtail_zoom.models import LessonPage, Meeting


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


@pytest.fixture
def site(db: None) -> Site:
    """Return the test client's site."""
    site = Site.objects.get(is_default_site=True)
    site.hostname = "testserver"
    site.save()
    return site


@pytest.fixture
def folder(site: Site) -> Page:
    """Return a folder in the site's tree."""
    return site.root_page.add_child(instance=FolderPage(title="Course"))


@pytest.fixture
def learner(db: None) -> Any:
    """Return somebody with an account and no rights."""
    return make_user("learner.one")


@pytest.fixture
def lesson(folder: Page) -> LessonPage:
    """Return a lesson that began just now."""
    return make_lesson(folder)


@pytest.fixture
def meeting(lesson: LessonPage) -> Meeting:
    """Return the lesson's meeting."""
    return give_meeting(lesson)


@pytest.fixture
def browser(client: Client, learner: Any) -> Client:
    """Return the learner's browser."""
    client.force_login(learner)
    return client


@pytest.fixture
def set_time(controlled_clock: time_machine.Traveller) -> Callable[[dt.datetime], None]:
    """Return a function that moves the clock; it stands at the start of the lesson."""
    controlled_clock.move_to(START)
    return controlled_clock.move_to


@pytest.fixture
def desk(everything: School) -> Desk:
    """Return a meeting with registration, three days from now, in a space whose app may do everything."""
    return open_desk(everything)


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a browser; see `tests.frontend.windows.Window`."""
    # While Playwright runs, Django takes the whole process to be asynchronous; it answers one request at a time here.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def expect(chromium: Any) -> Any:
    """Return Playwright's way of waiting for what a page shows."""
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE)
    return expect
