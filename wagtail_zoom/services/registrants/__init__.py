"""The registrants of a meeting: what is wanted for whom, and having Zoom agree.

`register`, `approve`, `deny`, `cancel`, `delete`, `retry` and `assign` change rows only and say which meetings became
due; `step` sends what is due, slice by slice; `plan` says beforehand what that would be.
"""

from .decisions import Decided, approve, assign, cancel, delete, deny, is_settled, link_of, retry
from .dry_run import Forecast, plan, plan_decision, plan_registering
from .enrolment_sync import Synced, follow, is_open, note_enrolled, note_left
from .error_messages import sentence
from .person import Person, email_key, of_user
from .register import Refused, Registered, register
from .remote_changes import note_from_webhook
from .sync import ask_to_read, is_reading, may_read, read_back, step


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
