"""What the software remembers. Tools outside the package import these names from here."""

from .attendance import Assignment, Attendance, Completion, Instance, Presence, RecordingFile
from .connecting import App, AuthorizationAttempt, Connection, Host
from .inbox import WebhookDelivery
from .installation import Approval, Heartbeat, Installation
from .lessons import AbstractLessonPage, LessonPage, ZoomLessonMixin
from .limits import Allowance, Pace
from .meetings import Change, JoinClick, LessonMeeting, Meeting, Orphan
from .registrants import Ledger, Registrant, RegistrantChange
from .settings import ZoomSettings


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
