"""The webhook inbox: take a delivery in at once, handle it afterwards, handle it again when asked."""

from .debounce import Spacing
from .intake import LARGEST_BODY, Receipt, app_at, receive
from .processor import Drained, drain, prune, replay


__all__ = ["LARGEST_BODY", "Drained", "Receipt", "Spacing", "app_at", "drain", "prune", "receive", "replay"]
