"""A look at the whole installation, for operators: what works in each space, and what waits for too long."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import Any

from wagtail.models import Site

from .. import clock, conf
from ..models import App, Connection, Heartbeat, Meeting, Registrant, WebhookDelivery
from . import encryption, endpoints
from .connections import connections, diagnosis, hosts, zoom_apps
from .installation import clone_guard, heartbeats


#: Work that is due for longer than this means that nobody does it.
PATIENCE = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class ConnectionReport:
    """One connection: whose, whether it works, and what its scopes allow."""

    kind: str
    client_id: str
    person: str
    zoom_user: str
    account_id: str
    status: str
    works: bool
    sentence: str
    scopes: list[str]
    features: list[dict[str, Any]]


@dataclass(frozen=True)
class Waiting:
    """The oldest row that is due and not done: what it is, and for how many seconds it has been due."""

    what: str
    id: int
    seconds: int


@dataclass(frozen=True)
class SpaceReport:
    """One space. ``problems`` are sentences; none means that nothing is wrong."""

    space: str
    address: str
    status: str
    sentence: str
    is_paused: bool
    hosts: int
    connections: list[ConnectionReport]
    waiting: Waiting | None
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Checkup:
    """The whole installation."""

    is_practice: bool
    is_paused: bool
    has_keys: bool
    place: clone_guard.Place
    sync_last_seen: str
    spaces: list[SpaceReport]
    waiting: Waiting | None
    problems: list[str]

    @property
    def is_well(self) -> bool:
        """Tell whether nothing is wrong anywhere."""
        return not self.problems and not any(space.problems for space in self.spaces)

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values, with ``ok`` first."""
        return {"ok": self.is_well, **asdict(self)}


def check_up(*, ask_zoom: bool = True) -> Checkup:
    """Return how the installation is.

    ``ask_zoom`` tests every connection at Zoom, one after the other; without it only what is stored is told. Call it
    outside transactions.
    """
    spaces = [_space(site, ask_zoom=ask_zoom) for site in Site.objects.select_related("root_page").order_by("pk")]
    oldest = _oldest_delivery()
    seen = heartbeats.last_beat(Heartbeat.SYNC)
    return Checkup(
        is_practice=endpoints.is_practice(),
        is_paused=conf.is_paused(),
        has_keys=encryption.has_keys(),
        place=clone_guard.place(),
        sync_last_seen=seen.isoformat() if seen else "",
        spaces=spaces,
        waiting=oldest,
        problems=_problems(is_used=any(space.connections for space in spaces), seen=seen, oldest=oldest),
    )


def _problems(*, is_used: bool, seen: dt.datetime | None, oldest: Waiting | None) -> list[str]:
    problems = []
    if clone_guard.is_clone():
        problems.append(
            f"This database was set up for {clone_guard.home_address()}, so nothing is sent to Zoom from here. Say under "
            "Settings → Zoom whether this is its new home or a copy."
        )
    if not encryption.has_keys():
        problems.append("WAGTAIL_ZOOM has no ENCRYPTION_KEYS: secrets cannot be stored.")
    if is_used and (seen is None or clock.now() - seen > PATIENCE):
        problems.append("sync_zoom has not run for more than 15 minutes: let cron run it every minute.")
    if oldest is not None and oldest.seconds > PATIENCE.total_seconds():
        problems.append("Messages from Zoom wait unread for more than 15 minutes: does sync_zoom run?")
    return problems


def _space(site: Site, *, ask_zoom: bool) -> SpaceReport:
    found = [_connection(connection, ask_zoom=ask_zoom) for connection in _connections_of(site)]
    state = diagnosis.space_state(site)
    waiting = _oldest_of(site)
    problems = [f"{report.person or report.client_id}: {report.sentence}" for report in found if _is_wrong(report)]
    if found and state.code == "incomplete":
        problems.append(state.sentence)
    if waiting is not None and waiting.seconds > PATIENCE.total_seconds():
        problems.append(f"The {waiting.what} {waiting.id} waits for more than 15 minutes.")
    return SpaceReport(
        space=zoom_apps.space_name(site),
        address=site.root_url,
        status=state.code,
        sentence=state.sentence,
        is_paused=zoom_apps.settings_of(site).is_paused,
        hosts=hosts.hosts_of(site).count(),
        connections=found,
        waiting=waiting,
        problems=problems,
    )


def _connections_of(site: Site) -> list[Connection]:
    accounts = [connections.account_connection(app) for app in zoom_apps.apps_of(site) if app.kind == App.Kind.SERVER]
    people = Connection.objects.filter(hosts__in=hosts.hosts_of(site)).exclude(person_key=Connection.ACCOUNT)
    return [*accounts, *people.select_related("app").distinct().order_by("pk")]


def _connection(connection: Connection, *, ask_zoom: bool) -> ConnectionReport:
    is_worth_asking = connection.person_key == Connection.ACCOUNT or connection.is_usable
    if ask_zoom and is_worth_asking:
        found = connections.test_connection(connection)
    else:
        found = diagnosis.diagnosis_of(connection)
    return ConnectionReport(
        kind=connection.app.kind,
        client_id=connection.app.client_id,
        person=connection.user_label,
        zoom_user=found.who,
        account_id=found.account,
        status=connection.status,
        works=found.works,
        sentence=found.sentence,
        scopes=list(connection.scopes),
        features=[asdict(line) for line in found.features],
    )


def _is_wrong(report: ConnectionReport) -> bool:
    return not report.works and report.status != Connection.Status.DISCONNECTED


def _oldest_of(site: Site) -> Waiting | None:
    now = clock.now()
    meetings = Meeting.objects.filter(site=site, due_at__lte=now).order_by("due_at", "pk")
    registrants = Registrant.objects.filter(meeting__site=site, due_at__lte=now).order_by("due_at", "pk")
    rows = [
        (due_at, what, key)
        for what, found in (("meeting", meetings), ("registrant", registrants))
        for key, due_at in found.values_list("pk", "due_at")[:1]
        if due_at is not None
    ]
    if not rows:
        return None
    due_at, what, key = min(rows)
    return Waiting(what, key, int((now - due_at).total_seconds()))


def _oldest_delivery() -> Waiting | None:
    waiting = WebhookDelivery.objects.filter(status=WebhookDelivery.Status.WAITING)
    oldest = waiting.order_by("received_at", "pk").values_list("pk", "received_at").first()
    return Waiting("delivery", oldest[0], int((clock.now() - oldest[1]).total_seconds())) if oldest else None
