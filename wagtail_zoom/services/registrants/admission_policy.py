"""Who is let in by whom: the lessons of a meeting decide together, and an address counts only when it is verified."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models.functions import Lower
from wagtail.models import Page

from ...models import Meeting
from .. import lms
from ..lessons.options import LessonOptions, options_of
from .decisions import Wanted, portions
from .person import email_key


class Policy:
    """What the lessons of ``meeting`` say about letting people in."""

    def __init__(self, meeting: Meeting) -> None:
        self._meeting = meeting

    @cached_property
    def lessons(self) -> list[tuple[Page, LessonOptions]]:
        """The lesson pages of the meeting with their options."""
        pages = [link.page for link in self._meeting.lessons.select_related("page") if link.page is not None]
        return [(page, options_of(page)) for page in (found.specific for found in pages)]

    @property
    def places(self) -> int | None:
        """How many people all lessons together offer a place; None where one of them sets no limit."""
        offered = [options.places for _page, options in self.lessons]
        limits = [places for places in offered if places is not None]
        return sum(limits) if limits and len(limits) == len(offered) else None

    def wish_for(self, user: Any) -> str:
        """Return how somebody who registers is wanted: approved at once, or waiting until a person decides.

        ``user`` is the LMS user, None for a guest. One lesson that lets them in is enough; while the LMS does not
        know whether somebody is enrolled, they wait.
        """
        for page, options in self.lessons:
            if options.approval == "everyone":
                return Wanted.APPROVED
            if options.approval == "enrolled" and user is not None and lms.may_join(user, page):
                return Wanted.APPROVED
        return Wanted.WAITING

    def wish_for_enrolled(self) -> str:
        """Return how people are wanted of whom the LMS says that they are enrolled."""
        by_hand = all(options.approval == "by_hand" for _page, options in self.lessons)
        return Wanted.WAITING if by_hand and self.lessons else Wanted.APPROVED


def verified_users(emails: Iterable[str]) -> dict[str, Any]:
    """Return the LMS users behind ``emails``, by key; only those whose address the LMS has verified and nobody shares."""
    keys = sorted({email_key(email) for email in emails} - {""})
    model = get_user_model()
    field = model.get_email_field_name()
    found: dict[str, list[Any]] = {}
    for some in portions(keys):
        for user in model._default_manager.annotate(lower_email=Lower(field)).filter(lower_email__in=some):
            found.setdefault(email_key(getattr(user, field)), []).append(user)
    return {key: users[0] for key, users in found.items() if len(users) == 1 and lms.email_is_verified(users[0])}
