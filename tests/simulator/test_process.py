"""The process: how it starts, stops, and what it prints."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import wagtail_zoom
from wagtail_zoom.testing import SimulatorControl, SimulatorError, SimulatorProcess


ROOT = Path(wagtail_zoom.__file__).resolve().parent.parent


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "wagtail_zoom.simulator", *arguments]


def test_process_serves_and_prints_its_address_but_no_links(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    with (tmp_path / "errors").open("w") as errors:
        process = subprocess.Popen(
            command("--port", "0"), stdout=subprocess.PIPE, stderr=errors, text=True, cwd=tmp_path, env=environment
        )
        assert process.stdout
        line = process.stdout.readline()
        base_url = line.removeprefix("Simulator on ").strip()
        try:
            for path in ("/_simulator/", "/oauth/authorize?client_id=x"):
                with urllib.request.urlopen(base_url + path) as answer:
                    answer.read()
        except urllib.error.HTTPError as error:
            assert error.code == 400
            error.close()
        finally:
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=60)

    assert base_url.startswith("http://127.0.0.1:")
    assert rest == ""
    assert process.returncode == 0
    assert (tmp_path / "errors").read_text() == ""


def test_busy_port_is_said_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        done = subprocess.run(
            command("--port", port), capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
        )

    assert done.returncode == 1
    assert "Cannot serve on 127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr


def test_process_stops_with_whoever_started_it() -> None:
    process = subprocess.Popen(
        command("--port", "0", "--until-eof"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout
    assert process.stdin
    process.stdout.readline()

    process.stdin.close()

    assert process.wait() == 0
    process.stdout.close()


def test_process_that_cannot_start_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy, pytest.raises(SimulatorError, match="did not start"):
        SimulatorProcess(busy.getsockname()[1]).start()


def test_missing_aiohttp_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "aiohttp.py").write_text("raise ModuleNotFoundError(name='aiohttp')")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}

    done = subprocess.run(command(), capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)

    assert done.returncode == 1
    assert done.stderr.strip() == 'The simulator needs aiohttp: pip install "wagtail-zoom[simulator]"'


def test_process_stops_orderly_in_the_middle_of_a_dripping_answer() -> None:
    process = subprocess.Popen(command("--port", "0"), stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout
    base_url = process.stdout.readline().removeprefix("Simulator on ").strip()
    control = SimulatorControl(base_url)
    control.fault("GET", "/", "drip", seconds=3600)
    control.close()
    address = urlsplit(base_url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        connection.sendall(b"GET /v2/users HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(1)

        process.terminate()

        assert process.wait() == 0
    process.stdout.close()


def test_simulator_imports_neither_django_nor_the_rest_of_the_package() -> None:
    check = (
        "import sys, wagtail_zoom.simulator.__main__, wagtail_zoom.testing\n"
        "ours = {n for n in sys.modules if n.startswith('wagtail_zoom.')}\n"
        "foreign = {n for n in ours if not n.startswith(('wagtail_zoom.simulator', 'wagtail_zoom.testing'))}\n"
        "assert not foreign, foreign\n"
        "assert not {'django', 'wagtail', 'requests'} & set(sys.modules)\n"
    )

    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, cwd=ROOT, check=False)

    assert done.returncode == 0, done.stderr
