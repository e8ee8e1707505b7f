"""What attendance costs after a large lesson. Run: ``python -m benchmarks.afterwards``.

The report comes over HTTP from the simulator, into a fresh SQLite file unless ``DATABASE_URL`` names another database.
Everybody came by a personal link; half of them are learners of this site.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.measuring import Measured, alternately, compared, in_fresh_database, measured, report


PEOPLE = int(os.environ.get("BENCH_PEOPLE", "10000"))
STAYS = 3
PICTURED = 500
#: MB that the report of all people may take more than that of a tenth of them, beside the people themselves.
FLAT = 60
#: How much longer a thousand people may take among all than among a tenth of them.
AMONG_MANY = 1.5
#: How much longer the page of all people may take than that of a tenth, and the table's second hundred than its first.
LARGER, FURTHER = 2, 2
TURNS = 7


def main() -> int:
    """Prepare a database and a simulator, measure, print one table; return 1 if a target was missed."""
    return in_fresh_database(_measure)


def _measure() -> int:
    from django.conf import settings

    from tests import schools
    from wagtail_zoom.testing import SimulatorControl, SimulatorProcess

    with SimulatorProcess() as process:
        simulator = SimulatorControl(process.base_url)
        schools.speak_to(simulator, settings)
        site = schools.make_space("school.example", "School")
        school = schools.make_academy(simulator, site, scopes=schools.EVERY_SCOPE, teachers=("host.one",))
        rows, meetings = [], []
        for people in (PEOPLE // 10, PEOPLE):
            meetings.append(_lesson_that_took_place(school, people))
            rows.append(_reading(simulator, meetings[-1], people))
        rows += [_flatness(*rows), _memory(*rows)]
        rows += [*_screens(school, *meetings), _picture()]
        simulator.close()
    return report("Attendance", rows)


def _lesson_that_took_place(school: Any, people: int) -> Any:
    """Let people come and go three times, and return the meeting, which a lesson uses."""
    from tests.schools import make_lesson
    from tests.services.registering.desks import learners, open_desk
    from wagtail_zoom.models import LessonMeeting
    from wagtail_zoom.services import registrants
    from wagtail_zoom.services.coordination.work_budget import Budget

    simulator = school.simulator
    desk = open_desk(school, kind="webinar")
    registered = learners(people)
    for start in range(0, len(registered), 30):
        chunk = [{"email": email, "first_name": "Learner"} for email in registered[start : start + 30]]
        desk.on_zoom.add_batch(desk.number, chunk)
    registrants.read_back(desk.meeting.pk, budget=Budget(seconds=600, calls=10_000))
    _make_users(desk.meeting)
    begin = simulator.now() - dt.timedelta(hours=2)
    simulator.start(desk.number, begin)
    desk.meeting.zoom_host_id = school.zoom_users[0]["id"]
    desk.meeting.save(update_fields=["zoom_host_id"])
    stays = list(_stays(desk.meeting, begin))
    for start in range(0, len(stays), 1000):
        simulator.stay(desk.number, stays[start : start + 1000])
    simulator.end(desk.number, begin + dt.timedelta(hours=1))
    page = make_lesson(school, f"For {people}")
    LessonMeeting.objects.create(page=page, meeting=desk.meeting, page_title=page.title)
    return desk.meeting


def _make_users(meeting: Any) -> None:
    """Make every other registrant a learner of this site."""
    from django.contrib.auth import get_user_model

    from wagtail_zoom.models import Registrant

    model = get_user_model()
    rows = list(Registrant.objects.filter(meeting=meeting).order_by("pk"))[::2]
    users = [model(username=f"{meeting.pk}.{row.email}", email=row.email) for row in rows]
    for row, user in zip(rows, model.objects.bulk_create(users, batch_size=90), strict=True):
        row.user = user
    Registrant.objects.bulk_update(rows, ["user"], batch_size=200)


def _stays(meeting: Any, begin: dt.datetime) -> Iterator[dict[str, Any]]:
    """Yield three stays of everybody."""
    everybody = list(meeting.registrants.order_by("pk").values_list("registrant_id", flat=True))
    for stay in range(STAYS):
        for number, registrant_id in enumerate(everybody):
            at = begin + dt.timedelta(minutes=20 * stay, seconds=number % 60)
            yield {"registrant_id": registrant_id, "at": at, "until": at + dt.timedelta(minutes=15)}


def _reading(simulator: Any, meeting: Any, people: int) -> Measured:
    """Fetch, merge, match and store who was there, and judge who completed the lesson."""
    from wagtail_zoom.models import Attendance, Completion, Instance
    from wagtail_zoom.services import attendance

    uuid = simulator.meeting(meeting.zoom_id)["instances"][-1]["uuid"]
    run = Instance.objects.create(meeting=meeting, uuid=uuid, read_due_at=simulator.now())
    is_whole = people == PEOPLE
    target = "300 queries" if is_whole else ""
    with measured(f"report of {people} people in {people * STAYS} rows", simulator, target) as found:
        attendance.import_run(run.pk)
    there = Attendance.objects.filter(meeting=meeting, is_host=False)
    right = there.count() == people and there.exclude(user=None).count() == people // 2
    right = right and not there.exclude(seconds=STAYS * 15 * 60).exists()
    right = right and Completion.objects.filter(page__zoom_link__meeting=meeting).count() == people // 2
    if is_whole or not right:
        found.kept = right and (found.queries or 0) <= 300
    return found


def _flatness(tenth: Measured, whole: Measured) -> Measured:
    """Compare what was computed for each; they follow each other, so what others computed meanwhile must not count."""
    name = f"a thousand of {PEOPLE}, against a thousand of {PEOPLE // 10}"
    return compared(name, whole.computed / 10, tenth.computed, most=AMONG_MANY)


def _memory(tenth: Measured, whole: Measured) -> Measured:
    """Compare the memory of a report with ten times as many pages."""
    found = Measured("memory of ten times as many pages, above the tenth", f"{FLAT} MB: people, not rows")
    if tenth.memory is None or whole.memory is None:
        found.missing = "this system does not tell"
        return found
    more = max(0.0, whole.memory - tenth.memory)
    found.figure, found.kept = f"{more:.0f} MB", more <= FLAT
    return found


def _screens(school: Any, tenth: Any, whole: Any) -> list[Measured]:
    """Look at a lesson's attendance as an administrator: the whole page with its picture, and the table alone."""
    from django.test import Client

    from tests.schools import make_user
    from wagtail_zoom.models import LessonMeeting

    client = Client(headers={"host": "localhost"})
    client.force_login(make_user("overseer", is_superuser=True))
    small, page = (
        f"/admin/zoom/attendance/{LessonMeeting.objects.get(meeting=meeting).page_id}/" for meeting in (tenth, whole)
    )
    table, further = f"{page}results/", f"{page}results/?p=2"
    rows = []
    for name, address in (("attendance page", page), ("its second hundred", further)):
        client.get(address)
        with measured(f"{name}, {PEOPLE} people", school.simulator, "25 queries") as found:
            status = client.get(address).status_code
        found.kept = status == 200 and (found.queries or 0) <= 25
        rows.append(found)
    of_tenth, of_whole, of_first, of_second = alternately(
        TURNS, *(partial(client.get, address) for address in (small, page, table, further))
    )
    return [
        *rows,
        compared(f"attendance page, against that of {PEOPLE // 10}", of_whole, of_tenth, most=LARGER),
        compared("the second hundred, against the first", of_second, of_first, most=FURTHER),
    ]


def _picture() -> Measured:
    from wagtail_zoom.admin.attendance.timeline_svg import presence_picture

    stays = [(f"Learner {number}", False, [(number, 3000 + number), (3600, 5000)]) for number in range(PICTURED)]
    size = len(presence_picture(stays, ZoneInfo("UTC")).encode())
    name = f"picture of {PICTURED} people"
    return Measured(name, "300 KB", queries=None, figure=f"{size // 1000} KB", kept=size < 300_000)


if __name__ == "__main__":
    sys.exit(main())
