"""The dry run: what an act would send to Zoom, said in sentences before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...models import Meeting, Registrant, ZoomSettings
from ..coordination import rate_limiter
from . import error_messages, planner_input
from .confirmation_emails import Writes, writer_of
from .decisions import ledger_of, portions
from .person import Person, key_of, problem_of, tidied
from .plan import Entry, Plan, Wanted
from .planner import plan as plan_calls


@dataclass(frozen=True)
class Forecast:
    """What an act would do. ``obstacle`` is why nothing can be sent at all for now, a code of `reasons`.

    ``reading`` is the number of calls for reading Zoom's lists first; ``seconds`` about how long it takes; ``letters``
    how many people would be written to, and ``writer`` by whom: a `ZoomSettings.Writes`.
    """

    plan: Plan
    obstacle: str
    reading: int
    seconds: int
    letters: int
    writer: str

    @property
    def calls(self) -> int:
        """How many calls it takes in all."""
        return self.plan.number_of_calls + self.reading

    @property
    def sentences(self) -> list[str]:
        """The forecast in words, who is written to first."""
        return [self._about_letters(), *self._about_people(), self._about_calls(), *self._about_the_rest()]

    def _about_letters(self) -> str:
        if not self.letters or self.writer == Writes.NOBODY:
            return _("Nobody is written to.")
        if self.writer == Writes.ZOOM:
            words = ngettext(
                "Zoom writes one e-mail to %(count)d person.",
                "Zoom writes one e-mail each to %(count)d people.",
                self.letters,
            )
        else:
            words = ngettext(
                "This site writes one e-mail to %(count)d person.",
                "This site writes one e-mail each to %(count)d people.",
                self.letters,
            )
        return words % {"count": self.letters}

    def _about_people(self) -> list[str]:
        plan = self.plan
        counted = (
            (plan.added, _("Registered on Zoom: %(count)d.")),
            (plan.approved, _("Approved: %(count)d.")),
            (plan.people("cancel"), _("Cancelled: %(count)d.")),
            (plan.people("deny"), _("Denied: %(count)d.")),
            (plan.people("delete"), _("Deleted: %(count)d.")),
        )
        said = [words % {"count": count} for count, words in counted if count]
        unsure = plan.people("read_lists")
        if unsure:
            words = ngettext(
                "Looked up on Zoom first: %(count)d person. What has to be changed there is known only then.",
                "Looked up on Zoom first: %(count)d people. What has to be changed there is known only then.",
                unsure,
            )
            said.append(words % {"count": unsure})
        return said or [_("Nothing has to be changed on Zoom.")]

    def _about_calls(self) -> str:
        if not self.calls:
            return _("Zoom is not asked anything.")
        words = ngettext(
            "That is %(count)d request to Zoom, about %(time)s.",
            "That is %(count)d requests to Zoom, about %(time)s.",
            self.calls,
        )
        return words % {"count": self.calls, "time": duration(self.seconds)}

    def _about_the_rest(self) -> list[str]:
        said = [error_messages.sentence(self.obstacle)] if self.obstacle else []
        if self.reading:
            said.append(_("Zoom's lists are read first, so that nobody is registered twice."))
        for (code, params), count in self.plan.reasons().most_common():
            said.append(
                _("Not now: %(count)d. %(reason)s")
                % {"count": count, "reason": error_messages.sentence(code, dict(params))}
            )
        scope, calls = self.plan.cheaper
        if scope:
            said.append(
                _('With the scope "%(scope)s" the Zoom app could register people in %(calls)d requests.')
                % {"scope": scope, "calls": calls}
            )
        return said


def plan(meeting: Meeting) -> Forecast:
    """Return what would be sent for the people of ``meeting`` as they are wanted now."""
    return _forecast(meeting, _unsettled(meeting))


def plan_decision(meeting: Meeting, registrants: Iterable[Registrant], wanted: str = "") -> Forecast:
    """Return what would be sent if ``registrants`` (rows of ``meeting``) were to become ``wanted``, or were retried."""
    return _forecast(meeting, _entries(meeting, [row.pk for row in registrants], wanted))


def plan_registering(meeting: Meeting, people: Iterable[Person], wanted: str = "approved") -> Forecast:
    """Return what would be sent if ``people`` were registered; who is in the ledger already counts as they stand there."""
    persons = {key_of(person): person for person in map(tidied, people) if key_of(person)}
    pks: dict[str, int] = {}
    for some in portions(list(persons)):
        rows = Registrant.objects.filter(meeting=meeting, occurrence_id="", email_key__in=some)
        pks.update(rows.values_list("email_key", "pk"))
    known = _entries(meeting, list(pks.values()), wanted)
    adds = planner_input.uses_of(meeting, "registrant_adds", persons.keys() - pks.keys())
    changes = planner_input.uses_of(meeting, "registrant_status", persons.keys() - pks.keys())
    new = [
        Entry(
            pk=-number,
            email=person.email,
            key=key,
            wanted=cast(Wanted, wanted),
            actual="absent",
            has_answers=bool(person.answers),
            adds_used=adds[key].used,
            adds_left=adds[key].left,
            status_left=changes[key].left,
            problem=problem_of(person),
        )
        for number, (key, person) in enumerate(persons.items(), start=1)
        if key not in pks
    ]
    return _forecast(meeting, [*known, *new])


def duration(seconds: int) -> str:
    """Return a span of time in words, coarse as a person would say it."""
    if seconds < 60:
        return ngettext("%(count)d second", "%(count)d seconds", max(seconds, 1)) % {"count": max(seconds, 1)}
    minutes = round(seconds / 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def rates_of(space: ZoomSettings | None) -> Mapping[str, float]:
    """Return how many ordinary calls a second go out for ``space``, by Zoom's label."""
    space = space or ZoomSettings()
    rates = rate_limiter.RATES.get(ZoomSettings.Plan(space.plan), rate_limiter.RATES[ZoomSettings.Plan.FREE])
    part = space.share / 100 * (1 - rate_limiter.RESERVED_PART)
    return {label: rate * part for label, rate in rates.items()}


def _forecast(meeting: Meeting, entries: Iterable[Entry]) -> Forecast:
    ledger = ledger_of(meeting)
    space = ZoomSettings.objects.filter(site_id=meeting.site_id).first()
    around = planner_input.circumstances_of(meeting, ledger)
    planned = plan_calls(entries, around)
    reading = around.all_pages if ledger.read_at is None and not meeting.is_owned and "list" in around.can else 0
    rates = rates_of(space)
    writer = writer_of(meeting)
    return Forecast(
        plan=planned,
        obstacle=planner_input.obstacle_of(meeting),
        reading=reading,
        seconds=planned.seconds(rates) + round(reading / rates["medium"]),
        letters=0 if writer == Writes.NOBODY else planned.admitted,
        writer=writer,
    )


def _unsettled(meeting: Meeting) -> list[Entry]:
    return planner_input.entries_of(meeting, Registrant.objects.filter(meeting=meeting, due_at__isnull=False))


def _entries(meeting: Meeting, pks: list[int], wanted: str) -> list[Entry]:
    found: list[Entry] = []
    for some in portions(pks):
        found += planner_input.entries_of(meeting, Registrant.objects.filter(meeting=meeting, pk__in=some), wanted)
    return found
