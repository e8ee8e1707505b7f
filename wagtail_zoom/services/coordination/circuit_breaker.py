"""The breaker: an account that fails five times in a row is left alone but for one probe a minute."""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ... import clock
from ...exceptions import ZoomAuthenticationError, ZoomError, ZoomResponseError, ZoomServerError, ZoomTransportError
from ...models import Connection


FAILURES = 5
PAUSE = dt.timedelta(minutes=1)

#: What speaks against the account as a whole. A refusal of one request proves that Zoom answers.
_COUNTED = (ZoomTransportError, ZoomServerError, ZoomResponseError, ZoomAuthenticationError)


class BreakerOpen(ZoomError):
    """This connection failed too often in a row; nothing was sent. ``retry_at`` is when to try again (aware, UTC)."""

    retryable = True
    default_message = _(
        "Zoom has not answered properly several times in a row. This site waits a minute between attempts and goes on "
        "by itself."
    )

    def __init__(self, retry_at: dt.datetime) -> None:
        super().__init__(f"breaker open until {retry_at:%H:%M:%S}")
        self.retry_at = retry_at


def check(connection: Connection) -> None:
    """Return if a call may be tried with ``connection`` now. Raises `BreakerOpen` otherwise.

    Of all processes only one gets through each minute: it moves the next probe on by compare-and-set.
    """
    connection.refresh_from_db(fields=["failures", "probe_at"])
    if connection.failures < FAILURES:
        return
    now = clock.now()
    due = Q(probe_at__isnull=True) | Q(probe_at__lte=now)
    if Connection.objects.filter(due, pk=connection.pk).update(probe_at=now + PAUSE):
        return
    raise BreakerOpen(connection.probe_at or now + PAUSE)


def note(connection: Connection, error: ZoomError | None) -> None:
    """Count what came of a call: None for success, else the error it ended with."""
    if isinstance(error, _COUNTED):
        now = clock.now()
        connection.failures += 1
        Connection.objects.filter(pk=connection.pk).update(
            failures=F("failures") + 1, last_error=error.detail, last_error_at=now
        )
        Connection.objects.filter(pk=connection.pk, failures__gte=FAILURES).update(probe_at=now + PAUSE)
    elif connection.failures and not isinstance(error, BreakerOpen):
        # Only what `check` or a failure since has seen: a success after successes costs no query.
        connection.failures = 0
        Connection.objects.filter(pk=connection.pk, failures__gt=0).update(
            failures=0, probe_at=None, last_error="", last_error_at=None
        )
