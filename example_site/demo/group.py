"""The demo as one thing: where it lives, what it was told, which programs it runs."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from .people import CLASSMATES, PASSWORD, PEOPLE
from .ports import HOST, choose_port
from .processes import Group, answers, environment_for_children


ROOT = Path(__file__).resolve().parent.parent.parent
DATABASE_WORKER = "django_tasks_db."

#: What a person may set, as environment or as make variables; the rest is made up anew for every demo.
PASSED_ON = ("DATABASE_URL", "CACHE_URL", "TASKS_BACKEND", "ZOOM_API_URL", "ZOOM_OAUTH_URL")


@dataclass
class Demo:
    """A demo that is about to run, or runs."""

    directory: Path
    port: int
    simulator_port: int
    environ: dict[str, str]

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Demo:
        """Choose ports and secrets, as the environment says or as is free. Raises PortRefused."""
        port = choose_port(environ, "PORT", 8000)
        simulator_port = choose_port(environ, "SIMULATOR_PORT", 8900, taken=(port,))
        directory = Path(environ.get("DEMO_DIR", "") or ROOT / "demo").resolve()
        chosen = {
            "PORT": str(port),
            "SIMULATOR_PORT": str(simulator_port),
            "DEMO_DIR": str(directory),
            "DJANGO_SETTINGS_MODULE": "example_site.settings",
            "DJANGO_SECRET_KEY": environ.get("DJANGO_SECRET_KEY", "") or secrets.token_urlsafe(48),
            "ZOOM_ENCRYPTION_KEYS": environ.get("ZOOM_ENCRYPTION_KEYS", "") or new_key(),
            **{name: environ[name] for name in PASSED_ON if environ.get(name)},
        }
        return cls(directory, port, simulator_port, chosen)

    def __post_init__(self) -> None:
        self.group = Group(directory=ROOT, environ=environment_for_children(self.environ), logs=self.directory / "logs")

    def __enter__(self) -> Demo:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.group.stop()

    @property
    def school(self) -> str:
        """Address of the school: teachers connect their own Zoom accounts."""
        return f"http://localhost:{self.port}"

    @property
    def academy(self) -> str:
        """Address of the academy: one app for the whole Zoom account."""
        return f"http://{HOST}:{self.port}"

    @property
    def simulator(self) -> str:
        """Address of the practice Zoom itself, whatever the product's calls go through."""
        return f"http://{HOST}:{self.simulator_port}"

    def start(self) -> None:
        """Make the two schools and start every program. Raises DidNotStart."""
        self._clean()
        simulator = self.group.start("simulator", "-m", "wagtail_zoom.simulator", "--port", str(self.simulator_port))
        self.group.run("prepare", "manage.py", "prepare_demo")
        self.group.wait_until(simulator, lambda: answers(f"{self.simulator}/_simulator/"))
        if self.runs_worker:
            self.group.start(
                "worker", "manage.py", "db_worker", "--no-startup-delay", "--interval", "0.2", "--no-reload"
            )
        self.group.start("sync", "manage.py", "sync_zoom", "--watch")
        # Static files come from the same program, as nobody wants a second one for a demo.
        site = self.group.start("site", "manage.py", "runserver", "--noreload", "--insecure", f"{HOST}:{self.port}")
        self.group.wait_until(site, lambda: answers(f"{self.academy}/login/"))

    @property
    def runs_worker(self) -> bool:
        """Tell whether the task engine is the one whose worker the demo can run."""
        return self.environ.get("TASKS_BACKEND", DATABASE_WORKER).startswith(DATABASE_WORKER)

    def directions(self) -> str:
        """Return where to go and how to log in."""
        listed = [person for person in PEOPLE if person not in CLASSMATES]
        width = max(len(person.username) for person in listed)
        people = "\n".join(
            f"    {person.username:<{width}}  {person.name:<22} {self._where(person.place)}" for person in listed
        )
        rest = f"{CLASSMATES[0].username} to {CLASSMATES[-1].username}"
        people += f"\n    {rest:<{width + 25}} {self.academy}"
        worker = "" if self.runs_worker else "\n\n  TASKS_BACKEND is not the demo's own: run its worker yourself."
        return (
            f"\n  The School        {self.school}/\n"
            f"  The Academy       {self.academy}/\n"
            f"  Editing           {self.school}/admin/ and {self.academy}/admin/\n"
            f"  Registrants       {self.academy}/admin/zoom/registrants/\n"
            f"  Attendance        {self.academy}/admin/zoom/attendance/\n"
            f"  Practice Zoom     {self.simulator}/_simulator/\n\n"
            f"  Log in with the password “{PASSWORD}” as\n{people}{worker}\n\n"
            f"  manage.py in another terminal works on this site. Logs: {self.group.logs}\n"
            "  Ctrl-C ends everything.\n"
        )

    def _where(self, place: str) -> str:
        return {"school": self.school, "academy": self.academy}.get(place, "everywhere")

    def _clean(self) -> None:
        """Forget the last demo: the practice Zoom has forgotten its meetings, too."""
        for left_over in ("logs", "cache", "mail", "media"):
            shutil.rmtree(self.directory / left_over, ignore_errors=True)
        for left_over in ("db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm", "environment"):
            (self.directory / left_over).unlink(missing_ok=True)
        self.group.logs.mkdir(parents=True)
        settings = self.directory / "environment"
        with os.fdopen(os.open(settings, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.writelines(f"{name}='{value}'\n" for name, value in self.environ.items() if name != "DEMO_DIR")


def new_key() -> str:
    """Return a fresh key of the kind that the settings ask for: 32 bytes, URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
