"""From a lesson page to rows: what is wanted on Zoom. Rows only, never the network; every function may be repeated."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from wagtail.models import Page, Site

from ... import clock
from ...models import Approval, Host, Ledger, LessonMeeting, Meeting, ZoomSettings
from ...models.lessons import LessonKind
from ..approvals import approvals
from ..connections import zoom_apps
from ..lessons import lesson_meetings
from ..lessons.pages import Lesson
from ..registrants.transfer import copy_registrants
from . import diff, link_existing
from .desired_state import DesiredMeeting, Payload, Problem, desired_meeting_for, with_marker


Wanted, Actual, Role = Meeting.Wanted, Meeting.Actual, LessonMeeting.Role


def want(page: Lesson) -> int | None:
    """Write down what the live lesson ``page`` wants on Zoom; return the id of the meeting that became due, if any.

    Drafts, aliases and lessons that are over want nothing. Published twice at once, it ends with one meeting.
    """
    if not page.live or page.alias_of_id:
        return None
    site = page.get_site()
    space = zoom_apps.settings_of(site) if site else None
    wishes = desired_meeting_for(page, site, space)
    try:
        with transaction.atomic():
            return _written(page, site, space, wishes)
    except IntegrityError:
        # Another process made the lesson's link a moment ago: there is a row to change now.
        with transaction.atomic():
            return _written(page, site, space, wishes)


def unwant(page: Page, reason: str) -> int | None:
    """Write down that the lesson ``page`` is no longer public; return the id of the meeting that became due, if any.

    ``reason`` is unpublished, removed (the lesson wants no meeting any more) or deleted. An unpublished lesson keeps
    its meeting or loses it as its space has decided. A meeting that others use, or that is over, stays. Whoever wants
    none any more keeps the link for as long as the former one is on Zoom, so that its editor is told what becomes of it.
    """
    link = lesson_meetings.own_link_of(page)
    if link is None:
        return None
    with transaction.atomic():
        if reason == "unpublished":
            return lesson_meetings.mark_unwanted(link.meeting, reason) if _is_dropped(page, link) else None
        if reason == "removed" and link.meeting.is_leaving:
            return None
        may_stay = reason == "removed" and link.role == Role.OWNER
        became_due = lesson_meetings.mark_unwanted(link.meeting, reason) if may_stay else None
        if became_due is None:
            became_due = lesson_meetings.unlink(link, reason)
        lesson_meetings.set_successor(link.meeting, None)
        return became_due


def start_anew(page: Lesson, old: LessonMeeting, reason: str) -> int | None:
    """Let the lesson have another meeting than that of ``old``, which is cancelled once the new one exists."""
    site = page.get_site()
    space = zoom_apps.settings_of(site) if site else None
    with transaction.atomic():
        return _replace(page, site, space, desired_meeting_for(page, site, space), old, reason)


def _written(page: Lesson, site: Site | None, space: ZoomSettings | None, wishes: DesiredMeeting) -> int | None:
    became_due = _want(page, site, space, wishes)
    # Registration switched on, another class or another audience: who is enrolled is compared at once. Where nobody
    # ever compared there is nothing to note, and it is due anyway.
    compared = Ledger.objects.filter(meeting__lessons__page_id=page.pk, enrolments_at__isnull=False)
    compared.update(enrolments_due_at=clock.now())
    return became_due


def _want(page: Lesson, site: Site | None, space: ZoomSettings | None, wishes: DesiredMeeting) -> int | None:
    link = lesson_meetings.own_link_of(page)
    if wishes.kind == LessonKind.NONE:
        return unwant(page, "removed") if link else None
    if wishes.kind == LessonKind.EXISTING:
        return link_existing.want_existing(page, site, wishes, link)
    if link is None:
        return None if wishes.times.problem == "past" else _make(page, site, space, wishes)
    if link.role == Role.GUEST or not _fits(page, link.meeting, wishes):
        if wishes.times.problem == "past" or link.meeting.is_live(clock.now()):
            # Looked at again by sync_zoom: a running meeting is never taken away under its learners.
            return None
        return _replace(page, site, space, wishes, link, "replaced")
    return _update(page, site, space, wishes, link)


def _make(page: Lesson, site: Site | None, space: ZoomSettings | None, wishes: DesiredMeeting) -> int | None:
    meeting = Meeting(kind=wishes.kind, site=site, site_label=str(site or ""), wanted=Wanted.PRESENT)
    _assign_host(meeting, wishes.host)
    meeting.wanted_payload = _payload(page, wishes, meeting)
    meeting.starts_at, meeting.ends_at = wishes.starts_at, wishes.ends_at
    for name, value in _what_next(meeting, wishes, site).items():
        setattr(meeting, name, value)
    is_old = approvals.is_older_than_installation(page, space)
    if is_old and meeting.due_at is not None:
        meeting.waits_for = approvals.ask(site, approvals.OLD_LESSONS)
    meeting.save()
    lesson_meetings.link_to(page, meeting, Role.OWNER, wishes.digest)
    if meeting.waits_for is not None:
        approvals.count_waiting(meeting.waits_for)
        return None
    return meeting.pk if meeting.due_at is not None else None


def _replace(
    page: Lesson,
    site: Site | None,
    space: ZoomSettings | None,
    wishes: DesiredMeeting,
    link: LessonMeeting,
    reason: str,
) -> int | None:
    """Give the lesson another meeting, and its people with it.

    The one that it had is known as replaced, and goes once the new one exists.
    """
    lesson_meetings.unlink(link, reason)
    became_due = _make(page, site, space, wishes)
    successor = Meeting.objects.get(lessons__page_id=page.pk)
    if link.role == Role.OWNER:
        copy_registrants(link.meeting, successor)
    lesson_meetings.set_successor(link.meeting, successor)
    return became_due


def _update(
    page: Lesson, site: Site | None, space: ZoomSettings | None, wishes: DesiredMeeting, link: LessonMeeting
) -> int | None:
    """Change what is wanted of the lesson's own meeting; nothing becomes due where nothing differs from Zoom."""
    meeting = link.meeting
    before = (meeting.wanted, meeting.wanted_payload, meeting.host_id, meeting.attention)
    if meeting.actual == Actual.ABSENT and not meeting.is_moved:
        meeting.site, meeting.site_label = site, str(site or "")
        _assign_host(meeting, wishes.host or meeting.host)
    meeting.wanted = Wanted.PRESENT
    meeting.is_moved = meeting.site_id != (site.pk if site else None)
    payload = _payload(page, wishes, meeting)
    if not wishes.errors:
        meeting.wanted_payload = payload
        meeting.starts_at, meeting.ends_at = wishes.starts_at, wishes.ends_at
    next_columns = _what_next(meeting, wishes, site)
    meeting_with_report = _still_held_by(page, space, meeting)
    if meeting_with_report is not None:
        next_columns = Meeting.clear_attention()
    values = {
        "wanted": meeting.wanted,
        "absent_reason": "",
        "site": meeting.site,
        "site_label": meeting.site_label,
        "host": meeting.host,
        "host_label": meeting.host_label,
        "connection": meeting.connection,
        "account_key": meeting.account_key,
        "is_moved": meeting.is_moved,
        "wanted_payload": meeting.wanted_payload,
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "waits_for": meeting_with_report,
        **next_columns,
    }
    if before != (meeting.wanted, meeting.wanted_payload, meeting.host_id, next_columns["attention"]):
        values["generation"] = F("generation") + 1
    Meeting.objects.filter(pk=meeting.pk).update(**values)
    lesson_meetings.save_digest(link, page, wishes.digest)
    return meeting.pk if next_columns["due_at"] is not None else None


def _what_next(meeting: Meeting, wishes: DesiredMeeting, site: Site | None) -> dict[str, Any]:
    """Return the columns that say what is to be done about ``meeting`` now that it wants what it wants."""
    if wishes.times.problem == "past" and meeting.is_over(clock.now()):
        return Meeting.clear_attention()
    if wishes.errors:
        return _attention_for(wishes.errors[0])
    if meeting.actual == Actual.GONE:
        return Meeting.set_attention("gone")
    if meeting.actual == Actual.DOUBT and meeting.attention == "create_in_doubt":
        return {**Meeting.set_attention(meeting.attention, **meeting.attention_params)}
    if meeting.actual == Actual.ABSENT:
        obstacle = _obstacle(meeting, site)
        return obstacle or {**Meeting.clear_attention(), "due_at": clock.now()}
    if diff.changes(meeting) or meeting.actual == Actual.DOUBT:
        return {**Meeting.clear_attention(), "due_at": clock.now()}
    return Meeting.clear_attention()


def _still_held_by(page: Page, space: ZoomSettings | None, meeting: Meeting) -> Approval | None:
    """Return what an old lesson goes on waiting for; publishing it anew is a yes for this one lesson."""
    approval = meeting.waits_for
    if approval is None or approval.act != approvals.OLD_LESSONS:
        return None
    return approval if approvals.is_older_than_installation(page, space) else None


def _obstacle(meeting: Meeting, site: Site | None) -> dict[str, Any] | None:
    """Return the columns for a meeting that cannot be made yet for want of a space, a host or a connection."""
    if site is None:
        return Meeting.set_attention("no_space")
    if meeting.host is None or meeting.connection is None:
        return Meeting.set_attention("no_host" if zoom_apps.apps_of(site) else "not_connected")
    if not meeting.connection.is_usable:
        return Meeting.set_attention("host_disconnected", host=str(meeting.host))
    return None


def _attention_for(problem: Problem) -> dict[str, Any]:
    return Meeting.set_attention(problem.code, **problem.params)


def _fits(page: Lesson, meeting: Meeting, wishes: DesiredMeeting) -> bool:
    """Tell whether the lesson's meeting can become what is wished, or another one is needed."""
    now = clock.now()
    if meeting.actual == Actual.CANCELLED or _is_being_cancelled(meeting, now):
        return False
    if not meeting.is_owned:
        return False
    if meeting.is_over(now) and wishes.times.problem == "" and meeting.actual == Actual.PRESENT:
        return False
    if meeting.actual == Actual.ABSENT and meeting.lease_owner == "":
        # Nothing has been sent yet: the row itself can become another kind, or another host's.
        return meeting.kind == wishes.kind or not _change_kind(meeting, wishes.kind)
    return meeting.kind == wishes.kind and not _is_other_host(page, meeting, wishes.host)


def _change_kind(meeting: Meeting, kind: str) -> bool:
    """Make a meeting that was never sent one of the other kind; return whether it must be another row after all."""
    changed = Meeting.objects.filter(pk=meeting.pk, actual=Actual.ABSENT, lease_owner="").update(
        kind=kind, generation=F("generation") + 1
    )
    meeting.kind = kind
    return not changed


def _is_being_cancelled(meeting: Meeting, now: dt.datetime) -> bool:
    leased = bool(meeting.lease_owner) and meeting.lease_until is not None and meeting.lease_until > now
    return meeting.wanted == Wanted.ABSENT and leased


def _is_other_host(page: Lesson, meeting: Meeting, host: Host | None) -> bool:
    """Tell whether the page wishes another *person* to host.

    That somebody's connection came or went, or that the page moved to another space, is no such wish.
    """
    if host is None or meeting.host is None:
        return False
    if page.zoom_host_id:
        return host.pk == page.zoom_host_id and host.pk != meeting.host_id
    if meeting.host.site_id != host.site_id:
        return False
    return host.user_id != meeting.host.user_id


def _payload(page: Lesson, wishes: DesiredMeeting, meeting: Meeting) -> Payload:
    return with_marker(wishes.payload, page.full_url or page.url_path, meeting.marker)


def _assign_host(meeting: Meeting, host: Host | None) -> None:
    meeting.host = host
    meeting.host_label = str(host or "")
    meeting.connection = host.connection if host else None
    meeting.account_key = host.connection.app.account_key if host else ""


def _is_dropped(page: Page, link: LessonMeeting) -> bool:
    """Tell whether unpublishing takes the meeting away: where the space says so, and where none was made yet."""
    if link.role != Role.OWNER:
        return False
    if link.meeting.actual in (Actual.ABSENT, Actual.CANCELLED):
        return True
    site = page.get_site()
    policy = zoom_apps.settings_of(site).when_unpublished if site else ZoomSettings.WhenUnpublished.KEEP
    return policy == ZoomSettings.WhenUnpublished.CANCEL
