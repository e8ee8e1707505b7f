"""Lessons that use what exists on Zoom: one row per account and number, read from Zoom and never changed by us."""

from __future__ import annotations

from wagtail.models import Site

from ... import clock
from ...api.meeting_numbers import format_meeting_number
from ...models import App, Connection, LessonMeeting, Meeting
from ..connections import hosts, zoom_apps
from ..lessons import lesson_meetings
from ..lessons.options import options_of
from ..lessons.pages import Lesson
from ..registrants.planner_input import known_of
from .desired_state import DesiredMeeting


Actual, Role = Meeting.Actual, LessonMeeting.Role


def want_existing(page: Lesson, site: Site | None, wishes: DesiredMeeting, link: LessonMeeting | None) -> int | None:
    """Link ``page`` to the meeting with the number it names; return the id of the row that is to be read, if any.

    Several lessons of a space may use one meeting. One of another space is refused.
    """
    number = wishes.number
    connection = connection_for(page, site)
    if not number or site is None or connection is None:
        code = "no_number" if not number else "no_space" if site is None else "not_connected"
        _stand_in(page, site, wishes, link, code)
        return None
    meeting = find(connection.app, number)
    if meeting is not None and meeting.site_id not in (None, site.pk):
        _stand_in(page, site, wishes, link, "other_space")
        return None
    if meeting is None:
        meeting = Meeting.objects.create(
            kind=Meeting.Kind.MEETING,
            site=site,
            site_label=str(site),
            connection=connection,
            account_key=connection.app.account_key,
            zoom_id=number,
            is_owned=False,
            due_at=clock.now(),
        )
    elif not meeting.is_owned and (
        meeting.attention or meeting.wanted != Meeting.Wanted.PRESENT or _lacks_registration(page, meeting)
    ):
        Meeting.objects.filter(pk=meeting.pk).update(
            **{**Meeting.clear_attention(), "due_at": clock.now()}, connection=connection, wanted=Meeting.Wanted.PRESENT
        )
        meeting.refresh_from_db(fields=["due_at"])
    _point(page, meeting, wishes, link)
    return meeting.pk if meeting.due_at is not None else None


def find(app: App, number: int) -> Meeting | None:
    """Return the row of the meeting ``number`` in the Zoom account of ``app``.

    An account may have been known by its app alone before Zoom told its id, so both keys are looked under.
    """
    keys = {app.account_key, f"app:{app.client_id}"}
    return Meeting.objects.filter(account_key__in=keys, zoom_id=number).order_by("-pk").first()


def connection_for(page: Lesson, site: Site | None) -> Connection | None:
    """Return the connection through which an existing meeting is read: the account's if there is one, else the host's."""
    if site is None:
        return None
    server_app = zoom_apps.app_of(site, App.Kind.SERVER)
    if server_app is not None:
        rows = Connection.objects.select_related("app").filter(app=server_app, person_key=Connection.ACCOUNT)
        found = rows.exclude(status=Connection.Status.DISCONNECTED).first() or hosts.account_connection_of(site)
        if found is not None:
            return found
    host = hosts.host_for_lesson(page) or hosts.hosts_of(site).first()
    return host.connection if host else None


def _lacks_registration(page: Lesson, meeting: Meeting) -> bool:
    """Tell whether ``page`` wants people registered where Zoom took nobody when it was last read: it is read anew."""
    registers = known_of(meeting).get("settings.approval_type") in (0, 1)
    return meeting.actual == Actual.PRESENT and not registers and options_of(page).registration == "on"


def _stand_in(page: Lesson, site: Site | None, wishes: DesiredMeeting, link: LessonMeeting | None, code: str) -> None:
    """Let the lesson have a row that says why it is linked to nothing."""
    said = Meeting.set_attention(code, number=format_meeting_number(wishes.number) if wishes.number else "")
    if link is not None and not link.meeting.is_owned and link.meeting.zoom_id is None:
        Meeting.objects.filter(pk=link.meeting_id).update(**said)
        lesson_meetings.save_digest(link, page, wishes.digest)
        return
    meeting = Meeting.objects.create(
        kind=Meeting.Kind.MEETING, site=site, site_label=str(site or ""), is_owned=False, **said
    )
    _point(page, meeting, wishes, link)


def _point(page: Lesson, meeting: Meeting, wishes: DesiredMeeting, link: LessonMeeting | None) -> None:
    """Let the lesson's link lead to ``meeting``; one made for it goes once this one is known to exist."""
    if link is not None and link.meeting_id == meeting.pk:
        lesson_meetings.save_digest(link, page, wishes.digest)
        return
    if link is not None:
        lesson_meetings.unlink(link, "replaced")
        lesson_meetings.set_successor(link.meeting, meeting)
    lesson_meetings.link_to(page, meeting, Role.GUEST, wishes.digest)
