"""The registrants of a meeting: what is wanted for whom, and having Zoom agree.

`register`, `approve`, `deny`, `cancel`, `delete`, `retry` and `assign` change rows only and say which meetings became
due; `step` sends what is due, slice by slice; `plan` says beforehand what that would be.
"""

from .enrolments import Synced, follow, is_open, note_enrolled, note_left
from .entering import Refused, Registered, register
from .forecasts import Forecast, plan, plan_decision, plan_registering
from .ledger import Decided, approve, assign, cancel, delete, deny, is_settled, link_of, retry
from .noticing import note_from_webhook
from .people import Person, email_key, of_user
from .reasons import sentence
from .stepping import ask_to_read, is_reading, may_read, read_back, step


__all__ = [
    "Decided",
    "Forecast",
    "Person",
    "Refused",
    "Registered",
    "Synced",
    "approve",
    "ask_to_read",
    "assign",
    "cancel",
    "delete",
    "deny",
    "email_key",
    "follow",
    "is_open",
    "is_reading",
    "is_settled",
    "link_of",
    "may_read",
    "note_enrolled",
    "note_from_webhook",
    "note_left",
    "of_user",
    "plan",
    "plan_decision",
    "plan_registering",
    "read_back",
    "register",
    "retry",
    "sentence",
    "step",
]
