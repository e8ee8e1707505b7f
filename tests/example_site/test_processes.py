"""Several programs start together, are heard, and end together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from example_site.demo.processes import DidNotStart, Group


ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def group(tmp_path: Path):
    with Group(directory=tmp_path, environ=os.environ, logs=tmp_path) as programs:
        yield programs


def test_a_program_that_ends_at_once_is_named_with_its_last_words(group):
    program = group.start("site", "-c", "print('address in use'); raise SystemExit(3)")
    with pytest.raises(DidNotStart, match=r"site ended at once:\naddress in use"):
        group.wait_until(program, lambda: False)
    assert group.first_ended() is program


def test_an_answer_from_some_other_program_does_not_count_for_one_that_has_ended(group):
    program = group.start("site", "-c", "raise SystemExit('address in use')")
    program.process.wait(timeout=30)
    with pytest.raises(DidNotStart, match=r"site ended at once:\naddress in use"):
        group.wait_until(program, lambda: True)


def test_a_program_that_fails_to_finish_its_work_is_named(group):
    with pytest.raises(DidNotStart, match=r"prepare failed:\nno database"):
        group.run("prepare", "-c", "print('no database'); raise SystemExit(1)")


def test_all_programs_end_with_the_group_even_those_that_do_not_listen(group, tmp_path):
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()"
    programs = [group.start("polite", "-c", "import time; time.sleep(600)"), group.start("deaf", "-c", deaf)]
    group.wait_until(programs[1], lambda: "ready" in (tmp_path / "deaf.log").read_text())
    group.stop(seconds=0.5)
    assert all(program.has_ended for program in programs)


def test_what_a_program_prints_is_kept_without_queries(group, tmp_path):
    group.run("worker", "-c", "print('GET /j/1?pwd=secret')")
    group.stop()
    assert (tmp_path / "worker.log").read_text() == "GET /j/1\n"


STARTER = """
import os, sys, time
from pathlib import Path
from example_site.demo.processes import Group

here = Path(sys.argv[1])
group = Group(directory=here, environ=os.environ, logs=here)
listen = "import socket, time; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); "
group.start("polite", "-c", listen + "time.sleep(600)")
group.start("deaf", "-c", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + listen + "time.sleep(600)")
print("started", flush=True)
time.sleep(600)
"""


def test_programs_do_not_survive_a_demo_that_was_killed(tmp_path: Path):
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == "started\n"
        ports = [_wait_for_port(tmp_path / f"{name}.log") for name in ("polite", "deaf")]
        assert all(_is_listened_on(port) for port in ports)
        starter.send_signal(signal.SIGKILL)
        starter.wait(timeout=30)
    _wait_until(lambda: not any(_is_listened_on(port) for port in ports))


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (("-c", "import sys; print(sys.argv, __name__)", "a"), "['-c', 'a'] __main__"),
        (("program.py", "--flag"), "['program.py', '--flag'] __main__"),
        (("-m", "program", "b"), "['{here}/program.py', 'b'] __main__"),
    ],
)
def test_a_program_is_run_as_python_would_run_it(group, tmp_path, arguments, printed):
    (tmp_path / "program.py").write_text("import sys, neighbour\nprint(sys.argv, __name__)")
    (tmp_path / "neighbour.py").write_text("")
    group.run("program", *arguments)
    assert (tmp_path / "program.log").read_text().strip() == printed.format(here=tmp_path)


def _wait_for_port(log: Path) -> int:
    _wait_until(lambda: log.exists() and log.read_text().endswith("\n"))
    return int(log.read_text())


def _is_listened_on(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait_until(is_so: Callable[[], bool], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it never came to be so"
        time.sleep(0.05)
