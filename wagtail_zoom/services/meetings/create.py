"""Making a meeting on Zoom once, and looking for it where no answer came: a create is never blindly repeated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from ... import clock, conf
from ...api import ZoomClient
from ...api.responses import MeetingAnswer
from ...api.scopes import feature_name
from ...exceptions import ZoomError, ZoomNotFound, ZoomScopeError, in_doubt
from ...models import Change, Connection, Host, Meeting, Orphan
from ...signals import meeting_provisioned, send_safely
from .. import encryption
from ..connections import capabilities
from ..coordination.leases import Lease
from ..encryption import EncryptionError
from . import diff, error_policy
from .desired_state import has_marker, nested
from .refresh_schedule import next_reading


Wanted, Actual = Meeting.Wanted, Meeting.Actual

#: After the deadline of the call, so long until a second look counts.
SECOND_LOOK = dt.timedelta(minutes=2)

#: Zoom's clock and ours may differ by so much.
CLOCKS_DIFFER = dt.timedelta(minutes=1)


def create(lease: Lease[Meeting], client: ZoomClient) -> None:
    """Create the meeting of ``lease`` on Zoom and write down what Zoom answered.

    That it may have been sent is written before it is: a process that dies in between leaves a doubt, not a second
    meeting. Raises children of ZoomError where it was certainly not created.
    """
    meeting = lease.row
    if meeting.host is None:
        raise ZoomNotFound(what="user")
    feature = feature_name(meeting.kind, "create")
    if not is_likely(meeting, feature):
        lease.decide(**Meeting.set_attention("scope_missing", scopes=missing_scopes(meeting, feature)))
        return
    if not encryption.has_keys():
        raise EncryptionError
    error_policy.take_allowance(meeting)
    sent = dict(meeting.wanted_payload)
    if not lease.write(actual=Actual.DOUBT, doubt_since=clock.now(), doubt_looks=0, accepted_payload=sent):
        return
    try:
        answer = client.of_kind(meeting.api_kind).create(meeting.host.zoom_ref, nested(sent))
    except ZoomError as error:
        if in_doubt(error):
            # Looked for at once: mostly it was only the answer that got lost.
            lease.decide(**{**Meeting.clear_attention(), "due_at": clock.now(), "attempts": meeting.attempts + 1})
            return
        lease.write(actual=Actual.ABSENT, doubt_since=None, accepted_payload={})
        raise
    keep(lease, answer, what="created")


def look(lease: Lease[Meeting], client: ZoomClient) -> None:
    """Look among the host's meetings for one that may have been created, and adopt it if it is there.

    Not found counts when it was looked for twice, the second time two minutes after the deadline of the call.
    """
    meeting = lease.row
    if meeting.host is None or not is_likely(meeting, feature_name(meeting.kind, "list")):
        write_doubt(lease)
        return
    try:
        found = _find(client, meeting, client.of_kind(meeting.api_kind).list(meeting.host.zoom_ref))
    except ZoomScopeError:
        write_doubt(lease)
        return
    if found is not None:
        keep(lease, found, what="adopted")
        return
    since = meeting.doubt_since or clock.now()
    counts_from = since + dt.timedelta(seconds=conf.call_deadline()) + SECOND_LOOK
    if meeting.doubt_looks >= 1 and clock.now() >= counts_from:
        forget_doubt(lease)
        return
    lease.write(doubt_looks=meeting.doubt_looks + 1)
    lease.decide(**{**Meeting.clear_attention(), "due_at": max(counts_from, clock.now()), "attempts": meeting.attempts})


def is_likely(meeting: Meeting, feature: str) -> bool:
    """Tell whether to ask Zoom at all; a person who said "try it anyway" is taken at their word."""
    if meeting.connection is None:
        return False
    return bool(meeting.attention_params.get("anyway")) or capabilities.allowed(meeting.connection, feature).likely


def missing_scopes(meeting: Meeting, feature: str) -> list[str]:
    """Return the scopes that ``feature`` lacks, as an administrator of the space needs to read them."""
    return list(capabilities.allowed(meeting.connection, feature).missing) if meeting.connection is not None else []


def may_read(meeting: Meeting) -> bool:
    """Tell whether the scopes probably allow reading the meeting by itself."""
    return is_likely(meeting, feature_name(meeting.kind, "read"))


def forget_doubt(lease: Lease[Meeting]) -> None:
    """Write down that nothing was created after all; the meeting is due to be made."""
    lease.write(actual=Actual.ABSENT, doubt_since=None, doubt_looks=0, accepted_payload={})
    lease.decide(**{**Meeting.clear_attention(), "due_at": clock.now(), "attempts": lease.row.attempts})


def write_doubt(lease: Lease[Meeting]) -> None:
    """Ask a person to look on Zoom, since this site may not."""
    meeting = lease.row
    start = diff.accepted_start(meeting.accepted_payload)
    lease.decide(
        **Meeting.set_attention(
            "create_in_doubt",
            host=str(meeting.host or meeting.host_label),
            topic=str(meeting.accepted_payload.get("topic", "")),
            start=start.isoformat() if start else "",
            zone=str(meeting.accepted_payload.get("timezone", "UTC")),
        )
    )


def keep(lease: Lease[Meeting], answer: MeetingAnswer, *, what: str) -> None:
    """Write down that ``answer`` is the meeting of ``lease``; its links are sealed.

    Whoever lost the lease keeps it only where the row has not moved on; else it becomes an orphan.
    """
    meeting = lease.row
    values = {**columns_of(meeting, answer), "doubt_since": None, "doubt_looks": 0}
    try:
        with transaction.atomic():
            _free_number(meeting, answer.id)
            kept = lease.write(**values) or _write_unleased(lease, values)
    except IntegrityError:
        kept = False
    if not kept:
        _make_orphan(meeting, answer)
        return
    lease.decide(**Meeting.clear_attention())
    Change.objects.create(meeting=meeting, at=clock.now(), what=what, fields=sorted(meeting.accepted_payload))
    _learn_host(meeting, answer)
    send_safely(meeting_provisioned, Meeting, meeting=meeting, created=True)


def columns_of(meeting: Meeting, answer: MeetingAnswer) -> dict[str, Any]:
    """Return the columns that say what ``answer`` says is on Zoom. Links that a short answer lacks stay as they are."""
    secrets = {"join_url": answer.join_url, "passcode": answer.passcode, "registration_url": answer.registration_url}
    for field, text in secrets.items():
        if text:
            encryption.encrypt_field(meeting, field, text)
    now = clock.now()
    return {
        "actual": Actual.PRESENT,
        "zoom_id": answer.id,
        "uuid": answer.uuid or meeting.uuid,
        "zoom_host_id": answer.host_id or meeting.zoom_host_id,
        "host_email": answer.host_email or meeting.host_email,
        "actual_payload": {**meeting.actual_payload, **diff.payload_in(answer)},
        "join_url": meeting.join_url,
        "passcode": meeting.passcode,
        "registration_url": meeting.registration_url,
        "read_at": now,
        "read_due_at": next_reading(meeting, now),
    }


def _find(client: ZoomClient, meeting: Meeting, listed: Iterable[MeetingAnswer]) -> MeetingAnswer | None:
    """Return the meeting among ``listed`` that carries our marker, read whole where the scopes allow.

    Lists cut agendas short (Zoom: 250 characters). What looks like ours is then read by itself; where that is not
    allowed, title, start and the beginning of the agenda decide, if they fit exactly one that nobody else has.
    """
    possible = [item for item in listed if _may_be(meeting, item)]
    reads = may_read(meeting)
    for item in possible:
        if reads:
            item = client.of_kind(meeting.api_kind).get(item.id)
        if has_marker(item.agenda, meeting.marker):
            return item
    cut = [item for item in possible if len(item.agenda) >= diff.LIST_AGENDA]
    if reads or len(cut) != 1:
        return None
    taken = Meeting.objects.filter(account_key=meeting.account_key, zoom_id=cut[0].id).exists()
    return None if taken else cut[0]


def _may_be(meeting: Meeting, item: MeetingAnswer) -> bool:
    if has_marker(item.agenda, meeting.marker):
        return True
    sent = meeting.accepted_payload
    if len(item.agenda) < diff.LIST_AGENDA or not str(sent.get("agenda", "")).startswith(item.agenda.strip()):
        return False
    if meeting.doubt_since and item.created_at and item.created_at < meeting.doubt_since - CLOCKS_DIFFER:
        return False
    return item.topic == sent.get("topic") and item.start_time == diff.accepted_start(sent)


def _write_unleased(lease: Lease[Meeting], values: dict[str, Any]) -> bool:
    """Write what was learnt after the lease was lost, if the row still stands where the work started."""
    rows = Meeting.objects.filter(
        pk=lease.row.pk, generation=lease.generation, zoom_id=None, actual=Actual.DOUBT, lease_owner=""
    )
    return bool(rows.update(**{**Meeting.clear_attention(), **values}))


def _make_orphan(meeting: Meeting, answer: MeetingAnswer) -> None:
    if meeting.connection is not None:
        Orphan.objects.create(
            what=Orphan.What.MEETING,
            connection=meeting.connection,
            kind=meeting.kind,
            zoom_id=answer.id,
            created_at=clock.now(),
        )


def _free_number(meeting: Meeting, number: int) -> None:
    """Take ``number`` from a row whose meeting is gone: Zoom gives numbers out again."""
    past = Q(actual__in=(Actual.GONE, Actual.CANCELLED)) | Q(ends_at__lt=clock.now())
    rows = Meeting.objects.filter(past, account_key=meeting.account_key, zoom_id=number).exclude(pk=meeting.pk)
    rows.update(zoom_id=None)


def _learn_host(meeting: Meeting, answer: MeetingAnswer) -> None:
    """Keep who the host is where the scopes hide it: the first meeting tells (Zoom: host_id, host_email)."""
    if not answer.host_id or meeting.host is None:
        return
    known = {"zoom_user_id": answer.host_id, "zoom_email": answer.host_email}
    Host.objects.filter(pk=meeting.host.pk, zoom_user_id="").update(**known)
    if meeting.host.zoom_ref == Host.ME:
        Connection.objects.filter(pk=meeting.host.connection_id, zoom_user_id="").update(**known)
