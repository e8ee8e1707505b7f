"""Start: for the host's own identity only, by a link that is fetched at the click and kept nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractPage

from ... import conf
from ...api import ZoomClient
from ...api.responses import Kind
from ...api.scopes import feature_name
from ...exceptions import ZoomError, ZoomPermissionError, ZoomResponseError, ZoomScopeError
from ...models import Connection, Meeting
from .. import encryption, endpoints
from ..connections import capabilities, clients
from ..lessons.lesson_lookup import original_link_of


class NotTheHost(ZoomError):
    """Somebody asked to start a lesson that is not theirs to start, or that is not there yet."""

    default_message = _("Only the host of this lesson can start it, once it is ready.")


def is_host(meeting: Meeting, user: Any) -> bool:
    """Tell whether ``user`` *is* the Zoom user who hosts the meeting: by identity, never by an e-mail address."""
    host = meeting.host
    if host is None or not host.is_active or not (user.is_authenticated and user.is_active):
        return False
    # A linked meeting may turn out to be another Zoom user's: then the link that Zoom gives is theirs alone.
    hosted_by_other = host.zoom_user_id and meeting.zoom_host_id and host.zoom_user_id != meeting.zoom_host_id
    return host.user_id == user.pk and not hosted_by_other


def may_start(page: AbstractPage, user: Any) -> bool:
    """Tell whether ``user`` may start the lesson ``page`` now."""
    link = original_link_of(page)
    return link is not None and can_start(link.meeting, user)


def can_start(meeting: Meeting, user: Any) -> bool:
    """Tell whether ``user`` may start ``meeting`` now: its host, and it is there."""
    return (
        is_host(meeting, user)
        and meeting.actual == Meeting.Actual.PRESENT
        and meeting.connection is not None
        and meeting.zoom_id is not None
    )


def start_address(page: AbstractPage, user: Any) -> str:
    """Fetch and return the address that starts the lesson as its host. For one redirect; never store or log it.

    Zoom: the start link of GET /meetings/{id} or /webinars/{id} holds host rights for two hours; where that scope is
    missing, a ZAK (GET /users/{id}/token) put behind the meeting's own ``/s/`` address does the same.

    Raises `NotTheHost`, or the `ZoomError` that kept both ways from working; within ``CLICK_DEADLINE`` seconds.
    """
    link = original_link_of(page)
    if link is None or link.meeting.connection is None or not can_start(link.meeting, user):
        raise NotTheHost
    meeting, connection = link.meeting, link.meeting.connection
    with clients.client_for(connection, urgent=True, deadline=conf.click_deadline() / 2) as zoom:
        return _fetched(zoom, meeting, connection)


def _fetched(zoom: ZoomClient, meeting: Meeting, connection: Connection) -> str:
    kind: Kind = "webinar" if meeting.kind == Meeting.Kind.WEBINAR else "meeting"
    ways: list[tuple[str, Callable[[], str]]] = [
        (feature_name(kind, "read"), lambda: _start_link(zoom, meeting, kind)),
        ("host_token", lambda: _address_with_token(zoom, meeting)),
    ]
    # Only Zoom's word is final, so the less likely way is tried as well, after the likely one.
    ways.sort(key=lambda way: not capabilities.allowed(connection, way[0]).likely)
    refusal: ZoomError = ZoomResponseError("no start link in the answer")
    for _feature, way in ways:
        try:
            if address := way():
                return address
        except (ZoomScopeError, ZoomPermissionError) as error:
            refusal = error
    raise refusal


def _start_link(zoom: ZoomClient, meeting: Meeting, kind: Kind) -> str:
    return zoom.of_kind(kind).start_link(int(meeting.zoom_id or 0)).reveal()


def _address_with_token(zoom: ZoomClient, meeting: Meeting) -> str:
    link = encryption.decrypt_field(meeting, "join_url")
    # The token is as good as the host's password: it goes to Zoom alone, whatever the stored link says.
    if meeting.host is None or not endpoints.is_known(link):
        return ""
    joins_at = urlsplit(link)
    token = zoom.users.token(meeting.host.zoom_ref, "zak").reveal()
    return f"{joins_at.scheme}://{joins_at.netloc}/s/{meeting.zoom_id}?{urlencode({'zak': token})}"
