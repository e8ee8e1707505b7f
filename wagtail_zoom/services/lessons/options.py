"""The options of a lesson that live in the page's one JSON field, typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from ...models import ZoomLessonMixin


Recording = Literal["none", "local", "cloud"]
Registration = Literal["off", "on"]
Approval = Literal["enrolled", "by_hand", "everyone"]

RECORDINGS: tuple[Recording, ...] = ("none", "local", "cloud")
REGISTRATIONS: tuple[Registration, ...] = ("off", "on")
APPROVALS: tuple[Approval, ...] = ("enrolled", "by_hand", "everyone")
#: '' leaves it to the space.
COMPLETION_RULES = ("", "none", "any", "minutes", "percent", "opened")

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "auto_recording": RECORDINGS,
    "registration": REGISTRATIONS,
    "approval": APPROVALS,
    "completion_rule": COMPLETION_RULES,
}
#: Zoom: registrants_restrict_number ends at 20,000.
MOST_PLACES = 20_000


@dataclass(frozen=True)
class LessonOptions:
    """What an editor chose beside kind, time and host.

    ``agenda`` is plain text; ``alternative_hosts`` e-mail addresses; ``places`` how many people may register (None: no
    limit of our own); ``closes_at`` the aware instant from which nobody may register any more. Waiting room, join
    before host and mute upon entry exist for meetings only, the practice session for webinars only. The completion rule
    is the space's unless the lesson has one of its own; its amount is minutes or per cent.
    """

    agenda: str = ""
    alternative_hosts: tuple[str, ...] = ()
    waiting_room: bool = False
    join_before_host: bool = False
    mute_upon_entry: bool = True
    auto_recording: Recording = "none"
    practice_session: bool = False
    registration: Registration = "off"
    approval: Approval = "enrolled"
    places: int | None = None
    closes_at: dt.datetime | None = None
    completion_rule: str = ""
    completion_amount: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return what the page's ``zoom_options`` holds; `options_from` reads it back."""
        stored = asdict(self)
        stored["alternative_hosts"] = list(self.alternative_hosts)
        stored["closes_at"] = self.closes_at.isoformat() if self.closes_at else None
        return stored


def options_of(page: ZoomLessonMixin) -> LessonOptions:
    """Return the options of ``page``. What cannot be understood counts as not chosen, so a page is never unreadable."""
    return options_from(page.zoom_options)


def options_from(stored: object) -> LessonOptions:
    """Return the options in ``stored``, the decoded JSON of a page or of a space's defaults; tolerant of anything."""
    if not isinstance(stored, Mapping):
        return LessonOptions()
    understood: dict[str, Any] = {}
    for field in fields(LessonOptions):
        if field.name in stored:
            value = _understood(field.name, stored[field.name], field.default)
            if value is not None:
                understood[field.name] = value
    return LessonOptions(**understood)


def _understood(name: str, value: object, default: object) -> object | None:
    """Return ``value`` as the option ``name`` has it, or None where it makes no sense."""
    if name in _CHOICES:
        return value if value in _CHOICES[name] else None
    if name == "places":
        return value if type(value) is int and 0 < value <= MOST_PLACES else None
    if name == "closes_at":
        return _instant(value)
    if name == "alternative_hosts":
        return tuple(entry for entry in value if isinstance(entry, str) and entry) if isinstance(value, list) else None
    return value if type(value) is type(default) else None


def _instant(value: object) -> dt.datetime | None:
    try:
        instant = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return instant if instant.tzinfo else None
