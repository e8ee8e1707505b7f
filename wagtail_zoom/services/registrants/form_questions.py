"""What Zoom's registration form asks: read where the scope allows, and compared with what is known of people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

from ...api.client import ZoomClient
from ...api.responses import QuestionAnswer
from ...api.scopes import feature_name
from ...models import Connection, Ledger, Meeting
from ..connections import capabilities
from ..connections.clients import client_for
from .decisions import ledger_of


@dataclass(frozen=True)
class Question:
    """One question: a standard one (``name`` is Zoom's field), or the host's own (``name`` is its title).

    ``choices`` are what may be answered, nothing for free text.
    """

    name: str
    required: bool = False
    custom: bool = False
    type: str = ""
    choices: tuple[str, ...] = ()


def questions_of(meeting: Meeting) -> tuple[Question, ...] | None:
    """Return the questions as last read; None while they were never read, or cannot be."""
    ledger = Ledger.objects.filter(meeting=meeting).only("questions").first()
    if ledger is None or ledger.questions is None:
        return None
    return restored(ledger.questions)


def restored(stored: Iterable[Mapping[str, Any]]) -> tuple[Question, ...]:
    """Return questions from the form in which the ledger keeps them."""
    return tuple(Question(**{**each, "choices": tuple(each["choices"])}) for each in stored)


def may_be_read(meeting: Meeting) -> bool:
    """Tell whether the meeting's connection probably may read the questions."""
    feature = feature_name(meeting.kind, "questions")
    return meeting.connection is not None and capabilities.allowed(meeting.connection, feature).likely


def read(meeting: Meeting) -> tuple[Question, ...]:
    """Read the questions from Zoom and keep them. Needs the network; raises the children of ZoomError."""
    ledger = ledger_of(meeting)
    with client_for(cast(Connection, meeting.connection), urgent=True) as client:
        Ledger.objects.filter(pk=ledger.pk).update(questions=asked(client, meeting))
    return questions_of(meeting) or ()


def asked(client: ZoomClient, meeting: Meeting) -> list[dict[str, Any]]:
    """Return what Zoom's form asks, as the ledger keeps it. Raises the children of ZoomError."""
    registrants = client.of_kind(cast(Any, meeting.kind)).registrants
    return [asdict(_question(answer)) for answer in registrants.questions(cast(int, meeting.zoom_id))]


def unanswered(questions: tuple[Question, ...], answers: Mapping[str, str], last_name: str = "") -> list[Question]:
    """Return the required questions to which neither ``answers`` nor the person's ``last_name`` have an answer."""
    known = {**answers, "last_name": last_name}
    return [question for question in questions if question.required and not known.get(question.name)]


def _question(answer: QuestionAnswer) -> Question:
    return Question(answer.name, answer.required, answer.custom, answer.type, answer.choices)
