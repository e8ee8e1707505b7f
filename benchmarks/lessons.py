"""What a lesson costs over a plain page, and how fast many are made. Run: ``python -m benchmarks.lessons``.

Everything is measured over HTTP against the simulator, in one run; the database is a fresh SQLite file unless
``DATABASE_URL`` names another one.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import sys
from contextlib import ExitStack
from typing import Any

from benchmarks.measuring import Measured, in_fresh_database, measured, report
from wagtail_zoom import clock


LESSONS = int(os.environ.get("BENCH_LESSONS", "50"))
VIEWS = 20


def main() -> int:
    """Prepare a database and a simulator, measure, print one table; return 1 if a target was missed."""
    return in_fresh_database(_measure)


def _measure() -> int:
    from django.conf import settings
    from wagtail.models import Site

    from tests import schools
    from wagtail_zoom.testing import SimulatorControl, SimulatorProcess

    with SimulatorProcess() as process:
        simulator = SimulatorControl(process.base_url)
        schools.speak_to(simulator, settings)
        school = schools.make_school(simulator, Site.objects.get(), scopes=schools.EVERY_SCOPE, plan="business")
        rows = [*_publishing(school), *_viewing(school), *_editing(school), *_many(school)]
        simulator.close()
    return report("Lessons", rows)


def _lesson(school: Any, title: str) -> Any:
    from wagtail_zoom.models import LessonPage

    page = LessonPage(
        title=title,
        live=False,
        owner=school.people["teacher.one"],
        zoom_date=clock.now().date() + dt.timedelta(days=7),
        zoom_time=dt.time(10),
        zoom_timezone="Europe/Berlin",
    )
    school.site.root_page.add_child(instance=page)
    return page


def _plain(school: Any, title: str) -> Any:
    from tests.lessons.models import FolderPage

    page = FolderPage(title=title, live=False)
    school.site.root_page.add_child(instance=page)
    return page


def _publishing(school: Any) -> list[Measured]:
    """Publish a plain page and a lesson; the lesson's meeting is made after the commit, so it counts by itself."""
    from django.db import transaction

    from wagtail_zoom.services.coordination.work_budget import Budget
    from wagtail_zoom.services.meetings import reconcile

    plain, lesson = _plain(school, "Plain"), _lesson(school, "Lesson")
    rows = []
    with measured("publish a plain page", school.simulator) as without:
        plain.save_revision().publish()
    rows.append(without)
    with ExitStack() as stack:
        stack.enter_context(transaction.atomic())
        found = stack.enter_context(measured("publish a lesson, before the commit", school.simulator, "no request"))
        lesson.save_revision().publish()
        # What follows the commit is the worker's.
        stack.callback(transaction.set_rollback, True)
    found.kept = not found.calls
    rows.append(found)
    lesson = _lesson(school, "Another lesson")
    lesson.save_revision().publish()
    lesson.refresh_from_db()
    meeting_id = lesson.zoom_link.meeting_id
    with measured("publish it again unchanged", school.simulator, "no request") as found:
        lesson.save_revision().publish()
    found.kept = not found.calls
    rows.append(found)
    with measured("bring a meeting in line that is", school.simulator, "no request") as found:
        reconcile.reconcile(meeting_id, budget=Budget())
    found.kept = not found.calls
    rows.append(found)
    return rows


def _viewing(school: Any) -> list[Measured]:
    """Look at a plain page and at a lesson as somebody who is not logged in."""
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    rows = []
    for name, address in (("plain page", "/plain/"), ("lesson", "/another-lesson/")):
        client.get(address)
        with measured(f"view a {name} {VIEWS} times", school.simulator, "no request") as found:
            for _each in range(VIEWS):
                assert client.get(address).status_code == 200  # noqa: S101
        found.kept = not found.calls
        rows.append(found)
    return rows


def _editing(school: Any) -> list[Measured]:
    """Open a plain page and a lesson in the editor, as its teacher."""
    from django.test import Client
    from wagtail.models import Page

    client = Client(headers={"host": "localhost"})
    client.force_login(school.people["teacher.one"])
    rows = []
    for name, slug in (("plain page", "plain"), ("lesson", "another-lesson")):
        address = f"/admin/pages/{Page.objects.get(slug=slug).pk}/edit/"
        client.get(address)
        with measured(f"open a {name} in the editor", school.simulator, "no request") as found:
            assert client.get(address).status_code == 200  # noqa: S101
        found.kept = not found.calls
        rows.append(found)
    return rows


def _many(school: Any) -> list[Measured]:
    """Publish many lessons while nobody works, let one ``sync_zoom`` after the other make them, and list them."""
    from django.core.management import call_command
    from django.test import Client, override_settings

    from tests.schools import make_editor
    from wagtail_zoom.models import Approval, Meeting
    from wagtail_zoom.services.approvals import approvals

    with override_settings(WAGTAIL_ZOOM=_paused()):
        for number in range(LESSONS):
            _lesson(school, f"Lesson {number}").save_revision().publish()
    waiting = Meeting.objects.filter(zoom_id=None, due_at__isnull=False).count()
    # So many at once wait for a person's yes.
    call_command("sync_zoom", stdout=io.StringIO())
    for question in Approval.objects.filter(verdict=Approval.Verdict.OPEN):
        approvals.answer(question.pk, yes=True, by=school.people["teacher.one"])
    missing = waiting
    with measured(f"sync_zoom makes {waiting} meetings", school.simulator, f"{waiting} writes") as made:
        before = waiting + 1
        while 0 < missing < before:
            call_command("sync_zoom", stdout=io.StringIO())
            before, missing = missing, Meeting.objects.filter(zoom_id=None, due_at__isnull=False).count()
    with measured("sync_zoom with nothing to do", school.simulator, "no write") as idle:
        call_command("sync_zoom", stdout=io.StringIO())
    client = Client(headers={"host": "localhost"})
    client.force_login(make_editor("editor", school.site.root_page))
    client.get("/admin/zoom/lessons/")
    with measured(f"the listing of {LESSONS} lessons", school.simulator, "no request") as listing:
        assert client.get("/admin/zoom/lessons/").status_code == 200  # noqa: S101
    made.kept, idle.kept, listing.kept = made.writes == waiting, idle.writes == 0, not listing.calls
    return [made, idle, listing]


def _paused() -> dict[str, Any]:
    from django.conf import settings

    return {**settings.WAGTAIL_ZOOM, "PAUSED": True}


if __name__ == "__main__":
    sys.exit(main())
