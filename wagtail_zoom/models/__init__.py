"""What the software remembers. Tools outside the package import these names from here."""

from .attendance import Assignment, Attendance, Completion, Instance, Presence, RecordingFile
from .connections import App, AuthorizationAttempt, Connection, Host
from .installation import Approval, Heartbeat, Installation
from .lessons import AbstractLessonPage, LessonPage, ZoomLessonMixin
from .meetings import Change, JoinClick, LessonMeeting, Meeting, Orphan
from .rate_limits import Allowance, Pace
from .registrants import Ledger, Registrant, RegistrantChange
from .settings import ZoomSettings
from .webhooks import WebhookDelivery


__all__ = [
    "AbstractLessonPage",
    "Allowance",
    "App",
    "Approval",
    "Assignment",
    "Attendance",
    "AuthorizationAttempt",
    "Change",
    "Completion",
    "Connection",
    "Heartbeat",
    "Host",
    "Installation",
    "Instance",
    "JoinClick",
    "Ledger",
    "LessonMeeting",
    "LessonPage",
    "Meeting",
    "Orphan",
    "Pace",
    "Presence",
    "RecordingFile",
    "Registrant",
    "RegistrantChange",
    "WebhookDelivery",
    "ZoomLessonMixin",
    "ZoomSettings",
]
