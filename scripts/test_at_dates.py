"""Run the tests while the machine's date is another one: ``make test-dates``, with Debian's ``faketime`` installed.

What a test asserts must hold on every day, so this finds whoever asks the machine for the time behind the tests' back:
another process, a certificate, a module that is imported. ``DATES`` chooses by name, ``ARGS`` goes to pytest. The whole
suite runs at the first date; at the others what starts processes of its own or looks at the machine's time.

The monotonic clock is left alone, since sockets and threads wait by it, and so are the times of files. Two things that
faketime breaks are mended or left out: with an untouched monotonic clock its `clock_nanosleep` (behind `time.sleep`)
fails, so a few lines of C stand before it and ask the kernel; and Chromium does not start with a clock that was moved
under it, so the walks in the browser are left out.
"""

from __future__ import annotations

import datetime as dt
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo


sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from wagtail_zoom import clock


#: What faketime 0.9.10 answers with EINVAL.
NANOSLEEP = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *until, struct timespec *left)
{
    return syscall(SYS_clock_nanosleep, clock, flags, until, left) == 0 ? 0 : errno;
}
"""

LIBRARIES = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib/faketime/libfaketime.so.1")

#: Tests in which somebody else's clock has a part.
OTHER_CLOCKS = (
    "tests/simulator/test_control.py",
    "tests/simulator/test_oauth.py",
    "tests/simulator/test_process.py",
    "tests/simulator/test_recurrence.py",
    "tests/simulator/test_runs.py",
    "tests/simulator/test_webhooks.py",
    "tests/webhooks",
    "tests/api/test_oauth.py",
    "tests/api/test_tls.py",
    "tests/example_site",
    "tests/hosts",
    "tests/services/inbox",
    "tests/services/test_renewing.py",
    "tests/services/test_times.py",
    "tests/admin/test_lesson_acts.py",
    "tests/admin/test_lesson_completion.py",
    "tests/admin/test_lesson_form_existing.py",
    "tests/frontend/test_calendar.py",
    "tests/frontend/test_webhook.py",
)


def dates(now: dt.datetime) -> dict[str, dt.datetime]:
    """Return the dates to run at, by name, for a machine on which it is ``now`` (aware)."""
    berlin, new_york = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
    late = {"hour": 23, "minute": 58, "second": 0, "microsecond": 0}
    return {
        "+45": now + dt.timedelta(days=45),
        "-400": now - dt.timedelta(days=400),
        "+3": now + dt.timedelta(days=3),
        "+400": now + dt.timedelta(days=400),
        "late-utc": now.replace(**late),
        "late-local": now.astimezone(berlin).replace(**late),
        "leap-day": dt.datetime(2028, 2, 29, 12, tzinfo=dt.UTC),
        # Half an hour before the clocks change, so that they change while the tests run.
        "berlin-spring": dt.datetime(2027, 3, 28, 1, 59, tzinfo=berlin),
        "berlin-autumn": dt.datetime(2027, 10, 31, 2, 59, tzinfo=berlin),
        "new-york-spring": dt.datetime(2027, 3, 14, 1, 59, tzinfo=new_york),
        "new-york-autumn": dt.datetime(2027, 11, 7, 1, 59, tzinfo=new_york),
    }


def main() -> int:
    """Run at each chosen date; return 1 if a test failed at any."""
    library = next((str(path) for pattern in LIBRARIES for path in sorted(Path("/").glob(pattern[1:]))), "")
    if not library:
        print("faketime was not found: apt-get install faketime", file=sys.stderr)
        return 2
    now = clock.now()
    known = dates(now)
    chosen = os.environ.get("DATES", "").split() or list(known)
    unknown = sorted(set(chosen) - set(known))
    if unknown:
        print(f"There is no date {', '.join(unknown)}. There are {', '.join(known)}.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        preloaded = f"{_compiled(Path(folder))}:{library}"
        red = [name for name in chosen if _run(name, known[name] - now, preloaded, whole=name == chosen[0]) != 0]
    print(f"\nRed at {', '.join(red)}." if red else f"\nGreen at {', '.join(chosen)}.")
    return 1 if red else 0


def _compiled(folder: Path) -> Path:
    source, library = folder / "nanosleep.c", folder / "nanosleep.so"
    source.write_text(NANOSLEEP)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)  # noqa: S603, S607
    return library


def _run(name: str, offset: dt.timedelta, preloaded: str, *, whole: bool) -> int:
    print(f"\n== {name}: the machine says {clock.now() + offset:%Y-%m-%d %H:%M} UTC", flush=True)
    environment = {
        **os.environ,
        "LD_PRELOAD": preloaded,
        # Seconds from now rather than a date: every process that is started sees the same clock then.
        "FAKETIME": f"{offset.total_seconds():+.0f}",
        # Its name differs between versions.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-n", os.environ.get("JOBS", "auto"), "--dist", "worksteal"]
    command += ["-m", "not browser", *shlex.split(os.environ.get("ARGS", "")), *(() if whole else OTHER_CLOCKS)]
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
