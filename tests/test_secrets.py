"""Secrets stay secret: whoever holds the database without its key, or writes templates, reads none of them."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps as registry
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection as database
from django.db import models
from django.template import Context, Template
from django.test import Client
from wagtail.models import RevisionMixin

from tests.schools import School, make_lesson
from wagtail_zoom import clock
from wagtail_zoom.fields import MASK, EncryptedTextField
from wagtail_zoom.models import App, Connection, Meeting, WebhookDelivery
from wagtail_zoom.services import encryption
from wagtail_zoom.services.connections import zoom_apps


@pytest.fixture
def lived_in(everything: School, school: School, client: Client, django_capture_on_commit_callbacks: Any) -> School:
    """Return a school after a day's work: connected, a lesson made, a delivery stored, somebody signed in."""
    page = make_lesson(everything, zoom_date=(clock.now() + dt.timedelta(days=3)).date())
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    zoom_apps.save_app(
        site=everything.site,
        kind=everything.app.kind,
        client_id=everything.app.client_id,
        client_secret=None,
        account_id=everything.account_id,
        webhook_secret="the webhook secret of a test",
    )
    delivery = WebhookDelivery(app=everything.app, event="meeting.started", received_at=clock.now())
    encryption.encrypt_field(delivery, "body", '{"secret": "the body of a delivery"}')
    delivery.save()
    client.force_login(school.people["teacher.one"])
    return everything


def sealed_columns() -> Iterator[tuple[type[models.Model], str]]:
    """Yield every column of the package in which something sealed stands."""
    for model in apps_models():
        for field in model._meta.get_fields():
            if isinstance(field, EncryptedTextField):
                yield model, field.name


def apps_models() -> list[type[models.Model]]:
    return list(registry.get_app_config("wagtail_zoom").get_models())


def secrets_of_the_day() -> set[str]:
    """Return everything that is sealed anywhere, opened."""
    found = set()
    for model, name in sealed_columns():
        for row in model._default_manager.all():
            text = encryption.decrypt_field(row, name)
            if text:
                found.add(text)
    return found


def whole_database() -> str:
    """Return every value of every table, as somebody reads it who stole the file."""
    lines = []
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")
            lines += [str(row) for row in cursor.fetchall()]
    return "\n".join(lines)


def test_a_stolen_database_holds_no_secret_in_the_clear(lived_in: School) -> None:
    secrets = secrets_of_the_day()
    kinds = {
        name for model, name in sealed_columns() if any(getattr(row, name) for row in model._default_manager.all())
    }
    assert {"client_secret", "access_token", "refresh_token", "join_url", "webhook_secret", "body"} <= kinds
    dump = whole_database()
    sessions = [str(SessionStore(session_key=key).load()) for key in _session_keys()]
    cached = str(getattr(cache, "_cache", ""))
    for secret in secrets:
        for place in (dump, *sessions, cached):
            assert secret not in place
    link = next(secret for secret in secrets if "/j/" in secret)
    assert link.partition("pwd=")[2] not in dump
    # As Zoom writes it in links: three letters alone stand in many a ciphertext by chance.
    assert "start_url" not in dump
    assert "zak=" not in dump


def _session_keys() -> list[str]:
    return list(Session.objects.values_list("session_key", flat=True))


def test_dumpdata_carries_ciphertext_alone(lived_in: School) -> None:
    out = io.StringIO()
    call_command("dumpdata", "wagtail_zoom", stdout=out)
    assert "meeting" in out.getvalue()
    for secret in secrets_of_the_day():
        assert secret not in out.getvalue()


def test_a_ciphertext_put_into_another_row_or_column_does_not_open(school: School) -> None:
    one, two = Connection.objects.order_by("pk")[:2]
    Connection.objects.filter(pk=two.pk).update(refresh_token=one.refresh_token, access_token=two.refresh_token)
    two.refresh_from_db()
    for column in ("refresh_token", "access_token"):
        with pytest.raises(encryption.EncryptionError):
            encryption.decrypt_field(two, column)
    assert encryption.decrypt_field(one, "refresh_token")


def test_whoever_writes_templates_prints_masks(lived_in: School) -> None:
    rows = {"meeting": Meeting.objects.get(), "app": App.objects.first(), "grant": Connection.objects.first()}
    words = "{{ meeting.join_url }} {{ app.client_secret }} {{ grant.access_token }} {{ grant.access_token.opened }}"
    said = Template(words + "{{ meeting }}{{ app }}{{ grant }}").render(Context(rows))
    assert MASK in said
    for secret in secrets_of_the_day():
        assert secret not in said


def test_nothing_sealed_stands_on_a_model_with_revisions() -> None:
    assert not [model for model, _name in sealed_columns() if issubclass(model, RevisionMixin)]
