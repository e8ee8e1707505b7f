"""The webhook inbox: take a delivery in at once, handle it afterwards, handle it again when asked."""

from .draining import Drained, drain, prune, replay
from .receiving import LARGEST_BODY, Receipt, app_at, receive
from .spacing import Spacing


__all__ = ["LARGEST_BODY", "Drained", "Receipt", "Spacing", "app_at", "drain", "prune", "receive", "replay"]
