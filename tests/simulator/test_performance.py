"""The simulator is never the bottleneck of a measurement.

Compared is the processor time of its own process among few people and among many: what else the machine does changes
neither much, and both alike.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator.zoom_app import TEACHER, ZoomApp, make_app
from wagtail_zoom.testing import SimulatorControl, SimulatorProcess


pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to look at the process")

REGISTRANTS = 20_000
BATCH = 30


def processor_seconds(process: SimulatorProcess) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(process: SimulatorProcess) -> float:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def register(app: ZoomApp, number: int, people: int) -> None:
    """Register so many people for a webinar, thirty at a time."""
    for first in range(0, people, BATCH):
        if first % (BATCH * 30) == 0:
            app.simulator.advance(1.001)
        batch = [
            {"email": f"learner.{n}@school.example", "first_name": "Learner", "last_name": str(n)}
            for n in range(first, min(first + BATCH, people))
        ]
        answer = app.call("POST", f"/webinars/{number}/batch_registrants", {"registrants": batch})
        assert answer.status == 201, answer.text


@pytest.fixture(scope="module")
def own_process() -> Iterator[SimulatorProcess]:
    """Return a simulator of this module's own, whose memory nothing else has used."""
    with SimulatorProcess() as process:
        yield process


@pytest.fixture(scope="module")
def crowded(own_process: SimulatorProcess) -> Iterator[tuple[ZoomApp, int]]:
    """Return an app and a webinar with 20,000 registrants."""
    simulator = SimulatorControl(own_process.base_url)
    account = simulator.add_account(plan="business", users=[TEACHER])
    app = make_app(simulator, account["account_id"])
    app.connect()
    webinar = app.create("webinar", settings={"approval_type": 0})
    register(app, webinar["id"], REGISTRANTS)
    yield app, webinar["id"]
    app.close()
    simulator.close()


def test_twenty_thousand_registrants_of_one_webinar_fit(
    own_process: SimulatorProcess, crowded: tuple[ZoomApp, int]
) -> None:
    app, number = crowded
    answer = app.call("GET", f"/webinars/{number}/registrants", page_size=1)

    assert answer.json["total_records"] == REGISTRANTS
    assert megabytes(own_process) < 200


def pages_read(app: ZoomApp, number: int, pages: int) -> int:
    """Read the list of registrants page by page, from the beginning again at its end; return how many people came."""
    people, token = 0, ""
    for n in range(pages):
        if n % 40 == 0:
            app.simulator.advance(1.001)
        following = {"next_page_token": token} if token else {}
        page = app.call("GET", f"/webinars/{number}/registrants", page_size=300, **following).json
        people += len(page["registrants"])
        token = page["next_page_token"]
    return people


def test_a_page_among_many_registrants_costs_no_more_than_among_few(
    own_process: SimulatorProcess, crowded: tuple[ZoomApp, int]
) -> None:
    app, number = crowded
    small = app.create("webinar", settings={"approval_type": 0})["id"]
    register(app, small, 300)
    pages = REGISTRANTS // 300
    spent = {}
    for webinar in (small, number):
        before = processor_seconds(own_process)
        assert pages_read(app, webinar, pages) == 300 * pages
        spent[webinar] = processor_seconds(own_process) - before

    # The kernel counts in hundredths of a second.
    assert spent[number] < 3 * spent[small] + 0.05


def test_the_first_page_after_a_change_costs_no_more_among_many(
    own_process: SimulatorProcess, crowded: tuple[ZoomApp, int]
) -> None:
    app, number = crowded
    small = app.create("webinar", settings={"approval_type": 0})["id"]
    register(app, small, 300)
    rounds = 10
    spent = {}
    for webinar in (small, number):
        before = processor_seconds(own_process)
        for n in range(rounds):
            app.simulator.advance(1.001)
            person = {"email": f"learner.{n}@school.example"}
            status = {"action": "cancel", "registrants": [person]}
            assert app.call("PUT", f"/webinars/{webinar}/registrants/status", status).status == 204
            assert app.call("GET", f"/webinars/{webinar}/registrants", page_size=300).status == 200
        spent[webinar] = processor_seconds(own_process) - before
    # The tests of this file share the crowd and come in any order: whoever changes it puts it back.
    back = {"action": "approve", "registrants": [{"email": f"learner.{n}@school.example"} for n in range(rounds)]}
    app.simulator.advance(1.001)
    assert app.call("PUT", f"/webinars/{number}/registrants/status", back).status == 204

    # A list of all is made once after a change, in a hundredth of a second; the pages after it cost what they always do.
    assert spent[number] < 3 * spent[small] + rounds * 0.03
