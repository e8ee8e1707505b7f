"""The LMS's answers, guarded: whatever an adapter does, nobody loses a place or gets one by its failure."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar, cast

from django.db import transaction
from django.utils.module_loading import import_string
from wagtail.models import Page

from .. import clock, conf
from ..lms import LMSAdapter, Unknown


logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")


def adapter() -> LMSAdapter:
    """Return the site's adapter, made anew with ``LMS_OPTIONS``.

    Raises whatever importing or making it raises; the functions below take that as "unknown".
    """
    return cast(LMSAdapter, import_string(conf.lms_adapter())(**conf.lms_options()))


def enrolled(lesson: Any) -> list[Any] | None:
    """Return the users enrolled in ``lesson``, each once; None when that is not known.

    An adapter that is still naming people after ``LMS_DEADLINE`` seconds is not waited for: half a list would read as
    "the others have left".
    """

    def ask() -> list[Any]:
        until = clock.monotonic() + conf.lms_deadline()
        people: dict[Any, Any] = {}
        for person in adapter().enrolled(lesson):
            people[person.pk] = person
            if clock.monotonic() > until:
                raise TimeoutError(f"still naming people after {conf.lms_deadline():g} seconds")
        return list(people.values())

    return _guarded("enrolled", ask)


def may_join(user: Any, lesson: Any) -> bool | None:
    """Tell whether ``user`` counts as enrolled in ``lesson``; None when that is not known."""
    return _guarded("may_join", lambda: bool(adapter().may_join(user, lesson)))


def mark_complete(user: Any, lesson: Any, attendance: Any) -> bool:
    """Tell the LMS that ``user`` completed ``lesson``; return whether it took note. False means: tell it again."""

    def tell() -> bool:
        adapter().mark_complete(user, lesson, attendance)
        return True

    return _guarded("mark_complete", tell) is True


def email_is_verified(user: Any) -> bool:
    """Tell whether the LMS vouches for the user's e-mail address; "unknown" does not vouch."""
    return _guarded("email_is_verified", lambda: bool(adapter().email_is_verified(user))) is True


def courses_of(lessons: Iterable[Any]) -> dict[Any, Any]:
    """Return the course page of each of ``lessons`` by the lesson's id: the adapter's word where it has one.

    Elsewhere a lesson belongs to the page that it lies under.
    """
    pages = list(lessons)

    def ask() -> dict[Any, Any]:
        # A question that an adapter may leave out.
        found = getattr(adapter(), "courses_of", None)
        return dict(found(pages)) if found else {}

    named = _guarded("courses_of", ask) or {}
    left = [page for page in pages if named.get(page.pk) is None and page.depth > 1]
    above = Page.objects.filter(path__in={_path_above(page) for page in left}) if left else ()
    parents = {parent.path: parent for parent in above}
    return {page.pk: parents.get(_path_above(page)) for page in left} | {
        pk: course for pk, course in named.items() if course is not None
    }


def in_course(place: Any) -> bool | None:
    """Tell whether ``place``, a lesson or the page below which one is made, belongs to a course.

    None where that is not known, because the adapter fails or was never taught this question.
    """

    def ask() -> bool:
        # A question that an adapter may leave out.
        asked = getattr(adapter(), "in_course", None)
        if asked is None:
            raise Unknown
        return bool(asked(place))

    return _guarded("in_course", ask)


def _path_above(page: Any) -> str:
    path: str = page.path
    return path[: -page.steplen]


def _guarded(question: str, ask: Callable[[], Answer]) -> Answer | None:
    try:
        with _savepoint():
            return ask()
    except Unknown:
        return None
    except Exception:
        logger.exception("The LMS adapter %s failed at %s; its answer counts as unknown", conf.lms_adapter(), question)
        return None


def _savepoint() -> AbstractContextManager[Any]:
    # A failed query inside the caller's transaction would poison it; outside there is nothing to protect, and a
    # transaction would be held open while the adapter asks elsewhere.
    return transaction.atomic() if transaction.get_connection().in_atomic_block else nullcontext()
