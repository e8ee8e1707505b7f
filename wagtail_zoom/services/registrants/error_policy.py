"""When nothing more can be sent for a meeting for now, and until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from ... import clock
from ...exceptions import (
    ZoomAuthenticationError,
    ZoomConfigurationError,
    ZoomError,
    ZoomLicenceError,
    ZoomNotFound,
    ZoomOver,
    ZoomPermissionError,
    ZoomRateLimited,
    ZoomRegistrationClosed,
    ZoomRegistrationOff,
    ZoomWrongKind,
)
from ..coordination.circuit_breaker import BreakerOpen


_SOON = dt.timedelta(minutes=1)
_LATER = dt.timedelta(hours=1)
_TOMORROW = dt.timedelta(days=1)

#: What a refusal of the whole meeting is called in `reasons`, and when it is worth asking again: people mend these
#: things on Zoom without telling us.
_REFUSALS: Mapping[type[ZoomError], tuple[str, dt.timedelta]] = {
    ZoomRegistrationOff: ("registration_off", _LATER),
    ZoomRegistrationClosed: ("registration_closed", _LATER),
    ZoomOver: ("over", _TOMORROW),
    ZoomLicenceError: ("licence", _LATER),
    ZoomPermissionError: ("not_permitted", _LATER),
    ZoomWrongKind: ("wrong_kind", _LATER),
    ZoomAuthenticationError: ("not_connected", _LATER),
    ZoomConfigurationError: ("not_connected", _LATER),
}


class PlanOutdated(Exception):
    """What is known has changed so that the plan no longer fits: plan again."""


class Stop(Exception):
    """Nothing more can be sent about this meeting's people before ``until``, because of ``code`` (of `reasons`)."""

    def __init__(self, code: str, until: dt.datetime) -> None:
        super().__init__(code)
        self.code = code
        self.until = until


def backoff_for(error: ZoomError) -> Stop:
    """Return the stop that ``error`` means for the whole meeting."""
    now = clock.now()
    if isinstance(error, ZoomRateLimited):
        return Stop("too_many", error.retry_at or now + _SOON)
    if isinstance(error, BreakerOpen):
        return Stop("zoom_down", error.retry_at)
    if isinstance(error, ZoomNotFound):
        return Stop("gone", now + _TOMORROW)
    for kind, (code, pause) in _REFUSALS.items():
        if isinstance(error, kind):
            return Stop(code, now + pause)
    return Stop("zoom_down", now + _SOON)
