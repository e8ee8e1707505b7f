"""Carrying out one call of a plan: what goes over the wire, and what the answer means for each person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django.db.models import QuerySet

from ... import clock
from ...api.client import ZoomClient
from ...api.registrants import Action
from ...api.responses import RegistrantAnswer
from ...exceptions import (
    ZoomAPIError,
    ZoomError,
    ZoomFull,
    ZoomHostCannotRegister,
    ZoomNotFound,
    ZoomRateLimited,
    ZoomScopeError,
    ZoomValidationError,
    ZoomWrongMeetingType,
    in_doubt,
)
from ...models import Allowance, Ledger, Meeting, Registrant
from ..coordination import daily_quotas
from . import confirmation_emails, hooks, planner_input
from .claims import Actual, Claimed, claim
from .error_policy import PlanOutdated, backoff_for
from .payload import payload_of
from .person import email_key
from .plan import Act, Call
from .planner import ALONE_AFTER


What = Allowance.What

#: Between an add of which no answer came and the next one, where nobody can look.
BLIND_PAUSE = dt.timedelta(minutes=1)

#: When a rule of the site's that failed is asked again.
RULES_PAUSE = dt.timedelta(hours=1)

_QUOTA_BY_ACTION: Mapping[Act, str] = {
    "add": What.REGISTRANT_ADDS,
    "add_waiting": What.REGISTRANT_ADDS,
    "add_batch": What.REGISTRANT_ADDS,
    "add_batch_waiting": What.REGISTRANT_ADDS,
    "approve": What.REGISTRANT_STATUS,
    "cancel": What.REGISTRANT_STATUS,
    "deny": What.REGISTRANT_STATUS,
}
USED_UP: Mapping[str, str] = {What.REGISTRANT_ADDS: "adds_used", What.REGISTRANT_STATUS: "status_used"}


class Sender:
    """Sends the calls of plans for one meeting under the ledger's lease ``owner``, which lasts until ``until``.

    ``can_look`` says whether Zoom's lists may be read when no answer came.
    """

    def __init__(
        self, client: ZoomClient, meeting: Meeting, ledger: Ledger, *, owner: str, until: dt.datetime, can_look: bool
    ) -> None:
        self._registrants = client.of_kind(meeting.kind).registrants  # type: ignore[arg-type]
        self._number = cast(int, meeting.zoom_id)
        self._meeting = meeting
        self._ledger = ledger
        self._owner = owner
        self._until = until
        self._can_look = can_look

    def send(self, call: Call) -> None:
        """Carry out ``call`` for those of its people who are still as planned, and write what came of it for each.

        Raises `PlanOutdated` when the plan no longer fits and `Stop` when nothing more can be sent for now. Whatever
        happens, no row stays claimed, and whoever was not reached stays due.
        """
        claimed = claim(call.people, self._owner, self._until)
        try:
            ready = self._consume_quota(claimed, call.act)
            if ready:
                self._carry_out(claimed, ready, call)
        finally:
            claimed.write()

    def _carry_out(self, claimed: Claimed, ready: Sequence[Registrant], call: Call) -> None:
        try:
            if call.act in ("add", "add_waiting"):
                self._add(claimed, ready[0], call)
            elif call.act in ("add_batch", "add_batch_waiting"):
                self._add_batch(claimed, ready, call)
            elif call.act == "delete":
                self._delete(claimed, ready[0])
            elif call.act == "read_one":
                self._read(claimed, ready[0])
            else:
                self._set_status(claimed, ready, call)
        except ZoomError as error:
            if not in_doubt(error):
                self._refund_quota(ready, call.act)
            self._failed(claimed, ready, call.act, error)

    # One kind of call each.

    def _add(self, claimed: Claimed, row: Registrant, call: Call) -> None:
        try:
            payload = payload_of(row)
        except hooks.RulesFailed:
            self._refund_quota([row], call.act)
            claimed.failed(row, "rules_failed", due_at=clock.now() + RULES_PAUSE)
            return
        answer = self._registrants.add(
            self._number,
            payload,
            auto_approve=call.act == "add",
            occurrence_ids=[row.occurrence_id] if row.occurrence_id else (),
        )
        self._added(claimed, [(row, answer)])

    def _added(self, claimed: Claimed, added: Sequence[tuple[Registrant, RegistrantAnswer]]) -> None:
        taken = _taken(added)
        for row, answer in added:
            if row.pk in taken:
                claimed.failed(row, "taken")
                continue
            # Zoom gives a usable link only to whom it has admitted.
            actual = Actual.APPROVED if answer.join_url else Actual.PENDING
            claimed.became(row, actual, registrant_id=answer.registrant_id, link=answer.join_url)

    def _add_batch(self, claimed: Claimed, ready: Sequence[Registrant], call: Call) -> None:
        payloads = {}
        for row in ready:
            try:
                payload = payload_of(row)
            except hooks.RulesFailed:
                self._refund_quota([row], call.act)
                claimed.failed(row, "rules_failed", due_at=clock.now() + RULES_PAUSE)
                continue
            payloads[row.pk] = {name: payload[name] for name in ("email", "first_name", "last_name")}
        sent = [row for row in ready if row.pk in payloads]
        if not sent:
            return
        answers = self._registrants.add_batch(
            self._number,
            [payloads[row.pk] for row in sent],
            auto_approve=call.act == "add_batch",
            confirmation_email=confirmation_emails.writer_of(self._meeting) == confirmation_emails.Writes.ZOOM,
        )
        found = {email_key(answer.email): answer for answer in answers}
        for row in sent:
            if row.email_key not in found:
                # Zoom's description says nothing about batches that succeed in part.
                claimed.in_doubt(row, due_at=self._when_to_look())
        self._added(claimed, [(row, found[row.email_key]) for row in sent if row.email_key in found])

    def _set_status(self, claimed: Claimed, ready: Sequence[Registrant], call: Call) -> None:
        people = [{"id": row.registrant_id, "email": row.email} for row in ready]
        occurrence = ready[0].occurrence_id or None
        self._registrants.set_status(self._number, cast(Action, call.act), people, occurrence_id=occurrence)
        for row in ready:
            claimed.became(row, Actual.APPROVED if call.act == "approve" else Actual.DENIED)
        if call.act != "approve":
            _requeue_waitlist(self._meeting)

    def _delete(self, claimed: Claimed, row: Registrant) -> None:
        try:
            self._registrants.delete(self._number, row.registrant_id, occurrence_id=row.occurrence_id or None)
        except ZoomNotFound as error:
            if error.what != "registrant":
                raise
        claimed.became(row, Actual.ABSENT)
        _requeue_waitlist(self._meeting)

    def _read(self, claimed: Claimed, row: Registrant) -> None:
        answer = self._registrants.get(self._number, row.registrant_id)
        if answer.status is None:
            claimed.failed(row, "no_link", {"scope": ""})
        else:
            claimed.became(row, answer.status, link=answer.join_url)

    # What it costs, and what refusals mean.

    def _consume_quota(self, claimed: Claimed, act: Act) -> list[Registrant]:
        """Use up today's allowance of each person; return those who had some left, the others go on tomorrow."""
        what = _QUOTA_BY_ACTION.get(act)
        if what is None:
            return list(claimed.rows)
        subjects = {row.pk: planner_input.subject_of(self._meeting, row.email_key) for row in claimed.rows}
        granted = daily_quotas.take_each(self._account, what, list(subjects.values()))
        for row in claimed.rows:
            if subjects[row.pk] not in granted:
                claimed.failed(row, USED_UP[what], due_at=daily_quotas.end_of_day(), attempts=row.attempts)
        return [row for row in claimed.rows if subjects[row.pk] in granted]

    def _refund_quota(self, rows: Sequence[Registrant], act: Act) -> None:
        what = _QUOTA_BY_ACTION.get(act)
        if what is not None:
            subjects = [planner_input.subject_of(self._meeting, row.email_key) for row in rows]
            daily_quotas.give_back(self._account, what, subjects)

    def _failed(self, claimed: Claimed, ready: Sequence[Registrant], act: Act, error: ZoomError) -> None:
        """Note on each row what ``error`` means for it. Raises `PlanOutdated` or `Stop` where it means more than that."""
        left = [row for row in ready if not claimed.has_outcome(row)]
        if in_doubt(error):
            for row in left:
                claimed.in_doubt(row, due_at=self._when_to_look())
        elif isinstance(error, ZoomScopeError):
            raise PlanOutdated from error
        elif isinstance(error, ZoomWrongMeetingType):
            Ledger.objects.filter(pk=self._ledger.pk).update(singly=True)
            self._ledger.singly = True
            raise PlanOutdated from error
        elif not _is_about_people(error):
            raise backoff_for(error) from error
        elif len(left) > 1:
            # One of them spoils it for all: everybody goes alone now, and each gets an outcome of their own.
            for row in left:
                claimed.failed(row, "", due_at=clock.now(), attempts=ALONE_AFTER)
        else:
            for row in left:
                self._failed_alone(claimed, row, act, error)

    def _failed_alone(self, claimed: Claimed, row: Registrant, act: Act, error: ZoomError) -> None:
        if isinstance(error, ZoomRateLimited):
            what = _QUOTA_BY_ACTION.get(act, What.REGISTRANT_ADDS)
            daily_quotas.block(self._account, what, planner_input.person_subject_of(row.email_key))
            claimed.failed(row, USED_UP[what], due_at=daily_quotas.end_of_day(), attempts=row.attempts)
        elif isinstance(error, ZoomHostCannotRegister):
            claimed.failed(row, "host")
        elif isinstance(error, ZoomFull):
            claimed.failed(row, "full")
            _mark_full(self._meeting)
            raise PlanOutdated from error
        elif isinstance(error, ZoomNotFound):
            row.actual, row.registrant_id = Actual.UNKNOWN, ""
            claimed.failed(row, "", due_at=clock.now())
        else:
            words = _words_of(error)
            claimed.failed(row, "questions" if _is_about_questions(error) else "refused", {"words": words})

    def _when_to_look(self) -> dt.datetime:
        return clock.now() if self._can_look else clock.now() + BLIND_PAUSE

    @property
    def _account(self) -> str:
        return planner_input.account_key_of(self._meeting)


def _taken(pairs: Iterable[tuple[Registrant, RegistrantAnswer]]) -> set[int]:
    """Return the rows, by pk, to which Zoom gave another person's registration: it may take their addresses for one.

    Whoever was erased here is nobody any more.
    """
    given = [(row, answer.registrant_id) for row, answer in pairs if answer.registrant_id]
    known = Registrant.objects.filter(
        meeting__in={row.meeting_id for row, _id in given},
        registrant_id__in=[registrant_id for _row, registrant_id in given],
    ).exclude(pk__in=[row.pk for row, _id in given])
    owners: dict[tuple[str, str], tuple[int, Any]] = {
        (registrant_id, occurrence_id): (pk, user_id)
        for registrant_id, occurrence_id, pk, user_id in known.exclude(email="").values_list(
            "registrant_id", "occurrence_id", "pk", "user_id"
        )
    }
    taken = set()
    for row, registrant_id in given:
        pk, user_id = owners.setdefault((registrant_id, row.occurrence_id), (row.pk, row.user_id))
        if pk != row.pk and (user_id is None or user_id != row.user_id):
            taken.add(row.pk)
    return taken


def _is_about_people(error: ZoomError) -> bool:
    """Tell whether ``error`` speaks about the people sent, not about the meeting, the account or the day."""
    if isinstance(error, ZoomRateLimited):
        return error.scope == "user"
    if isinstance(error, ZoomNotFound):
        return error.what == "registrant"
    personal = (ZoomFull, ZoomHostCannotRegister, ZoomValidationError)
    return isinstance(error, personal) or type(error) is ZoomAPIError


def _is_about_questions(error: ZoomError) -> bool:
    names = {field.field for field in error.field_errors} if isinstance(error, ZoomAPIError) else set()
    return bool(names) and not names & {"email", "first_name"}


def _words_of(error: ZoomError) -> str:
    """Return Zoom's own words, which say more here than any of ours."""
    if isinstance(error, ZoomAPIError) and error.field_errors:
        return "; ".join(
            f"{field.field}: {field.message}" if field.field else field.message for field in error.field_errors
        )
    return error.message if isinstance(error, ZoomAPIError) else error.detail


def _wanting_in(meeting: Meeting) -> QuerySet[Registrant]:
    return Registrant.objects.filter(meeting=meeting, wanted=Registrant.Wanted.APPROVED).exclude(actual=Actual.APPROVED)


def _mark_full(meeting: Meeting) -> None:
    """Let everybody who wants in wait for a place: asking for each of them would only be refused."""
    now = clock.now()
    _wanting_in(meeting).filter(due_at__lte=now, lease_owner="").update(error="full", error_params={}, due_at=None)


def _requeue_waitlist(meeting: Meeting) -> None:
    """Set those going who wait for a place, since somebody has left."""
    _wanting_in(meeting).filter(error__in=("full", "places")).update(error="", attempts=0, due_at=clock.now())
