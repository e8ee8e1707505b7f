"""What an editor should know about registering for a meeting that exists on Zoom, which this site never changes."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ...api.scopes import feature_name
from ...models import LessonMeeting, Meeting
from ...models.lessons import Audience, LessonKind
from ..connections import capabilities
from ..lessons.options import options_of
from ..lessons.pages import Lesson
from ..registrants.planner_input import known_of


def notices_of(page: Lesson, link: LessonMeeting | None) -> list[str]:
    """Return sentences about how the wishes of ``page`` and the registration that Zoom has for its meeting go together.

    Nothing where the lesson has a meeting of its own, or where Zoom has not been read yet.
    """
    if link is None or page.zoom_kind != LessonKind.EXISTING or link.role != LessonMeeting.Role.GUEST:
        return []
    meeting = link.meeting
    if meeting.actual != Meeting.Actual.PRESENT or meeting.zoom_id != page.zoom_number:
        return []
    approval_type = known_of(meeting).get("settings.approval_type")
    # Zoom: approval_type 0 admits at once, 1 by hand, 2 (what it has where nobody chose) takes no registrations.
    if approval_type in (0, 1):
        return _where_zoom_registers(page, meeting, admits_at_once=approval_type == 0)
    return [_why_off(meeting)] if options_of(page).registration == "on" else []


def _where_zoom_registers(page: Lesson, meeting: Meeting, *, admits_at_once: bool) -> list[str]:
    options = options_of(page)
    said = []
    lacking = _lacking(meeting)
    if lacking:
        said.append(
            _(
                "Zoom admits only registered people here, and the Zoom app of this space may not register anybody. An "
                "administrator can add the scope %(scopes)s."
            )
            % {"scopes": ", ".join(lacking)}
        )
    if options.registration == "off":
        said.append(_off_here(page))
    elif admits_at_once and options.approval != "everyone":
        said.append(
            _(
                "Whoever registers on Zoom's own page is admitted there at once; this site cannot change that. Who has "
                "to wait here is sent to Zoom only when a person approves them."
            )
        )
    return said


def _off_here(page: Lesson) -> str:
    if page.zoom_audience == Audience.EVERYBODY:
        return _(
            "On Zoom people have to register. Whoever is logged in and presses Join is registered by that; others "
            "cannot come in until “Registration” is switched on below."
        )
    return _(
        "On Zoom people have to register. Whoever presses Join is registered by that. So that people can register "
        "beforehand, switch “Registration” on below."
    )


def _why_off(meeting: Meeting) -> str:
    if meeting.is_owned:
        return _(
            "Registration is off in the lesson for which this meeting was made, so people just join. Switch it on there."
        )
    if meeting.kind == Meeting.Kind.WEBINAR:
        return _(
            "Zoom does not take registrations for this webinar, so people just join. Switch registration on for it on "
            "Zoom, then publish this lesson again."
        )
    return _(
        "Zoom does not take registrations for this meeting, so people just join. Switch registration on for it on "
        "Zoom, then publish this lesson again."
    )


def _lacking(meeting: Meeting) -> tuple[str, ...]:
    if meeting.connection is None:
        return ()
    return capabilities.allowed(meeting.connection, feature_name(meeting.kind, "registrants_add")).missing
