"""End for everyone: at a person's word the run that is under way ends on Zoom, and everybody in it leaves."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.models import AbstractPage

from ... import clock, conf
from ...api.scopes import feature_name, missing_scopes
from ...exceptions import ZoomError, ZoomNotFound, ZoomNotLive, ZoomScopeError, in_doubt
from ...models import App, Connection, Meeting
from .. import audit_log, permissions
from ..access import start_link
from ..connections import capabilities, clients, zoom_apps
from . import live_status


logger = logging.getLogger(__name__)


class NotEnded(ZoomError):
    """The meeting goes on, or it is not known whether it does; ``user_message`` says which, and what to do."""


class NotYoursToEnd(NotEnded):
    """Somebody asked to end a lesson who neither hosts it nor looks after its space."""

    default_message = gettext_lazy("Only the host of this lesson and the administrators of its space can end it.")


@dataclass(frozen=True)
class Prospect:
    """What ending would do, and the scopes for want of which Zoom will probably refuse it; none where it will not."""

    sentence: str
    missing: tuple[str, ...] = ()


def may_end(meeting: Meeting, user: Any) -> bool:
    """Tell whether ``user`` may end ``meeting`` while it runs: its host, and who manages the space that it belongs to."""
    if start_link.is_host(meeting, user):
        return True
    return meeting.site is not None and user.is_active and permissions.may_manage_space(user, meeting.site)


def can_end(meeting: Meeting, user: Any) -> bool:
    """Tell whether there is something for ``user`` to end now, as far as is known from rows."""
    return is_running(meeting) and may_end(meeting, user)


def is_running(meeting: Meeting) -> bool:
    """Tell whether a run of ``meeting`` is known that could be ended from here."""
    is_there = meeting.connection is not None and meeting.zoom_id is not None
    return is_there and meeting.is_live(clock.now())


def prospect_of(meeting: Meeting) -> Prospect:
    """Return what to tell a person before they end ``meeting``. From rows alone."""
    count = meeting.live_count
    leaving = (
        ngettext(
            "One person is in the meeting and has to leave it at once.",
            "All %(count)d people in the meeting have to leave it at once.",
            count,
        )
        % {"count": count}
        if count
        else _("Everybody who is in the meeting has to leave it at once.")
    )
    final = _("The meeting cannot be continued: whoever wants to go on has to start it anew.")
    return Prospect(f"{leaving} {final}", _probably_missing(meeting))


def end_for_everyone(page: AbstractPage, meeting: Meeting, user: Any) -> None:
    """End the run of ``meeting``, which the lesson ``page`` uses; that it is over already is as good.

    Zoom: PUT /meetings/{id}/status or /webinars/{id}/status. Outside any transaction, within ``CLICK_DEADLINE`` seconds.

    Raises NotYoursToEnd, or `NotEnded` with what became of it in words.
    """
    if not may_end(meeting, user):
        raise NotYoursToEnd
    if not is_running(meeting):
        return
    _check_brakes(meeting)
    try:
        _end(meeting)
    except ZoomNotLive:
        _note_over(meeting)
        return
    except ZoomError as trouble:
        logger.warning("Meeting %s could not be ended: %s", meeting.pk, trouble.detail)
        if isinstance(trouble, ZoomNotFound):
            Meeting.objects.filter(pk=meeting.pk).update(read_due_at=clock.now())
        if in_doubt(trouble):
            audit_log.note(page, "end_live", user, number=str(meeting.zoom_id), answered=False)
        raise NotEnded(trouble.detail, user_message=_words_about(meeting, trouble)) from trouble
    _note_over(meeting)
    audit_log.note(page, "end_live", user, number=str(meeting.zoom_id), people=meeting.live_count)


def _end(meeting: Meeting) -> None:
    connection, number = meeting.connection, meeting.zoom_id
    assert connection is not None and number is not None  # noqa: S101 (for the type checker; see `is_running`)
    # Half of it may go into a new token, which has a deadline of its own.
    with clients.client_for(connection, urgent=True, deadline=conf.click_deadline() / 2) as zoom:
        zoom.of_kind(meeting.api_kind).end(number)


def _note_over(meeting: Meeting) -> None:
    with transaction.atomic():
        live_status.note_all_ended(Meeting.objects.get(pk=meeting.pk), clock.now())


def _check_brakes(meeting: Meeting) -> None:
    if conf.is_paused() or (meeting.site is not None and zoom_apps.settings_of(meeting.site).is_paused):
        raise NotEnded(
            "paused",
            user_message=_(
                "The meeting goes on: this space is paused, so nothing is sent to Zoom. Its host can end it in Zoom itself."
            ),
        )


def _probably_missing(meeting: Meeting) -> tuple[str, ...]:
    connection = meeting.connection
    if connection is None:
        return ()
    allowed = capabilities.allowed(connection, _feature(meeting))
    if allowed.likely:
        return ()
    return allowed.missing or _scopes(meeting, connection)


def _scopes(meeting: Meeting, connection: Connection) -> tuple[str, ...]:
    return missing_scopes((), _feature(meeting), admin=connection.app.kind == App.Kind.SERVER)


def _feature(meeting: Meeting) -> str:
    return feature_name(meeting.api_kind, "end_live")


def _words_about(meeting: Meeting, trouble: ZoomError) -> str:
    """Return what became of it, and what to do; what is tried again by itself elsewhere is not tried again here."""
    if isinstance(trouble, ZoomScopeError) and meeting.connection is not None:
        return _(
            "The meeting goes on: the Zoom app is not allowed to end it. Whoever looks after the app at Zoom can add the "
            "scope %(scopes)s there; after that its host has to connect to Zoom again. The host can end it in Zoom itself."
        ) % {"scopes": ", ".join(_scopes(meeting, meeting.connection))}
    if in_doubt(trouble):
        return _(
            "Zoom gave no clear answer, so it is not known whether the meeting has ended. Press the button once more: "
            "that does no harm if it has."
        )
    if trouble.retryable:
        return _(
            "The meeting goes on: Zoom cannot be reached, or has too much to do. Try again in a minute; its host can end "
            "it in Zoom itself."
        )
    return _("Zoom did not end the meeting. %(reason)s") % {"reason": trouble.user_message}
