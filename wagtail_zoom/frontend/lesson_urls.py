"""The lesson's own addresses: what stands on pages and in calendars instead of Zoom's links."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from wagtail.models import AbstractPage


@dataclass(frozen=True)
class LessonAddresses:
    """Paths on the site that serves the lesson."""

    join: str
    start: str
    state: str
    calendar: str
    register: str
    cancel: str


#: The addresses that a guest, who is known by nothing else, has with their token in them.
_OF_GUESTS = {"join": "guest", "state": "guest_state", "register": "guest_register", "cancel": "guest_cancel"}


def addresses_of(page: AbstractPage, token: str = "") -> LessonAddresses | None:
    """Return the addresses of ``page``; None for a page that was never saved, as in a first preview.

    With the ``token`` of a guest: those at which this guest is known.
    """
    return served_addresses(page, token) if page.pk else None


def served_addresses(page: AbstractPage, token: str = "") -> LessonAddresses:
    """Return the addresses of ``page``, which is being served, so that it was saved."""
    names = ("join", "start", "state", "calendar", "register", "cancel")
    paths = {name: reverse(f"wagtail_zoom:{name}", args=[page.pk]) for name in names}
    if token:
        paths |= {name: reverse(f"wagtail_zoom:{own}", args=[page.pk, token]) for name, own in _OF_GUESTS.items()}
    return LessonAddresses(**paths)


def recording_address(page: AbstractPage, uid: object, token: str = "") -> str:
    """Return where a recording of the lesson ``page`` is asked for."""
    if token:
        return reverse("wagtail_zoom:guest_recording", args=[page.pk, token, uid])
    return reverse("wagtail_zoom:recording", args=[page.pk, uid])
