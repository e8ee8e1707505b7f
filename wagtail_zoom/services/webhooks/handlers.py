"""What a delivery changes here. No network; every handler may be repeated and called in any order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Q

from ... import clock, webhooks
from ...models import App, Connection, Meeting, WebhookDelivery
from .. import encryption, recordings, registrants
from ..connections import token_refresh
from ..meetings import live_status, webhook_updates


#: By so much Zoom's clock may be ahead of this machine's.
CLOCKS_DIFFER = dt.timedelta(minutes=5)


def handle(delivery: WebhookDelivery) -> bool:
    """Apply ``delivery``; return False when it is about nothing that this site knows.

    Raises whatever the handling raises: the caller keeps it with the delivery.
    """
    news = webhooks.read(webhooks.parse(encryption.decrypt_field(delivery, "body").encode()))
    if news is None:
        return False
    if isinstance(news, webhooks.Deauthorized):
        return _deauthorized(delivery.app, news)
    meeting = _meeting_of(delivery.app, news.zoom_id)
    if meeting is None:
        return False
    handler = _HANDLERS[type(news)]
    handler(meeting, news, _happened_at(news, delivery))
    return True


def _happened_at(news: webhooks.AboutMeeting, delivery: WebhookDelivery) -> dt.datetime:
    """Return when ``news`` happened: when it was received where it does not say, now where it claims to be from later.

    A run that began in the future would last, and wait, for years.
    """
    at, now = news.at or delivery.received_at, clock.now()
    return at if at <= now + CLOCKS_DIFFER else now


def _meeting_of(app: App, zoom_id: int) -> Meeting | None:
    # The account may tell its news through another app than the one that the meeting was made with.
    same_account = Q(connection__app=app) | Q(account_key=app.account_key)
    return Meeting.objects.filter(same_account, zoom_id=zoom_id).select_related("connection__app").first()


def _about_meeting(meeting: Meeting, news: webhooks.MeetingNews, at: dt.datetime) -> None:
    match news.what:
        case "started":
            live_status.note_started(meeting, news.uuid, at)
        case "ended":
            live_status.note_ended(meeting, news.uuid, at, is_practice=news.is_practice)
        case "deleted" | "permanently_deleted" if not news.occurrence_ids:
            webhook_updates.apply_deleted(meeting, at=at)
        case "recovered" if not news.occurrence_ids:
            webhook_updates.apply_recovered(meeting, at=at)
        case "converted":
            webhook_updates.note_kind(meeting, news.kind)
        case "created" | "updated":
            webhook_updates.apply_updated(meeting, news.changes, at=at)


def _about_participant(meeting: Meeting, news: webhooks.ParticipantNews, at: dt.datetime) -> None:
    live_status.note_presence(meeting, news.uuid, at, news.participant, joined=news.joined)


def _about_registration(meeting: Meeting, news: webhooks.RegistrationNews, at: dt.datetime) -> None:
    registrants.note_from_webhook(meeting, news.status, news.registrant, occurrence_ids=news.occurrence_ids, at=at)


def _about_recording(meeting: Meeting, news: webhooks.Recording, at: dt.datetime) -> None:
    recordings.note_complete(meeting, news.uuid)


def _deauthorized(app: App, news: webhooks.Deauthorized) -> bool:
    if news.client_id and news.client_id != app.client_id:
        return False
    connections = Connection.objects.filter(app=app, zoom_user_id=news.zoom_user_id).exclude(zoom_user_id="")
    for connection in connections:
        token_refresh.note_dead(connection, "deauthorized")
    return bool(connections)


_HANDLERS: dict[type, Callable[[Meeting, Any, dt.datetime], None]] = {
    webhooks.MeetingNews: _about_meeting,
    webhooks.ParticipantNews: _about_participant,
    webhooks.RegistrationNews: _about_registration,
    webhooks.Recording: _about_recording,
}
