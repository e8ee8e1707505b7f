"""The story is told to its end even where nothing works, and is then no success."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from example_site.demo.group import Demo
from example_site.demo.story import tell
from wagtail_zoom.testing import SimulatorControl


def test_a_site_that_does_not_answer_fails_every_chapter(
    simulator: SimulatorControl, tmp_path: Path, port: int, capsys: pytest.CaptureFixture[str]
):
    there = urlsplit(simulator.base_url).port
    assert there is not None
    assert tell(Demo(tmp_path, port, there, {})) is False
    told = capsys.readouterr().out
    assert told.count("✗") == told.count("gets no answer from") == 5
    assert "5 of the steps did not work" in told
