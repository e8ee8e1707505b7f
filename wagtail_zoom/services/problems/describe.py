"""What needs a person, in words: what happened, why, and what to do next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..lessons.schedule import known_zones
from .catalogue import ADVICE, Advice, Tone


if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

#: Codes that end when a scope is added: they are tried again as soon as the connection has it.
SCOPE_CODES = ("change_by_hand", "cancel_by_hand", "scope_missing", "cannot_read")

#: Codes that end when a space or a person is connected.
CONNECTION_CODES = ("no_host", "host_disconnected", "not_connected", "no_space")


@dataclass(frozen=True)
class ProblemMessage:
    """An `Advice` with its particulars filled in, in the active language.

    ``for_administrators`` names what only they can change, such as a scope; '' when there is nothing.
    """

    code: str
    title: str
    sentence: str
    actions: tuple[str, ...]
    tone: Tone
    for_administrators: str = ""


#: Zoom's settings, as the lesson form calls them.
FIELD_NAMES: Mapping[str, StrPromise] = {
    "topic": _("title"),
    "agenda": _("agenda"),
    "start_time": _("time"),
    "timezone": _("time zone"),
    "duration": _("duration"),
    "settings.waiting_room": _("waiting room"),
    "settings.join_before_host": _("join before the host"),
    "settings.mute_upon_entry": _("mute upon entry"),
    "settings.auto_recording": _("automatic recording"),
    "settings.alternative_hosts": _("alternative hosts"),
    "settings.practice_session": _("practice session"),
    "settings.approval_type": _("registration"),
    "settings.registrants_confirmation_email": _("confirmation e-mails"),
    "settings.registrants_email_notification": _("e-mails to registered people"),
}


def describe(code: str, params: Mapping[str, Any]) -> ProblemMessage:
    """Return what is to be said about ``code`` (a key of `ADVICE`) with the stored ``params``."""
    advice = ADVICE.get(code) or Advice(
        _("Needs attention"), _("Something about this lesson needs attention."), ("retry",)
    )
    known = _Particulars(_spoken_params(params))
    return ProblemMessage(
        code,
        str(advice.title),
        str(advice.sentence) % known,
        advice.actions,
        advice.tone,
        _for_administrators(params),
    )


def field_names(fields: list[str]) -> list[str]:
    """Return what people call these fields of Zoom's, each name once, in the active language."""
    return list(dict.fromkeys(str(FIELD_NAMES.get(name, name.rpartition(".")[2].replace("_", " "))) for name in fields))


def zoom_moment(start: str, zone: str) -> str:
    """Return a stored ISO instant as Zoom's calendar shows it, in the active language: "Tue 24 Nov, 10:00"."""
    try:
        instant = dt.datetime.fromisoformat(start)
    except ValueError:
        return ""
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=dt.UTC)
    local = instant.astimezone(ZoneInfo(zone if zone in known_zones() else "UTC"))
    # Translators: how Django is to write a day and time, as in "Tue 24 Nov, 10:00".
    return formats.date_format(local, gettext("D j M, H:i"))


class _Particulars(dict[str, Any]):
    """Fills in a dash where an old row lacks a particular, rather than failing on a screen."""

    def __missing__(self, key: str) -> str:
        return "–"


def _spoken_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``params`` with stored instants and field names put into words."""
    zone = str(params.get("zone", "UTC"))
    spoken = {name: value for name, value in params.items() if value not in ("", None)}
    for name in ("start", "until", "since"):
        if name in spoken:
            spoken[name] = zoom_moment(str(spoken[name]), zone)
    if "fields" in params:
        others = [name for name in params["fields"] if name not in ("start_time", "timezone")]
        spoken["shown"] = _shown(str(spoken.get("start", "")), field_names(others), bool(params.get("times_differ")))
    return spoken


def _shown(start: str, names: list[str], times_differ: bool) -> str:
    if times_differ or not names:
        return start
    return str(_("the former %(fields)s") % {"fields": ", ".join(names)})


def _for_administrators(params: Mapping[str, Any]) -> str:
    scopes = [str(scope) for scope in params.get("scopes", ())]
    if not scopes:
        return ""
    return str(
        _("With the scope %(scopes)s in the Zoom app, and after connecting again, this site does it by itself.")
        % {"scopes": ", ".join(scopes)}
    )
