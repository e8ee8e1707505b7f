"""A meeting's registrants in the admin, and people with and without rights to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupSitePermission

from tests.admin.editing import Editor
from tests.lessons.models import ClassPage
from tests.schools import School, make_editor
from tests.services.registering.desks import Desk, open_desk
from wagtail_zoom.models import LessonMeeting
from wagtail_zoom.services.permissions import Right


def allow(user: Any, site: Any, right: Right) -> None:
    """Give ``user`` a right in the space ``site``."""
    group = Group.objects.create(name=f"{right} {user.pk}")
    permission = Permission.objects.get(content_type__app_label="wagtail_zoom", codename=right.codename)
    GroupSitePermission.objects.create(group=group, site=site, permission=permission)
    user.groups.add(group)


@pytest.fixture
def desk(everything: School) -> Desk:
    """Return a meeting whose lesson the first host edits."""
    desk = open_desk(everything)
    lesson = ClassPage(title="Storks", slug="storks", zoom_kind="existing", zoom_number=desk.number)
    everything.site.root_page.add_child(instance=lesson)
    LessonMeeting.objects.create(page=lesson, page_title="Storks", meeting=desk.meeting, role="guest")
    return desk


@pytest.fixture
def manager(desk: Desk, editor_for: Callable[[Any], Editor]) -> Editor:
    """Return an editor who may manage registrants in the space."""
    user = make_editor("manager.one", desk.school.site.root_page)
    allow(user, desk.school.site, Right.MANAGE_REGISTRANTS)
    return editor_for(user)


@pytest.fixture
def editor(desk: Desk, editor_for: Callable[[Any], Editor]) -> Editor:
    """Return an editor of the space without any right to people."""
    return editor_for(make_editor("editor.one", desk.school.site.root_page))


def text(response: Any) -> str:
    """Return what the page holds, in one line."""
    assert response.status_code == 200
    return " ".join(response.content.decode().split())
