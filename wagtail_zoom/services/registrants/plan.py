"""What the planner is told and what it answers: people, calls, and a plan that counts itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Literal


Wanted = Literal["approved", "waiting", "denied", "cancelled", "deleted"]
Actual = Literal["absent", "pending", "approved", "denied", "unknown"]
Approval = Literal["automatic", "manual", "off", ""]
Ability = Literal["add", "batch", "list", "get", "status", "delete"]
Act = Literal[
    "read_lists",
    "read_links",
    "read_one",
    "cancel",
    "deny",
    "delete",
    "approve",
    "add",
    "add_waiting",
    "add_batch",
    "add_batch_waiting",
]

#: Zoom: batch_registrants and registrants/status take 30 people at most.
CHUNK = 30

#: Zoom: a list of registrants holds 300 a page at most.
PAGE = 300

#: Zoom: the rate-limit label of the operation behind each act.
LABELS: Mapping[Act, str] = {
    "read_lists": "medium",
    "read_links": "medium",
    "read_one": "light",
    "cancel": "medium",
    "deny": "medium",
    "delete": "light",
    "approve": "medium",
    "add": "light",
    "add_waiting": "light",
    "add_batch": "heavy",
    "add_batch_waiting": "heavy",
}


#: The operation behind each act, by its name in `api.operations` without "meetings." or "webinars.".
OPERATION_NAMES: Mapping[Act, str] = {
    "read_lists": "registrants.list",
    "read_links": "registrants.list",
    "read_one": "registrants.get",
    "cancel": "registrants.set_status",
    "deny": "registrants.set_status",
    "delete": "registrants.delete",
    "approve": "registrants.set_status",
    "add": "registrants.add",
    "add_waiting": "registrants.add",
    "add_batch": "registrants.add_batch",
    "add_batch_waiting": "registrants.add_batch",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger as the planner sees it.

    ``actual`` is "unknown" also while something sent is in doubt. ``attempts`` counts failures since the wish
    changed. ``rank`` orders people: who waits in front of a screen comes first. ``problem`` is why nothing can be sent
    for this person at all.
    """

    pk: int
    email: str
    key: str
    wanted: Wanted
    actual: Actual
    registrant_id: str = ""
    occurrence_id: str = ""
    has_link: bool = False
    has_answers: bool = False
    attempts: int = 0
    adds_used: int = 0
    adds_left: int = 3
    status_left: int = 10
    rank: int = 0
    problem: str = ""
    problem_params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanningContext:
    """What holds for the whole meeting.

    ``can`` names what the scopes probably allow, ``missing`` the scope that each of the others lacks. ``approval`` is
    Zoom's approval type in words, "" while unknown; ``is_single`` tells that it is of the type (2, or 5 for webinars)
    for which Zoom registers many at once. ``hosts`` are keys of people who come in without registering. ``places`` is
    how many more may be approved, None for no limit. ``pages`` are the calls that reading Zoom's approved list, and
    all three lists, take.
    """

    kind: Literal["meeting", "webinar"]
    can: frozenset[Ability]
    missing: Mapping[Ability, str] = field(default_factory=dict)
    approval: Approval = "manual"
    is_single: bool = True
    hosts: frozenset[str] = frozenset()
    places: int | None = None
    approved_pages: int = 1
    all_pages: int = 3


@dataclass(frozen=True, slots=True)
class Call:
    """One thing to ask of Zoom for these people; ``count`` is the number of calls that it takes."""

    act: Act
    people: tuple[Entry, ...]
    count: int = 1

    @property
    def rank(self) -> int:
        """How urgent it is: as urgent as its most urgent person, the smallest number first."""
        return min(entry.rank for entry in self.people)


@dataclass(frozen=True, slots=True)
class Cannot:
    """Somebody for whom nothing can be done now, and why: a code of `reasons` with its parameters."""

    entry: Entry
    code: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What would be sent. ``later`` follows from ``calls``: approving people whom Zoom can only add as waiting.

    ``settled`` are rows for which nothing has to be done.
    """

    calls: tuple[Call, ...] = ()
    later: tuple[Call, ...] = ()
    cannot: tuple[Cannot, ...] = ()
    settled: tuple[int, ...] = ()
    #: The scope with which fewer calls would do, and how many they would be: ("", 0) if there is none.
    cheaper: tuple[str, int] = ("", 0)

    @property
    def number_of_calls(self) -> int:
        """How many calls it takes in all."""
        return sum(call.count for call in (*self.calls, *self.later))

    @property
    def number_of_writes(self) -> int:
        """How many of the calls change something on Zoom."""
        return sum(call.count for call in (*self.calls, *self.later) if not call.act.startswith("read"))

    def people(self, *acts: Act) -> int:
        """Return how many people ``acts`` are for; who is added and approved later counts once for each."""
        return sum(len(call.people) for call in (*self.calls, *self.later) if call.act in acts)

    @property
    def added(self) -> int:
        """How many people are added to Zoom's list."""
        return self.people("add", "add_waiting", "add_batch", "add_batch_waiting")

    @property
    def approved(self) -> int:
        """How many people on Zoom's list already are approved."""
        return sum(len(call.people) for call in self.calls if call.act == "approve")

    @property
    def turned_down(self) -> int:
        """How many people lose their registration: cancelled, denied and deleted."""
        return self.people("cancel", "deny", "delete")

    @property
    def admitted(self) -> int:
        """How many people become approved and would be written to."""
        return self.people("add", "add_batch") + self.approved

    def seconds(self, rates: Mapping[str, float]) -> int:
        """Return about how long it takes; ``rates`` are calls a second by label."""
        by_label: Counter[str] = Counter()
        for call in (*self.calls, *self.later):
            by_label[LABELS[call.act]] += call.count
        return ceil(sum(count / max(rates.get(label, 1.0), 0.01) for label, count in by_label.items()))

    def reasons(self) -> Counter[tuple[str, tuple[tuple[str, str], ...]]]:
        """Return how many people cannot be helped for each reason: (code, parameters) to number."""
        return Counter((cannot.code, tuple(sorted(cannot.params.items()))) for cannot in self.cannot)
