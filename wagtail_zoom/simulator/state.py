"""All of the simulated Zoom in one object, and how things are found in it."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator
from typing import Any

from .clock import Clock
from .contract import Contract, load_contract
from .errors import no_such_user
from .faults import Faults
from .identifiers import meeting_number, number_in, opaque
from .limits import Limits
from .paging import PageTokens
from .records import Account, App, Code, Grant, Meeting, Run, Token, User
from .webhooks import Outbox


REMEMBERED_REQUESTS = 100_000


class Zoom:
    """Accounts, apps, tokens, meetings, and the parts that watch over them."""

    def __init__(self, contract: Contract | None = None) -> None:
        """Start with nothing; must be made inside a running event loop."""
        self.contract = contract or load_contract()
        self.clock = Clock()
        self.outbox = Outbox(self.clock)
        self.base_url = ""
        self.forget_everything()

    def forget_everything(self) -> None:
        """Go back to how a fresh process starts, but for the address."""
        self.clock.reset()
        self.outbox.reset()
        self.faults = Faults()
        self.limits = Limits(self.clock)
        self.pages = PageTokens(self.clock)
        self.requests: deque[dict[str, Any]] = deque(maxlen=REMEMBERED_REQUESTS)
        self.accounts: dict[str, Account] = {}
        self.users: dict[str, User] = {}
        self.apps: dict[str, App] = {}
        self.codes: dict[str, Code] = {}
        self.tokens: dict[str, Token] = {}
        self.grants: dict[tuple[str, str], Grant] = {}
        self.refresh_tokens: dict[str, Grant] = {}
        self.zaks: dict[str, tuple[User, float]] = {}
        self.meetings: dict[int, Meeting] = {}
        #: Ids of the users whose meetings are being changed just now.
        self.under_way: set[str] = set()
        self.runs: dict[str, tuple[Meeting, Run]] = {}

    def now(self) -> dt.datetime:
        """Return the current instant."""
        return self.clock.now()

    def user_of(self, account: Account, named: str) -> User:
        """Return the account's user with this id or e-mail address; raise ``ApiError`` 1001 for anyone else."""
        user = self.find_user(account, named)
        if user is None:
            raise no_such_user(named)
        return user

    def find_user(self, account: Account, named: str) -> User | None:
        """Return the account's user with this id or e-mail address, or None."""
        wanted = named.strip().casefold()
        return next((each for each in account.users if each.id == named or each.email.casefold() == wanted), None)

    def meeting(self, number: str) -> Meeting | None:
        """Return the meeting with this number, deleted or not."""
        return self.meetings.get(number_in(number) or 0)

    def live_meeting(self, number: str) -> Meeting | None:
        """Return the meeting with this number unless it is deleted or expired."""
        meeting = self.meeting(number)
        return None if meeting is None or meeting.deleted or self.is_expired(meeting) else meeting

    def is_expired(self, meeting: Meeting) -> bool:
        """Tell whether Zoom has forgotten the number: 30 days after a single meeting, 365 after a series."""
        if meeting.running:
            return False
        last = max(
            meeting.ends or meeting.created,
            meeting.created,
            *(run.ended for run in meeting.runs[-1:] if run.ended),
        )
        kept = 365 if meeting.type in (3, 6, 8, 9) else 30
        return self.now() > last + dt.timedelta(days=kept)

    def meetings_of(self, user: User, kind: str) -> Iterator[Meeting]:
        """Yield the user's meetings or webinars that Zoom still knows."""
        for meeting in self.meetings.values():
            if meeting.host is user and meeting.kind == kind and not meeting.deleted and not self.is_expired(meeting):
                yield meeting

    def new_meeting_number(self) -> int:
        """Return a number that no meeting has."""
        while (number := meeting_number()) in self.meetings:
            continue
        return number

    def issue_zak(self, user: User, seconds: float = 7200) -> str:
        """Return a token with which ``user`` can start their meetings for so many seconds of the clock."""
        zak = opaque(160)
        self.zaks[zak] = (user, self.clock.timestamp() + seconds)
        return zak

    def zak_user(self, zak: str) -> User | None:
        """Return whose fresh ZAK this is, or None."""
        user, expires = self.zaks.get(zak, (None, 0.0))
        return user if user and not user.deleted and expires > self.clock.timestamp() else None
