"""The demo's choices come from the environment, and reach its programs and a second terminal."""

from __future__ import annotations

import stat
from pathlib import Path

import environ
import pytest
from cryptography.fernet import Fernet
from django.core.cache import CacheHandler

from example_site.demo.group import Demo, new_key
from example_site.demo.ports import PortRefused


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "TASKS_BACKEND", "ZOOM_API_URL", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def test_ports_database_and_addresses_that_are_named_are_passed_on(tmp_path: Path, ports: tuple[int, int]):
    port, simulator_port = ports
    demo = Demo.from_environment(
        {
            "DEMO_DIR": str(tmp_path),
            "PORT": str(port),
            "SIMULATOR_PORT": str(simulator_port),
            "DATABASE_URL": "postgres://postgres@127.0.0.1/demo",
            "ZOOM_API_URL": "http://127.0.0.1:1/v2",
            "ZOOM_OAUTH_URL": "",
        }
    )
    passed = demo.group.environ
    assert demo.school == f"http://localhost:{port}"
    assert demo.academy == f"http://127.0.0.1:{port}"
    # Whatever the product's calls go through, the story steers the simulator itself.
    assert demo.simulator == f"http://127.0.0.1:{simulator_port}"
    assert passed["PORT"] == str(port)
    assert passed["DATABASE_URL"] == "postgres://postgres@127.0.0.1/demo"
    assert passed["ZOOM_API_URL"] == "http://127.0.0.1:1/v2"
    assert "ZOOM_OAUTH_URL" not in demo.environ
    assert "127.0.0.1" in passed["NO_PROXY"].split(",")


def test_the_two_ports_must_differ(tmp_path: Path, port: int):
    with pytest.raises(PortRefused, match="SIMULATOR_PORT"):
        Demo.from_environment({"DEMO_DIR": str(tmp_path), "PORT": str(port), "SIMULATOR_PORT": str(port)})


def test_a_worker_runs_only_for_the_engine_that_has_one(tmp_path: Path):
    here = {"DEMO_DIR": str(tmp_path)}
    assert Demo.from_environment(here).runs_worker
    immediate = {**here, "TASKS_BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}
    assert not Demo.from_environment(immediate).runs_worker


@pytest.mark.parametrize("address", ["redis://127.0.0.1:6379/1", "rediscache://127.0.0.1:6379/1"])
def test_what_a_cache_in_redis_needs_comes_with_the_demo(address: str):
    cache = CacheHandler({"default": environ.Env().cache_url_config(address)})["default"]
    assert type(cache._cache).__name__ == "RedisCacheClient"


def test_secrets_are_made_anew_and_only_the_owner_can_read_them(tmp_path: Path):
    first, second = (Demo.from_environment({"DEMO_DIR": str(tmp_path)}) for _each in range(2))
    assert first.environ["ZOOM_ENCRYPTION_KEYS"] != second.environ["ZOOM_ENCRYPTION_KEYS"]
    assert first.environ["DJANGO_SECRET_KEY"] != second.environ["DJANGO_SECRET_KEY"]
    first._clean()
    written = tmp_path / "environment"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert f"PORT='{first.port}'" in written.read_text().splitlines()


def test_a_made_key_is_one_that_seals():
    assert Fernet(new_key().encode()).encrypt(b"secret")
