"""Every address of the package, and what each kind of person gets there. A new address fails until it is classified.

The outcomes: a status; "login", sent to sign in; "refused", sent away from an admin screen for want of permission.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from tests.admin.editing import TUESDAY
from tests.schools import School, make_administrator, make_editor, make_space, make_user
from wagtail_zoom import clock, urls
from wagtail_zoom.admin import urls as admin_urls
from wagtail_zoom.models import (
    Attendance,
    Completion,
    Instance,
    LessonPage,
    Meeting,
    RecordingFile,
    Registrant,
    WebhookDelivery,
)
from wagtail_zoom.services import encryption


#: Nobody; a user without the admin; an editor of the space; the teacher whose lesson and grant it is; an editor and
#: administrator of another space; the administrator of the space's Zoom settings, who edits no pages.
PEOPLE = ("anonymous", "learner", "editor", "teacher", "elsewhere", "administrator")

#: Method and name, then what each of `PEOPLE` gets, in their order.
TABLE = """
GET wagtail_zoom:join                                login    200      200      200      200      200
GET wagtail_zoom:start                               405      405      405      405      405      405
GET wagtail_zoom:state                               200      200      200      200      200      200
GET wagtail_zoom:calendar                            200      200      200      200      200      200
GET wagtail_zoom:register                            login    200      200      200      200      200
GET wagtail_zoom:cancel                              login    303      303      303      303      303
GET wagtail_zoom:recording                           login    303      303      303      303      303
GET wagtail_zoom:guest                               404      404      404      404      404      404
GET wagtail_zoom:guest_state                         404      404      404      404      404      404
GET wagtail_zoom:guest_register                      404      404      404      404      404      404
GET wagtail_zoom:guest_cancel                        404      404      404      404      404      404
GET wagtail_zoom:guest_recording                     404      404      404      404      404      404
GET wagtail_zoom:webhook                             405      405      405      405      405      405
GET wagtail_zoom:oauth_callback                      login    302      302      302      302      302
GET wagtail_zoom_admin:deliveries                    login    login    refused  refused  200      200
GET wagtail_zoom_admin:deliveries_results            login    login    refused  refused  200      200
GET wagtail_zoom_admin:delivery_replay               login    login    405      405      405      405
GET wagtail_zoom_admin:attendance_report             login    login    refused  refused  200      200
GET wagtail_zoom_admin:attendance_report_results     login    login    refused  refused  200      200
GET wagtail_zoom_admin:attendance_learners           login    login    refused  refused  200      200
GET wagtail_zoom_admin:attendance_learners_results   login    login    refused  refused  200      200
GET wagtail_zoom_admin:attendance                    login    login    refused  refused  refused  200
GET wagtail_zoom_admin:attendance_results            login    login    refused  refused  refused  200
GET wagtail_zoom_admin:attendance_read               login    login    405      405      405      405
GET wagtail_zoom_admin:attendance_find               login    login    refused  refused  refused  200
GET wagtail_zoom_admin:attendance_assign             login    login    405      405      405      405
GET wagtail_zoom_admin:attendance_unassign           login    login    405      405      405      405
GET wagtail_zoom_admin:attendance_override           login    login    405      405      405      405
GET wagtail_zoom_admin:recording                     login    login    refused  refused  refused  302
GET wagtail_zoom_admin:recording_show                login    login    405      405      405      405
GET wagtail_zoom_admin:registrants                   login    login    refused  refused  200      200
GET wagtail_zoom_admin:registrants_results           login    login    refused  refused  200      200
GET wagtail_zoom_admin:registrant                    login    login    404      404      404      200
GET wagtail_zoom_admin:registrants_decide            login    login    405      405      405      405
GET wagtail_zoom_admin:registrants_add               login    login    refused  refused  refused  200
GET wagtail_zoom_admin:registrants_everyone          login    login    refused  refused  refused  200
GET wagtail_zoom_admin:registrants_upload            login    login    refused  refused  refused  200
GET wagtail_zoom_admin:registrants_read              login    login    405      405      405      405
GET wagtail_zoom_admin:lessons                       login    login    200      200      200      200
GET wagtail_zoom_admin:lessons_results               login    login    200      200      200      200
GET wagtail_zoom_admin:left_on_zoom                  login    login    200      200      200      200
GET wagtail_zoom_admin:state                         login    login    200      200      refused  refused
GET wagtail_zoom_admin:settle                        login    login    302      302      refused  refused
GET wagtail_zoom_admin:end                           login    login    refused  302      refused  302
GET wagtail_zoom_admin:act                           login    login    200      200      refused  refused
GET wagtail_zoom_admin:approvals                     login    login    refused  refused  200      200
GET wagtail_zoom_admin:choose_meeting                login    login    200      200      200      200
GET wagtail_zoom_admin:pause                         login    login    refused  refused  refused  200
GET wagtail_zoom_admin:hand_over                     login    login    refused  refused  refused  200
GET wagtail_zoom_admin:home                          login    login    refused  refused  refused  refused
GET wagtail_zoom_admin:my_zoom                       login    login    200      200      200      200
GET wagtail_zoom_admin:authorize                     login    login    405      405      405      405
GET wagtail_zoom_admin:test_mine                     login    login    405      405      405      405
GET wagtail_zoom_admin:share_mine                    login    login    405      405      405      405
GET wagtail_zoom_admin:disconnect                    login    login    404      200      404      404
GET wagtail_zoom_admin:which_kind                    login    login    200      200      refused  200
GET wagtail_zoom_admin:guide                         login    login    200      200      refused  200
GET wagtail_zoom_admin:test_app                      login    login    405      405      405      405
GET wagtail_zoom_admin:hosts                         login    login    refused  refused  refused  200
GET wagtail_zoom_admin:unmap_host                    login    login    refused  refused  refused  404
POST wagtail_zoom:join                               405      405      405      405      405      405
POST wagtail_zoom:start                              login    403      403      303      403      403
POST wagtail_zoom:state                              405      405      405      405      405      405
POST wagtail_zoom:calendar                           405      405      405      405      405      405
POST wagtail_zoom:register                           login    200      200      200      200      200
POST wagtail_zoom:cancel                             login    303      303      303      303      303
POST wagtail_zoom:recording                          405      405      405      405      405      405
POST wagtail_zoom:guest                              405      405      405      405      405      405
POST wagtail_zoom:guest_state                        405      405      405      405      405      405
POST wagtail_zoom:guest_register                     404      404      404      404      404      404
POST wagtail_zoom:guest_cancel                       404      404      404      404      404      404
POST wagtail_zoom:guest_recording                    405      405      405      405      405      405
POST wagtail_zoom:webhook                            404      404      404      404      404      404
POST wagtail_zoom:oauth_callback                     405      405      405      405      405      405
POST wagtail_zoom_admin:deliveries                   login    login    refused  refused  405      405
POST wagtail_zoom_admin:deliveries_results           login    login    refused  refused  405      405
POST wagtail_zoom_admin:delivery_replay              login    login    404      404      404      302
POST wagtail_zoom_admin:attendance_report            login    login    refused  refused  405      405
POST wagtail_zoom_admin:attendance_report_results    login    login    refused  refused  405      405
POST wagtail_zoom_admin:attendance_learners          login    login    refused  refused  405      405
POST wagtail_zoom_admin:attendance_learners_results  login    login    refused  refused  405      405
POST wagtail_zoom_admin:attendance                   login    login    refused  refused  refused  405
POST wagtail_zoom_admin:attendance_results           login    login    refused  refused  refused  405
POST wagtail_zoom_admin:attendance_read              login    login    refused  refused  refused  302
POST wagtail_zoom_admin:attendance_find              login    login    refused  refused  refused  200
POST wagtail_zoom_admin:attendance_assign            login    login    refused  refused  refused  302
POST wagtail_zoom_admin:attendance_unassign          login    login    refused  refused  refused  404
POST wagtail_zoom_admin:attendance_override          login    login    refused  refused  refused  302
POST wagtail_zoom_admin:recording                    login    login    refused  refused  refused  302
POST wagtail_zoom_admin:recording_show               login    login    refused  refused  refused  302
POST wagtail_zoom_admin:registrants                  login    login    refused  refused  405      405
POST wagtail_zoom_admin:registrants_results          login    login    refused  refused  405      405
POST wagtail_zoom_admin:registrant                   login    login    404      404      404      200
POST wagtail_zoom_admin:registrants_decide           login    login    302      302      302      302
POST wagtail_zoom_admin:registrants_add              login    login    refused  refused  refused  200
POST wagtail_zoom_admin:registrants_everyone         login    login    refused  refused  refused  302
POST wagtail_zoom_admin:registrants_upload           login    login    refused  refused  refused  200
POST wagtail_zoom_admin:registrants_read             login    login    refused  refused  refused  302
POST wagtail_zoom_admin:lessons                      login    login    405      405      405      405
POST wagtail_zoom_admin:lessons_results              login    login    405      405      405      405
POST wagtail_zoom_admin:left_on_zoom                 login    login    404      404      404      404
POST wagtail_zoom_admin:state                        login    login    405      405      405      405
POST wagtail_zoom_admin:settle                       login    login    302      302      refused  refused
POST wagtail_zoom_admin:end                          login    login    refused  302      refused  302
POST wagtail_zoom_admin:act                          login    login    302      302      refused  refused
POST wagtail_zoom_admin:approvals                    login    login    refused  refused  404      404
POST wagtail_zoom_admin:choose_meeting               login    login    405      405      405      405
POST wagtail_zoom_admin:pause                        login    login    refused  refused  refused  302
POST wagtail_zoom_admin:hand_over                    login    login    refused  refused  refused  200
POST wagtail_zoom_admin:home                         login    login    refused  refused  refused  refused
POST wagtail_zoom_admin:my_zoom                      login    login    405      405      405      405
POST wagtail_zoom_admin:authorize                    login    login    302      302      refused  302
POST wagtail_zoom_admin:test_mine                    login    login    404      302      404      404
POST wagtail_zoom_admin:share_mine                   login    login    404      302      404      404
POST wagtail_zoom_admin:disconnect                   login    login    404      302      404      404
POST wagtail_zoom_admin:which_kind                   login    login    405      405      refused  405
POST wagtail_zoom_admin:guide                        login    login    405      405      refused  405
POST wagtail_zoom_admin:test_app                     login    login    refused  refused  refused  302
POST wagtail_zoom_admin:hosts                        login    login    refused  refused  refused  200
POST wagtail_zoom_admin:unmap_host                   login    login    refused  refused  refused  404
"""

EXPECTED = {" ".join(row.split()[:2]): tuple(row.split()[2:]) for row in TABLE.strip().splitlines()}


def names_in(patterns: Any, namespace: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every address's name with the names of its arguments."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names_in(pattern.url_patterns, namespace)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}:{pattern.name}", tuple(pattern.pattern.regex.groupindex)


ADDRESSES = dict([*names_in(urls.urlpatterns, "wagtail_zoom"), *names_in(admin_urls.urlpatterns, "wagtail_zoom_admin")])


#: Where the same argument means something else.
OTHER_ARGUMENTS = {"wagtail_zoom_admin:registrants_decide": {"act": "approve"}}


@pytest.fixture
def arguments(school: School, clocks: Any, django_capture_on_commit_callbacks: Any) -> dict[str, Any]:
    """Return an argument for every name: a lesson of the first teacher that takes place, and what hangs on it."""
    teacher = school.people["teacher.one"]
    page = LessonPage(title="Fractions", owner=teacher, **{**TUESDAY, "zoom_kind": "meeting"})
    school.site.root_page.add_child(instance=page)
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    meeting = Meeting.objects.get()
    run = Instance.objects.create(meeting=meeting, uuid="run==", started_at=clock.now())
    row = Attendance.objects.create(meeting=meeting, instance=run, name="Somebody")
    completion = Completion.objects.create(page=page, user=teacher, decided_at=clock.now())
    recording = RecordingFile(meeting=meeting, kind="MP4", is_shown=True)
    encryption.encrypt_field(recording, "play_url", "https://zoom.us/rec/play/somewhere")
    recording.save()
    registrant = Registrant.objects.create(
        meeting=meeting, email_key="learner@school.example", email="learner@school.example", source="editor"
    )
    delivery = WebhookDelivery.objects.create(app=school.app, event="meeting.started", received_at=clock.now())
    return {
        "page_id": page.pk,
        "site_id": school.site.pk,
        "host_id": school.hosts["teacher.one"].pk,
        "row_id": row.pk,
        "completion_id": completion.pk,
        "recording_id": recording.pk,
        "delivery_id": delivery.pk,
        "meeting_id": meeting.pk,
        "registrant_id": registrant.pk,
        "uid": recording.uid,
        "token": "guessed",
        "path": "guessed",
        "act": "new_link",
        "name": "general",
    }


@pytest.fixture
def people(school: School, space: Any) -> dict[str, Client]:
    """Return a browser for each of `PEOPLE`."""
    other = make_space("other.example", "Other")
    elsewhere = make_editor("editor.elsewhere", other.root_page)
    elsewhere.groups.add(*make_administrator("administrator.elsewhere", other).groups.all())
    users = {
        "learner": make_user("learner.one"),
        "editor": make_editor("editor.one", space.root_page),
        "teacher": school.people["teacher.one"],
        "elsewhere": elsewhere,
        "administrator": make_administrator("administrator", space),
    }
    browsers = {name: Client() for name in PEOPLE}
    for name, user in users.items():
        browsers[name].force_login(user)
    return browsers


def address_of(name: str, needed: tuple[str, ...], arguments: dict[str, Any]) -> str:
    known = {**arguments, **OTHER_ARGUMENTS.get(name, {})}
    return reverse(name, kwargs={key: known[key] for key in needed})


def outcome(response: HttpResponse) -> str:
    """Return what became of a request, in a word."""
    address = response.get("Location", "")
    if response.status_code in (302, 303) and "/login/" in address:
        return "login"
    if response.status_code == 302 and address == "/admin/":
        return "refused"
    return str(response.status_code)


def ask(client: Client, method: str, address: str) -> str:
    """Send one request, and take back whatever it changed."""
    with transaction.atomic():
        found = outcome(client.generic(method, address, content_type="application/x-www-form-urlencoded"))
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_everybody_gets_what_is_theirs_and_nothing_else(
    people: dict[str, Client], arguments: dict[str, Any], method: str
) -> None:
    found = {}
    for name, needed in ADDRESSES.items():
        address = address_of(name, needed, arguments)
        found[f"{method} {name}"] = tuple(ask(people[person], method, address) for person in PEOPLE)

    assert found == {name: row for name, row in EXPECTED.items() if name.startswith(method)}


def test_a_stranger_of_another_space_gets_into_nothing_that_names_an_object_of_this_one() -> None:
    named = {
        name: row[PEOPLE.index("elsewhere")]
        for name, row in EXPECTED.items()
        if "wagtail_zoom_admin" in name and any(key.endswith("_id") for key in ADDRESSES[name.split(" ")[1]])
    }
    assert named
    assert set(named.values()) <= {"refused", "403", "404", "405"}, named
