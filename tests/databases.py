"""A migrated database in a second: Wagtail's migrations take half a minute, so they run once and are copied."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import wagtail
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from wagtail.models import Site

from tests.clocks import INSTALLED


PROJECT = Path(__file__).resolve().parent.parent

_MIGRATE = f"""
import datetime, django, time_machine
from django.core.management import call_command
with time_machine.travel(datetime.datetime.fromisoformat({INSTALLED.isoformat()!r})):
    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)
"""


def migrated_file() -> Path:
    """Return an SQLite file in which every migration has run; made by whoever comes first, others wait for it."""
    folder = Path(tempfile.gettempdir()) / f"wagtail-zoom-tests-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    finished = folder / f"{_digest()}.sqlite3"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            _migrate(finished)
    return finished


@contextmanager
def in_memory_copy() -> Iterator[None]:
    """Let the default connection be a copy in memory, shared by all threads of this process, until the block ends."""
    name_before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = f"file:wagtail_zoom_{os.getpid()}?mode=memory&cache=shared"
    connection.ensure_connection()
    with sqlite3.connect(migrated_file()) as source:
        source.backup(connection.connection)
    source.close()
    try:
        yield
    finally:
        connection.inc_thread_sharing()
        connection.connection.close()
        connection.connection = None
        connection.settings_dict["NAME"] = name_before


def put_back() -> None:
    """Let a database server's test database hold again what the migrations left there, and nothing else."""
    # Without the signals that follow a flush: they would make content types anew, under other numbers.
    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True, reset_sequences=False)
    ContentType.objects.clear_cache()
    rows = json.loads(connection._test_serialized_contents)
    # Content types first: Wagtail's models ask for theirs while they are made, and make what is missing.
    rows.sort(key=lambda row: row["model"] != "contenttypes.contenttype")
    connection.creation.deserialize_db_from_string(json.dumps(rows))
    Site.clear_site_root_paths_cache()
    cache.clear()


def end_other_sessions() -> None:
    """End what threads of tests have left open on a server: PostgreSQL drops no database that somebody uses."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def _migrate(finished: Path) -> None:
    unfinished = finished.with_suffix(f".{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{unfinished}",
    }
    subprocess.run([sys.executable, "-c", _MIGRATE], cwd=PROJECT, env=environment, check=True)
    unfinished.replace(finished)


def _digest() -> str:
    parts = [sys.version, django.__version__, wagtail.__version__, _MIGRATE]
    for file in sorted([*PROJECT.glob("*/**/migrations/*.py"), PROJECT / "tests" / "settings.py"]):
        parts.append(f"{file}{file.read_text()}")
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]
