"""What waits for a person's yes, in words: what would happen, how much of it, and what becomes of it at a no."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.models import Site

from ... import clock
from ...models import Approval, LessonMeeting, Meeting
from .. import permissions
from ..connections import zoom_apps
from ..registrants.enrolment_sync import DEREGISTER
from .approvals import CANCEL, CREATE, OLD_LESSONS


if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

#: Lessons named with a question; the others are counted.
NAMED = 10


@dataclass(frozen=True)
class _Words:
    """What the two buttons are called, and what each of them means."""

    yes: StrPromise
    no: StrPromise
    if_yes: StrPromise
    if_no: StrPromise


_WORDS = {
    OLD_LESSONS: _Words(
        gettext_lazy("Yes, make them"),
        gettext_lazy("No, make none"),
        gettext_lazy(
            "Each of them gets a meeting on Zoom, the soonest lesson first. Lessons that are imported into this space "
            "later get theirs without being asked about."
        ),
        gettext_lazy("None of them gets a meeting. A lesson that is published again gets one all the same."),
    ),
    CREATE: _Words(
        gettext_lazy("Yes, make them"),
        gettext_lazy("No, make none"),
        gettext_lazy("All of them are made on Zoom, the soonest lesson first."),
        gettext_lazy("None of them is made. A lesson that is published again gets its meeting all the same."),
    ),
    CANCEL: _Words(
        gettext_lazy("Yes, cancel them"),
        gettext_lazy("No, leave them on Zoom"),
        gettext_lazy("All of them are deleted on Zoom, and their links stop working."),
        gettext_lazy("All of them stay on Zoom. They can be deleted there by hand."),
    ),
    DEREGISTER: _Words(
        gettext_lazy("Yes, take them off"),
        gettext_lazy("No, keep them registered"),
        gettext_lazy("Their registrations are cancelled on Zoom, and their personal links stop working."),
        gettext_lazy(
            "They stay registered. If the list of enrolments is wrong, have it corrected: nothing else is needed then."
        ),
    ),
}

_UNKNOWN = _Words(
    gettext_lazy("Yes, do it"),
    gettext_lazy("No, do not do it"),
    gettext_lazy("It is carried out."),
    gettext_lazy("It is not carried out."),
)


@dataclass(frozen=True)
class Question:
    """One mass act that waits for a yes: its figures in ``sentence``, the lessons that are named, how many more.

    ``yes`` and ``no`` are what the buttons are called; ``if_yes`` and ``if_no`` say what each of them means.
    """

    pk: int
    site: Site | None
    space: str
    sentence: str
    yes: str
    no: str
    if_yes: str
    if_no: str
    asked_at: dt.datetime
    lessons: tuple[str, ...]
    more: int


def may_answer(user: Any, approval: Approval) -> bool:
    """Tell whether ``user`` may answer: who manages the space; a superuser where it concerns no space (any more)."""
    if approval.site is None:
        return bool(user.is_active and user.is_superuser)
    return permissions.may_manage_space(user, approval.site)


def for_person(user: Any) -> list[Question]:
    """Return what waits for the yes of ``user``, the oldest first. A question that has become empty is left out."""
    rows = Approval.objects.filter(verdict=Approval.Verdict.OPEN).select_related("site").order_by("asked_at", "pk")
    found = (_question(approval) for approval in rows if may_answer(user, approval))
    return [question for question in found if question is not None]


def _question(approval: Approval) -> Question | None:
    names: tuple[str, ...]
    if approval.act == DEREGISTER:
        sentence, names = _leaving_sentence(approval), (str(approval.figures.get("title", "")),)
        # Whoever was registered for a lesson that is over loses nothing any more.
        over = Meeting.objects.filter(pk=approval.figures.get("meeting"), ends_at__lte=clock.now())
        count = 0 if over.exists() else 1
    else:
        count = Meeting.objects.filter(waits_for=approval).count()
        sentence = _meetings_sentence(approval.act, count)
        lessons = LessonMeeting.objects.filter(meeting__waits_for=approval).order_by("page_title", "pk")
        names = tuple(lessons.values_list("page_title", flat=True)[:NAMED])
    if not count:
        return None
    words = _WORDS.get(approval.act, _UNKNOWN)
    return Question(
        pk=approval.pk,
        site=approval.site,
        space=zoom_apps.space_name(approval.site) if approval.site is not None else _("outside of all spaces"),
        sentence=sentence,
        yes=str(words.yes),
        no=str(words.no),
        if_yes=str(words.if_yes),
        if_no=str(words.if_no),
        asked_at=approval.asked_at,
        lessons=names,
        more=count - len(names),
    )


def _meetings_sentence(act: str, count: int) -> str:
    if act == OLD_LESSONS:
        text = ngettext(
            "%(count)s lesson was published before Zoom was set up here, or was imported. It has no meeting yet.",
            "%(count)s lessons were published before Zoom was set up here, or were imported. They have no meetings yet.",
            count,
        )
    elif act == CANCEL:
        text = ngettext(
            "%(count)s meeting would be cancelled on Zoom.",
            "%(count)s meetings would be cancelled on Zoom at once: their lessons were unpublished, deleted or changed.",
            count,
        )
    else:
        text = ngettext(
            "%(count)s meeting would be made on Zoom.", "%(count)s meetings would be made on Zoom at once.", count
        )
    return text % {"count": count}


def _leaving_sentence(approval: Approval) -> str:
    count = int(approval.figures.get("count", 0))
    text = ngettext(
        "%(count)s person who is registered is no longer on the course.",
        "%(count)s people who are registered are no longer on the course.",
        count,
    )
    return text % {"count": count}
