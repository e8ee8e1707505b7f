"""When the background engines were last seen, and the right of one ``sync_zoom`` to run at a time."""

from __future__ import annotations

import datetime as dt
import shlex
import sys
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction

from ... import clock
from ...models import Heartbeat


#: Nothing heard of an engine for so long is said in red.
QUIET = dt.timedelta(minutes=10)

_RUNNING = "sync_zoom running"
_ONCE_EVERY = dt.timedelta(seconds=20)


def beat(name: str, **detail: Any) -> None:
    """Note that the engine ``name`` is at work now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": clock.now(), "detail": detail})


def beat_throttled(name: str) -> None:
    """Note that the engine ``name`` is at work, writing at most every twenty seconds."""
    if not Heartbeat.objects.filter(name=name, seen_at__gt=clock.now() - _ONCE_EVERY).exists():
        beat(name)


def last_beat(name: str) -> dt.datetime | None:
    """Return when the engine ``name`` was last seen, None for never."""
    return Heartbeat.objects.filter(name=name).values_list("seen_at", flat=True).first()


def cron_line() -> str:
    """Return the line that lets cron run ``sync_zoom`` every minute, with this installation's own paths."""
    return f"* * * * * cd {shlex.quote(str(Path.cwd()))} && {shlex.quote(sys.executable)} manage.py sync_zoom"


def acquire_sync_lock(seconds: float) -> bool:
    """Take the right to be the one run of ``sync_zoom`` for ``seconds``; False while another one has it."""
    now = clock.now()
    until = now + dt.timedelta(seconds=seconds)
    if Heartbeat.objects.filter(name=_RUNNING, seen_at__lte=now).update(seen_at=until):
        return True
    if Heartbeat.objects.filter(name=_RUNNING).exists():
        return False
    try:
        with transaction.atomic():
            Heartbeat.objects.create(name=_RUNNING, seen_at=until)
    except IntegrityError:
        return False
    return True


def release_sync_lock() -> None:
    """Give the right back."""
    Heartbeat.objects.filter(name=_RUNNING).update(seen_at=clock.now())


def extend_sync_lock(seconds: float) -> None:
    """Keep the right for ``seconds`` from now."""
    Heartbeat.objects.filter(name=_RUNNING).update(seen_at=clock.now() + dt.timedelta(seconds=seconds))
