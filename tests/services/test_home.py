"""A copy of the database is harmless: on another address, or under another key, Zoom hears nothing from it."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core import mail
from django.core.management import call_command

from tests import schools
from tests.schools import School
from wagtail_zoom import clock, tasks
from wagtail_zoom.models import Connection, Installation, LessonPage, Meeting
from wagtail_zoom.services.connections import connections, hosts, token_refresh
from wagtail_zoom.services.connections.clients import client_for
from wagtail_zoom.services.installation import clone_guard
from wagtail_zoom.services.status.lesson_status import state_of


@pytest.fixture
def at_home(school: School) -> School:
    """Return a school that has been at home at http://localhost since its teachers connected."""
    return school


@pytest.fixture
def copied(at_home: School, settings: Any) -> School:
    """Return the same school, its database now used at another address."""
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "BASE_URL": "https://copy.example"}
    at_home.simulator.clear_requests()
    return at_home


def sync(*options: str) -> str:
    out = io.StringIO()
    call_command("sync_zoom", *options, stdout=out)
    return out.getvalue()


def heard(school: School) -> list[str]:
    """Return everything that Zoom was asked for, tokens included."""
    return [f"{call['method']} {call['path']}" for call in school.simulator.requests()]


def test_the_first_word_with_zoom_binds_the_database_to_its_address(at_home: School) -> None:
    row = Installation.objects.get()
    assert (row.home_url, bool(row.home_key_digest)) == ("http://localhost", True)
    assert clone_guard.place() == "home"


def test_zoom_hears_nothing_from_a_copy_whatever_runs_there(
    copied: School, clocks: Any, django_capture_on_commit_callbacks: Any
) -> None:
    # Every grant is old enough to be renewed, and every token has run out.
    clocks.advance(days=31)
    page = schools.make_lesson(copied)
    LessonPage.objects.filter(pk=page.pk).update(zoom_date=dt.date(2026, 12, 24))
    page.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    meeting = Meeting.objects.get()
    tasks.reconcile_meeting.enqueue(meeting.pk)
    tasks.register_people.enqueue(meeting.pk)
    said = sync()
    assert "another address" in said and "Nothing was due" not in said
    assert "0 calls to Zoom" in sync("--dry-run")
    connections.test_connection(copied.connection)
    with pytest.raises(clone_guard.ClonedDatabaseError), client_for(copied.connection):
        pass
    with pytest.raises(clone_guard.ClonedDatabaseError):
        schools.walk(copied.people["teacher.one"], copied.site, copied.app, "teacher.one@school.example")

    assert heard(copied) == []
    assert mail.outbox == []
    state = state_of(page)
    assert (state.code, "another address" in state.sentence) == ("paused", True)
    assert Connection.objects.filter(status=Connection.Status.CONNECTED).count() == 2


def test_disconnecting_in_a_copy_leaves_the_grant_at_home_alive(copied: School) -> None:
    done = connections.disconnect(copied.connection, site=copied.site, by=None)
    assert not done.is_revoked
    assert heard(copied) == []


def test_once_it_is_the_new_home_everything_goes_on(copied: School) -> None:
    page = schools.make_lesson(copied)
    page.save_revision().publish()
    sync()
    clone_guard.confirm_move()
    assert clone_guard.place() == "home"
    sync()
    assert Meeting.objects.get().actual == Meeting.Actual.PRESENT
    assert Installation.objects.get().home_url == "https://copy.example"


def test_a_copy_stays_silent_for_good_and_asks_no_more_but_its_copy_does(copied: School, settings: Any) -> None:
    clone_guard.confirm_clone()
    assert clone_guard.place() == "copy"
    sync()
    assert heard(copied) == []
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "BASE_URL": "https://copy-of-the-copy.example"}
    assert clone_guard.place() == "unknown"
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "BASE_URL": "http://localhost"}
    assert clone_guard.place() == "home"


def test_the_same_address_with_another_key_is_elsewhere(at_home: School, settings: Any) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "ENCRYPTION_KEYS": [Fernet.generate_key().decode()]}
    assert clone_guard.place() == "unknown"
    at_home.simulator.clear_requests()
    sync()
    assert heard(at_home) == []


def test_a_new_key_in_front_is_still_home_and_is_remembered(at_home: School, settings: Any) -> None:
    former = settings.WAGTAIL_ZOOM["ENCRYPTION_KEYS"]
    fresh = Fernet.generate_key().decode()
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "ENCRYPTION_KEYS": [fresh, *former]}
    assert clone_guard.place() == "home"
    token_refresh.renew(at_home.connection, rejected=token_refresh.stored_token(at_home.connection))
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "ENCRYPTION_KEYS": [fresh]}
    assert clone_guard.place() == "home"


def test_without_a_base_address_nothing_can_be_told_apart(at_home: School, settings: Any) -> None:
    settings.WAGTAILADMIN_BASE_URL = ""
    assert clone_guard.place() == "home"
    assert hosts.host_of(at_home.people["teacher.one"], at_home.site) is not None
    token_refresh.renew(at_home.connection, rejected=token_refresh.stored_token(at_home.connection))


def test_check_zoom_says_where_home_is_and_fails(copied: School) -> None:
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("check_zoom", "--offline", stdout=out, no_color=True)
    assert "This database was set up for http://localhost" in out.getvalue()


def test_nothing_is_bound_before_anybody_spoke_to_zoom(db: None, settings: Any) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "BASE_URL": "https://anywhere.example"}
    assert clone_guard.place() == "home"
    assert clock.now() > Installation.objects.get().installed_at
    assert Installation.objects.get().home_url == ""
