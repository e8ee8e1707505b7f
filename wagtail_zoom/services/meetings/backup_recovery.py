"""After a restore: meetings that were made since the backup are found again by their marker. Zoom is only read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from ... import clock
from ...api import ZoomClient
from ...api.meeting_numbers import format_meeting_number
from ...api.responses import Kind, MeetingAnswer
from ...api.scopes import feature_name
from ...exceptions import ZoomError
from ...models import Change, Connection, Host, LessonMeeting, Meeting
from ..connections import capabilities
from ..connections.clients import client_for
from ..lessons import pages as lessons
from . import create, diff, intent


Actual = Meeting.Actual

_MARKED = re.compile(r"(?P<address>\S*)#zoom-(?P<marker>[0-9a-f]{12})\Z")
_KINDS: tuple[Kind, ...] = ("meeting", "webinar")
_RECENT = dt.timedelta(days=2)


@dataclass
class Restored:
    """What was found on Zoom.

    ``known`` had a row already. In words: ``adopted`` are meetings that have one now (in a dry run: would have),
    ``strange`` those without a lesson, ``unread`` hosts whose lists could not be read.
    """

    known: int = 0
    adopted: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def find_again(*, dry_run: bool = False) -> Restored:
    """Look through the lists of all hosts for meetings that carry our marker, and give them back to their lessons.

    Run it after a restore and before ``sync_zoom``: what is found is not made a second time. Call it outside
    transactions; it asks Zoom once per host and kind, and once per meeting whose agenda a list cuts short. With
    ``dry_run`` no lesson and no meeting here is changed.
    """
    found = _Search(dry_run=dry_run)
    pages = _pages_by_address()
    hosts = Host.objects.filter(is_active=True, connection__status=Connection.Status.CONNECTED)
    for host in hosts.select_related("connection__app", "site").order_by("pk"):
        for kind in _KINDS:
            _look_at(host, kind, pages, found)
    return found


@dataclass
class _Search(Restored):
    """`Restored` while it is being filled; ``promised`` are the lessons to which a dry run would have given one."""

    dry_run: bool = False
    promised: set[int | None] = field(default_factory=set)


def _look_at(host: Host, kind: Kind, pages: dict[str, Any], found: _Search) -> None:
    if not capabilities.allowed(host.connection, feature_name(kind, "list")).likely:
        if kind == "meeting":
            found.unread.append(str(host))
        return
    try:
        with client_for(host.connection) as client:
            for item, address, marker in _marked(client, host, kind):
                _place(host, kind, item, address, marker, pages, found)
    except ZoomError as error:
        found.unread.append(f"{host}: {error.user_message}")


def _marked(client: ZoomClient, host: Host, kind: Kind) -> Iterator[tuple[MeetingAnswer, str, str]]:
    """Yield the host's meetings that carry a marker of ours, with the lesson's address and the marker."""
    reads = capabilities.allowed(host.connection, feature_name(kind, "read")).likely
    for item in client.of_kind(kind).list(host.zoom_ref):
        if len(item.agenda) >= diff.LIST_AGENDA and reads:
            item = client.of_kind(kind).get(item.id)
        lines = item.agenda.strip().splitlines()
        match = _MARKED.search(lines[-1]) if lines else None
        if match:
            yield item, match["address"], match["marker"]


def _place(
    host: Host, kind: Kind, item: MeetingAnswer, address: str, marker: str, pages: dict[str, Any], found: _Search
) -> None:
    key = host.connection.app.account_key
    if Meeting.objects.filter(account_key=key, zoom_id=item.id).exists():
        found.known += 1
        return
    # Rows only, and no call within: a dry run does the same to them and takes it back.
    with transaction.atomic():
        row = _row_for(marker, pages.get(address))
        adopted = row is not None and row.kind == kind and _adopt(row, host, item, marker)
        if adopted and row is not None and found.dry_run:
            lesson = row.lessons.values_list("page_id", flat=True).first()
            adopted = lesson not in found.promised
            found.promised.add(lesson)
        transaction.set_rollback(found.dry_run)
    (found.adopted if adopted else found.strange).append(f"{format_meeting_number(item.id)} “{item.topic}” {address}")


def _row_for(marker: str, page: Any) -> Meeting | None:
    """Return the row that waits for this meeting: by its marker, else the one of the lesson that the address names."""
    waiting = Meeting.objects.filter(actual__in=(Actual.ABSENT, Actual.DOUBT), is_owned=True, zoom_id=None)
    by_marker = waiting.filter(marker=marker).first()
    if by_marker is not None or page is None:
        return by_marker
    if not LessonMeeting.objects.filter(page_id=page.pk).exists():
        intent.want(page)
    return waiting.filter(lessons__page_id=page.pk, lessons__role=LessonMeeting.Role.OWNER).first()


def _adopt(meeting: Meeting, host: Host, item: MeetingAnswer, marker: str) -> bool:
    """Write down that ``item`` is the meeting of the row; what differs from the lesson's wishes is due to be changed."""
    wanted = dict(meeting.wanted_payload)
    wanted["agenda"] = str(wanted.get("agenda", "")).replace(f"#zoom-{meeting.marker}", f"#zoom-{marker}")
    meeting.account_key = host.connection.app.account_key
    columns = create.columns_of(meeting, item)
    meeting.accepted_payload, meeting.actual_payload = wanted, columns["actual_payload"]
    differing = {*diff.drift(meeting), *(("start_time", "timezone") if diff.starts_differ(meeting) else ())}
    adopted = Meeting.objects.filter(pk=meeting.pk, lease_owner="", zoom_id=None).update(
        **Meeting.clear_attention() | {"due_at": clock.now() if differing else None},
        **columns,
        marker=marker,
        wanted_payload=wanted,
        accepted_payload={name: value for name, value in wanted.items() if name not in differing},
        host=host,
        host_label=str(host),
        connection=host.connection,
        account_key=meeting.account_key,
        doubt_since=None,
        doubt_looks=0,
        waits_for=None,
    )
    if adopted:
        Change.objects.create(meeting=meeting, at=clock.now(), what="found again", fields=sorted(differing))
    return bool(adopted)


def _pages_by_address() -> dict[str, Any]:
    coming = lessons.live_lessons((clock.now() - _RECENT).date())
    return {page.full_url or page.url_path: page for page in coming}
