"""What provisioning costs: queries of a publish, meetings of a request, and two workers at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, connections
from django.test.utils import CaptureQueriesContext
from django_tasks.backends.dummy import DummyBackend

from tests.lessons.models import FolderPage
from tests.services.provisioning.conftest import asked, meeting_of, on_zoom, writes
from wagtail_zoom import tasks
from wagtail_zoom.models import LessonMeeting
from wagtail_zoom.services.coordination.work_budget import Budget
from wagtail_zoom.services.meetings import reconcile
from wagtail_zoom.services.status.lesson_status import state_of, states_for


def queries_of(act: Any) -> int:
    with CaptureQueriesContext(connection) as seen:
        act()
    return len(seen)


@contextmanager
def a_request() -> Iterator[None]:
    """Begin and end a request as Django's test client does: the test's own connection stays open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    request_started.send(sender=None)
    try:
        yield
    finally:
        request_finished.send(sender=None)
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def test_a_publish_costs_few_queries_over_a_plain_page(
    school: Any, lesson_in: Any, django_capture_on_commit_callbacks: Any
) -> None:
    def publishing(page: Any) -> int:
        revision = page.save_revision()
        with django_capture_on_commit_callbacks():
            return queries_of(revision.publish)

    plain = FolderPage(title="Plain", live=False)
    school.site.root_page.add_child(instance=plain)
    page = lesson_in(school)
    first = publishing(page) - publishing(plain)
    again = publishing(type(page).objects.get(pk=page.pk)) - publishing(FolderPage.objects.get(pk=plain.pk))
    assert 0 < first <= 40
    assert 0 < again <= 32


def test_the_states_of_many_lessons_cost_as_many_queries_as_those_of_one(
    school: Any, lesson_in: Any, publish: Any
) -> None:
    pages = [publish(lesson_in(school, f"Lesson {number}")) for number in range(6)]
    assert queries_of(lambda: states_for(pages)) == queries_of(lambda: states_for(pages[:1])) <= 4
    assert {state.code for state in states_for(pages).values()} == {"ready"}


def test_within_one_request_only_the_first_meeting_is_handled_and_the_rest_is_left_to_sync(
    school: Any, lesson_in: Any, publish: Any, sync: Any
) -> None:
    pages = [lesson_in(school, f"Lesson {number}") for number in range(3)]
    with a_request():
        published = [publish(page) for page in pages]
    assert len(on_zoom(school.simulator)) == 1
    assert [state_of(page).code for page in published] == ["ready", "waiting", "waiting"]
    sync()
    assert len(on_zoom(school.simulator)) == 3


class RefusesOurs(DummyBackend):
    """A queue that is down for our tasks; Wagtail's own do not survive one that is down for theirs."""

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        if task.module_path.startswith("wagtail_zoom."):
            raise ConnectionError("the queue is down")
        return super().enqueue(task, args, kwargs)


@pytest.mark.parametrize(
    "backend", ["django_tasks.backends.dummy.DummyBackend", f"{RefusesOurs.__module__}.RefusesOurs"]
)
def test_a_queue_that_loses_or_refuses_work_stops_no_publish_and_sync_makes_up_for_it(
    school: Any, lesson_in: Any, publish: Any, sync: Any, settings: Any, backend: str
) -> None:
    settings.TASKS = {"default": {"BACKEND": backend}}
    page = publish(lesson_in(school))
    assert page.live
    assert asked(school.simulator) == []
    assert tasks.engine().kind == "worker"
    sync()
    assert state_of(page).code == "ready"
    assert not tasks.engine().healthy


def test_a_worker_that_was_seen_and_a_sync_that_runs_are_a_healthy_engine(db: None, sync: Any, settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    sync()
    assert not tasks.engine().healthy
    tasks.beat.func()
    assert tasks.engine().healthy


@pytest.mark.database_server
@pytest.mark.django_db(transaction=True)
def test_two_workers_and_two_publishes_at_once_make_one_meeting(school: Any, lesson_in: Any) -> None:
    page = lesson_in(school)
    page.live = True
    page.save()
    type(page).objects.filter(pk=page.pk).update(last_published_at="2099-01-01T00:00Z")
    page.refresh_from_db()
    start = threading.Barrier(4)

    def work() -> None:
        try:
            start.wait()
            meeting_id = reconcile.want(type(page).objects.get(pk=page.pk))
            if meeting_id is not None:
                reconcile.reconcile(meeting_id, budget=Budget())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([call for call in writes(school.simulator) if call.startswith("POST")]) == 1
    assert LessonMeeting.objects.count() == 1
    assert meeting_of(page).actual == "present"
