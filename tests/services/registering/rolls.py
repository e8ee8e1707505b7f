"""An LMS whose lists of enrolments a test writes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


#: Users by lesson id; a lesson without an entry has a list that cannot be read.
ENROLLED: dict[int, list[Any]] = {}


class Roll:
    """Answers from `ENROLLED`."""

    def enrolled(self, lesson: Any) -> Iterable[Any]:
        """Return who is on the lesson's list."""
        return ENROLLED[lesson.pk]

    def may_join(self, user: Any, lesson: Any) -> bool:
        """Tell whether the user is on the lesson's list."""
        return user in ENROLLED[lesson.pk]

    def mark_complete(self, user: Any, lesson: Any, attendance: Any) -> None:
        """Take no note."""

    def email_is_verified(self, user: Any) -> bool:
        """Vouch for everybody."""
        return True
