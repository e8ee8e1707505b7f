"""Meetings and webinars: the same verbs, two kinds of paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .coerce import text
from .meeting_numbers import quote_segment, quote_uuid
from .registrants import Registrants
from .requestor import Caller, Query
from .responses import Kind, MeetingAnswer, ParticipantRow
from .tokens import SealedText


PAGE_SIZE = 300


class Meetings:
    """Zoom's meetings, or its webinars (``kind`` tells which); ``registrants`` are theirs."""

    def __init__(self, caller: Caller, kind: Kind) -> None:
        self.kind: Kind = kind
        self.registrants = Registrants(caller, kind)
        self._caller = caller

    def create(self, user_id: str, payload: Mapping[str, Any]) -> MeetingAnswer:
        """Create one for the user with this id or e-mail address ("me" for the token's own), and return it.

        Zoom: POST /users/{userId}/meetings; there is no idempotency key, so an error for which
        :func:`wagtail_zoom.exceptions.in_doubt` says yes may have created it.
        """
        return self._read(self._caller.call(self._name("create"), quote_segment(user_id), body=dict(payload)))

    def get(self, number: int, *, show_previous: bool = False, occurrence_id: str | None = None) -> MeetingAnswer:
        """Return one by its number; ``show_previous`` includes the dates of a series that have passed.

        Raises ZoomNotFound if it is gone and ZoomWrongKind if the number is of the other kind.
        """
        query = {"show_previous_occurrences": "true" if show_previous else None, "occurrence_id": occurrence_id}
        return self._read(self._caller.call(self._name("get"), quote_segment(number), query=query))

    def start_link(self, number: int) -> SealedText:
        """Return the link that starts it as its host: valid two hours, never to be kept, "" where Zoom gives none.

        Zoom: GET /meetings/{meetingId}; only the owner's token gets a start_url.
        """
        return SealedText(text(self._caller.call(self._name("get"), quote_segment(number)).get("start_url")))

    def update(self, number: int, changes: Mapping[str, Any], *, occurrence_id: str | None = None) -> None:
        """Change exactly the fields in ``changes``, of the whole series or of one date.

        Zoom answers nothing, and is known to drop values silently: read back what matters.
        """
        query = {"occurrence_id": occurrence_id}
        self._caller.call(self._name("update"), quote_segment(number), query=query, body=dict(changes))

    def delete(self, number: int, *, notify: bool = False, occurrence_id: str | None = None) -> None:
        """Delete it, or one date of a series; with ``notify`` Zoom mails host and registrants.

        Raises ZoomNotFound if it is gone already.
        """
        answer = "true" if notify else "false"
        query: dict[str, str | None] = {"occurrence_id": occurrence_id, f"cancel_{self.kind}_reminder": answer}
        if self.kind == "meeting":
            query["schedule_for_reminder"] = answer
        self._caller.call(self._name("delete"), quote_segment(number), query=query)

    def list(self, user_id: str, type: str = "scheduled") -> Iterator[MeetingAnswer]:  # noqa: A002 (Zoom's word)
        """Yield the user's, in Zoom's short form: without settings and passcode.

        ``type`` for meetings: scheduled, live, upcoming, upcoming_meetings, previous_meetings; for webinars:
        scheduled, upcoming.
        """
        query: Query = {"type": type, "page_size": PAGE_SIZE}
        pages = self._caller.pages(self._name("list"), f"{self.kind}s", quote_segment(user_id), query=query)
        return (self._read(item) for item in pages)

    def end(self, number: int) -> None:
        """End the run that is under way, for everybody who is in it.

        Zoom: PUT /meetings/{meetingId}/status. Raises ZoomNotLive where nothing runs (any more): may be repeated.
        """
        self._caller.call(self._name("end"), quote_segment(number), body={"action": "end"})

    def past_participants(self, run: int | str) -> Iterator[ParticipantRow]:
        """Yield who was in a run: by its uuid, or by the meeting's number for the latest."""
        return self._rows("past_participants", run, {})

    def participants_report(self, run: int | str) -> Iterator[ParticipantRow]:
        """Yield the report's rows of a run: by its uuid, or by the meeting's number for the latest.

        Zoom: the report names registrants only if asked to, and none exists of a meeting with one person.
        """
        return self._rows("participants_report", run, {"include_fields": "registrant_id"})

    def _rows(self, name: str, run: int | str, query: dict[str, str | int | None]) -> Iterator[ParticipantRow]:
        segment = quote_uuid(run) if isinstance(run, str) else quote_segment(run)
        query["page_size"] = PAGE_SIZE
        return map(ParticipantRow.from_json, self._caller.pages(self._name(name), "participants", segment, query=query))

    def _read(self, payload: Mapping[str, Any]) -> MeetingAnswer:
        return MeetingAnswer.from_json(payload, self.kind)

    def _name(self, name: str) -> str:
        return f"{self.kind}s.{name}"
