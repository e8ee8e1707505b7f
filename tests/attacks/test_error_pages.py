"""Something breaks where secrets are at hand: what stands on the page, in the mail to ADMINS, and in the log.

What breaks is a library below (or a site's own code), in the midst of what is done with the secret.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import cryptography.fernet
import django
import pytest
import time_machine
import urllib3.connectionpool
from django.core import mail
from django.db.models import Model
from django.db.models.signals import pre_save
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.log import AdminEmailHandler

from tests.admin.connecting.conftest import settings_form
from tests.frontend.test_start import lesson_in
from tests.frontend.test_webhook import STARTED, encoded
from tests.schools import School, make_administrator
from tests.test_secrets import secrets_of_the_day
from wagtail_zoom import clock, tasks
from wagtail_zoom.models import App, JoinClick, Meeting
from wagtail_zoom.services import encryption
from wagtail_zoom.testing import authorize
from wagtail_zoom.webhooks import sign


TYPED = "a-secret-that-was-just-typed"
WEBHOOK_SECRET = "the-secret-token-of-the-webhooks"


class Mishap(RuntimeError):
    """What nobody foresaw."""


def breaks(*_arguments: Any, **_named: Any) -> Any:
    raise Mishap("nobody foresaw this")


@pytest.fixture
def told(settings: Any) -> Iterator[None]:
    """Let errors be mailed to ADMINS as fully as Django can: with every variable of every function."""
    settings.ADMINS = ["admin@school.example"] if django.VERSION >= (6, 0) else [("Admin", "admin@school.example")]
    handler = AdminEmailHandler(include_html=True)
    loggers = [logging.getLogger(name) for name in ("django.request", "wagtail_zoom")]
    for logger in loggers:
        logger.addHandler(handler)
    yield
    for logger in loggers:
        logger.removeHandler(handler)


@pytest.fixture(params=[True, False], ids=["debug", "production"])
def everything_told(request: pytest.FixtureRequest, told: None, settings: Any, caplog: Any) -> Callable[..., str]:
    """Return a function that gathers what an answer, the mails and the log say."""
    settings.DEBUG = request.param
    caplog.set_level(logging.DEBUG)

    def gather(answer: HttpResponse | None = None) -> str:
        letters = [f"{letter.subject} {letter.message().as_string()} {letter.body}" for letter in mail.outbox]
        letters += [str(content) for letter in mail.outbox for content, _kind in letter.alternatives]
        return "\n".join([answer.content.decode() if answer else "", *letters, caplog.text, str(caplog.records)])

    return gather


def browser_of(user: Any, **options: Any) -> Client:
    browser = Client(raise_request_exception=False, headers={"host": "localhost"}, **options)
    browser.force_login(user)
    return browser


def secrets_of(school: School, *more: str) -> set[str]:
    """Return every secret at hand, also as it goes over the wire."""
    client_id, client_secret = school.credentials["client_id"], school.credentials["client_secret"]
    basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
    return {secret for secret in {*secrets_of_the_day(), client_secret, basic, *more} if len(secret) > 7}


def assert_silent(words: str, secrets: set[str]) -> None:
    """See that the mishap is told, and no secret."""
    assert "nobody foresaw this" in words or "Mishap" in words
    for secret in secrets:
        assert secret not in words


def test_the_code_of_a_callback(
    school: School, everything_told: Any, monkeypatch: pytest.MonkeyPatch, clocks: Any
) -> None:
    teacher = browser_of(school.people["teacher.one"])
    leave = teacher.post(reverse("wagtail_zoom_admin:authorize", args=[school.site.pk]), {"through": "space"})
    back = urlsplit(authorize(leave["Location"], "teacher.one@school.example"))
    secrets = secrets_of(school, *parse_qs(back.query)["code"], *parse_qs(back.query)["state"])
    monkeypatch.setattr(cryptography.fernet.MultiFernet, "encrypt", breaks)
    answer = teacher.get(f"{back.path}?{back.query}")
    assert answer.status_code == 500
    assert_silent(everything_told(answer), secrets)


@pytest.fixture
def click_breaks() -> Iterator[None]:
    """Let the last thing break that is done before somebody is sent to Zoom."""
    pre_save.connect(breaks, sender=JoinClick)
    yield
    pre_save.disconnect(breaks, sender=JoinClick)


def test_the_token_that_starts_a_lesson(school: School, everything_told: Any, click_breaks: None) -> None:
    page, _meeting = lesson_in(school, "teacher.one")
    secrets = secrets_of(school) | {"zak="}
    answer = browser_of(school.people["teacher.one"]).post(reverse("wagtail_zoom:start", args=[page.pk]))
    assert answer.status_code == 500
    assert_silent(everything_told(answer), secrets)


def test_whatever_the_libraries_trip_over_is_an_error_of_ours_without_their_words(
    school: School, everything_told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, _meeting = lesson_in(school, "teacher.one")
    secrets = secrets_of(school)
    monkeypatch.setattr(urllib3.connectionpool.HTTPConnectionPool, "urlopen", breaks)
    answer = browser_of(school.people["teacher.one"]).post(reverse("wagtail_zoom:start", args=[page.pk]))
    assert answer.status_code == 502
    assert_silent(everything_told(answer), secrets)


def test_what_was_typed_into_the_settings(
    school: School, everything_told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator = browser_of(make_administrator("administrator", school.site))
    where = reverse("wagtailsettings:edit", args=["wagtail_zoom", "zoomsettings", school.site.pk])
    form = settings_form(
        general_client_id=school.credentials["client_id"],
        general_client_secret=TYPED,
        general_webhook_secret=WEBHOOK_SECRET,
    )
    secrets = secrets_of(school, TYPED, WEBHOOK_SECRET)
    monkeypatch.setattr(cryptography.fernet.MultiFernet, "encrypt", breaks)
    answer = administrator.post(where, form)
    assert answer.status_code == 500
    assert_silent(everything_told(answer), secrets)


def test_what_a_teacher_typed_for_an_app_of_their_own(
    school: School, everything_told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher = browser_of(school.people["teacher.one"])
    secrets = secrets_of(school, TYPED)
    monkeypatch.setattr(cryptography.fernet.MultiFernet, "encrypt", breaks)
    prefix = f"space-{school.site.pk}"
    form = {"through": "own", f"{prefix}-client_id": "of-their-own", f"{prefix}-client_secret": TYPED}
    answer = teacher.post(reverse("wagtail_zoom_admin:authorize", args=[school.site.pk]), form)
    assert answer.status_code == 500
    assert_silent(everything_told(answer), secrets)


def test_the_secret_and_the_body_of_a_delivery(
    school: School, everything_told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = App.objects.get(pk=school.app.pk)
    encryption.encrypt_field(app, "webhook_secret", WEBHOOK_SECRET)
    app.save()
    body = encoded({**STARTED, "payload": {"object": {"id": "1", "password": "passcode-of-a-delivery"}}})
    stamp = str(int(clock.machine_time().timestamp()))
    headers = {"x-zm-request-timestamp": stamp, "x-zm-signature": sign(WEBHOOK_SECRET, stamp, body)}
    secrets = secrets_of(school, "passcode-of-a-delivery")
    monkeypatch.setattr(Model, "save_base", breaks)
    answer = Client(raise_request_exception=False).post(
        reverse("wagtail_zoom:webhook", args=[app.webhook_path]), body, content_type="application/json", headers=headers
    )
    assert answer.status_code == 500
    assert_silent(everything_told(answer), secrets)


def test_the_link_that_lets_a_learner_in(school: School, everything_told: Any, click_breaks: None) -> None:
    page, meeting = lesson_in(school, "teacher.one")
    secrets = secrets_of(school)
    assert any("/j/" in secret for secret in secrets)
    with time_machine.travel(meeting.starts_at):
        answer = browser_of(school.people["teacher.two"]).get(reverse("wagtail_zoom:join", args=[page.pk]))
    assert answer.status_code == 500
    assert_silent(everything_told(answer), secrets)


@pytest.mark.parametrize("task", [tasks.reconcile_meeting, tasks.register_people])
def test_background_work(
    school: School, told: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, task: Any
) -> None:
    _page, meeting = lesson_in(school, "teacher.one")
    Meeting.objects.update(due_at=clock.now(), wanted_payload={"topic": "Another title"}, actual="absent", zoom_id=None)
    secrets = secrets_of(school)
    monkeypatch.setattr(cryptography.fernet.MultiFernet, "decrypt", breaks)
    task.enqueue(meeting.pk)
    said = "\n".join([caplog.text, *(str(content) for each in mail.outbox for content, _kind in each.alternatives)])
    for secret in secrets:
        assert secret not in said
