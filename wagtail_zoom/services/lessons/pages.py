"""The lesson pages of this site, whatever their types, found a portion at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q
from wagtail.models import Page

from ...models import LessonMeeting, Meeting, ZoomLessonMixin
from ...models.lessons import LessonKind


if TYPE_CHECKING:

    class Lesson(ZoomLessonMixin, Page):  # type: ignore[misc]
        """Any page type that is made with the mixin; a site's own ones have no other class in common."""

        class Meta:
            abstract = True

else:
    Lesson = ZoomLessonMixin

#: Pages read at once.
_PORTION = 500


def lesson_models() -> list[type[Page]]:
    """Return every page type of this site that is a live lesson."""
    return [model for model in apps.get_models() if issubclass(model, ZoomLessonMixin) and issubclass(model, Page)]


def live_lessons(not_before: dt.date) -> Iterator[Any]:
    """Yield the live lessons that want a meeting, no aliases, with their links; those of days long past are left out.

    ``not_before`` is the first day that counts; lessons without a date, and those that use an existing meeting, whose
    time Zoom knows, come all.
    """
    counts = Q(zoom_date__isnull=True) | Q(zoom_date__gte=not_before) | Q(zoom_kind=LessonKind.EXISTING)
    for model in lesson_models():
        pages = model._default_manager.filter(counts, live=True, alias_of=None).exclude(zoom_kind=LessonKind.NONE)
        yield from pages.select_related("zoom_link__meeting").order_by("pk").iterator(chunk_size=_PORTION)


def live_lessons_without_wish() -> Iterator[Any]:
    """Yield the live lessons that want no meeting (any more) but are linked to one that is not on its way from Zoom."""
    acts = Q(zoom_link__meeting__actual__in=(Meeting.Actual.PRESENT, Meeting.Actual.DOUBT))
    leaving = Q(zoom_link__meeting__wanted=Meeting.Wanted.ABSENT) & (acts | ~Q(zoom_link__meeting__lease_owner=""))
    for model in lesson_models():
        linked = model._default_manager.filter(live=True, zoom_kind=LessonKind.NONE, zoom_link__isnull=False)
        yield from linked.exclude(leaving)


def page_of(link: LessonMeeting) -> Any:
    """Return the lesson page of ``link`` as its own type; None when the page is gone."""
    return link.page.specific if link.page is not None else None
