"""A person's place in a lesson that needs registering: what they may do about it, and their taking or giving it up.

Rows only, no network: whoever calls has what became due sent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...models import Allowance, Registrant
from ..lessons.options import options_of
from ..registrants import decisions, hooks, planner_input
from ..registrants.admission_policy import Policy
from ..registrants.form_questions import Question, questions_of
from ..registrants.person import Person, of_user
from ..registrants.register import register
from . import registration_status
from .join_policy import Decision


Source, Wanted, Actual = Registrant.Source, Registrant.Wanted, Registrant.Actual

#: Decisions that leave a newcomer, or somebody who comes back, free to register.
_OPEN_TO_REGISTER = frozenset({"early", "register", "guest", "gave_up", "questions"})

#: Decisions at which registering is no matter (any more, or yet).
_NO_MATTER = frozenset(
    {"none", "cancelled", "over", "login", "not_enrolled", "no_course", "unknown", "preparing", "trouble"}
)

#: What is due within this time is on its way.
_SOON = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Offer:
    """What one person may do about their place now.

    ``sentence`` says what the decision about Join does not say already; ``changes`` what is left of today's changes of
    mind, once there was one. ``questions`` are those of Zoom's form that are open, asked when registering.
    ``is_coming`` tells that Zoom's answer is expected within seconds.
    """

    sentence: str = ""
    changes: str = ""
    may_register: bool = False
    may_cancel: bool = False
    questions: tuple[Question, ...] = ()
    is_coming: bool = False

    @property
    def needs_answers(self) -> bool:
        """Tell whether a question has to be answered first, so that one click is not enough."""
        return any(question.required for question in self.questions)


def offer_of(decision: Decision) -> Offer | None:
    """Return what the person behind ``decision`` may do about their place; None where there is nothing to do."""
    if (
        not decision.is_personal
        or not registration_status.takes_registrations(decision.page)
        or decision.code in _NO_MATTER
    ):
        return None
    may_register = may_take(decision)
    may_cancel = may_give_up(decision)
    return Offer(
        sentence=_sentence(decision, may_register=may_register),
        changes=_changes(decision) if may_register or may_cancel else "",
        may_register=may_register,
        may_cancel=may_cancel,
        questions=open_questions(decision) if may_register else (),
        is_coming=_is_coming(decision),
    )


def may_take(decision: Decision) -> bool:
    """Tell whether the person may register now: who has no place, has given it up, or still has to answer."""
    if not decision.is_personal or decision.code not in _OPEN_TO_REGISTER:
        return False
    if not registration_status.takes_registrations(decision.page):
        return False
    row = decision.registrant
    if row is None or decision.code == "questions":
        return True
    if decision.code != "gave_up" or decision.meeting is None:
        return False
    return registration_status.visitor_status(decision.page, decision.meeting, decision.now) is None


def may_give_up(decision: Decision) -> bool:
    """Tell whether the person may cancel: not who takes part by their enrolment, since that would register them again."""
    row = decision.registrant
    if row is None or not decision.is_personal or decision.code in _NO_MATTER:
        return False
    return row.wanted in {Wanted.APPROVED, Wanted.WAITING} and registration_status.decided_by(row) != Source.ENROLMENT


def open_questions(decision: Decision) -> tuple[Question, ...]:
    """Return what Zoom's form asks, as far as this is known, and neither the account nor the row has an answer to.

    A field of the user model named like one of Zoom's (``phone``, ``city``, ``org`` and so on) answers that question.
    """
    if decision.meeting is None:
        return ()
    known = _known_answers(decision)
    return tuple(question for question in questions_of(decision.meeting) or () if not known.get(question.name))


def is_wanting(decision: Decision) -> bool:
    """Tell whether pressing Join is to register the person: also early, so that the link is there in time.

    Where people register by themselves, Join early only tells when it opens.
    """
    if not decision.is_personal or decision.registrant is not None:
        return False
    return decision.code == "register" or (
        decision.code == "early" and not registration_status.takes_registrations(decision.page)
    )


def take(decision: Decision, answers: Mapping[str, str] | None = None) -> tuple[int, ...]:
    """Register the person behind ``decision``; return the ids of meetings for which something is to be sent now.

    ``answers`` are to Zoom's questions, by their names. Who is registered already is not registered again; who must not
    register is left alone.
    """
    if decision.meeting is None or not (may_take(decision) or is_wanting(decision)):
        return ()
    account = decision.user if decision.user.is_authenticated else None
    try:
        registered = register(
            decision.meeting,
            [_person(decision, answers or {})],
            source=Source.SELF,
            wanted=Policy(decision.meeting).wish_for(account),
            by=account,
        )
    except hooks.RulesFailed:
        # Logged where it was raised; the person is told to wait, and the next try asks the rules again.
        return ()
    return registered.due


def give_up(decision: Decision) -> tuple[int, ...]:
    """Take back the registration of the person behind ``decision``; return the ids of meetings that became due."""
    if not may_give_up(decision) or decision.registrant is None:
        return ()
    account = decision.user if decision.user.is_authenticated else None
    return decisions.cancel([decision.registrant], by=account, source=Source.SELF).due


def _person(decision: Decision, answers: Mapping[str, str]) -> Person:
    given = dict(answers)
    last_name = given.pop("last_name", "")
    row = decision.registrant
    if decision.user.is_authenticated:
        person = of_user(decision.user)
        known = {question.name: _of_account(decision.user, question.name) for question in _asked(decision)}
        given = {**{name: answer for name, answer in known.items() if answer and name != "last_name"}, **given}
    elif row is not None:
        person = Person(row.email, row.first_name, row.last_name, row.user)
    else:
        raise PermissionError("A guest without a row registers by the form for guests")
    return Person(person.email, person.first_name, person.last_name or last_name, person.user, given)


def _asked(decision: Decision) -> tuple[Question, ...]:
    return (questions_of(decision.meeting) or ()) if decision.meeting else ()


def _known_answers(decision: Decision) -> dict[str, str]:
    row = decision.registrant
    known = {**row.answers, "last_name": row.last_name} if row else {}
    for question in _asked(decision):
        if not question.custom and decision.user.is_authenticated:
            known[question.name] = known.get(question.name) or _of_account(decision.user, question.name)
    return known


def _of_account(user: Any, name: str) -> str:
    value = getattr(user, name, "")
    return value.strip() if isinstance(value, str) else ""


def _sentence(decision: Decision, *, may_register: bool) -> str:
    row = decision.registrant
    if row is None or decision.code == "gave_up":
        return _invitation(decision) if may_register and not decision.may_press else ""
    if row.wanted != Wanted.APPROVED or decision.code not in {"early", "open"}:
        return ""
    return _("You are registered.") if row.actual == Actual.APPROVED else _("You are being registered.")


def _invitation(decision: Decision) -> str:
    if decision.code == "guest":
        return ""
    if options_of(decision.page).approval == "by_hand":
        return _("You can register; then a person decides whether you take part.")
    return _("Register to take part.")


def _is_coming(decision: Decision) -> bool:
    row = decision.registrant
    if row is None or row.due_at is None or row.error:
        return False
    return row.due_at <= decision.now + _SOON


def _changes(decision: Decision) -> str:
    """Say how often the person may still change their mind today, once they have.

    Zoom: a person may be added to a meeting three times a day, and their status changed ten times.
    """
    row, meeting = decision.registrant, decision.meeting
    if row is None or meeting is None:
        return ""
    key = row.email_key
    adds = planner_input.uses_of(meeting, Allowance.What.REGISTRANT_ADDS, [key])[key]
    changes = planner_input.uses_of(meeting, Allowance.What.REGISTRANT_STATUS, [key])[key]
    if not adds.used and not changes.used:
        return ""
    left = adds.left if row.actual == Actual.ABSENT else changes.left
    if not left:
        return _("Zoom takes no more changes about you today. What you choose now is done tomorrow.")
    return ngettext(
        "You can change your mind %(count)d more time today.",
        "You can change your mind %(count)d more times today.",
        left,
    ) % {"count": left}
