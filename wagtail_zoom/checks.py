"""Django's system checks: what can be said about the settings without a database and without asking Zoom."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as CheckWarning
from django.db import DatabaseError
from django.urls import NoReverseMatch, Resolver404, reverse

from . import clock, conf
from .api.base_url import may_get_secrets
from .models import App, Heartbeat
from .services.installation import clone_guard, heartbeats
from .url_utils import match_of


@register()
def check_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check the dict ``WAGTAIL_ZOOM``, and that the package's addresses are included."""
    return [*_apps(), *_times(), *_keys(), *_addresses(), *_spaces(), *_urls(), *_cookies()]


@register(deploy=True)
def check_background(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check, with ``check --deploy``, that ``sync_zoom`` runs, and that this is the database's home."""
    try:
        return [*_heartbeat(), *_home()]
    except DatabaseError:
        # No tables yet: there is nothing to run.
        return []


def _heartbeat() -> Iterable[CheckMessage]:
    if not App.objects.exists():
        return
    seen = heartbeats.last_beat(Heartbeat.SYNC)
    if seen is None or clock.now() - seen > heartbeats.QUIET:
        yield CheckWarning(
            "sync_zoom was not seen for ten minutes: lessons may get no meeting, and what failed is not tried again.",
            hint=f"Add this line to cron: {heartbeats.cron_line()}",
            id="wagtail_zoom.W004",
        )


def _home() -> Iterable[CheckMessage]:
    if clone_guard.is_clone():
        yield CheckWarning(
            f"This database was set up for {clone_guard.home_address()}, so nothing is sent to Zoom from here.",
            hint="Say under Settings → Zoom whether this is its new home or a copy.",
            id="wagtail_zoom.W005",
        )


def _times() -> Iterable[CheckMessage]:
    if not settings.USE_TZ:
        yield Error(
            "Live lessons need USE_TZ = True: without it no moment can be stored so that it is the same everywhere.",
            hint="Set USE_TZ = True, which is Django's default. TIME_ZONE may stay as it is.",
            id="wagtail_zoom.E005",
        )


def _keys() -> Iterable[CheckMessage]:
    keys = conf.encryption_keys()
    if not keys:
        yield CheckWarning(
            "Zoom credentials cannot be stored: WAGTAIL_ZOOM has no ENCRYPTION_KEYS.",
            hint='Add one line to the settings: WAGTAIL_ZOOM = {"ENCRYPTION_KEYS": ["<key>"]}. Make a key with: python '
            '-c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"',
            id="wagtail_zoom.W001",
        )
    for number, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except (ValueError, TypeError):
            yield Error(
                f"Key {number} in ENCRYPTION_KEYS of WAGTAIL_ZOOM is not a Fernet key.",
                hint="A key is 32 bytes in URL-safe base64: 44 characters that end with '='.",
                id="wagtail_zoom.E001",
            )


def _addresses() -> Iterable[CheckMessage]:
    for name, address in (("API_URL", conf.api_url()), ("OAUTH_URL", conf.oauth_url())):
        scheme, hostname = _scheme_and_host(address)
        if scheme not in ("http", "https") or not hostname:
            yield Error(
                f"{name} in WAGTAIL_ZOOM is not an address: it has to begin with https://.", id="wagtail_zoom.E002"
            )
        elif name == "OAUTH_URL" and not may_get_secrets(address, conf.secret_hosts()):
            yield CheckWarning(
                f"No client secret will be sent to {hostname}, so nobody can connect.",
                hint=f'If this is meant, add to WAGTAIL_ZOOM: "ALLOW_SECRETS_TO": ["{hostname}"].',
                id="wagtail_zoom.W002",
            )


def _scheme_and_host(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", ""
    return parts.scheme, parts.hostname or ""


def _spaces() -> Iterable[CheckMessage]:
    for name in conf.space_names():
        problem = _problem_of_space(name)
        if problem:
            yield Error(f"The entry {name!r} in SPACES of WAGTAIL_ZOOM {problem}.", id="wagtail_zoom.E003")


def _problem_of_space(name: str) -> str:
    host, _colon, port = name.partition(":")
    if port and not port.isdigit():
        return "is neither a host name nor a host name with a port"
    credentials = conf.space_credentials(host, int(port or 0))
    if credentials is None:
        return "is empty"
    if credentials.kind not in App.Kind.values:
        return f"has an unknown kind: use one of {', '.join(App.Kind.values)}"
    required = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
    if credentials.kind == App.Kind.SERVER:
        required["account_id"] = credentials.account_id
    missing = [key for key, value in required.items() if not value]
    return f"lacks {', '.join(missing)}" if missing else ""


def _urls() -> Iterable[CheckMessage]:
    try:
        address = reverse("wagtail_zoom:oauth_callback")
    except NoReverseMatch:
        yield Error(
            "The addresses of wagtail_zoom are not included in the site's URLs.",
            hint='Add path("zoom/", include("wagtail_zoom.urls")) to urlpatterns, before Wagtail\'s own.',
            id="wagtail_zoom.E004",
        )
        return
    with suppress(Resolver404):
        # Elsewhere than Wagtail's pages it may be meant: a language's prefix, a host of its own.
        if match_of(address).url_name == "wagtail_serve":
            yield Error(
                "Wagtail's own addresses come before those of wagtail_zoom, which nobody can reach.",
                hint='Move path("zoom/", include("wagtail_zoom.urls")) above include(wagtail_urls) in urlpatterns.',
                id="wagtail_zoom.E006",
            )


def _apps() -> Iterable[CheckMessage]:
    if not apps.is_installed("wagtail.contrib.settings"):
        yield Error(
            "There is no Settings → Zoom: wagtail.contrib.settings is not installed.",
            hint='Add "wagtail.contrib.settings" to INSTALLED_APPS.',
            id="wagtail_zoom.E007",
        )


def _cookies() -> Iterable[CheckMessage]:
    if str(settings.SESSION_COOKIE_SAMESITE).lower() == "strict":
        yield CheckWarning(
            'With SESSION_COOKIE_SAMESITE = "Strict" the browser forgets who is signed in on the way back from Zoom.',
            hint='Teachers cannot connect their Zoom account. Use "Lax", which is Django\'s default.',
            id="wagtail_zoom.W003",
        )
