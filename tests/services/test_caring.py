"""Nobody is left alone with a broken lesson: who is written to, when, how often, and when not."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command

from tests.clocks import NOW
from tests.schools import School, make_administrator, make_lesson
from wagtail_zoom.models import Approval, Connection, LessonPage, Meeting
from wagtail_zoom.services.approvals import approvals
from wagtail_zoom.services.connections import token_refresh, token_store


Publish = Callable[..., LessonPage]


@pytest.fixture
def publish(school: School, clocks: Any, django_capture_on_commit_callbacks: Any) -> Publish:
    """Return a function that publishes a lesson of the first teacher: on Tuesday at 9 UTC unless told otherwise."""

    def make(title: str = "Fractions", **wishes: Any) -> LessonPage:
        page = make_lesson(school, title, **wishes)
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()
        return page

    return make


@pytest.fixture
def refused(school: School) -> None:
    """Let Zoom refuse to make meetings for good."""
    school.simulator.fault("POST", "/meetings", "status", status=400, body={"code": 300, "message": "no"}, times=99)


def sync() -> None:
    call_command("sync_zoom", stdout=io.StringIO())


def letters() -> list[tuple[str, list[str]]]:
    return [(letter.subject, letter.to) for letter in mail.outbox]


def test_a_lesson_that_is_not_ready_is_told_once_with_its_reason_and_one_link(
    publish: Publish, refused: None, clocks: Any
) -> None:
    page = publish()
    clocks.advance(minutes=14)
    sync()
    assert letters() == []
    clocks.advance(minutes=2)
    sync()
    sync()
    ((subject, to),) = letters()
    assert (subject, to) == ("This lesson has no Zoom meeting yet: Fractions", ["teacher.one@school.example"])
    body = mail.outbox[0].body
    assert "Zoom did not accept this lesson" in body
    assert body.count("http") == 1
    assert f"http://localhost/admin/pages/{page.pk}/edit/" in body


def test_it_is_told_again_a_day_and_an_hour_before(publish: Publish, refused: None, clocks: Any) -> None:
    publish()
    seen = []
    for minutes in (20, 2 * 24 * 60 + 50, 30, 22 * 60 + 10, 30, 10):
        clocks.advance(minutes=minutes)
        sync()
        seen.append(len(mail.outbox))
    assert seen == [1, 2, 2, 2, 3, 3]


def test_the_owner_is_told_beside_the_host_and_nobody_twice(
    publish: Publish, refused: None, clocks: Any, school: School
) -> None:
    publish(zoom_host=school.hosts["teacher.two"])
    clocks.advance(minutes=16)
    sync()
    assert sorted(to for _subject, to in letters()) == [["teacher.one@school.example"], ["teacher.two@school.example"]]


def test_nobody_is_told_of_lessons_that_are_well_over_or_not_public(
    publish: Publish, school: School, clocks: Any
) -> None:
    publish("Well")
    over, draft = publish("Over"), publish("Draft")
    Meeting.objects.filter(lessons__page_id=over.pk).update(actual="absent", ends_at=NOW, due_at=None)
    Meeting.objects.filter(lessons__page_id=draft.pk).update(actual="absent", due_at=None)
    LessonPage.objects.filter(pk=draft.pk).update(live=False)
    clocks.advance(minutes=20)
    sync()
    assert letters() == []


def test_a_lesson_published_minutes_before_its_start_has_time_to_get_its_meeting(
    publish: Publish, refused: None, clocks: Any
) -> None:
    clocks.set(dt.datetime(2026, 11, 24, 8, 30, tzinfo=dt.UTC))
    publish()
    sync()
    assert letters() == []
    clocks.advance(minutes=6)
    sync()
    assert len(letters()) == 1


def test_many_old_lessons_that_wait_for_a_yes_are_no_mail_each(publish: Publish, school: School, clocks: Any) -> None:
    page = publish()
    waiting = Approval.objects.create(site=school.site, act=approvals.OLD_LESSONS, asked_at=NOW)
    Meeting.objects.filter(lessons__page_id=page.pk).update(actual="absent", waits_for=waiting, zoom_id=None)
    clocks.advance(minutes=30)
    sync()
    assert letters() == []
    clocks.set(dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC))
    sync()
    assert len(letters()) == 1


def test_where_the_settings_name_no_address_a_mail_leads_to_the_default_site(
    publish: Publish, refused: None, clocks: Any, settings: Any
) -> None:
    settings.WAGTAILADMIN_BASE_URL = ""
    page = publish()
    clocks.advance(minutes=20)
    sync()
    assert f"http://localhost/admin/pages/{page.pk}/edit/" in mail.outbox[0].body


def test_no_mail_where_the_site_wants_none_and_none_from_a_copy(
    publish: Publish, refused: None, clocks: Any, settings: Any
) -> None:
    publish()
    clocks.advance(minutes=20)
    kept = settings.WAGTAIL_ZOOM
    for change in ({"MAIL_ABOUT_PROBLEMS": False}, {"BASE_URL": "https://copy.example"}):
        settings.WAGTAIL_ZOOM = {**kept, **change}
        sync()
        assert letters() == []


def test_a_mail_server_that_refuses_is_tried_again(publish: Publish, refused: None, clocks: Any, settings: Any) -> None:
    publish()
    clocks.advance(minutes=20)
    broken = "tests.services.test_caring.Refusing"
    if hasattr(settings, "MAILERS"):
        settings.MAILERS = {"default": {"BACKEND": broken}}
    else:
        settings.EMAIL_BACKEND = broken
    sync()
    assert letters() == []
    locmem = "django.core.mail.backends.locmem.EmailBackend"
    if hasattr(settings, "MAILERS"):
        settings.MAILERS = {"default": {"BACKEND": locmem}}
    else:
        settings.EMAIL_BACKEND = locmem
    sync()
    assert len(letters()) == 1


class Refusing:
    """A mail server that takes nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def send_messages(self, messages: Any) -> int:
        """Refuse."""
        raise OSError("no mail today")


def test_a_hostile_title_cannot_add_a_header(publish: Publish, refused: None, clocks: Any) -> None:
    page = publish()
    LessonPage.objects.filter(pk=page.pk).update(title="Fractions\nBcc: someone@else.example")
    clocks.advance(minutes=20)
    sync()
    assert letters() == [
        ("This lesson has no Zoom meeting yet: Fractions Bcc: someone@else.example", ["teacher.one@school.example"])
    ]


def test_a_connection_that_has_ended_is_told_once_to_its_owner_and_again_when_another_ends(
    school: School, clocks: Any
) -> None:
    connection = Connection.objects.get(user=school.people["teacher.one"])
    token_refresh.note_dead(connection, "grant_dead")
    sync()
    sync()
    assert letters() == [("The connection to Zoom has ended", ["teacher.one@school.example"])]
    assert "http://localhost/admin/zoom/my/" in mail.outbox[0].body
    connection.refresh_from_db()
    token_store.replace(connection, {"status": "connected"})
    token_refresh.note_dead(connection, "grant_dead")
    sync()
    assert len(letters()) == 2


def test_an_accounts_end_is_told_to_the_administrators_of_its_spaces(academy: School, school: School) -> None:
    make_administrator("administrator.elsewhere", school.site)
    Connection.objects.filter(pk=academy.connection.pk).update(status="reconnect", status_reason="credentials")
    sync()
    (to,) = [to for _subject, to in letters()]
    assert to == [academy.people["administrator"].email]
    assert f"/admin/settings/wagtail_zoom/zoomsettings/{academy.site.pk}/" in mail.outbox[0].body
