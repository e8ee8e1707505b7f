"""One REST call while it is being answered: who asks, what for, and the rows that it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .contract import Operation
from .errors import ApiError, bad_request, missing_scopes, no_such_meeting
from .identifiers import number_in
from .records import Account, Meeting, Token, User
from .state import Zoom


@dataclass(frozen=True, slots=True)
class Call:
    """An authenticated call whose query and body keep the contract."""

    zoom: Zoom
    operation: Operation
    token: Token
    params: dict[str, str]
    query: dict[str, Any]
    body: dict[str, Any]

    @property
    def account(self) -> Account:
        """Return the account whose data the token opens."""
        return self.token.user.account

    def user(self) -> User:
        """Return the user whom the path names.

        Zoom: a user-managed app must say ``me``; a Server-to-Server app names users by id or e-mail address.
        """
        named = self.params["userId"]
        if named == "me":
            return self.token.user
        if self.token.user_managed:
            raise self._not_own_data()
        return self.zoom.user_of(self.account, named)

    def meeting(self) -> Meeting:
        """Return the meeting or webinar that the path names, running or to come."""
        number, kind = self.number(), self.operation.kind
        meeting = self.zoom.live_meeting(number)
        if meeting is None or meeting.host.account is not self.account:
            raise no_such_meeting(number, kind)
        if meeting.kind != kind:
            raise self._wrong_kind(meeting)
        self.require_own(meeting)
        return meeting

    def number(self) -> str:
        """Return the number of the meeting that the path names; raise ``ApiError`` 300 when it is none."""
        text = self.named()
        if number_in(text) is None:
            raise bad_request(300, f"Invalid {self.operation.kind} id.")
        return text

    def named(self) -> str:
        """Return the number, or the uuid of a run, that the path names."""
        return self.params.get("meetingId") or self.params["webinarId"]

    def require_own(self, meeting: Meeting) -> None:
        """Refuse the call when a user-managed app asks for what is another user's."""
        if self.token.user_managed and meeting.host is not self.token.user:
            raise self._not_own_data()

    def _not_own_data(self) -> ApiError:
        admin = [scope for scope in self.operation.scopes if scope.endswith(":admin")]
        if self.token.scopes.isdisjoint(admin):
            return missing_scopes(admin)
        return bad_request(200, "No permission.")

    def _wrong_kind(self, meeting: Meeting) -> ApiError:
        if meeting.kind == "webinar":
            return bad_request(3000, "Cannot access webinar info.")
        return bad_request(300, "Invalid webinar id.")
