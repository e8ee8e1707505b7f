"""One day on a site whose people have no names: ``python -m tests.hosts.nameless ADDRESS`` of a simulator.

Prints as JSON what people read about each other.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import nullcontext
from typing import Any

import django


os.environ["DJANGO_SETTINGS_MODULE"] = "tests.hosts.settings_nameless"
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core import mail  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402
from wagtail.models import Locale, Page, Site  # noqa: E402

from tests import schools  # noqa: E402
from tests.admin.editing import TUESDAY, Editor, errors, texts  # noqa: E402
from tests.lessons.models import ClassPage  # noqa: E402
from wagtail_zoom import clock  # noqa: E402
from wagtail_zoom.models import App, Attendance, Connection, Instance, LessonMeeting  # noqa: E402
from wagtail_zoom.services.connections import zoom_apps  # noqa: E402
from wagtail_zoom.testing import SimulatorControl  # noqa: E402


def main(address: str) -> None:
    """Let teacher and administrator do what they do, and print what was read."""
    simulator = SimulatorControl(address)
    settings.ALLOWED_HOSTS = ["*"]
    schools.speak_to(simulator, settings)
    simulator.reset()
    simulator.set_clock(clock.now())
    call_command("migrate", run_syncdb=True, verbosity=0)
    space = _space()
    teacher, learner = _account("teacher@school.example"), _account("learner@school.example")
    app = _general_app(simulator, space)
    host = schools.connect(teacher, space, app, "teacher@school.example")
    print(json.dumps(_walk(space, teacher, learner, host)))


def _walk(space: Site, teacher: Any, learner: Any, host: Any) -> dict[str, Any]:
    editor = Editor(teacher, nullcontext)
    made = editor.create(space.root_page, publish=True, **TUESDAY)
    page = ClassPage.objects.get()
    call_command("sync_zoom", verbosity=0)
    meeting = LessonMeeting.objects.get(page=page).meeting
    run = Instance.objects.create(meeting=meeting, uuid="run==", started_at=clock.now())
    seen = Attendance.objects.create(meeting=meeting, instance=run, person_key="guest:1", name="A guest", seconds=60)
    found = editor.get("wagtail_zoom_admin:attendance_find", page.pk, seen.pk, q="learner")
    assigned = editor.client.post(
        reverse("wagtail_zoom_admin:attendance_assign", args=[page.pk, seen.pk]), {"user": learner.pk}, follow=True
    )
    screens = {
        "editor": editor.get("wagtailadmin_pages:edit", page.pk),
        "hosts": editor.get("wagtail_zoom_admin:hosts", space.pk),
        "guide": editor.get("wagtail_zoom_admin:guide", space.pk, "general"),
        "my zoom": editor.get("wagtail_zoom_admin:my_zoom"),
        "attendance": editor.get("wagtail_zoom_admin:attendance", page.pk),
        "learners": editor.get("wagtail_zoom_admin:attendance_learners"),
        "lesson": Client().get(page.url),
    }
    Connection.objects.filter(pk=host.connection_id).update(status=Connection.Status.RECONNECT)
    call_command("sync_zoom", verbosity=0)
    return {
        "made": [*errors(made).items()],
        "meeting": meeting.actual,
        "host": str(host),
        "found": "learner@school.example" in found.content.decode(),
        "assigned": texts(assigned),
        "screens": {name: answer.status_code for name, answer in screens.items()},
        "written to": [address for letter in mail.outbox for address in letter.to],
    }


def _space() -> Site:
    Locale.objects.create(language_code="en")
    root = Page.add_root(title="Root", slug="root")
    home = root.add_child(instance=Page(title="Home", slug="home"))
    return Site.objects.create(hostname="testserver", root_page=home, is_default_site=True)


def _account(address: str) -> Any:
    account = get_user_model()(address=address, is_superuser=address.startswith("teacher"))
    account.set_password("password")
    account.save()
    return account


def _general_app(simulator: SimulatorControl, space: Site) -> App:
    zoom = simulator.add_account("pro", [{"email": "teacher@school.example", "type": 2}])
    known = simulator.add_app(zoom["account_id"], scopes=schools.SCHOOL_SCOPES, redirect_uris=[schools.REDIRECT_URI])
    return zoom_apps.save_app(
        site=space, kind=App.Kind.GENERAL, client_id=known["client_id"], client_secret=known["client_secret"]
    )


if __name__ == "__main__":
    setup_test_environment(debug=False)
    main(sys.argv[1])
