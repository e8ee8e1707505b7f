"""The README is true: its steps make a bare Wagtail site into one with live lessons."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


ROOT = Path(__file__).resolve().parent.parent
#: What an editor does next, in the site that the steps have made: publish a lesson, look at it, look at the settings.
PROBE = """
from django.contrib.auth import get_user_model
from django.test import Client
from wagtail.models import Page, Site
from wagtail_zoom.models import LessonPage

home = Site.objects.get().root_page
lesson = home.add_child(instance=LessonPage(title="First lesson", slug="first", live=False))
lesson.save_revision().publish()
admin = get_user_model().objects.create_superuser("operator", "operator@example.com", "password")
client = Client(headers={"host": "localhost"})
client.force_login(admin)
for address in (lesson.url, f"/admin/pages/{lesson.pk}/edit/", "/admin/settings/wagtail_zoom/zoomsettings/"):
    print(address, client.get(address, follow=True).status_code)
"""


@pytest.fixture
def section() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return text.partition("## Add it to your site")[2].partition("\n## ")[0]


@pytest.fixture
def bare_site(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Make a site with ``wagtail start``; return what runs its manage.py."""
    environ = {
        **{name: value for name, value in os.environ.items() if name not in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL")},
        "PYTHONPATH": str(ROOT),
        "ZOOM_ENCRYPTION_KEY": "yu8hV4rYyotTzEZzjjkqNMFTiSn3jR1VVVtYqu9CZqU=",
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )

    started = run("-c", "from wagtail.bin.wagtail import main; main()", "start", "bare", ".")
    assert started.returncode == 0, started.stderr
    return run


def test_there_are_at_most_five_steps_and_cron_is_one(section):
    steps = re.findall(r"^\*\*(\d)\. ", section, re.MULTILINE)
    assert steps == [str(number) for number in range(1, len(steps) + 1)]
    assert len(steps) <= 5
    assert "* * * * *" in section


def test_the_steps_work_in_a_bare_site(section, bare_site, tmp_path):
    settings_lines, url_line = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    settings, urls = tmp_path / "bare" / "settings" / "base.py", tmp_path / "bare" / "urls.py"
    settings.write_text(settings.read_text() + "\nALLOWED_HOSTS = ['*']\n" + settings_lines)
    urls.write_text(urls.read_text().replace("urlpatterns = [", "urlpatterns = [\n    " + url_line.strip(), 1))

    migrated = bare_site("manage.py", "migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    missing = bare_site("manage.py", "makemigrations", "--check", "--dry-run", "wagtail_zoom")
    assert missing.returncode == 0, missing.stdout

    probed = bare_site("manage.py", "shell", "-c", PROBE)
    assert probed.returncode == 0, probed.stderr
    seen = [line.rsplit(" ", 1) for line in probed.stdout.splitlines() if line.startswith("/")]
    assert [status for _address, status in seen] == ["200", "200", "200"], probed.stdout

    command = re.search(r"python (manage.py sync_zoom)", section)
    assert command is not None
    synced = bare_site(*command[1].split())
    assert synced.returncode == 0, synced.stderr
