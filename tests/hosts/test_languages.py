"""A site in several languages, with everything but the admin below each language's prefix."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from wagtail.models import Site
from wagtail.users.models import UserProfile

from tests import schools
from tests.admin.connecting.conftest import settings_url, shown
from tests.schools import School
from wagtail_zoom.models import App
from wagtail_zoom.services.connections import zoom_apps
from wagtail_zoom.services.connections.hosts import host_of
from wagtail_zoom.testing import SimulatorControl, authorize


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_languages(settings: Any) -> None:
    """Let German be the site's language, and English another."""
    settings.ROOT_URLCONF = "tests.hosts.urls_by_language"
    settings.LANGUAGE_CODE = "de"
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    settings.WAGTAIL_I18N_ENABLED = True
    settings.MIDDLEWARE = [
        settings.MIDDLEWARE[0],
        "django.middleware.locale.LocaleMiddleware",
        *settings.MIDDLEWARE[1:],
    ]


@pytest.fixture
def known_in_german(practice: SimulatorControl, space: Site) -> School:
    """Return a space whose app knows the address with the site's own language."""
    account = practice.add_account("pro", [{"email": "teacher.one@school.example", "type": 2}])
    known = practice.add_app(
        account["account_id"],
        scopes=schools.SCHOOL_SCOPES,
        redirect_uris=["http://localhost/de/zoom/oauth/callback/"],
    )
    app = zoom_apps.save_app(
        site=space, kind=App.Kind.GENERAL, client_id=known["client_id"], client_secret=known["client_secret"]
    )
    return School(practice, space, app, known, account["account_id"], account["users"])


def in_language(user: Any, language: str) -> Client:
    """Return a browser of ``user``, who reads the admin in ``language``."""
    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})
    client = Client(HTTP_HOST="localhost", HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(user)
    return client


@pytest.mark.parametrize("language", ["en", "de"])
def test_zoom_is_told_one_address_whatever_the_language_of_whoever_looks(
    known_in_german: School, language: str
) -> None:
    site = known_in_german.site
    administrator = in_language(schools.make_administrator("administrator", site), language)
    text = shown(administrator.get(settings_url(site)))
    assert "http://localhost/de/zoom/oauth/callback/" in text
    assert f"http://localhost/de/zoom/webhooks/{known_in_german.app.webhook_path}/" in text


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_teacher_connects_in_whatever_language_they_read(known_in_german: School, language: str) -> None:
    site = known_in_german.site
    teacher = schools.make_editor("teacher.one", site.root_page)
    browser = in_language(teacher, language)
    leaving = browser.post(f"/admin/zoom/my/spaces/{site.pk}/authorize/")
    back = authorize(leaving["Location"], "teacher.one@school.example")
    assert browser.get(back)["Location"] == "/admin/zoom/my/"
    assert host_of(teacher, site) is not None


def test_a_language_code_with_a_region_is_that_of_the_prefix(known_in_german: School, settings: Any) -> None:
    settings.LANGUAGE_CODE = "de-at"
    site = known_in_german.site
    administrator = in_language(schools.make_administrator("administrator", site), "en")
    assert "http://localhost/de/zoom/oauth/callback/" in shown(administrator.get(settings_url(site)))
