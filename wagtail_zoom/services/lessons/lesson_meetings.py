"""Which lesson uses which meeting: links are made, given up, and with them the meetings that nobody needs any more."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from wagtail.models import Page

from ... import clock
from ...models import LessonMeeting, Meeting


Wanted, Actual, Role = Meeting.Wanted, Meeting.Actual, LessonMeeting.Role


def own_link_of(page: Page) -> LessonMeeting | None:
    """Return the link of ``page`` itself with its meeting, host, connection and space; None if it has none, as an alias."""
    rows = LessonMeeting.objects.select_related(
        "meeting__host__connection__app", "meeting__connection__app", "meeting__site", "meeting__waits_for"
    )
    return rows.filter(page_id=page.pk).first()


def link_to(page: Page, meeting: Meeting, role: str, digest: str) -> LessonMeeting:
    """Make the lesson's link to ``meeting``. Raises IntegrityError when the lesson has one."""
    return LessonMeeting.objects.create(page_id=page.pk, meeting=meeting, role=role, **_told(page, digest))


def save_digest(link: LessonMeeting, page: Page, digest: str) -> None:
    """Note on the link that the wishes with ``digest`` were written down."""
    LessonMeeting.objects.filter(pk=link.pk).update(**_told(page, digest))


def unlink(link: LessonMeeting, reason: str) -> int | None:
    """Take the lesson off its meeting; return the meeting's id if it is to go from Zoom.

    Only a meeting that was made for the lesson goes. Title and path of the page stay on the link, so that the
    meeting's history knows its lesson. Call `set_successor` afterwards.
    """
    LessonMeeting.objects.filter(pk=link.pk).update(page=None)
    return mark_unwanted(link.meeting, reason) if link.role == Role.OWNER else None


def set_successor(former: Meeting, successor: Meeting | None) -> None:
    """Let ``successor`` take the place of ``former``, and of those whose place that was to take itself.

    They are cancelled once the successor exists, or at once where there is none. A row that stood for no meeting at
    all is deleted.
    """
    waiting = Meeting.objects.filter(replaced_by=former, wanted=Wanted.ABSENT, actual=Actual.PRESENT)
    waiting.filter(attention="").update(replaced_by=successor, due_at=clock.now())
    if not former.is_owned and former.zoom_id is None:
        former.delete()
    elif former.is_owned:
        Meeting.objects.filter(pk=former.pk).update(replaced_by=successor)


def mark_unwanted(meeting: Meeting, reason: str) -> int | None:
    """Want ``meeting`` no more; return its id if something is to be done on Zoom.

    What is not ours, what is over and what other lessons use stays as it is.
    """
    if not meeting.is_owned or meeting.is_over(clock.now()) or _is_used_by_others(meeting):
        return None
    acts = meeting.needs_removal
    values: dict[str, Any] = {
        **Meeting.clear_attention(),
        "wanted": Wanted.ABSENT,
        "absent_reason": reason,
        "waits_for": None,
        "due_at": clock.now() if acts else None,
    }
    Meeting.objects.filter(pk=meeting.pk).update(generation=F("generation") + 1, **values)
    return meeting.pk if acts else None


def _is_used_by_others(meeting: Meeting) -> bool:
    return LessonMeeting.objects.filter(meeting=meeting, role=Role.GUEST, page__isnull=False).exists()


def _told(page: Page, digest: str) -> dict[str, Any]:
    return {"page_title": page.title[:255], "page_path": page.url_path[:500], "wishes_digest": digest}
