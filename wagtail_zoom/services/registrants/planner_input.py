"""What the planner has to know, gathered from rows: the meeting's circumstances, and its people with what is left."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping
from math import ceil
from typing import Any, cast

from django.db.models import BooleanField, Case, Count, QuerySet, Value, When

from ... import clock, conf
from ...api.operations import OPERATIONS
from ...api.scopes import allows, feature_name
from ...fields import EncryptedValue
from ...models import Allowance, Connection, Ledger, Meeting, Registrant, ZoomSettings
from ..connections import capabilities
from ..coordination import daily_quotas
from ..coordination.daily_quotas import Use
from ..installation import clone_guard
from . import hooks
from .admission_policy import Policy
from .decisions import portions
from .form_questions import Question, questions_of, unanswered
from .person import Person, email_key, is_placeholder, problem_of
from .plan import PAGE, Ability, Actual, Approval, Entry, PlanningContext, Wanted


#: Zoom: approval_type of a meeting or webinar.
_APPROVALS: Mapping[int, Approval] = {0: "automatic", 1: "manual", 2: "off"}

#: Zoom: the types for which it registers many at once: a scheduled meeting, a single webinar.
_SINGLE_TYPES = {Meeting.Kind.MEETING: 2, Meeting.Kind.WEBINAR: 5}

#: After its end so long, a meeting takes nobody any more; lessons run over time.
_AFTER_END = dt.timedelta(hours=1)

_ABILITIES: Mapping[Ability, str] = {
    "add": "registrants_add",
    "batch": "registrants_batch",
    "list": "registrants_list",
    "status": "registrants_status",
    "delete": "registrants_delete",
}

#: Who waits in front of a screen comes first, then whom an editor named.
_RANKS: Mapping[str, int] = {Registrant.Source.SELF: 0, Registrant.Source.EDITOR: 1}
_LAST = 2


def obstacle_of(meeting: Meeting) -> str:
    """Return why nothing at all can be sent about the meeting's people now; a code of `reasons`, '' if it can."""
    if meeting.actual == Meeting.Actual.GONE:
        return "gone"
    if meeting.actual != Meeting.Actual.PRESENT or meeting.zoom_id is None:
        return "not_there"
    if clone_guard.is_clone():
        return "copied_site"
    if conf.is_paused() or ZoomSettings.objects.filter(site_id=meeting.site_id, is_paused=True).exists():
        return "paused"
    if meeting.ends_at is not None and clock.now() > meeting.ends_at + _AFTER_END:
        return "over"
    if meeting.connection is None or not meeting.connection.is_usable:
        return "not_connected"
    return ""


def circumstances_of(meeting: Meeting, ledger: Ledger) -> PlanningContext:
    """Return what holds for everybody in ``meeting``, by what its connection may and what Zoom last said of it."""
    payload = known_of(meeting)
    can, missing = _abilities(meeting)
    counts = dict(
        Registrant.objects.filter(meeting=meeting).order_by().values_list("actual").annotate(number=Count("pk"))
    )
    places = Policy(meeting).places
    pages = [_pages(counts.get(actual, 0)) for actual in ("approved", "pending", "denied")]
    return PlanningContext(
        kind="webinar" if meeting.kind == Meeting.Kind.WEBINAR else "meeting",
        can=can,
        missing=missing,
        approval=_APPROVALS.get(cast(int, payload.get("settings.approval_type")), ""),
        is_single=payload.get("type") == _SINGLE_TYPES[Meeting.Kind(meeting.kind)] and not ledger.singly,
        hosts=_hosts(meeting, payload),
        places=None if places is None else places - counts.get("approved", 0),
        approved_pages=pages[0],
        all_pages=sum(pages),
    )


def known_of(meeting: Meeting) -> dict[str, Any]:
    """Return what is known of the meeting on Zoom, flat: what Zoom last said, else what it accepted."""
    return {**meeting.accepted_payload, **meeting.actual_payload}


def entries_of(meeting: Meeting, rows: QuerySet[Registrant], wanted: str = "") -> list[Entry]:
    """Return ``rows`` of ``meeting`` as the planner sees them, in a number of queries that hardly grows with them.

    ``wanted`` is what everybody is to be taken as wanted instead of what stands on the rows.
    """
    found = list(
        rows.annotate(
            has_link=Case(When(join_url=EncryptedValue(), then=Value(False)), default=Value(True), output_field=BooleanField())
        ).values(
            "pk", "email", "email_key", "wanted", "actual", "registrant_id", "occurrence_id", "has_link", "answers",
            "attempts", "doubt_since", "source", "error", "last_name",
        )
    )  # fmt: skip
    if not found:
        return []
    if wanted:
        found = [{**row, "wanted": wanted} for row in found]
    keys = {str(row["email_key"]) for row in found}
    adds = uses_of(meeting, Allowance.What.REGISTRANT_ADDS, keys)
    changes = uses_of(meeting, Allowance.What.REGISTRANT_STATUS, keys)
    asked = questions_of(meeting) or ()
    objections = _objections(row["pk"] for row in found if row["actual"] in ("absent", "unknown"))
    entries = []
    for row in found:
        key = str(row["email_key"])
        problem, params = _problem(row, asked, objections)
        entries.append(
            Entry(
                pk=row["pk"],
                email=row["email"],
                key=key,
                wanted=cast(Wanted, row["wanted"]),
                actual=cast(Actual, "unknown" if row["doubt_since"] else row["actual"]),
                registrant_id=row["registrant_id"],
                occurrence_id=row["occurrence_id"],
                has_link=row["has_link"],
                has_answers=bool(row["answers"]),
                attempts=row["attempts"],
                adds_used=adds[key].used,
                adds_left=adds[key].left,
                status_left=changes[key].left,
                rank=_RANKS.get(row["source"], _LAST),
                problem=problem,
                problem_params=params,
            )
        )
    return entries


def may(meeting: Meeting, ability: Ability) -> bool:
    """Tell whether the meeting's connection probably has ``ability``."""
    return ability in _abilities(meeting)[0]


def account_key_of(meeting: Meeting) -> str:
    """Return whose allowance the meeting's calls use up."""
    connection = meeting.connection
    return meeting.account_key or (connection.app.account_key if connection else "")


def subject_of(meeting: Meeting, key: str) -> str:
    """Return under what the daily allowance of one person in one meeting is counted; no address can be read from it."""
    return _digest(f"{meeting.zoom_id}:{key}")


def person_subject_of(key: str) -> str:
    """Return under what it is remembered that Zoom refuses more for a person, whatever the meeting."""
    return _digest(key)


def uses_of(meeting: Meeting, what: str, keys: Collection[str]) -> dict[str, Use]:
    """Return today's allowance of each of ``keys`` (people's keys) in ``meeting``.

    Zoom documents its limits per person and meeting; where it was seen to count a person over all meetings, what it
    then refused is remembered per person.
    """
    account = account_key_of(meeting)
    here = {key: subject_of(meeting, key) for key in keys}
    anywhere = {key: person_subject_of(key) for key in keys}
    found = daily_quotas.uses(account, what, {*here.values(), *anywhere.values()})
    return {
        key: Use(found[here[key]].used, 0 if found[anywhere[key]].left <= 0 else found[here[key]].left) for key in keys
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _pages(count: int) -> int:
    return max(1, ceil(count / PAGE))


def _abilities(meeting: Meeting) -> tuple[frozenset[Ability], dict[Ability, str]]:
    connection = cast(Connection, meeting.connection)
    can: set[Ability] = set()
    missing: dict[Ability, str] = {}
    for ability, feature in _ABILITIES.items():
        allowed = capabilities.allowed(connection, feature_name(meeting.kind, feature))
        if allowed.likely:
            can.add(ability)
        else:
            missing[ability] = " ".join(allowed.missing)
    get = OPERATIONS[f"{meeting.kind}s.registrants.get"]
    if get.name not in connection.refused_operations and (not connection.scopes or allows(connection.scopes, get)):
        can.add("get")
    return frozenset(can), missing


def _hosts(meeting: Meeting, payload: Mapping[str, Any]) -> frozenset[str]:
    """Return the keys of those who come in without registering (Zoom: code 3027 for each of them)."""
    others = str(payload.get("settings.alternative_hosts") or "").replace(",", ";").split(";")
    own = [meeting.host_email, meeting.host.zoom_email if meeting.host else ""]
    return frozenset(email_key(email) for email in (*own, *others) if email.strip())


def _objections(pks: Iterable[int]) -> dict[int, str | None]:
    """Return the site's objections by row, None where its rules failed; asked only where somebody may object."""
    if not hooks.has_vetoes():
        return {}
    found: dict[int, str | None] = {}
    for some in portions(list(pks)):
        for registrant in Registrant.objects.filter(pk__in=some).select_related("user", "meeting").defer("join_url"):
            try:
                found[registrant.pk] = hooks.objection(registrant)
            except hooks.RulesFailed:
                found[registrant.pk] = None
    return found


def _problem(
    row: Mapping[str, Any], asked: tuple[Question, ...], objections: Mapping[int, str | None]
) -> tuple[str, dict[str, str]]:
    """Return why this person can never be added as they are, with parameters; who is on Zoom already is no matter."""
    if row["actual"] not in ("absent", "unknown") or row["wanted"] not in ("approved", "waiting"):
        return "", {}
    if is_placeholder(row["email_key"]):
        return ("taken" if row["email"] else "no_email"), {}
    problem = problem_of(Person(row["email"]))
    if problem:
        return problem, {}
    objection = objections.get(row["pk"], "")
    if objection is None:
        return "rules_failed", {}
    if objection:
        return "vetoed", {"words": objection}
    missing = unanswered(asked, row["answers"], row["last_name"])
    return ("questions", {"words": ", ".join(question.name for question in missing)}) if missing else ("", {})
