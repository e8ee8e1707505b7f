"""Which registrants are looked at: the listing's filters and its search, for the table and for bulk actions alike."""

from __future__ import annotations

from typing import ClassVar

import django_filters
from django.db.models import Q, QuerySet
from django.forms import CheckboxSelectMultiple, RadioSelect
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from ...models import Registrant
from ...services.registrants import error_messages, status
from ...url_utils import row_number


class RegistrantFilterSet(WagtailFilterSet):
    """State, where from, reason and space."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[(code, state.label) for code, state in status.STATES.items()],
        empty_label=_("Any"),
        widget=RadioSelect,
    )
    source = django_filters.MultipleChoiceFilter(
        label=_("Where from"), choices=Registrant.Source.choices, widget=CheckboxSelectMultiple
    )
    error = django_filters.ChoiceFilter(
        label=_("Reason"), choices=list(error_messages.LABELS.items()), empty_label=_("Any")
    )
    course = django_filters.CharFilter(label=_("Lesson or course"), method="filter_course")

    class Meta:
        model = Registrant
        fields: ClassVar[list[str]] = []

    def filter_course(self, queryset: QuerySet[Registrant], name: str, value: str) -> QuerySet[Registrant]:
        """Leave the people of lessons with this in their title, or below a page with such an address."""
        links = Q(meeting__lessons__page_title__icontains=value) | Q(meeting__lessons__page_path__icontains=value)
        return queryset.filter(links).distinct()


def matching(people: QuerySet[Registrant], query: QueryDict) -> QuerySet[Registrant]:
    """Return those of ``people`` whom the listing with this query string shows, on all its pages."""
    if query.get("meeting", "").isdecimal():
        people = people.filter(meeting=row_number(query["meeting"]))
    filters = RegistrantFilterSet(query, queryset=people.annotate(state=status.state_column()))
    if not filters.is_valid():
        return people.none()
    return searched(filters.qs, query.get("q", ""))


def searched(people: QuerySet[Registrant], words: str) -> QuerySet[Registrant]:
    """Return those of ``people`` in whose address or name every one of ``words`` occurs."""
    for word in words.split():
        people = people.filter(Q(email__icontains=word) | Q(first_name__icontains=word) | Q(last_name__icontains=word))
    return people
