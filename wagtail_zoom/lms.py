"""What the software asks of the LMS around it: four questions, answered by one class of the site's choice.

An adapter is any class with these four methods; it need not inherit from anything. The site names it in
``WAGTAIL_ZOOM["LMS_ADAPTER"]``, and ``WAGTAIL_ZOOM["LMS_OPTIONS"]`` are the keyword arguments it is made with.

An adapter that cannot answer raises: `Unknown` when that is to be expected, anything else when something broke. Either
way the answer counts as *unknown*, never as "nobody" or "no": people keep the places they have.

Two more methods may be left out: ``courses_of(lessons)``, the page of each lesson's course by the lesson's id; and
``in_course(page)``, whether a lesson at ``page`` or below it belongs to a course. Only where the answer to that is no
does a new lesson begin as one for everybody who is logged in.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, runtime_checkable


class Unknown(Exception):
    """The adapter has no answer to this question, and that is no fault."""


@runtime_checkable
class LMSAdapter(Protocol):
    """The four questions. ``user`` is a row of the site's user model, ``lesson`` a page made with the mixin."""

    def enrolled(self, lesson: Any) -> Iterable[Any]:
        """Yield the users who take part in the lesson. Raise `Unknown` where there is no such list."""

    def may_join(self, user: Any, lesson: Any) -> bool:
        """Tell whether ``user``, who is logged in, counts as enrolled in the lesson's course."""

    def mark_complete(self, user: Any, lesson: Any, attendance: Any) -> None:
        """Take note that ``user`` completed the lesson; ``attendance`` is what the verdict rests on.

        Called again for the same person and lesson when a verdict is told once more: must bear repetition.
        """

    def email_is_verified(self, user: Any) -> bool:
        """Tell whether the LMS knows that ``user`` owns the e-mail address on their account.

        Only then are registrations that came from Zoom under that address taken to be theirs.
        """
