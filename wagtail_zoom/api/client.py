"""Zoom's REST API in Python."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable

import requests

from ..clock import now
from .meetings import Meetings
from .protocols import Pacer
from .requestor import Caller, Watch
from .responses import Kind
from .tokens import TokenSource
from .transport import Connected
from .users import Recordings, Users


class ZoomClient(Connected):
    """Zoom with the rights of one connection.

    ``base_url`` is where API calls start ("https://api.zoom.us/v2"), ``tokens`` gives and renews access tokens,
    ``deadline`` is the total of seconds that one call may take, ``pacer`` is asked before each call and ``urgent``
    passed on to it, ``session`` lends its connections, proxies and certificates, ``watch`` is told what came of each
    call.

    Every method raises children of :class:`wagtail_zoom.exceptions.ZoomError` and nothing else, but for ValueError
    where an argument can never be right. Close it, or use it in a ``with`` block; the idle connections go then.
    """

    def __init__(
        self,
        *,
        base_url: str,
        tokens: TokenSource,
        deadline: float = 8.0,
        pacer: Pacer | None = None,
        urgent: bool = False,
        clock: Callable[[], dt.datetime] | None = None,
        user_agent: str | None = None,
        session: requests.Session | None = None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        watch: Watch | None = None,
    ) -> None:
        super().__init__(session=session, user_agent=user_agent)
        self._caller = Caller(
            base_url=base_url,
            tokens=tokens,
            transport=self._transport,
            deadline=deadline,
            pacer=pacer,
            urgent=urgent,
            clock=clock or now,
            sleep=sleep,
            jitter=jitter,
            watch=watch,
        )
        self.meetings = Meetings(self._caller, "meeting")
        self.webinars = Meetings(self._caller, "webinar")
        self.users = Users(self._caller)
        self.recordings = Recordings(self._caller)

    @property
    def calls(self) -> int:
        """How many requests have been made, repeated ones included."""
        return self._caller.calls

    def of_kind(self, kind: Kind) -> Meetings:
        """Return ``meetings`` or ``webinars``: the two have the same interface."""
        return self.webinars if kind == "webinar" else self.meetings
