"""Public signals are sent from here, so that a receiver that raises disturbs nobody."""

from __future__ import annotations

import logging
from typing import Any

from django.db import models
from django.dispatch import Signal


logger = logging.getLogger("wagtail_zoom")


def announce(signal: Signal, sender: type[models.Model], **named: Any) -> None:
    """Send ``signal``; what a receiver raises is logged with its traceback and goes no further."""
    for receiver, answer in signal.send_robust(sender=sender, **named):
        if isinstance(answer, Exception):
            logger.error("A receiver of a wagtail_zoom signal failed: %r", receiver, exc_info=answer)
