"""Webhook deliveries, verified and parsed. Pure: no models, no settings, no network."""

from .events import (
    URL_VALIDATION,
    AboutMeeting,
    Deauthorized,
    Delivery,
    MeetingNews,
    Participant,
    ParticipantNews,
    Recording,
    RegistrationNews,
    parse,
    read,
)
from .signature import sign, validation_answer, verify


__all__ = [
    "URL_VALIDATION",
    "AboutMeeting",
    "Deauthorized",
    "Delivery",
    "MeetingNews",
    "Participant",
    "ParticipantNews",
    "Recording",
    "RegistrationNews",
    "parse",
    "read",
    "sign",
    "validation_answer",
    "verify",
]
