"""What a person decides about a meeting that needs them. Rows only: each returns the id of what became due."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from ... import clock
from ...api.meeting_numbers import format_meeting_number
from ...exceptions import ZoomConfigurationError
from ...models import Change, LessonMeeting, Meeting
from .. import audit_log, encryption
from ..lessons import pages
from ..problems.describe import describe
from . import intent, leftovers
from .desired_state import desired_meeting_for


Wanted, Actual = Meeting.Wanted, Meeting.Actual


class DecisionRefused(ZoomConfigurationError):
    """What a person decided cannot be; ``user_message`` says why."""


def retry(meeting_id: int, by: Any) -> int | None:
    """Have the meeting tried again at once, even where the scopes probably do not allow it."""
    meeting = _row(meeting_id)
    params = {"anyway": True}
    changed = Meeting.objects.filter(pk=meeting.pk, lease_owner="").update(
        **{**Meeting.clear_attention(), "due_at": clock.now(), "attention_params": params}
    )
    if not changed:
        return None
    audit_log.note(_subject(meeting), "retry", by)
    page = _page(meeting)
    if page is not None and meeting.actual == Actual.ABSENT:
        # Who hosts, and whether they are connected, is looked at again.
        intent.want(page)
    return meeting.pk


def recreate(meeting_id: int, by: Any) -> int | None:
    """Have a new meeting made for the lesson whose meeting was deleted on Zoom; the old row stays as history."""
    meeting = _row(meeting_id)
    link = _link(meeting)
    page = _page(meeting)
    if link is None or page is None or meeting.actual not in (Actual.GONE, Actual.CANCELLED):
        return None
    audit_log.note(_subject(meeting), "recreate", by, former=_spoken(meeting))
    return intent.start_anew(page, link, "recreated")


def new_link(meeting_id: int, by: Any) -> int | None:
    """Have a lesson get a new meeting with new links; the old one is cancelled once that exists.

    Not while it runs, nor when it is over. Raises `DecisionRefused` where the lesson as it stands could not be made.
    """
    meeting = _row(meeting_id)
    link = _link(meeting)
    page = _page(meeting)
    if link is None or page is None or not may_have_new_link(meeting):
        return None
    problems = desired_meeting_for(page).errors
    if problems:
        raise DecisionRefused("not to be made", user_message=describe(problems[0].code, problems[0].params).sentence)
    audit_log.note(_subject(meeting), "new_link", by, former=_spoken(meeting))
    return intent.start_anew(page, link, "new_link")


def may_have_new_link(meeting: Meeting) -> bool:
    """Tell whether there is a meeting on Zoom whose place another one can take now."""
    now = clock.now()
    is_there = meeting.actual == Actual.PRESENT and meeting.wanted == Wanted.PRESENT and meeting.is_owned
    return is_there and not meeting.is_moved and not meeting.is_over(now) and not meeting.is_live(now)


def mark_done_by_hand(meeting_id: int, by: Any) -> int | None:
    """Take a person's word that they changed or deleted the meeting on Zoom's own site. Nothing becomes due."""
    meeting = _row(meeting_id)
    if meeting.attention == "change_by_hand":
        facts: dict[str, Any] = {"accepted_payload": meeting.wanted_payload}
    elif meeting.attention == "cancel_by_hand":
        facts = {"actual": Actual.CANCELLED}
    else:
        return None
    Meeting.objects.filter(pk=meeting.pk, attention=meeting.attention).update(**Meeting.clear_attention(), **facts)
    Change.objects.create(meeting=meeting, at=clock.now(), what="by hand", fields=sorted(facts))
    audit_log.note(_subject(meeting), "done_by_hand", by, what=meeting.attention)
    return None


def mark_former_done(meeting_id: int, by: Any) -> int | None:
    """Take a person's word that they deleted on Zoom what the lesson had before. Nothing becomes due."""
    meeting = _row(meeting_id)
    for former in leftovers.of_lesson(meeting):
        _take_as_deleted(former)
        audit_log.note(_subject(meeting), "done_by_hand", by, what="cancel_by_hand", former=_spoken(former))
    return None


def mark_left_deleted(meeting: Meeting, by: Any) -> None:
    """Take a person's word that they deleted on Zoom what a deleted lesson had. Nothing becomes due."""
    _take_as_deleted(meeting)
    audit_log.note(meeting, "done_by_hand", by, what="cancel_by_hand", former=_spoken(meeting))


def settle_doubt(meeting_id: int, number: int | None, by: Any, *, join_link: str = "") -> int | None:
    """Take a person's word on whether a meeting that may have been created is on Zoom, and under which ``number``.

    None: it is not there, and is made. ``join_link`` is the invitation link, where the person has pasted one: it is
    sealed, and is needed where the scopes do not allow reading it. Raises `DecisionRefused` for the number of a
    meeting that another lesson has.
    """
    meeting = _row(meeting_id)
    if meeting.actual != Actual.DOUBT:
        return None
    facts: dict[str, Any] = {"doubt_since": None, "doubt_looks": 0, **Meeting.clear_attention(), "due_at": clock.now()}
    if number is None:
        facts |= {"actual": Actual.ABSENT, "accepted_payload": {}}
    else:
        if join_link:
            encryption.encrypt_field(meeting, "join_url", join_link)
            facts["join_url"] = meeting.join_url
        facts |= {"actual": Actual.PRESENT, "zoom_id": number, "read_due_at": clock.now()}
    try:
        with transaction.atomic():
            Meeting.objects.filter(pk=meeting.pk, actual=Actual.DOUBT).update(**facts)
    except IntegrityError as error:
        raise DecisionRefused(
            f"{number} is taken",
            user_message=_("The number %(number)s belongs to another lesson of this site. Look on Zoom again.")
            % {"number": format_meeting_number(number or 0)},
        ) from error
    audit_log.note(_subject(meeting), "settle_doubt", by, number=format_meeting_number(number) if number else "")
    return meeting.pk


def keep_here(meeting_id: int, by: Any) -> int | None:
    """Let a moved lesson keep its meeting on the connection that made it. Nothing becomes due."""
    meeting = _row(meeting_id)
    page = _page(meeting)
    site = page.get_site() if page is not None else None
    if site is None or not meeting.is_moved:
        return None
    Meeting.objects.filter(pk=meeting.pk).update(
        site=site, site_label=str(site), is_moved=False, generation=F("generation") + 1
    )
    audit_log.note(_subject(meeting), "keep_here", by)
    return None


def new_here(meeting_id: int, by: Any) -> int | None:
    """Have a moved lesson get a meeting of its new space; the former one is cancelled once that exists."""
    meeting = _row(meeting_id)
    link = _link(meeting)
    page = _page(meeting)
    if link is None or page is None or not meeting.is_moved:
        return None
    audit_log.note(_subject(meeting), "new_here", by, former=_spoken(meeting))
    return intent.start_anew(page, link, "moved")


def _take_as_deleted(meeting: Meeting) -> None:
    Meeting.objects.filter(pk=meeting.pk).update(**Meeting.clear_attention(), actual=Actual.CANCELLED)
    Change.objects.create(meeting=meeting, at=clock.now(), what="by hand", fields=["actual"])


def _row(meeting_id: int) -> Meeting:
    return Meeting.objects.select_related("site").get(pk=meeting_id)


def _link(meeting: Meeting) -> LessonMeeting | None:
    rows = meeting.lessons.select_related("page", "meeting__host__connection__app", "meeting__connection__app")
    return rows.filter(role=LessonMeeting.Role.OWNER, page__isnull=False).first()


def _page(meeting: Meeting) -> Any:
    link = _link(meeting)
    return pages.page_of(link) if link is not None else None


def _subject(meeting: Meeting) -> Any:
    return _page(meeting) or meeting


def _spoken(meeting: Meeting) -> str:
    return format_meeting_number(meeting.zoom_id) if meeting.zoom_id else ""
