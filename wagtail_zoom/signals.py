"""Public signals. Receivers run after the change was written; a receiver that raises is logged and disturbs nobody.

``meeting_provisioned``   sender Meeting; meeting, created (bool)
``meeting_cancelled``     sender Meeting; meeting
``registrant_changed``    sender Registrant; registrant, previous (the former ``actual``)
``attendance_recorded``   sender Attendance; meeting, instance
``webhook_received``      sender WebhookDelivery; delivery
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import models
from django.dispatch import Signal


meeting_provisioned = Signal()
meeting_cancelled = Signal()
registrant_changed = Signal()
attendance_recorded = Signal()
webhook_received = Signal()


_logger = logging.getLogger("wagtail_zoom")


def send_safely(signal: Signal, sender: type[models.Model], **named: Any) -> None:
    """Send ``signal``; what a receiver raises is logged with its traceback and goes no further."""
    for receiver, answer in signal.send_robust(sender=sender, **named):
        if isinstance(answer, Exception):
            _logger.error("A receiver of a wagtail_zoom signal failed: %r", receiver, exc_info=answer)
