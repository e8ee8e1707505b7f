"""Changing the encryption key loses nothing."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from wagtail.models import Site

from wagtail_zoom.models import App
from wagtail_zoom.services.connections import zoom_apps


pytestmark = pytest.mark.django_db


@pytest.fixture
def app(space: Site) -> App:
    return zoom_apps.save_app(
        site=space, kind=App.Kind.GENERAL, client_id="id", client_secret="secret", webhook_secret="token"
    )


def use_keys(settings: Any, *keys: str) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "ENCRYPTION_KEYS": keys}


def run(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("rotate_zoom_keys", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), f"{err.getvalue()}{error}"
    return out.getvalue(), err.getvalue()


def test_after_rotating_the_old_key_can_go(app: App, settings: Any) -> None:
    (old,) = settings.WAGTAIL_ZOOM["ENCRYPTION_KEYS"]
    new = Fernet.generate_key().decode()
    use_keys(settings, new, old)
    out, err = run()
    assert "wagtail_zoom.App.client_secret: 1 sealed anew" in out
    assert "wagtail_zoom.App.webhook_secret: 1 sealed anew" in out
    assert err == ""
    use_keys(settings, new)
    assert zoom_apps.secret_of(App.objects.get()) == "secret"


def test_a_dry_run_changes_nothing(app: App, settings: Any) -> None:
    (old,) = settings.WAGTAIL_ZOOM["ENCRYPTION_KEYS"]
    use_keys(settings, Fernet.generate_key().decode(), old)
    before = App.objects.get().client_secret
    out, _err = run("--dry-run")
    assert "1 readable" in out
    assert App.objects.get().client_secret == before


def test_what_no_key_opens_is_named_and_left_alone(app: App, settings: Any) -> None:
    before = App.objects.get().client_secret
    use_keys(settings, Fernet.generate_key().decode())
    _out, err = run()
    assert f"wagtail_zoom.App.client_secret: row {app.pk} cannot be read" in err
    assert "2 secrets could not be read" in err
    assert App.objects.get().client_secret == before


def test_without_keys_nothing_is_rotated(app: App, settings: Any) -> None:
    use_keys(settings)
    assert "no ENCRYPTION_KEYS" in run()[1]
