"""The state of each registrant in one word, for listings and counts: worked out by the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from ...models import Meeting, Registrant


if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Actual, Wanted = Registrant.Actual, Registrant.Wanted


@dataclass(frozen=True)
class Summary:
    """A state's name, and how it looks: 'ok', 'busy', 'warning', 'error' or 'neutral'."""

    label: StrPromise
    tone: str


STATES: Mapping[str, Summary] = {
    "problem": Summary(_("Needs attention"), "error"),
    "no_place": Summary(_("No place left"), "warning"),
    "tomorrow": Summary(_("Goes on tomorrow"), "warning"),
    "on_its_way": Summary(_("On its way"), "busy"),
    "waiting": Summary(_("Waits for approval"), "warning"),
    "registered": Summary(_("Registered"), "ok"),
    "denied": Summary(_("Denied"), "neutral"),
    "cancelled": Summary(_("Cancelled"), "neutral"),
}

#: Asked in this order; the first that holds names the state.
_CONDITIONS: tuple[tuple[str, Q], ...] = (
    ("no_place", Q(error__in=("full", "places"))),
    ("tomorrow", Q(error__in=("adds_used", "status_used"))),
    ("on_its_way", Q(due_at__isnull=False, error__in=("", "no_answer"))),
    ("problem", ~Q(error="")),
    ("waiting", Q(wanted=Wanted.WAITING)),
    ("registered", Q(wanted=Wanted.APPROVED)),
    ("denied", Q(wanted=Wanted.DENIED)),
)


def state_column() -> Case:
    """Return the expression that works out the state of a row: a key of `STATES`."""
    whens = [When(condition, then=Value(code)) for code, condition in _CONDITIONS]
    return Case(*whens, default=Value("cancelled"), output_field=CharField())


def counts_of(rows: QuerySet[Registrant]) -> dict[str, int]:
    """Return how many of ``rows`` are in each state, in the order of `STATES`, states without anybody left out."""
    found = dict(rows.order_by().annotate(state=state_column()).values_list("state").annotate(number=Count("pk")))
    return {code: found[code] for code in STATES if code in found}


def number_registered(meeting: Meeting) -> int:
    """Return how many people have, or are getting, a place in ``meeting``."""
    return Registrant.objects.filter(meeting=meeting, wanted__in=[Wanted.APPROVED, Wanted.WAITING]).count()
