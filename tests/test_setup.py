"""What the packaging promises."""

from __future__ import annotations

from scripts.print_floors import floors


def test_every_floor_is_one_exact_version_of_one_package():
    names = [line.partition("==")[0] for line in floors()]
    assert len(names) == len(set(names))
    assert {"django", "wagtail", "requests", "cryptography", "icalendar", "django-environ", "aiohttp"} <= set(names)
