"""What a host has on Zoom already: read at a click, kept five minutes and sealed, searched in this process."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Site

from ... import clock, conf
from ...api import ZoomClient
from ...api.meeting_numbers import format_meeting_number
from ...api.responses import Kind, MeetingAnswer
from ...exceptions import ZoomError, ZoomNotFound, ZoomScopeError, ZoomTransportError, ZoomWrongKind
from ...fields import EncryptedValue, ciphertext
from ...models import Host
from .. import encryption
from ..connections import capabilities, hosts
from ..connections.clients import client_for
from ..lessons.schedule import known_zones
from ..lessons.time_format import spoken
from ..permissions import Right, has_right


if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Answer = TypeVar("Answer")

KINDS: tuple[Kind, ...] = ("meeting", "webinar")

#: Seconds for which a list is believed.
KEPT_FOR = 300

#: Parts of ``CLICK_DEADLINE``: how long one call may take, and until when another one is begun.
_ONE_CALL, _LAST_CALL = 0.4, 0.6

#: Zoom: types of meetings and webinars that come again; 4 is the host's personal room.
RECURRING = frozenset({3, 6, 8, 9})
PERSONAL_ROOM = 4

#: Zoom: approval_type 2 means that nobody has to register.
NO_REGISTRATION = 2

_LISTS: dict[Kind, str] = {"meeting": "upcoming", "webinar": "upcoming"}
_LIST_FEATURES: dict[Kind, str] = {"meeting": "list", "webinar": "webinar_list"}

_NOT_LISTED: dict[Kind, StrPromise] = {
    "meeting": gettext_lazy("Meetings could not be listed: %(reason)s"),
    "webinar": gettext_lazy("Webinars could not be listed: %(reason)s"),
}
_NOT_ALLOWED: dict[Kind, StrPromise] = {
    "meeting": gettext_lazy(
        "Zoom does not let this site list meetings. You can still use one: paste its number or link into the lesson."
    ),
    "webinar": gettext_lazy(
        "Zoom does not let this site list webinars. You can still use one: paste its number or link into the lesson."
    ),
}


@dataclass(frozen=True)
class Choice:
    """A meeting or webinar that exists on Zoom. ``registration`` is None where Zoom has not said.

    ``starts_at`` is an aware instant in UTC (None without a fixed time), ``minutes`` its planned length.
    """

    number: int
    kind: Kind
    topic: str
    starts_at: dt.datetime | None
    minutes: int | None
    timezone: str
    type: int | None
    registration: bool | None = None

    @property
    def spoken_number(self) -> str:
        """The number grouped as Zoom shows it."""
        return format_meeting_number(self.number)

    @property
    def when(self) -> str:
        """When it begins, in its own zone and in words."""
        if self.starts_at is None:
            return _("no fixed time")
        zone = self.timezone if self.timezone in known_zones() else "UTC"
        return spoken(self.starts_at, ZoneInfo(zone))

    @property
    def is_over(self) -> bool:
        """Tell whether its planned end has passed."""
        if self.starts_at is None or self.type in RECURRING:
            return False
        return self.starts_at + dt.timedelta(minutes=self.minutes or 0) <= clock.now()

    @property
    def warnings(self) -> list[str]:
        """What an editor should know before choosing it."""
        found = []
        if self.is_over:
            found.append(_("It has ended: learners could not join any more."))
        if self.registration is False:
            found.append(
                _("Registration is off: everybody gets the same link, and nobody can be registered from here.")
            )
        if self.type in RECURRING:
            found.append(_("It takes place several times. The lesson shows its next date."))
        if self.type == PERSONAL_ROOM:
            found.append(_("It is the host's personal room, which is open for other meetings too."))
        return found


@dataclass(frozen=True)
class Choices:
    """What a host has on Zoom; ``gaps`` are sentences about what could not be read, ``read_at`` when it was.

    ``missing`` names the scopes that would fill the gaps: for the space's administrators.
    """

    items: tuple[Choice, ...]
    gaps: tuple[str, ...]
    read_at: dt.datetime
    missing: tuple[str, ...] = ()

    def matching(self, words: str) -> tuple[Choice, ...]:
        """Return those that have every word of ``words`` in topic or number, whatever its case."""
        wanted = words.casefold().split()
        return tuple(
            item
            for item in self.items
            if all(word in f"{item.topic} {item.number} {item.spoken_number}".casefold() for word in wanted)
        )


def hosts_for(user: Any, site: Site) -> list[Host]:
    """Return the hosts of ``site`` whose meetings ``user`` may look at and link: their own, those in whose name they may
    schedule, and every host for whoever may link any.
    """
    if has_right(user, site, Right.LINK_ANY):
        return list(hosts.hosts_of(site))
    return [host for host in hosts.hosts_of(site) if hosts.may_schedule_as(user, host)]


def choices_of(host: Host) -> Choices:
    """Return the upcoming meetings and webinars of ``host``, from the last five minutes or from Zoom, all pages.

    Waits for Zoom for at most ``CLICK_DEADLINE`` seconds in all; call it outside transactions. What cannot be read
    becomes a gap, so that the rest is still offered. Zoom: GET /users/{id}/meetings, GET /users/{id}/webinars.
    """
    known = _remembered(host)
    if known is not None:
        return known
    found: list[Choice] = []
    gaps: list[str] = []
    missing: list[str] = []
    until = clock.monotonic() + conf.click_deadline() * _LAST_CALL
    for kind in KINDS:
        try:
            found.extend(_listed(host, kind, until))
        except ZoomScopeError:
            gaps.append(str(_NOT_ALLOWED[kind]))
            missing.extend(capabilities.allowed(host.connection, _LIST_FEATURES[kind]).missing)
        except ZoomError as error:
            gaps.append(str(_NOT_LISTED[kind]) % {"reason": error.user_message})
    choices = Choices(tuple(sorted(found, key=_by_time)), tuple(gaps), clock.now(), tuple(missing))
    if not gaps:
        _remember(host, choices)
    return choices


def choice_of(host: Host, number: int) -> Choice:
    """Read the meeting or webinar ``number`` through the connection of ``host``; with registration on or off.

    Takes at most ``CLICK_DEADLINE`` seconds. Raises the `ZoomError` that kept it from being read.
    Zoom: GET /meetings/{id}, and where the number is a webinar's, GET /webinars/{id}.
    """
    first: Kind = next((item.kind for item in _known_items(host) if item.number == number), "meeting")
    second: Kind = "webinar" if first == "meeting" else "meeting"
    until = clock.monotonic() + conf.click_deadline() * _LAST_CALL
    try:
        return _read(host, first, number, until)
    except (ZoomNotFound, ZoomWrongKind, ZoomScopeError) as refusal:
        try:
            return _read(host, second, number, until)
        except (ZoomWrongKind, ZoomScopeError, ZoomNotFound):
            raise refusal from None


def _listed(host: Host, kind: Kind, until: float) -> list[Choice]:
    def read(zoom: ZoomClient) -> list[Choice]:
        items = []
        for answer in zoom.of_kind(kind).list(host.zoom_ref, _LISTS[kind]):
            items.append(_choice(answer))
            _check_time(until)
        return items

    return _asked(host, until, read)


def _read(host: Host, kind: Kind, number: int, until: float) -> Choice:
    def read(zoom: ZoomClient) -> Choice:
        answer = zoom.of_kind(kind).get(number)
        approval = answer.settings.get("approval_type")
        return replace(_choice(answer), registration=None if approval is None else approval != NO_REGISTRATION)

    return _asked(host, until, read)


def _asked(host: Host, until: float, read: Callable[[ZoomClient], Answer]) -> Answer:
    _check_time(until)
    with client_for(host.connection, urgent=True, deadline=conf.click_deadline() * _ONE_CALL) as zoom:
        return read(zoom)


def _check_time(until: float) -> None:
    """Raise ZoomTransportError where it is too late (monotonic seconds) to begin another call."""
    if clock.monotonic() > until:
        raise ZoomTransportError(
            "the click's time is used up",
            sent=False,
            timed_out=True,
            user_message=_("Zoom takes too long to answer. Try again in a minute, or paste the number."),
        )


def _choice(answer: MeetingAnswer) -> Choice:
    return Choice(
        number=answer.id,
        kind=answer.kind,
        topic=answer.topic,
        starts_at=answer.start_time,
        minutes=answer.duration,
        timezone=answer.timezone,
        type=answer.type,
    )


def _by_time(choice: Choice) -> tuple[bool, dt.datetime, str]:
    return (choice.starts_at is None, choice.starts_at or dt.datetime.max.replace(tzinfo=dt.UTC), choice.topic)


def _binding(host: Host) -> str:
    return f"choices:{host.connection.uid}:{host.pk}"


def _remember(host: Host, choices: Choices) -> None:
    """Keep the list sealed: titles of meetings are nobody's business who can read the cache."""
    if not encryption.has_keys():
        return
    stored = {"items": [asdict(item) for item in choices.items], "read_at": choices.read_at}
    text = json.dumps(stored, default=lambda moment: moment.isoformat())
    cache.set(_key(host), ciphertext(encryption.seal_text(_binding(host), text)), KEPT_FOR)


def _remembered(host: Host) -> Choices | None:
    token = cache.get(_key(host))
    if not token or not encryption.has_keys():
        return None
    try:
        stored = json.loads(encryption.open_text(_binding(host), EncryptedValue(token)))
        items = tuple(Choice(**{**item, "starts_at": _moment(item["starts_at"])}) for item in stored["items"])
        read_at = dt.datetime.fromisoformat(stored["read_at"])
    except (encryption.EncryptionError, ValueError, KeyError, TypeError):
        # Written by another version or with another key: what vanishes from the cache is read anew.
        return None
    return Choices(items, (), read_at)


def _known_items(host: Host) -> tuple[Choice, ...]:
    known = _remembered(host)
    return known.items if known else ()


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _key(host: Host) -> str:
    return f"wagtail_zoom.choices.{host.pk}"
