"""What to ask of Zoom so that it becomes as wanted: the cheapest legal list of calls. Pure: no rows, no network.

The whole table of wanted and actual stands in ``docs/registrants.md``; a test walks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import ceil

from .plan import CHUNK, Ability, Act, Call, Cannot, Entry, Plan, PlanningContext, Wanted


#: Where nobody can look, an add of which no answer came is sent once more, and no third time that day.
BLIND_ADDS = 2

#: From this number of failures on, a person is sent alone; before, the chunk that failed is tried again as it was.
ALONE_AFTER = 2

#: Who loses a place first gives it to who waits for one; looking comes before everything that needs what it finds.
_ORDER: Mapping[Act, int] = {
    "read_lists": 0,
    "cancel": 1,
    "deny": 1,
    "delete": 1,
    "approve": 2,
    "add": 3,
    "add_batch": 3,
    "add_waiting": 4,
    "add_batch_waiting": 4,
    "read_links": 5,
    "read_one": 5,
}


def plan(entries: Iterable[Entry], around: PlanningContext) -> Plan:
    """Return the calls that bring Zoom to what ``entries`` want, the urgent ones first, and who cannot be helped.

    People of whom it is unknown what Zoom has are looked up before anything is sent for them, so plan again after
    that. ``Plan.later`` are calls that will follow from those in ``Plan.calls``.
    """
    sorting = _Sorting(around)
    for entry in sorted(entries, key=lambda entry: (entry.rank, entry.pk)):
        sorting.place(entry)
    calls = sorted(_calls(sorting.acts, around), key=lambda call: (call.rank, _ORDER[call.act]))
    return Plan(
        calls=tuple(calls),
        later=tuple(_approvals_later(calls, around)),
        cannot=tuple(sorting.cannot),
        settled=tuple(sorting.settled),
        cheaper=_cheaper(calls, around),
    )


class _Sorting:
    """Puts each person down for the one thing that brings them nearer to what is wanted."""

    def __init__(self, around: PlanningContext) -> None:
        self.around = around
        self.places = around.places
        self.acts: dict[Act, list[Entry]] = {}
        self.cannot: list[Cannot] = []
        self.settled: list[int] = []
        self._wishes: Mapping[Wanted, Callable[[Entry], None]] = {
            "approved": self._approved,
            "waiting": self._waiting,
            "denied": self._turned_down,
            "cancelled": self._turned_down,
            "deleted": self._deleted,
        }

    def place(self, entry: Entry) -> None:
        """Put ``entry`` down for something, for nothing, or for a reason why not."""
        if entry.problem:
            self.cannot.append(Cannot(entry, entry.problem, entry.problem_params))
        else:
            self._wishes[entry.wanted](entry)

    def _approved(self, entry: Entry) -> None:
        if entry.actual == "approved":
            self._link(entry)
        elif entry.actual == "unknown":
            self._look(entry, otherwise=self._add_blindly)
        elif entry.key in self.around.hosts:
            self._refuse(entry, "host")
        elif entry.actual == "absent":
            self._add(entry, "add")
        else:
            self._change(entry, "approve")

    def _waiting(self, entry: Entry) -> None:
        if entry.actual == "pending":
            self.settled.append(entry.pk)
        elif entry.actual == "unknown":
            self._look(entry, otherwise=self._add_blindly)
        elif entry.actual == "absent":
            self._add(entry, "add_waiting")
        else:
            self._refuse(entry, "admitted_already" if entry.actual == "approved" else "turned_down_already")

    def _turned_down(self, entry: Entry) -> None:
        if entry.actual in ("absent", "denied"):
            self.settled.append(entry.pk)
        elif entry.actual == "unknown":
            self._look(entry, otherwise=self._cancel_blindly)
        else:
            # Zoom: cancel works on the approved, deny on those who wait.
            self._change(entry, "cancel" if entry.actual == "approved" else "deny")

    def _deleted(self, entry: Entry) -> None:
        if entry.actual == "absent":
            self.settled.append(entry.pk)
        elif not entry.registrant_id:
            self._look(entry, otherwise=self._not_known)
        elif "delete" in self.around.can:
            self._put(entry, "delete")
        elif entry.actual == "approved":
            # Not what was asked for, but until the scope is there the person keeps no way in.
            self._change(entry, "cancel")
        else:
            self._lack(entry, "delete")

    def _link(self, entry: Entry) -> None:
        if entry.has_link:
            self.settled.append(entry.pk)
        elif "list" in self.around.can or ("get" in self.around.can and entry.registrant_id):
            self._put(entry, "read_links")
        else:
            self._lack(entry, "list", "no_link")

    def _add(self, entry: Entry, act: Act) -> None:
        if self.around.approval == "off":
            self._refuse(entry, "registration_off")
        elif act == "add_waiting" and self.around.approval == "automatic":
            self._refuse(entry, "admits_at_once")
        elif entry.key in self.around.hosts:
            self._refuse(entry, "host")
        elif "add" not in self.around.can and not _goes_in_batch(entry, self.around):
            self._lack(entry, "add")
        elif entry.adds_left <= 0:
            self._refuse(entry, "adds_used")
        elif act == "add_waiting" or self._takes_place(entry):
            self._put(entry, act)

    def _add_blindly(self, entry: Entry) -> None:
        """Add somebody who may be there already: Zoom then hands the registration back (observed behaviour)."""
        if entry.adds_used >= BLIND_ADDS:
            self._lack(entry, "list", "no_answer_blind")
        else:
            self._add(entry, "add_waiting" if entry.wanted == "waiting" else "add")

    def _change(self, entry: Entry, act: Act) -> None:
        if "status" not in self.around.can:
            self._lack(entry, "status")
        elif not entry.registrant_id:
            self._look(entry, otherwise=self._add_blindly if act == "approve" else self._not_known)
        elif entry.status_left <= 0:
            self._refuse(entry, "status_used")
        elif act != "approve" or self._takes_place(entry):
            self._put(entry, act)

    def _cancel_blindly(self, entry: Entry) -> None:
        if entry.registrant_id:
            self._change(entry, "cancel")
        else:
            self._not_known(entry)

    def _look(self, entry: Entry, *, otherwise: Callable[[Entry], None]) -> None:
        if "list" in self.around.can:
            self._put(entry, "read_lists")
        else:
            otherwise(entry)

    def _takes_place(self, entry: Entry) -> bool:
        if self.places is None:
            return True
        if self.places <= 0:
            self._refuse(entry, "places")
            return False
        self.places -= 1
        return True

    def _put(self, entry: Entry, act: Act) -> None:
        self.acts.setdefault(act, []).append(entry)

    def _refuse(self, entry: Entry, code: str, **params: str) -> None:
        self.cannot.append(Cannot(entry, code, params))

    def _lack(self, entry: Entry, ability: Ability, code: str = "no_scope") -> None:
        self._refuse(entry, code, scope=self.around.missing.get(ability, ""))

    def _not_known(self, entry: Entry) -> None:
        self._lack(entry, "list", "not_known")


def _calls(acts: Mapping[Act, Sequence[Entry]], around: PlanningContext) -> Iterator[Call]:
    for act, people in acts.items():
        if act == "read_lists":
            yield Call(act, tuple(people), around.all_pages)
        elif act == "read_links":
            yield from _links(people, around)
        elif act in ("add", "add_waiting"):
            yield from _adds(act, people, around)
        elif act == "delete":
            yield from (Call(act, (entry,)) for entry in people)
        else:
            yield from (Call(act, chunk) for chunk in _chunks(people))


def _links(people: Sequence[Entry], around: PlanningContext) -> Iterator[Call]:
    """Read links one by one, which Zoom counts as light, unless the whole list takes fewer calls."""
    singly = "get" in around.can and all(entry.registrant_id for entry in people)
    if singly and ("list" not in around.can or len(people) <= around.approved_pages):
        yield from (Call("read_one", (entry,)) for entry in people)
    elif "list" in around.can:
        yield Call("read_links", tuple(people), around.approved_pages)
    else:
        yield from (Call("read_one", (entry,)) for entry in people if entry.registrant_id)


def _adds(act: Act, people: Sequence[Entry], around: PlanningContext) -> Iterator[Call]:
    batchable = [entry for entry in people if _goes_in_batch(entry, around)]
    batch: Act = "add_batch" if act == "add" else "add_batch_waiting"
    in_batch: set[int] = set()
    for chunk in _chunks(batchable):
        # One alone is lighter as a single add, unless that would need approving afterwards.
        if len(chunk) > 1 or "add" not in around.can or (act == "add" and _needs_approval_later(around)):
            in_batch.update(entry.pk for entry in chunk)
            yield Call(batch, chunk)
    yield from (Call(act, (entry,)) for entry in people if entry.pk not in in_batch)


def _goes_in_batch(entry: Entry, around: PlanningContext) -> bool:
    """Zoom's batch takes names and addresses only, and no single occurrence."""
    plain = not entry.has_answers and not entry.occurrence_id and entry.attempts < ALONE_AFTER
    return plain and "batch" in around.can and around.is_single


def _needs_approval_later(around: PlanningContext) -> bool:
    """Zoom: webinars have no auto_approve for a single add; whoever is added waits for approval."""
    return around.kind == "webinar" and around.approval != "automatic"


def _approvals_later(calls: Iterable[Call], around: PlanningContext) -> Iterator[Call]:
    if not _needs_approval_later(around):
        return
    added = [entry for call in calls if call.act == "add" for entry in call.people]
    if added and "status" in around.can:
        yield from (Call("approve", chunk) for chunk in _chunks(added))
        if "list" in around.can:
            yield Call("read_links", tuple(added), around.approved_pages)


def _chunks(people: Iterable[Entry]) -> Iterator[tuple[Entry, ...]]:
    """Yield chunks of up to 30 of the same occurrence and the same number of failures.

    So a chunk that failed meets no new people when it is tried again, and after that each person goes alone.
    """
    alike: dict[tuple[str, int], list[Entry]] = {}
    for entry in people:
        alike.setdefault((entry.occurrence_id, min(entry.attempts, ALONE_AFTER)), []).append(entry)
    for (_occurrence, attempts), group in alike.items():
        size = 1 if attempts >= ALONE_AFTER else CHUNK
        for start in range(0, len(group), size):
            yield tuple(group[start : start + size])


def _cheaper(calls: Iterable[Call], around: PlanningContext) -> tuple[str, int]:
    """Return the scope with which many could be added at once, and in how many calls all in all."""
    scope = around.missing.get("batch", "")
    singles = [
        entry
        for call in calls
        if call.act in ("add", "add_waiting")
        for entry in call.people
        if not entry.has_answers and not entry.occurrence_id
    ]
    if not scope or not around.is_single or len(singles) < 2:
        return "", 0
    return scope, ceil(len(singles) / CHUNK)
