"""Which meetings this site wants no more, and only a person can still delete on Zoom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from wagtail.models import Site

from ... import clock
from ...models import Meeting
from .. import permissions


#: Left on Zoom because somebody decided so.
_DECIDED = ("decided_against", "kept_on_zoom")


def of_lesson(meeting: Meeting) -> QuerySet[Meeting]:
    """Return the meetings whose place ``meeting`` took."""
    return _stuck(meeting.replaces.all())


def of_deleted_lessons(user: Any, sites: Iterable[Site]) -> QuerySet[Meeting]:
    """Return the coming meetings whose lesson page was deleted, as far as they are the concern of ``user``.

    That is the host, in whose Zoom account they are, and, of ``sites``, whoever manages the space's Zoom settings.
    """
    managed = [site.pk for site in sites if permissions.may_manage_space(user, site)]
    mine = Q(host__user=user) | Q(site__in=managed)
    ahead = Q(ends_at=None) | Q(ends_at__gt=clock.now())
    rows = _stuck(Meeting.objects.filter(mine, ahead, wanted=Meeting.Wanted.ABSENT, replaced_by=None))
    rows = rows.exclude(lessons__page__isnull=False).exclude(attention__in=_DECIDED)
    return rows.select_related("site", "connection").order_by("starts_at", "pk")


def _stuck(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    return meetings.filter(actual=Meeting.Actual.PRESENT, zoom_id__isnull=False).exclude(attention="")
