"""What registering, reading back and cancelling many people costs. Run: ``python -m benchmarks.registrants``.

Everything is measured over HTTP against the simulator, in one run, and beside it what other packages need for the same;
the database is a fresh SQLite file unless ``DATABASE_URL`` names another one.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from itertools import product
from typing import Any

from benchmarks.measuring import Measured, alternately, compared, in_fresh_database, measured, report
from benchmarks.peers import PEERS, work_of_peers


LEARNERS = int(os.environ.get("BENCH_LEARNERS", "300"))
SIZES = tuple(int(size) for size in os.environ.get("BENCH_SIZES", "1000,10000,20000").split(","))
#: The size at which others read the same.
COMPARED = 10_000
#: How much longer a thousand people may take among many than among few: to read, and to plan for.
FLAT = 1.5
#: How much longer a page far down, or of what was searched for, may take than the first one.
FAR_DOWN, SEARCHED = 3, 2
#: How often what is compared takes turns.
TURNS = 7


def main() -> int:
    """Prepare a database and a simulator, measure, print one table; return 1 if a target was missed."""
    return in_fresh_database(_measure)


def _measure() -> int:
    from wagtail_zoom.testing import SimulatorControl, SimulatorProcess

    with SimulatorProcess() as process:
        simulator = SimulatorControl(process.base_url)
        desks = _Desks(simulator)
        rows = [*_registering(desks), *_reading(desks), *_planning()]
        simulator.close()
    return report("Registrants", rows)


class _Desks:
    """Spaces with meetings to register for."""

    def __init__(self, simulator: Any) -> None:
        from django.conf import settings

        from tests import schools

        self.simulator = simulator
        schools.speak_to(simulator, settings)
        everything = schools.make_space("everything.example", "Everything")
        academy = schools.make_space("academy.example", "Academy")
        self.everything = schools.make_academy(
            simulator, everything, scopes=schools.EVERY_SCOPE, teachers=("host.one", "host.two")
        )
        self.academy = schools.make_academy(simulator, academy)
        # An account of their own: some exhaust Zoom's limits, and what we then were refused would be their doing.
        beside = schools.make_space("beside.example", "Beside")
        self.beside = schools.make_academy(
            simulator, beside, scopes=schools.EVERY_SCOPE, teachers=("host.three", "host.four")
        )
        self.app_of_peers = simulator.add_app(self.beside.account_id, "server_to_server", schools.EVERY_SCOPE)

    def open(self, school: Any, **given: Any) -> Any:
        from tests.services.registering.desks import open_desk

        return open_desk(school, **given)


def _registering(desks: _Desks) -> list[Measured]:
    """Register and cancel a course: with and without the scope for many at once, and with other packages."""
    from tests.services.registering.desks import learners
    from wagtail_zoom.models import Registrant
    from wagtail_zoom.services import registrants

    chunks = -(-LEARNERS // 30)
    rows, opened = [], {}
    for kind in ("webinar", "meeting"):
        desk = opened[kind] = desks.open(desks.everything, kind=kind)
        target = f"{chunks} writes, no read"
        with measured(f"register {LEARNERS} for a {kind}, batch scope", desks.simulator, target) as found:
            desk.register(*learners(LEARNERS))
            desk.work(calls=10_000)
        found.kept = found.writes == chunks and found.reads == 0 and _approved(desk) == LEARNERS
        rows.append(found)
    desk = desks.open(desks.academy, kind="webinar", owned=False)
    target = f"{LEARNERS} + {chunks} writes"
    with measured(f"register {LEARNERS} for a webinar, the 17 scopes", desks.simulator, target) as found:
        desk.register(*learners(LEARNERS))
        desk.work(calls=10_000)
    found.kept = found.writes == LEARNERS + chunks and _approved(desk) == LEARNERS
    rows.append(found)
    theirs = {peer.name: desks.open(desks.beside, kind="meeting") for peer in PEERS}
    people: dict[int, Any] = {}

    def register(peer: Any, desk: Any) -> str:
        people[desk.number] = peer.register(desk.number, learners(LEARNERS))
        there = _approved(desk)
        return "" if there == LEARNERS else f"only {there} are approved"

    rows += work_of_peers("register", f"register {LEARNERS} for a meeting", theirs, register, desks.app_of_peers)

    desk = opened["meeting"]
    with measured(f"cancel {LEARNERS}", desks.simulator, f"{chunks} writes, no read") as found:
        registrants.cancel(Registrant.objects.filter(meeting=desk.meeting))
        desk.work(calls=10_000)
    found.kept = found.writes == chunks and found.reads == 0 and _approved(desk) == 0
    rows.append(found)

    def cancel(peer: Any, desk: Any) -> str:
        if desk.number not in people:
            return "nobody was registered"
        peer.cancel(desk.number, people[desk.number])
        left = _approved(desk)
        return f"{left} are still approved" if left else ""

    return rows + work_of_peers("cancel", f"cancel {LEARNERS}", theirs, cancel, desks.app_of_peers)


def _approved(desk: Any) -> int:
    return list(desk.statuses().values()).count("approved")


def _reading(desks: _Desks) -> list[Measured]:
    """Import everybody who is registered on Zoom, then read them again with nothing changed."""
    from wagtail_zoom.models import Registrant

    desk = desks.open(desks.everything, kind="webinar", owned=False)
    rows, there = [], 0
    for size in SIZES:
        _fill(desk, there, size)
        there = size
        Registrant.objects.filter(meeting=desk.meeting).delete()
        pages = -(-size // 300)
        target = "200 queries" if size == COMPARED else ""
        with measured(f"first import of {size}", desks.simulator, target) as found:
            _read_back(desk)
        complete = Registrant.objects.filter(meeting=desk.meeting, actual="approved").count() == size
        found.kept = complete and (found.queries or 0) <= 200 if target else None
        rows.append(found)
        target = f"{pages}+1+1 reads, no write" + (", 60 queries, 50 MB" if size == COMPARED else "")
        with measured(f"read {size} back, nothing changed", desks.simulator, target) as found:
            _read_back(desk)
        lists_only = found.writes == 0 and found.reads == pages + 2
        is_small = size != COMPARED or ((found.queries or 0) <= 60 and (found.memory or 0) <= 50)
        found.kept = lists_only and is_small
        rows.append(found)
        if size == COMPARED:
            rows += _peers_reading(desks, size)
    rows.append(_flatness(desks, desk))
    return [*rows, *_screens(desks, desk, there), _cancelling(desk, there)]


def _fill(desk: Any, there: int, size: int) -> None:
    """Let people register on Zoom until there are ``size``, ``there`` of whom are there."""
    from tests.services.registering.desks import learners

    for start in range(there + 1, size + 1, 30):
        people = [{"email": email, "first_name": "Learner"} for email in learners(min(30, size - start + 1), start)]
        desk.on_zoom.add_batch(desk.number, people)


def _read_back(desk: Any) -> None:
    from wagtail_zoom.services import registrants
    from wagtail_zoom.services.coordination.work_budget import Budget

    registrants.read_back(desk.meeting.pk, budget=Budget(seconds=600, calls=10_000))


def _peers_reading(desks: _Desks, size: int) -> list[Measured]:
    def read(peer: Any, desk: Any) -> str:
        found = peer.read_back(desk.number)
        return "" if found == size else f"found only {found}"

    desk = desks.open(desks.beside, kind="webinar", owned=False)
    _fill(desk, 0, size)
    same = {peer.name: desk for peer in PEERS}
    return work_of_peers("read_back", f"read {size}", same, read, desks.app_of_peers)


def _flatness(desks: _Desks, desk: Any) -> Measured:
    """Compare what a thousand people take to read among many, who are at ``desk``, and among few."""
    few, many = SIZES[0], SIZES[-1]
    small = desks.open(desks.everything, kind="webinar", owned=False)
    _fill(small, 0, few)
    _read_back(small)
    of_few, of_many = alternately(3, lambda: _read_back(small), lambda: _read_back(desk))
    name = f"a thousand read among {many}, against among {few}"
    return compared(name, of_many / many, of_few / few, most=FLAT)


def _screens(desks: _Desks, desk: Any, size: int) -> list[Measured]:
    """Look at the listing as an administrator: the first page, and one far down."""
    from django.test import Client

    from tests.schools import make_user

    client = Client(headers={"host": "localhost"})
    client.force_login(make_user("overseer", is_superuser=True))
    listing = f"/admin/zoom/registrants/?meeting={desk.meeting.pk}"
    addresses = {"a page": listing, "page 300": f"{listing}&p=300", "a search": f"{listing}&q=learner.19"}
    rows = []
    for name, address in addresses.items():
        client.get(address)
        with measured(f"listing of {size} rows: {name}", desks.simulator, "25 queries") as found:
            status = client.get(address).status_code
        found.kept = status == 200 and (found.queries or 0) <= 25
        rows.append(found)
    first, far, searched = alternately(TURNS, *(partial(client.get, address) for address in addresses.values()))
    return [
        *rows,
        compared("page 300, against page 1", far, first, most=FAR_DOWN),
        compared("a search, against page 1", searched, first, most=SEARCHED),
    ]


def _cancelling(desk: Any, size: int) -> Measured:
    """Change what is wanted of everybody: each gets a line of history, written many at once."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from wagtail.models import ModelLogEntry

    from wagtail_zoom.models import Registrant, RegistrantChange
    from wagtail_zoom.services import registrants

    before = RegistrantChange.objects.count(), ModelLogEntry.objects.count()
    name = f"history of {size} people: all are cancelled here"
    with measured(name, desk.school.simulator) as found, CaptureQueriesContext(connection) as asked:
        registrants.cancel(Registrant.objects.filter(meeting=desk.meeting))
    inserts = sum("wagtail_zoom_registrantchange" in each["sql"] and "INSERT" in each["sql"] for each in asked)
    lines = RegistrantChange.objects.count() - before[0]
    entries = ModelLogEntry.objects.count() - before[1]
    found.target = f"{lines} lines in {inserts} inserts; {entries} log entries"
    found.kept = lines == size and inserts <= size / 100 and entries <= 1
    return found


def _planning() -> list[Measured]:
    """Plan for two thousand and for twenty thousand people: pure, so neither requests nor queries."""
    from wagtail_zoom.services.registrants.plan import Entry, PlanningContext
    from wagtail_zoom.services.registrants.planner import plan

    pairs = list(
        product(
            ("approved", "waiting", "denied", "cancelled", "deleted"),
            ("absent", "pending", "approved", "denied", "unknown"),
        )
    )
    people = [
        Entry(
            pk=number,
            email=f"learner.{number}@school.example",
            key=f"learner.{number}@school.example",
            wanted=pairs[number % 25][0],  # type: ignore[arg-type]
            actual=pairs[number % 25][1],  # type: ignore[arg-type]
            registrant_id=f"id-{number}",
        )
        for number in range(20_000)
    ]
    around = PlanningContext(kind="meeting", can=frozenset({"add", "batch", "list", "get", "status", "delete"}))
    few = people[:2000]
    of_few, of_many = alternately(
        TURNS, lambda: [plan(few, around) for _tenth in range(10)], lambda: plan(people, around)
    )
    return [
        Measured("plan for 20000", seconds=of_many, computed=of_many),
        compared("a thousand planned among 20000, against among 2000", of_many, of_few, most=FLAT),
    ]


if __name__ == "__main__":
    sys.exit(main())
