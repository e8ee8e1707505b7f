"""From a lesson page to its meeting and its times, as its visitors are told them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from wagtail.models import AbstractPage

from ...models import LessonMeeting, ZoomSettings
from . import schedule
from .schedule import LessonTimes


def original_link_of(page: AbstractPage) -> LessonMeeting | None:
    """Return the link with its meeting and host in one query, for an alias that of its original. None: no row."""
    original = original_id(page)
    return _links().filter(page_id=original).first() if original else None


def links_of(pages: Iterable[AbstractPage]) -> dict[int, LessonMeeting]:
    """Return the links of many lessons by page id, in one query; who has none is not in it."""
    originals = {page.pk: original_id(page) for page in pages}
    found = {link.page_id: link for link in _links().filter(page_id__in=set(originals.values()))}
    return {page_id: found[original] for page_id, original in originals.items() if original in found}


def original_id(page: AbstractPage) -> int | None:
    """Return the id of the page that owns the wishes: the page's own, or its original's where it is an alias."""
    original: int | None = page.alias_of_id or page.pk
    return original


def times_of(page: Any, link: LessonMeeting | None) -> LessonTimes:
    """Return when visitors are told that the lesson is; the space's defaults are read only where the page has a gap."""
    space = None
    if page.pk and not (page.zoom_timezone and page.zoom_duration):
        site = page.get_site()
        space = ZoomSettings.objects.filter(site=site).first() if site else None
    return schedule.when(page, link, space)


def _links() -> QuerySet[LessonMeeting]:
    return LessonMeeting.objects.select_related("meeting__host__user", "meeting__connection__app")
