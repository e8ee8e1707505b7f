"""A site whose user model has a UUID, an address to log in with, and nothing else: no names, no ``email``."""

from __future__ import annotations

import json
import subprocess
import sys

from wagtail_zoom import clock
from wagtail_zoom.testing import SimulatorControl


def test_where_people_have_no_names_they_are_called_by_what_they_log_in_with(simulator: SimulatorControl) -> None:
    day = subprocess.run(
        [sys.executable, "-m", "tests.at_time", clock.now().isoformat(), "tests.hosts.nameless", simulator.base_url],
        capture_output=True,
        text=True,
        check=False,
    )
    assert day.returncode == 0, day.stderr
    read = json.loads(day.stdout.splitlines()[-1])
    assert read.pop("screens") == dict.fromkeys(
        ("editor", "hosts", "guide", "my zoom", "attendance", "learners", "lesson"), 200
    )
    assert read == {
        "made": [],
        "meeting": "present",
        "host": "teacher@school.example",
        "found": True,
        "assigned": [
            "A guest is now counted as learner@school.example in this lesson. Zoom gives no lasting sign of them."
        ],
        "written to": ["teacher@school.example"],
    }
