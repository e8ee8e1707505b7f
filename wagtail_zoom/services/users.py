"""What people's accounts say of them, whatever user model the site has: Wagtail asks for no names, nor for ``email``."""

from __future__ import annotations

from typing import Any


def name_of(user: Any) -> str:
    """Return how ``user`` is called on this site: by their full name where the user model has one, else as they sign in."""
    return full_name_of(user) or str(user.get_username())


def full_name_of(user: Any) -> str:
    """Return the full name of ``user``, '' where the user model has none."""
    full_name = getattr(user, "get_full_name", None)
    return str(full_name() or "").strip() if full_name else ""


def email_of(user: Any) -> str:
    """Return the e-mail address of ``user``, in whichever field the user model keeps it; '' without."""
    return str(getattr(user, user.get_email_field_name(), "") or "")
