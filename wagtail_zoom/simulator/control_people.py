"""The control surface for accounts and their users."""

from __future__ import annotations

from typing import Any

from . import wishes
from .errors import ControlError
from .identifiers import opaque
from .limits import PER_SECOND
from .records import EVERY_PERMISSION, Account, User
from .state import Zoom
from .tokens import close_grant


JSON = dict[str, Any]

_FIRST_PMI = 3_000_000_000
_USER_TYPES = (1, 2, 4, 99)
_POLICY = {"min_length": "whole", "numeric_only": "flag", "required": "flag"}


def add_account(zoom: Zoom, wish: JSON) -> JSON:
    """Make an account; its first user is the owner and has every role permission."""
    known = wishes.given(wishes.checked(wish, wishes.ACCOUNT))
    account = Account(opaque(22), _plan(known.get("plan", "pro")))
    people = [wishes.given(wishes.checked(person, wishes.USER)) for person in known.get("users", [])]
    for person in people:
        _user_type(person.get("type", 2))
    for person in people:
        _add_user(zoom, account, person)
    zoom.accounts[account.id] = account
    return {
        "account_id": account.id,
        "users": [{"id": user.id, "email": user.email} for user in account.users],
    }


def change_account(zoom: Zoom, account_id: str, wish: JSON) -> JSON:
    """Change plan and policies of an account."""
    account = zoom.accounts.get(account_id)
    if account is None:
        raise ControlError(404, f"There is no account {account_id}.")
    known = wishes.checked(wish, wishes.ACCOUNT_CHANGE, closed=True)
    policy = wishes.given(wishes.checked(known.get("passcode_policy") or {}, _POLICY, closed=True))
    account.plan = _plan(known.get("plan") or account.plan)
    if "locked_settings" in known:
        account.locked_settings = known["locked_settings"] or {}
    if "passcode_policy" in known:
        account.passcode_policy = policy
    account.scheduling_needs_privilege = bool(
        known.get("scheduling_needs_privilege", account.scheduling_needs_privilege)
    )
    account.admin_approval = bool(known.get("admin_approval", account.admin_approval))
    if "required_tracking_field" in known:
        account.required_tracking_field = known["required_tracking_field"] or None
    return {"account_id": account.id, **{name: getattr(account, name) for name in wishes.ACCOUNT_CHANGE}}


def change_user(zoom: Zoom, user_id: str, wish: JSON) -> JSON:
    """Change licences, capacity, role permissions of a user, and who may schedule for them (``schedulers``: ids).

    ``permissions`` (or ``role_permissions``) is the new list, or an object of permissions to switch on and off.
    """
    user = _user(zoom, user_id)
    known = wishes.checked(wish, wishes.USER_CHANGE, closed=True)
    values = wishes.given(known)
    capacity = known.get("capacity", user.capacity)
    if capacity is not None and capacity < 0:
        raise ControlError(400, "capacity: 0 or more people, or null.")
    user.type = _user_type(values.get("type", user.type))
    user.capacity = capacity
    user.schedulers = frozenset(values.get("schedulers", user.schedulers))
    for name in ("webinar", "status", "email", "first_name", "last_name", "timezone"):
        setattr(user, name, values.get(name, getattr(user, name)))
    permissions = values.get("permissions", values.get("role_permissions"))
    if isinstance(permissions, dict):
        switched_on = {name for name, on in permissions.items() if on}
        user.permissions = (user.permissions - permissions.keys()) | switched_on
    elif permissions is not None:
        user.permissions = frozenset(permissions)
    return _user_state(user)


def delete_user(zoom: Zoom, user_id: str) -> None:
    """Delete a user with all their meetings; their grants are dead."""
    user = _user(zoom, user_id)
    user.deleted = True
    user.account.users = [each for each in user.account.users if each is not user]
    for meeting in zoom.meetings.values():
        meeting.deleted = meeting.deleted or meeting.host is user
    for client_id, owner in list(zoom.grants):
        if owner == user.id:
            close_grant(zoom, zoom.apps[client_id], user, 4735)


def _user_state(user: User) -> JSON:
    return {
        "id": user.id,
        "account_id": user.account.id,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "type": user.type,
        "webinar": user.webinar,
        "capacity": user.capacity,
        "schedulers": sorted(user.schedulers),
        "status": user.status,
        "timezone": user.timezone,
        "permissions": sorted(user.permissions),
    }


def _add_user(zoom: Zoom, account: Account, wish: JSON) -> None:
    number = len(zoom.users) + 1
    user = User(
        id=opaque(22),
        account=account,
        email=wish.get("email") or f"user{number}@school.example",
        first_name=wish.get("first_name", "User"),
        last_name=wish.get("last_name", str(number)),
        type=_user_type(wish.get("type", 2)),
        webinar=wish.get("webinar", False),
        pmi=_FIRST_PMI + number,
        created=zoom.now().replace(microsecond=0),
        permissions=frozenset() if account.users else EVERY_PERMISSION,
        timezone=wish.get("timezone", "UTC"),
    )
    account.users.append(user)
    zoom.users[user.id] = user


def _user(zoom: Zoom, user_id: str) -> User:
    user = zoom.users.get(user_id)
    if user is None or user.deleted:
        raise ControlError(404, f"There is no user {user_id}.")
    return user


def _plan(plan: str) -> str:
    if plan not in PER_SECOND:
        raise ControlError(400, f"plan: one of {', '.join(PER_SECOND)}.")
    return plan


def _user_type(number: int) -> int:
    if number not in _USER_TYPES:
        raise ControlError(400, "type: 1 Basic, 2 Licensed, 4 without a meetings licence, 99 none.")
    return number
