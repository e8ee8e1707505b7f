"""What may stand in the body of a control call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import ControlError


JSON = dict[str, Any]

_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "text": ((str,), "text"),
    "flag": ((bool,), "true or false"),
    "whole": ((int,), "a whole number"),
    "number": ((int, float), "a number"),
    "object": ((dict,), "an object"),
    "texts": ((list,), "a list of texts"),
    "objects": ((list,), "a list of objects"),
    "object or texts": ((dict, list), "an object, or a list of texts"),
    "text or JSON": ((str, dict, list), "text, an object or a list"),
}
_ITEMS: dict[str, type] = {"texts": str, "objects": dict, "object or texts": str}

ACCOUNT = {"plan": "text", "users": "objects"}
ACCOUNT_CHANGE = {
    "plan": "text",
    "locked_settings": "object",
    "passcode_policy": "object",
    "admin_approval": "flag",
    "scheduling_needs_privilege": "flag",
    "required_tracking_field": "text",
}
USER = {
    "email": "text",
    "first_name": "text",
    "last_name": "text",
    "type": "whole",
    "webinar": "flag",
    "timezone": "text",
}
USER_CHANGE = {
    **USER,
    "capacity": "whole",
    "schedulers": "texts",
    "status": "text",
    "permissions": "object or texts",
    "role_permissions": "object or texts",
}
APP = {
    "account_id": "text",
    "type": "text",
    "scopes": "texts",
    "optional_scopes": "texts",
    "redirect_uris": "texts",
    "webhook_url": "text",
    "published": "flag",
    "active": "flag",
}
GRANT = {"client_id": "text", "user_id": "text"}
FAULT = {
    "method": "text",
    "path": "text",
    "times": "whole",
    "skip": "whole",
    "fault": "text",
    "status": "whole",
    "body": "text or JSON",
    "headers": "object",
    "seconds": "number",
}
CLOCK = {"now": "text", "advance": "number"}
MISCHIEF = {"duplicate": "whole", "shuffle": "flag", "drop": "whole", "delay": "number"}
PERSON = {"registrant_id": "text", "email": "text", "name": "text", "at": "text", "waiting_room": "flag"}
STAYS = {"stays": "objects"}


def checked(wish: JSON, shape: Mapping[str, str], *, closed: bool = False) -> JSON:
    """Return the known keys of ``wish``, each of its kind or null.

    Raises ``ControlError`` 400 naming what is wrong; unknown keys are wrong too where the shape is ``closed``.
    """
    known: JSON = {}
    for name, value in wish.items():
        if name in shape:
            if value is not None and not _is(value, shape[name]):
                raise ControlError(400, f"{name}: {_KINDS[shape[name]][1]}.")
            known[name] = value
        elif closed:
            raise ControlError(400, f"{name}: not one of {', '.join(shape)}.")
    return known


def given(wish: JSON) -> JSON:
    """Return the keys that are not null."""
    return {name: value for name, value in wish.items() if value is not None}


def _is(value: Any, kind: str) -> bool:
    types, _ = _KINDS[kind]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        return False
    return not isinstance(value, list) or all(isinstance(item, _ITEMS.get(kind, object)) for item in value)
