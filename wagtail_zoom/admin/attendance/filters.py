"""Which lessons the reports look at."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from ...models import LessonMeeting
from ...services.permissions import Right, sites_with
from ..lessons.fields import native_date_input
from ..shared.site_filter import SpaceFilter


class HeldLessonsFilterSet(WagtailFilterSet):
    """When lessons took place, and in which space."""

    since = django_filters.DateFilter(
        label=_("From"), field_name="meeting__starts_at", lookup_expr="date__gte", widget=native_date_input()
    )
    until = django_filters.DateFilter(
        label=_("Until"), field_name="meeting__starts_at", lookup_expr="date__lte", widget=native_date_input()
    )
    site = SpaceFilter(
        field_name="meeting__site",
        queryset=lambda request: sites_with(request.user, Right.VIEW_ATTENDANCE),
        method="filter_site",
    )

    class Meta:
        model = LessonMeeting
        fields: ClassVar[list[str]] = []

    def filter_site(self, queryset: QuerySet[LessonMeeting], name: str, value: Any) -> QuerySet[LessonMeeting]:
        """Leave the lessons of some spaces."""
        return queryset.filter(meeting__site__in=value) if value else queryset
