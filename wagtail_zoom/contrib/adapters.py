"""Adapters for sites without an LMS package: everybody who is logged in, or the members of a Django group."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group

from wagtail_zoom.lms import Unknown


class AnyLoggedInUser:
    """Whoever is logged in counts as enrolled. Nobody can be listed, so people register when they press Join."""

    def __init__(self, *, emails_are_verified: bool = False) -> None:
        """Take ``emails_are_verified``: True where accounts are made only for addresses that were confirmed."""
        self.emails_are_verified = emails_are_verified

    def enrolled(self, lesson: Any) -> Iterable[Any]:
        """Raise `Unknown`: every account of the site is not a class."""
        raise Unknown("Whoever is logged in may join; there is no list of them.")

    def may_join(self, user: Any, lesson: Any) -> bool:
        """Tell whether the user is logged in and active."""
        return bool(user.is_authenticated and user.is_active)

    def mark_complete(self, user: Any, lesson: Any, attendance: Any) -> None:
        """Do nothing: there is no LMS to tell; the verdict stands in this package's own table."""

    def email_is_verified(self, user: Any) -> bool:
        """Return what the site says of all its accounts."""
        return self.emails_are_verified


class DjangoGroup(AnyLoggedInUser):
    """The active members of one Django group are enrolled in every lesson."""

    def __init__(self, *, group: str, emails_are_verified: bool = False) -> None:
        """Take the group's name."""
        super().__init__(emails_are_verified=emails_are_verified)
        self.group = group

    def enrolled(self, lesson: Any) -> Iterable[Any]:
        """Yield the group's active members. A group that does not exist is an error, not a group of nobody."""
        members = Group.objects.get(name=self.group).user_set
        return members.filter(is_active=True).order_by("pk").iterator(chunk_size=2000)

    def may_join(self, user: Any, lesson: Any) -> bool:
        """Tell whether the user is an active member."""
        return super().may_join(user, lesson) and user.groups.filter(name=self.group).exists()
