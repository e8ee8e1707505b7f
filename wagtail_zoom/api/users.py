"""The people of a Zoom account, and the recordings of their meetings."""

from __future__ import annotations

from typing import Literal

from ..exceptions import ZoomResponseError
from .coerce import text
from .meeting_numbers import quote_segment, quote_uuid
from .requestor import Caller
from .responses import RecordingAnswer, UserAnswer
from .tokens import SealedText


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
