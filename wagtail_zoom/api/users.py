"""The people of a Zoom account, and the recordings of their meetings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from ..exceptions import ZoomResponseError
from .answers import RecordingAnswer, UserAnswer
from .calls import Caller, Query
from .ids import quote_segment, quote_uuid
from .tokens import SealedText
from .values import text


PAGE_SIZE = 300


class Users:
    """Zoom users, by id or e-mail address; a user-managed app must say "me"."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def me(self) -> UserAnswer:
        """Return the user to whom the token belongs."""
        return self.get("me")

    def get(self, user_id: str) -> UserAnswer:
        """Return a user. Raises ZoomNotFound for people outside the account or with a pending invitation."""
        return UserAnswer.from_json(self._caller.call("users.get", quote_segment(user_id)))

    def list(self, status: str = "active") -> Iterator[UserAnswer]:
        """Yield the account's users whose ``status`` is active, inactive or pending."""
        query: Query = {"status": status, "page_size": PAGE_SIZE}
        return map(UserAnswer.from_json, self._caller.pages("users.list", "users", query=query))

    def settings(self, user_id: str, option: str | None = None) -> Mapping[str, Any]:
        """Return a user's settings as Zoom names them; ``option`` asks for another section (meeting_security …)."""
        return self._caller.call("users.settings", quote_segment(user_id), query={"option": option})

    def token(
        self,
        user_id: str,
        type: Literal["zak", "onbehalf"] = "zak",  # noqa: A002 (Zoom's word)
        *,
        ttl: int | None = None,
        meeting_id: int | None = None,
    ) -> SealedText:
        """Return a host token: whoever has it acts as this user, so use it at once and keep it nowhere.

        ``ttl`` is its life in seconds (Zoom's default: 7200); "onbehalf" tokens are for one ``meeting_id``.
        """
        query = {"type": type, "ttl": ttl, "meeting_id": meeting_id}
        token = text(self._caller.call("users.token", quote_segment(user_id), query=query).get("token"))
        if not token:
            raise ZoomResponseError("GET /users/{userId}/token: no token in the answer")
        return SealedText(token)


class Recordings:
    """Cloud recordings."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def of_meeting(self, run: int | str) -> RecordingAnswer:
        """Return the recording of a run by its uuid, or of the latest by the meeting's number.

        Raises ZoomNotFound (``what`` is "recording") if there is none.
        """
        segment = quote_uuid(run) if isinstance(run, str) else quote_segment(run)
        return RecordingAnswer.from_json(self._caller.call("recordings.of_meeting", segment))

    def of_user(
        self, user_id: str, *, since: dt.date | None = None, until: dt.date | None = None
    ) -> Iterator[RecordingAnswer]:
        """Yield a user's recordings between two dates (UTC, at most a month apart; Zoom's default: today)."""
        query = {
            "from": since.isoformat() if since else None,
            "to": until.isoformat() if until else None,
            "page_size": PAGE_SIZE,
        }
        pages = self._caller.pages("recordings.of_user", "meetings", quote_segment(user_id), query=query)
        return map(RecordingAnswer.from_json, pages)
