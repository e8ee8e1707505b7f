"""What the packaging promises."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

import wagtail_zoom
from scripts.print_floors import floors


ROOT = Path(wagtail_zoom.__file__).resolve().parent


def test_every_floor_is_one_exact_version_of_one_package():
    names = [line.partition("==")[0] for line in floors()]
    assert len(names) == len(set(names))
    assert {"django", "wagtail", "requests", "cryptography", "icalendar", "django-environ", "aiohttp"} <= set(names)


def test_every_file_of_the_package_is_installed_with_it():
    config = ConfigParser()
    config.read(ROOT.parent / "setup.cfg")
    installed = set(ROOT.rglob("*.py"))
    for package, patterns in config["options.package_data"].items():
        folder = ROOT.parent.joinpath(*package.split("."))
        installed |= {path for pattern in patterns.split() for path in folder.glob(pattern)}
    written = {path for path in ROOT.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert sorted(str(path.relative_to(ROOT)) for path in written - installed) == []
