"""Putting people into the ledger of a meeting: nobody twice, nobody lost, nobody under somebody else's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ... import clock
from ...models import Meeting, Registrant
from .. import lms
from ..coordination.bulk_insert import bulk_insert
from . import history, hooks
from .decisions import Source, Wanted, is_settled, portions, schedule_now
from .person import LONGEST_KEPT_EMAIL, Person, key_of, placeholder_key, problem_of, tidied


#: Whose word lifts a denial: a person's who decides about people.
_DECISIVE_SOURCES = frozenset({Source.EDITOR, Source.CSV})

#: What being registered anew cannot mend.
_PERMANENT_ERRORS = frozenset({"no_email", "bad_email", "long_email", "taken"})


@dataclass(frozen=True)
class Refused:
    """Somebody who was not put into the ledger as asked, and why: a code of `reasons`."""

    person: Person
    code: str


@dataclass(frozen=True)
class Registered:
    """What came of registering. ``due`` are the ids of meetings for which something is to be sent."""

    new: int = 0
    changed: int = 0
    same: int = 0
    refused: tuple[Refused, ...] = ()
    due: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Candidate:
    """A tidied person, the row that was found for them, and what keeps them from being registered."""

    key: str
    person: Person
    row: Registrant | None
    problem: str


def register(
    meeting: Meeting,
    people: Iterable[Person],
    *,
    source: str,
    wanted: str = Wanted.APPROVED,
    by: Any = None,
    occurrence_id: str = "",
) -> Registered:
    """Put ``people`` into the ledger of ``meeting`` as ``wanted``. Nothing is sent; a second time changes nothing.

    ``source`` is a `Registrant.Source`; ``by`` the user who asked for it, None for the machine. Whom a person turned
    down here only an editor registers again, under whatever address, and who is approved never goes back to waiting. An
    address that belongs to another person's registration gives nobody that registration.

    Raises `rules.RulesFailed` when one of the site's own rules raised; nothing was changed then.
    """
    kept, refused = _keyed(hooks.filtered(meeting, people, source))
    entrants = _found(meeting, occurrence_id, kept, source)
    refused += [Refused(entrant.person, entrant.problem) for entrant in entrants if entrant.problem]
    fresh = [
        _new_row(meeting, occurrence_id, entrant, source=source, wanted=wanted)
        for entrant in entrants
        if entrant.row is None
    ]
    bulk_insert(fresh, ignore_conflicts=True)
    known = [(entrant.person, entrant.row) for entrant in entrants if entrant.row is not None]
    _follow(known)
    _forget_placeholders(meeting, entrants)
    changed = _update_status([row for _person, row in known], source=source, wanted=wanted, by=by)
    return Registered(
        new=len(fresh),
        changed=changed,
        same=len(known) - changed,
        refused=tuple(refused),
        due=(meeting.pk,) if changed or any(row.due_at for row in fresh) else (),
    )


def _keyed(people: Iterable[Person]) -> tuple[dict[str, Person], list[Refused]]:
    """Return people by key, the first of each kept, and those whom no row could hold."""
    kept: dict[str, Person] = {}
    refused = []
    for person in map(tidied, people):
        key = key_of(person)
        if not key:
            refused.append(Refused(person, "no_email"))
        elif max(len(key), len(person.email)) > LONGEST_KEPT_EMAIL:
            refused.append(Refused(person, "long_email"))
        else:
            kept.setdefault(key, person)
    return kept, refused


def _found(meeting: Meeting, occurrence_id: str, kept: Mapping[str, Person], source: str) -> list[_Candidate]:
    """Return each person with their row; who comes with another person's address gets a row of their own instead.

    Whom a person turned down keeps that row whatever address stands on their account now.
    """
    rows = _rows(meeting, occurrence_id, kept)
    taken = {
        key: placeholder_key(person.user)
        for key, person in kept.items()
        if key in rows and _is_somebody_elses(rows[key], person.user)
    }
    rows.update(_rows(meeting, occurrence_id, taken.values()))
    turned_down = {} if source in _DECISIVE_SOURCES else _turned_down(meeting, occurrence_id)
    return [
        _Candidate(
            key=taken.get(key, key),
            person=person,
            row=turned_down.get(getattr(person.user, "pk", None)) or rows.get(taken.get(key, key)),
            problem="taken" if key in taken else problem_of(person),
        )
        for key, person in kept.items()
    ]


def _rows(meeting: Meeting, occurrence_id: str, keys: Iterable[str]) -> dict[str, Registrant]:
    found = Registrant.objects.filter(meeting=meeting, occurrence_id=occurrence_id).defer("join_url")
    return {row.email_key: row for some in portions(list(keys)) for row in found.filter(email_key__in=some)}


def _turned_down(meeting: Meeting, occurrence_id: str) -> dict[Any, Registrant]:
    """Return the rows of accounts that a person turned down, by account."""
    denied = Registrant.objects.filter(meeting=meeting, occurrence_id=occurrence_id, wanted=Wanted.DENIED)
    return {row.user_id: row for row in denied.exclude(user=None).defer("join_url")}


def _is_somebody_elses(row: Registrant, user: Any) -> bool:
    """Tell whether ``row`` must not become ``user``'s: an address on an account proves nothing unless the LMS says so."""
    if user is None or row.user_id == user.pk:
        return False
    return row.user_id is not None or not lms.email_is_verified(user)


def _new_row(meeting: Meeting, occurrence_id: str, entrant: _Candidate, *, source: str, wanted: str) -> Registrant:
    person = entrant.person
    return Registrant(
        meeting=meeting,
        occurrence_id=occurrence_id,
        email_key=entrant.key,
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        user=person.user,
        answers=dict(person.answers),
        source=source,
        wanted=wanted,
        wanted_by=source,
        error=entrant.problem,
        due_at=None if entrant.problem else clock.now(),
    )


def _follow(known: Iterable[tuple[Person, Registrant]]) -> None:
    """Take over what is newly known about people who have a row: their account, and, until they are sent, names."""
    moved = []
    for person, row in known:
        news: dict[str, Any] = {"user_id": person.user.pk} if person.user is not None else {}
        if row.actual == Registrant.Actual.ABSENT:
            news.update(first_name=person.first_name, last_name=person.last_name)
        if person.answers:
            news["answers"] = {**row.answers, **person.answers}
        if any(getattr(row, name) != value for name, value in news.items()):
            for name, value in news.items():
                setattr(row, name, value)
            moved.append(row)
    Registrant.objects.bulk_update(moved, ["user", "first_name", "last_name", "answers"], batch_size=100)


def _forget_placeholders(meeting: Meeting, entrants: Iterable[_Candidate]) -> None:
    """Drop the rows of accounts without an address for those who have one now."""
    keys = [
        placeholder_key(entrant.person.user)
        for entrant in entrants
        if entrant.person.user is not None and not entrant.problem
    ]
    # What a person decided about such a row holds with the new address, too.
    undecided = Registrant.objects.filter(meeting=meeting, wanted__in=[Wanted.APPROVED, Wanted.WAITING])
    for some in portions(keys):
        undecided.filter(email_key__in=some).delete()


def _update_status(rows: Iterable[Registrant], *, source: str, wanted: str, by: Any) -> int:
    """Bring the wishes of known rows to ``wanted`` where ``source`` may; return how many changed."""
    moved = [row for row in rows if _is_moved(row, source, wanted)]
    history.note(((row.pk, row.wanted, wanted) for row in moved), "wanted", history.label_of(by, source))
    schedule_now(moved, wanted=wanted, wanted_by=source)
    return len(moved)


def _is_moved(row: Registrant, source: str, wanted: str) -> bool:
    if row.error in _PERMANENT_ERRORS:
        return False
    if row.wanted == Wanted.DENIED and source not in _DECISIVE_SOURCES:
        return False
    if row.wanted == Wanted.APPROVED and wanted == Wanted.WAITING:
        return False
    return row.wanted != wanted or (bool(row.error) and not is_settled(wanted, row.actual))
