"""The site's own rules about registering, given through Wagtail's hooks.

``zoom_filter_people(meeting, people, source)`` returns the people that may be registered, each hook getting what the
one before it returned. ``zoom_veto_registrant(registrant)`` returns why a person must not be sent to Zoom, or nothing:
one veto is enough. ``zoom_registrant_payload(registrant, payload)`` returns what is sent about a person; it may change
names and answers, never the address. They run in Wagtail's order of hooks.

A hook that raises is logged, and what it was asked about waits: its failure never registers or removes anybody.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from wagtail import hooks

from ...models import Meeting, Registrant
from .person import LONGEST_NAME, Person


logger = logging.getLogger(__name__)

FILTER, VETO, PAYLOAD = "zoom_filter_people", "zoom_veto_registrant", "zoom_registrant_payload"


class RulesFailed(Exception):
    """A rule of the site raised; the cause is in the log."""


def filtered(meeting: Meeting, people: Iterable[Person], source: str) -> list[Person]:
    """Return those of ``people`` whom the site's rules let be registered. Raises `RulesFailed`."""
    kept = list(people)
    for hook in hooks.get_hooks(FILTER):
        try:
            kept = list(hook(meeting, kept, source))
        except Exception as error:
            raise _failed(FILTER, hook) from error
    return kept


def has_vetoes() -> bool:
    """Tell whether anybody may object to single registrants; else their rows need not be read to ask."""
    return bool(hooks.get_hooks(VETO))


def objection(registrant: Registrant) -> str:
    """Return the first objection to sending ``registrant`` to Zoom, in the hook's words; '' for none.

    Raises `RulesFailed`.
    """
    for hook in hooks.get_hooks(VETO):
        try:
            words = hook(registrant)
        except Exception as error:
            raise _failed(VETO, hook) from error
        if words:
            return str(words)
    return ""


def payload_for(registrant: Registrant, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is sent to Zoom about ``registrant``, after the site's rules had their say. Raises `RulesFailed`."""
    changed = dict(payload)
    for hook in hooks.get_hooks(PAYLOAD):
        try:
            changed = dict(hook(registrant, dict(changed)))
        except Exception as error:
            raise _failed(PAYLOAD, hook) from error
    # The address is what the row is found by again; another one would register somebody else.
    changed["email"] = payload["email"]
    for name in ("first_name", "last_name"):
        changed[name] = str(changed.get(name) or "")[:LONGEST_NAME]
    changed["first_name"] = changed["first_name"] or payload["first_name"]
    return changed


def _failed(name: str, hook: object) -> RulesFailed:
    logger.exception("The %s hook %r failed", name, hook)
    return RulesFailed(name)
