"""Where an app's credentials are kept, and who may share or change them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as database
from wagtail.models import Site

from tests import schools
from wagtail_zoom.exceptions import ZoomConfigurationError
from wagtail_zoom.models import App, Connection, ZoomSettings
from wagtail_zoom.services import encryption
from wagtail_zoom.services.connections import connections, token_store, zoom_apps
from wagtail_zoom.services.connections.zoom_apps import AppRefused


pytestmark = pytest.mark.django_db


@pytest.fixture
def other_space() -> Site:
    return schools.make_space("other.example", "Other")


def save(site: Site | None, client_id: str = "id-1", secret: str | None = "secret-1", **more: Any) -> App:
    return zoom_apps.save_app(
        site=site, **{"kind": App.Kind.GENERAL, **more}, client_id=client_id, client_secret=secret
    )


def keep_in_environment(settings: Any, name: str, **entry: str) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "SPACES": {name: entry}}


def test_asking_for_settings_writes_nothing(space: Site) -> None:
    assert zoom_apps.settings_of(space).pk is None
    assert zoom_apps.apps_of(space) == []
    assert not ZoomSettings.objects.exists()


def test_a_secret_is_stored_sealed_and_opens_again(space: Site) -> None:
    app = save(space)
    with database.cursor() as cursor:
        cursor.execute("SELECT client_secret FROM wagtail_zoom_app")
        assert "secret-1" not in cursor.fetchone()[0]
    assert zoom_apps.secret_of(App.objects.get(pk=app.pk)) == "secret-1"


def test_an_empty_secret_keeps_the_stored_one(space: Site) -> None:
    save(space)
    assert zoom_apps.secret_of(save(space, secret=None)) == "secret-1"


def test_a_new_app_needs_a_secret(space: Site) -> None:
    with pytest.raises(AppRefused) as refused:
        save(space, secret=None)
    assert refused.value.field == "client_secret"
    assert not App.objects.exists()


def test_a_space_may_have_one_app_of_each_kind(space: Site) -> None:
    general = save(space)
    server = save(space, "id-2", kind=App.Kind.SERVER, account_id="account-1")
    assert zoom_apps.apps_of(space) == [general, server]


def test_one_client_id_cannot_be_an_app_of_both_kinds(space: Site) -> None:
    save(space)
    with pytest.raises(AppRefused, match="client_id"):
        save(space, kind=App.Kind.SERVER, account_id="account-1")


def test_two_spaces_that_know_the_secret_share_one_row(space: Site, other_space: Site) -> None:
    shared = save(space)
    assert save(other_space) == shared
    assert zoom_apps.sites_using(shared) == [space, other_space]


@pytest.mark.parametrize("secret", [None, "guessed"])
def test_nobody_shares_an_app_by_knowing_its_client_id_alone(
    space: Site, other_space: Site, secret: str | None
) -> None:
    app = save(space)
    with pytest.raises(AppRefused, match="client_secret"):
        save(other_space, secret=secret)
    assert zoom_apps.apps_of(other_space) == []
    assert zoom_apps.secret_of(App.objects.get(pk=app.pk)) == "secret-1"


def test_a_shared_secret_is_changed_only_by_whoever_manages_both_spaces(space: Site, other_space: Site) -> None:
    save(space)
    app = save(other_space)
    one = schools.make_administrator("administrator", space)
    with pytest.raises(AppRefused, match="client_secret"):
        save(space, secret="renewed", by=one)
    both = schools.make_user("root", is_superuser=True)
    save(space, secret="renewed", by=both)
    assert zoom_apps.secret_of(App.objects.get(pk=app.pk)) == "renewed"


def test_a_teachers_own_app_is_theirs_alone(space: Site) -> None:
    teacher, colleague = schools.make_user("teacher.one"), schools.make_user("teacher.two")
    own = save(None, owner=teacher)
    assert zoom_apps.own_app_of(teacher) == own
    with pytest.raises(AppRefused, match="client_id"):
        save(None, owner=colleague)


def test_a_teacher_cannot_make_the_spaces_app_their_own(space: Site) -> None:
    app = save(space)
    with pytest.raises(AppRefused, match="client_id"):
        save(None, owner=schools.make_user("teacher.one"))
    assert App.objects.get(pk=app.pk).owner is None


def test_another_secret_forgets_the_token_obtained_with_the_former_one(space: Site) -> None:
    app = save(space, kind=App.Kind.SERVER, account_id="account-1")
    connection = connections.account_connection(app)
    encryption.encrypt_field(connection, "access_token", "token")
    token_store.replace(connection, {"access_token": connection.access_token, "status": Connection.Status.CONNECTED})
    save(space, kind=App.Kind.SERVER, account_id="account-1")
    connection.refresh_from_db()
    assert connection.is_usable and connection.access_token
    save(space, secret="other", kind=App.Kind.SERVER, account_id="account-1")
    connection.refresh_from_db()
    assert connection.status == Connection.Status.NEW
    assert not connection.access_token


def test_taking_an_app_away_keeps_its_row(space: Site) -> None:
    app = save(space)
    zoom_apps.detach_app(space, App.Kind.GENERAL)
    assert zoom_apps.apps_of(space) == []
    assert App.objects.filter(pk=app.pk).exists()


def test_credentials_from_the_environment_store_no_secret(space: Site, settings: Any) -> None:
    keep_in_environment(
        settings, "localhost:80", client_id="id-9", client_secret="secret-9", account_id="account-9", webhook_secret="w"
    )
    (app,) = zoom_apps.apps_of(space)
    assert (app.kind, app.account_id, app.from_settings) == (App.Kind.SERVER, "account-9", True)
    assert not app.client_secret
    assert zoom_apps.secret_of(app) == "secret-9"
    assert zoom_apps.webhook_secret_of(app) == "w"
    assert zoom_apps.is_locked(space, App.Kind.SERVER)
    assert not zoom_apps.is_locked(space, App.Kind.GENERAL)


def test_credentials_from_the_environment_win_and_give_way_again(space: Site, settings: Any) -> None:
    stored = save(space)
    before = settings.WAGTAIL_ZOOM
    keep_in_environment(settings, "localhost", client_id="id-9", client_secret="secret-9")
    assert [app.client_id for app in zoom_apps.apps_of(space)] == ["id-9"]
    settings.WAGTAIL_ZOOM = before
    assert zoom_apps.apps_of(space) == [stored]


def test_a_host_name_that_two_spaces_have_means_neither(space: Site, settings: Any) -> None:
    Site.objects.create(hostname="localhost", port=8001, root_page=space.root_page)
    keep_in_environment(settings, "localhost", client_id="id-9", client_secret="secret-9")
    assert zoom_apps.apps_of(space) == []


def test_an_app_that_left_the_environment_has_no_secret(space: Site, settings: Any) -> None:
    before = settings.WAGTAIL_ZOOM
    keep_in_environment(settings, "localhost", client_id="id-9", client_secret="secret-9")
    (app,) = zoom_apps.apps_of(space)
    settings.WAGTAIL_ZOOM = before
    with pytest.raises(ZoomConfigurationError):
        zoom_apps.secret_of(app)


def test_without_keys_nothing_secret_is_taken(space: Site, settings: Any) -> None:
    settings.WAGTAIL_ZOOM = {}
    with pytest.raises(AppRefused) as refused:
        save(space)
    assert refused.value.field == "client_secret"
    assert not App.objects.exists()


def test_with_a_lost_key_the_secret_can_be_entered_anew(space: Site, settings: Any) -> None:
    app = save(space)
    settings.WAGTAIL_ZOOM = {"ENCRYPTION_KEYS": ["2rU0Y8FzG2J5mAcxk8Cx1wW7xZoX8l3pmf8Xk0m0XmE="]}
    with pytest.raises(ZoomConfigurationError):
        zoom_apps.secret_of(App.objects.get(pk=app.pk))
    save(space, secret="entered again")
    assert zoom_apps.secret_of(App.objects.get(pk=app.pk)) == "entered again"


def test_who_may_connect_through_which_app(space: Site, other_space: Site) -> None:
    teacher = schools.make_user("teacher.one")
    app, foreign, own = save(space), save(other_space, "id-2"), save(None, "id-3", owner=teacher)
    assert zoom_apps.is_allowed(app, space, teacher)
    assert zoom_apps.is_allowed(own, space, teacher)
    assert not zoom_apps.is_allowed(foreign, space, teacher)
    assert not zoom_apps.is_allowed(own, space, schools.make_user("teacher.two"))
    ZoomSettings.objects.filter(site=space).update(space_app_allowed=False, own_apps_allowed=False)
    assert not zoom_apps.is_allowed(app, space, teacher)
    assert not zoom_apps.is_allowed(own, space, teacher)
