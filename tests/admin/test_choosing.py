"""Choose what exists: a host's meetings and webinars, read at the click, kept sealed, searched in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from wagtail.models import GroupSitePermission

from tests.admin.editing import Editor
from tests.schools import EVERY_SCOPE, School, make_editor, make_space
from wagtail_zoom.api.responses import Kind
from wagtail_zoom.models import App, Connection, Host
from wagtail_zoom.services.connections import connections, zoom_apps
from wagtail_zoom.services.connections.clients import client_for
from wagtail_zoom.services.meetings import existing


Make = Callable[..., Any]


@pytest.fixture(autouse=True)
def empty_cache() -> Any:
    """Begin and end with an empty cache."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def lecturer(today: Any, academy: School, editor_for: Make) -> Editor:
    """Return the academy's first lecturer, who is a mapped host."""
    Host.objects.filter(pk=academy.hosts["lecturer.one"].pk).update(editors_may_schedule=True)
    return editor_for(academy.people["lecturer.one"])


@pytest.fixture
def on_zoom(academy: School, today: Any) -> Callable[..., int]:
    """Return a function that makes a meeting or webinar on Zoom for the first lecturer, and returns its number.

    It goes through an app with every scope, which another space has in the academy's account.
    """
    credentials = academy.simulator.add_app(academy.account_id, type="server_to_server", scopes=EVERY_SCOPE)
    app = zoom_apps.save_app(
        site=make_space("office.example", "Office"),
        kind=App.Kind.SERVER,
        client_id=credentials["client_id"],
        client_secret=credentials["client_secret"],
        account_id=academy.account_id,
    )

    def make(topic: str, kind: Kind = "meeting", **settings: Any) -> int:
        payload = {
            "topic": topic,
            "type": 5 if kind == "webinar" else 2,
            "start_time": "2026-11-24T09:00:00Z",
            "duration": 45,
            "timezone": "Europe/Berlin",
            "settings": settings,
        }
        with client_for(connections.account_connection(app), urgent=True) as zoom:
            return zoom.of_kind(kind).create("lecturer.one@academy.example", payload).id

    return make


def shown(editor: Editor, school: School, **query: Any) -> str:
    response = editor.get("wagtail_zoom_admin:choose_meeting", site=school.site.pk, **query)
    assert response.status_code == 200
    return response.content.decode()


def lists_read(school: School) -> int:
    paths = [call["path"] for call in school.simulator.requests() if call["method"] == "GET"]
    return sum(1 for path in paths if path.startswith("/v2/users/"))


def test_meetings_and_webinars_of_a_host_are_listed_with_exactly_the_academys_scopes(
    lecturer: Editor, academy: School, on_zoom: Make
) -> None:
    on_zoom("Algebra")
    on_zoom("Open day", "webinar")

    html = shown(lecturer, academy)

    assert "Algebra" in html
    assert "Open day" in html
    assert "Webinar" in html
    assert "10 a.m." in html


def test_where_there_are_several_hosts_each_of_the_two_steps_has_a_name_of_its_own(
    lecturer: Editor, academy: School, on_zoom: Make
) -> None:
    on_zoom("Algebra")
    Host.objects.filter(pk=academy.hosts["lecturer.two"].pk).update(editors_may_schedule=True)

    asked = shown(lecturer, academy)
    assert "Choose whose meetings are read from Zoom." in asked
    assert "Show this host&#x27;s meetings" in asked or "Show this host's meetings" in asked
    assert "Show the meetings" not in asked

    listed = shown(lecturer, academy, host=academy.hosts["lecturer.one"].pk)
    assert "Algebra" in listed
    assert "Choose whose meetings" not in listed
    assert "Copy the number of the right one" in listed


def test_the_list_is_read_once_in_five_minutes_and_stands_sealed_in_the_cache(
    lecturer: Editor, academy: School, on_zoom: Make
) -> None:
    on_zoom("Algebra")
    shown(lecturer, academy)
    read = lists_read(academy)

    assert "Algebra" in shown(lecturer, academy, q="alg")
    assert "Algebra" not in shown(lecturer, academy, q="poetry")
    assert lists_read(academy) == read
    kept = [value for value in cache._cache.values() if b"choices" in value or b"sealed" in value]
    assert kept
    assert not any(b"Algebra" in value for value in kept)


def test_forged_cache_entries_are_read_anew(lecturer: Editor, academy: School, on_zoom: Make) -> None:
    on_zoom("Algebra")
    cache.set(f"wagtail_zoom.choices.{academy.hosts['lecturer.one'].pk}", "sealed:1:nonsense", 300)

    assert "Algebra" in shown(lecturer, academy)


def test_all_pages_of_a_long_list_are_read_and_shown_twenty_at_a_time(
    lecturer: Editor, academy: School, on_zoom: Make
) -> None:
    for number in range(21):
        on_zoom(f"Lesson {number:02}")

    found = existing.choices_of(academy.hosts["lecturer.one"])

    assert len(found.items) == 21
    assert shown(lecturer, academy).count("wz-choose__item") == 20
    assert shown(lecturer, academy, p="2").count("wz-choose__item") == 1
    assert shown(lecturer, academy, p="nonsense").count("wz-choose__item") == 20


def test_a_closer_look_says_whether_registration_is_on(lecturer: Editor, academy: School, on_zoom: Make) -> None:
    off = on_zoom("Algebra")
    on = on_zoom("Open day", "webinar", approval_type=1)

    assert "Registration is off" in shown(lecturer, academy, q=str(off))
    assert "registration on" in shown(lecturer, academy, q=f"https://zoom.us/w/{on}")


def test_a_number_that_has_ended_is_warned_about(lecturer: Editor, academy: School, on_zoom: Make, today: Any) -> None:
    number = on_zoom("Algebra")
    today.advance(days=4)

    assert "It has ended" in shown(lecturer, academy, q=str(number))


def test_a_number_zoom_does_not_know_is_said(lecturer: Editor, academy: School) -> None:
    assert "Zoom does not know this meeting" in shown(lecturer, academy, q="99999999999")


def test_without_a_list_scope_the_way_by_number_is_named_and_the_scope_to_administrators_only(
    teacher: Editor, school: School, editor_for: Make
) -> None:
    html = shown(teacher, school)
    assert "paste its number or link" in html
    assert "list_meetings" not in html

    group = teacher.user.groups.get()
    permission = Permission.objects.get(codename="change_zoomsettings")
    GroupSitePermission.objects.create(group=group, site=school.site, permission=permission)
    again = editor_for(type(teacher.user).objects.get(pk=teacher.user.pk))
    html = shown(again, school, host=school.hosts["teacher.one"].pk)
    assert "meeting:read:list_meetings" in html


def test_zoom_being_down_is_said_and_not_remembered(lecturer: Editor, academy: School, on_zoom: Make) -> None:
    on_zoom("Algebra")
    academy.simulator.fault(method="GET", path="/v2/users/.*", times=50, fault="status", status=500)
    html = shown(lecturer, academy)
    assert "could not be listed" in html

    academy.simulator.clear_faults()
    Connection.objects.update(failures=0, probe_at=None)
    assert "Algebra" in shown(lecturer, academy)


def test_the_dialog_gets_a_part_and_a_browser_without_script_a_page(
    lecturer: Editor, academy: School, on_zoom: Make
) -> None:
    number = on_zoom("Algebra")
    address = f"/admin/zoom/meetings/?site={academy.site.pk}"

    part = lecturer.client.get(address, headers={"x-requested-with": "XMLHttpRequest"})
    page = lecturer.client.get(address)

    assert "<html" not in part.content.decode()
    assert f'data-wz-number="{number}"' in part.content.decode()
    assert "<html" in page.content.decode()
    assert "no-store" in part["Cache-Control"]


def test_one_sees_the_meetings_of_those_hosts_whose_meetings_one_may_link(
    academy: School, editor_for: Make, on_zoom: Make
) -> None:
    on_zoom("Algebra")
    other = editor_for(academy.people["lecturer.two"])
    first = academy.hosts["lecturer.one"]

    assert "Algebra" not in shown(other, academy, host=first.pk)

    group = other.user.groups.get()
    permission = Permission.objects.get(codename="link_any_zoomsettings")
    GroupSitePermission.objects.create(group=group, site=academy.site, permission=permission)
    allowed = editor_for(type(other.user).objects.get(pk=other.user.pk))
    assert "Algebra" in shown(allowed, academy, host=first.pk)


def test_another_spaces_meetings_are_nobody_elses_business(
    teacher: Editor, academy: School, editor_for: Make, space: Any
) -> None:
    assert teacher.get("wagtail_zoom_admin:choose_meeting", site=academy.site.pk).status_code == 302
    assert teacher.get("wagtail_zoom_admin:choose_meeting", site="424242").status_code == 404
    assert teacher.get("wagtail_zoom_admin:choose_meeting", site="x", host="y").status_code == 200

    plain = editor_for(make_editor("editor.plain", space.root_page))
    assert (
        "There is no host in this space whose meetings you may use"
        in plain.get("wagtail_zoom_admin:choose_meeting", site=space.pk).content.decode()
    )
