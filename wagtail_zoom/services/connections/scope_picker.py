"""Which scopes to tick at Zoom for what a school wants to do, in the order in which Zoom's picker is searched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from ...api.scopes import FEATURES, feature_name


if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_ADMIN = ":admin"


@dataclass(frozen=True)
class Choice:
    """Something that can be ticked in the guide, and the names of the features in `api.scopes` that it takes.

    ``of_each_kind`` holds features that webinars need once more under a name of their own, where webinars are ticked.
    """

    name: str
    label: StrPromise
    always: tuple[str, ...] = ()
    of_each_kind: tuple[str, ...] = ()


CHOICES: Mapping[str, Choice] = {
    choice.name: choice
    for choice in (
        Choice("create", _("Make a meeting for each lesson, and start it"), ("create", "host_token", "who_am_i")),
        Choice("change", _("Change and cancel meetings with their lesson"), (), ("change", "cancel", "read", "list")),
        Choice(
            "webinars",
            _("Webinars (needs Zoom's webinar add-on)"),
            ("webinar_create", "webinar_read", "webinar_list"),
        ),
        Choice(
            "registrants",
            _("Register learners, each with a link of their own"),
            (),
            (
                "read",
                "registrants_list",
                "registrants_add",
                "registrants_batch",
                "registrants_status",
                "registrants_delete",
                "questions",
            ),
        ),
        Choice("attendance", _("See who was there"), (), ("read", "reports", "past_participants")),
        Choice("recordings", _("Show recordings in the lesson"), ("recordings",)),
        Choice("live", _("Show while a lesson is running, and end it from here"), (), ("read", "end_live")),
    )
}

#: What the guide begins with: enough to publish a lesson and to keep it right.
USUAL = ("create", "change")


@dataclass(frozen=True)
class Preset:
    """A list of scopes that schools already have, under a name."""

    name: str
    label: StrPromise
    scopes: tuple[str, ...]


def _names(start: str, *ends: str) -> tuple[str, ...]:
    return tuple(f"{start}:{end}" for end in ends)


_WRITES = ("meeting", "registrant", "batch_registrants", "invite_links", "poll", "batch_polls")
_REGISTRANTS = ("list_registrants", "registrant")

#: By kind of app, as the settings name it.
PRESETS: Mapping[str, Preset] = {
    "general": Preset(
        "school",
        _("Only create meetings: every “write” scope of meetings, and the host's token"),
        (*_names("meeting:write", *_WRITES, "template", "open_app", "sip_dialing"), "user:read:token"),
    ),
    "server": Preset(
        "academy",
        _("Only existing meetings and webinars: register learners, and see who was there"),
        tuple(
            f"{name}{_ADMIN}"
            for name in (
                *_names("meeting:read", "meeting", "list_meetings", *_REGISTRANTS),
                *_names("meeting:write", "registrant", "participant"),
                "meeting:delete:registrant",
                "meeting:update:registrant_status",
                *_names("webinar:read", "webinar", "list_webinars", *_REGISTRANTS),
                "webinar:write:registrant",
                "webinar:delete:registrant",
                "webinar:update:registrant_status",
                *_names("report:read", "list_meeting_participants", "list_webinar_participants"),
            )
        ),
    ),
}


@dataclass(frozen=True)
class Search:
    """One search in the picker: the word to type, and the names to tick among what it finds."""

    word: str
    ticks: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """One product of the picker, with its searches and the number of its ticks."""

    label: StrPromise | str
    searches: tuple[Search, ...]

    @property
    def count(self) -> int:
        """How many ticks Zoom shows behind the product's name when all is done."""
        return sum(len(search.ticks) for search in self.searches)


_PRODUCTS: Mapping[str, StrPromise | str] = {
    "meeting": "Meeting",
    "webinar": "Webinar",
    "report": "Report",
    "cloud_recording": "Recording",
    "user": "User",
}


def scopes_for(chosen: Iterable[str], *, is_account: bool) -> tuple[str, ...]:
    """Return the granular scopes for ``chosen`` (keys of `CHOICES`; unknown ones count for nothing).

    ``is_account`` asks for the account's level, which Server-to-Server apps have. A user-managed app cannot have scopes
    that exist at that level only: they are left out, and `account_only_scopes` names them.
    """
    scopes = _wanted(chosen, is_account=is_account)
    return tuple(scope for scope in scopes if is_account or not scope.endswith(_ADMIN))


def account_only_scopes(chosen: Iterable[str]) -> tuple[str, ...]:
    """Return the scopes for ``chosen`` that Zoom gives to no user-managed app."""
    return tuple(scope for scope in _wanted(chosen, is_account=False) if scope.endswith(_ADMIN))


def group_for_picker(scopes: Iterable[str]) -> tuple[Group, ...]:
    """Return ``scopes`` grouped as Zoom's picker groups them: by product, then by what one types into its search box."""
    found: dict[str, dict[str, list[str]]] = {}
    for scope in scopes:
        product, action, _rest = scope.split(":", 2)
        found.setdefault(product, {}).setdefault(f"{product}:{action}", []).append(scope)
    order = {product: place for place, product in enumerate(_PRODUCTS)}
    return tuple(
        Group(
            _PRODUCTS.get(product, product),
            tuple(Search(word, tuple(sorted(ticks))) for word, ticks in sorted(searches.items())),
        )
        for product, searches in sorted(found.items(), key=lambda item: order.get(item[0], len(order)))
    )


def _wanted(chosen: Iterable[str], *, is_account: bool) -> list[str]:
    """Return the scopes of all features behind ``chosen``, each once."""
    choices = [CHOICES[name] for name in dict.fromkeys(chosen) if name in CHOICES]
    kinds = ("meeting", "webinar") if any(choice.name == "webinars" for choice in choices) else ("meeting",)
    names: dict[str, None] = {}
    for choice in choices:
        names |= dict.fromkeys(choice.always)
        names |= dict.fromkeys(feature_name(kind, name) for kind in kinds for name in choice.of_each_kind)
    operations = (operation for name in names for operation in FEATURES[name].operations)
    return list(dict.fromkeys(operation.scopes[-1 if is_account else 0] for operation in operations))
