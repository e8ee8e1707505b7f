"""The registrants of meetings and webinars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from .coerce import objects
from .meeting_numbers import quote_segment
from .requestor import Caller, Query
from .responses import Kind, QuestionAnswer, RegistrantAnswer


PAGE_SIZE = 300
MOST_AT_ONCE = 30

Status = Literal["approved", "pending", "denied"]
Action = Literal["approve", "cancel", "deny"]


class Registrants:
    """Who has registered. A person is a mapping with at least ``email`` and ``first_name``, in Zoom's field names."""

    def __init__(self, caller: Caller, kind: Kind) -> None:
        self._caller = caller
        self._kind = kind

    def list(
        self, number: int, status: Status = "approved", *, occurrence_id: str | None = None
    ) -> Iterator[RegistrantAnswer]:
        """Yield the registrants with ``status``; cancelled ones are among the denied. In no particular order."""
        query = _list_query(status, occurrence_id)
        return map(
            RegistrantAnswer.from_json,
            self._caller.pages(self._name("list"), "registrants", quote_segment(number), query=query),
        )

    def page(
        self, number: int, status: Status = "approved", *, token: str = "", occurrence_id: str | None = None
    ) -> tuple[tuple[RegistrantAnswer, ...], str]:
        """Return one page of :meth:`list`, and the token that the next one starts from; "" after the last.

        For reading that pauses between pages. Zoom: a token lives 15 minutes, then ZoomPageExpired.
        """
        query = {**_list_query(status, occurrence_id), "next_page_token": token or None}
        items, following = self._caller.page(self._name("list"), "registrants", quote_segment(number), query=query)
        return tuple(map(RegistrantAnswer.from_json, items)), str(following.get("next_page_token") or "")

    def get(self, number: int, registrant_id: str) -> RegistrantAnswer:
        """Return one registrant. Raises ZoomNotFound if there is none with this id."""
        return RegistrantAnswer.from_json(
            self._caller.call(self._name("get"), quote_segment(number), quote_segment(registrant_id))
        )

    def add(
        self,
        number: int,
        person: Mapping[str, Any],
        *,
        auto_approve: bool | None = None,
        occurrence_ids: Sequence[str] = (),
    ) -> RegistrantAnswer:
        """Register one person and return them; whoever is registered already comes back as they are.

        ``auto_approve`` acts on meetings whose registrants are approved by hand; Zoom has it for meetings only. Zoom
        counts each attempt: three a day for one person.
        """
        body = dict(person)
        if auto_approve is not None and self._kind == "meeting":
            body["auto_approve"] = auto_approve
        query = {"occurrence_ids": ",".join(occurrence_ids) or None}
        answer = self._caller.call(self._name("add"), quote_segment(number), query=query, body=body)
        return _with_person(answer, person)

    def add_batch(
        self,
        number: int,
        people: Sequence[Mapping[str, Any]],
        *,
        auto_approve: bool = True,
        confirmation_email: bool = False,
    ) -> tuple[RegistrantAnswer, ...]:
        """Register up to 30 people at once and return them, in Zoom's order: match by e-mail address.

        Zoom: only for meetings of type 2 and webinars of type 5 (else ZoomWrongMeetingType); mails go out only if
        ``confirmation_email`` is set, which webinars do not have. Raises ValueError for nobody or more than 30.
        """
        body: dict[str, Any] = {"auto_approve": auto_approve, "registrants": _at_once(people)}
        if self._kind == "meeting":
            body["registrants_confirmation_email"] = confirmation_email
        answer = self._caller.call(self._name("add_batch"), quote_segment(number), body=body)
        by_email = {_key(person): person for person in people}
        return tuple(_with_person(item, by_email.get(_key(item), {})) for item in objects(answer.get("registrants")))

    def set_status(
        self,
        number: int,
        action: Action,
        people: Sequence[Mapping[str, Any]],
        *,
        occurrence_id: str | None = None,
    ) -> None:
        """Approve, cancel or deny up to 30 people, each a mapping with ``id`` and ``email``.

        Zoom answers nothing, even where it changed nothing: list to be sure. Raises ValueError for nobody or more
        than 30.
        """
        body = {"action": action, "registrants": _at_once(people)}
        self._caller.call(
            self._name("set_status"), quote_segment(number), query={"occurrence_id": occurrence_id}, body=body
        )

    def delete(self, number: int, registrant_id: str, *, occurrence_id: str | None = None) -> None:
        """Delete a registration without trace; to keep the history, cancel it instead."""
        self._caller.call(
            self._name("delete"),
            quote_segment(number),
            quote_segment(registrant_id),
            query={"occurrence_id": occurrence_id},
        )

    def questions(self, number: int) -> tuple[QuestionAnswer, ...]:
        """Return the questions of the registration form, the standard ones first."""
        body = self._caller.call(self._name("questions"), quote_segment(number))
        both = (*objects(body.get("questions")), *objects(body.get("custom_questions")))
        return tuple(QuestionAnswer.from_json(item) for item in both)

    def _name(self, name: str) -> str:
        return f"{self._kind}s.registrants.{name}"


def _list_query(status: Status, occurrence_id: str | None) -> Query:
    return {"status": status, "page_size": PAGE_SIZE, "occurrence_id": occurrence_id}


def _at_once(people: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if not 1 <= len(people) <= MOST_AT_ONCE:
        raise ValueError(f"1 to {MOST_AT_ONCE} people at once, not {len(people)}")
    return [dict(person) for person in people]


def _key(person: Mapping[str, Any]) -> str:
    return str(person.get("email", "")).strip().lower()


def _with_person(answer: Mapping[str, Any], person: Mapping[str, Any]) -> RegistrantAnswer:
    """Fill in what the answer to adding leaves out: Zoom does not repeat what it was told."""
    told = {name: person[name] for name in ("email", "first_name", "last_name") if person.get(name)}
    return RegistrantAnswer.from_json({**told, **answer})
