"""Who may do what with Zoom, asked on the space itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from wagtail.models import Locale, Page, Site

from tests import schools
from wagtail_zoom.services import permissions


pytestmark = pytest.mark.django_db


@pytest.fixture
def other_space() -> Site:
    return schools.make_space("other.example", "Other")


def test_an_editor_may_connect_to_the_space_they_edit_and_to_no_other(space: Site, other_space: Site) -> None:
    editor = schools.make_editor("teacher.one", other_space.root_page)
    assert permissions.may_connect(editor, other_space)
    assert not permissions.may_connect(editor, space)
    assert permissions.sites_of(editor) == [other_space]


def test_an_editor_of_one_folder_may_connect_to_its_space(other_space: Site) -> None:
    folder = other_space.root_page.add_child(instance=Page(title="Course", slug="course"))
    assert permissions.may_connect(schools.make_editor("teacher.one", folder), other_space)


def test_an_editor_of_everything_may_connect_everywhere(space: Site, other_space: Site) -> None:
    editor = schools.make_editor("teacher.one", Page.objects.get(depth=1))
    assert set(permissions.sites_of(editor)) == {space, other_space}


def test_an_editor_of_another_language_of_a_space_may_connect_to_it_and_to_no_other(
    space: Site, other_space: Site, settings: Any
) -> None:
    german = Locale.objects.create(language_code="de")
    tree = other_space.root_page.copy_for_translation(german)
    editor = schools.make_editor("teacher.one", tree)
    assert not permissions.may_connect(editor, other_space)
    settings.WAGTAIL_I18N_ENABLED = True
    assert permissions.may_connect(editor, other_space)
    assert not permissions.may_connect(editor, space)


def test_managing_one_space_says_nothing_about_another(space: Site, other_space: Site) -> None:
    administrator = schools.make_administrator("administrator", space)
    assert permissions.may_manage_space(administrator, space)
    assert permissions.may_connect(administrator, space)
    assert not permissions.may_manage_space(administrator, other_space)
    assert not permissions.may_connect(administrator, other_space)


def test_editing_pages_does_not_make_an_administrator(space: Site) -> None:
    assert not permissions.may_manage_space(schools.make_editor("teacher.one", space.root_page), space)


def test_learners_strangers_and_deactivated_people_may_nothing(space: Site) -> None:
    gone = schools.make_editor("teacher.one", space.root_page, is_active=False)
    superuser = schools.make_user("root", is_superuser=True, is_active=False)
    for person in (AnonymousUser(), schools.make_user("learner.one"), gone, superuser):
        assert not permissions.may_connect(person, space)
        assert not permissions.may_manage_space(person, space)


def test_people_of_a_space_are_those_who_may_connect_to_it(space: Site, other_space: Site) -> None:
    schools.make_editor("teacher.two", other_space.root_page)
    schools.make_user("learner.one")
    teacher = schools.make_editor("teacher.one", space.root_page)
    administrator = schools.make_administrator("administrator", space)
    assert permissions.people_of(space) == [administrator, teacher]
