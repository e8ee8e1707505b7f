"""The state of a lesson on Zoom, in one word for programs and one sentence for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Page

from ... import clock, conf
from ...api.meeting_numbers import format_meeting_number
from ...models import Approval, LessonMeeting, Meeting, ZoomSettings
from ...models.lessons import LessonKind
from .. import endpoints
from ..installation.clone_guard import ClonedDatabaseError
from ..lessons.pages import Lesson
from ..lessons.schedule import LessonTimes, lesson_times, when
from ..lessons.site_settings import Spaces
from ..lessons.time_format import spoken_live
from ..meetings.diff import drift
from ..problems.catalogue import Tone
from ..problems.describe import ProblemMessage, describe, field_names, zoom_moment


Wanted, Actual = Meeting.Wanted, Meeting.Actual

Stop = Literal["", "pause", "elsewhere"]

_STOPPED = {
    "pause": gettext_lazy(
        "Nothing is sent to Zoom while this space is paused. An administrator can let it go on under Settings → Zoom."
    ),
    "elsewhere": ClonedDatabaseError.default_message,
}

_TIME_CODES = {
    "missing": "time_missing",
    "nonexistent": "time_nonexistent",
    "unknown_zone": "zone_unknown",
}


@dataclass(frozen=True)
class LessonState:
    """What became of a lesson's wishes.

    ``code`` is one of none, draft, waiting, ready, live, attention, over, moved, cancelled, gone, held, paused;
    ``number`` the meeting's, '' while there is none; ``actions`` the buttons that help (`advice.ACTIONS`);
    ``attention`` the code behind "attention"; ``for_administrators`` a sentence that only they need; ``notices`` what
    is good to know besides; ``zoom_address`` where "Open on Zoom" leads.
    """

    code: str
    title: str
    sentence: str
    tone: Tone = "neutral"
    number: str = ""
    actions: tuple[str, ...] = ()
    attention: str = ""
    for_administrators: str = ""
    notices: tuple[str, ...] = ()
    zoom_address: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing will change by itself within the next minutes, so that a screen may stop asking."""
        return self.code not in ("waiting", "live")


_UNKNOWN: Any = object()


def state_of(
    page: Lesson,
    link: LessonMeeting | None = _UNKNOWN,
    now: dt.datetime | None = None,
    spaces: Spaces | None = None,
) -> LessonState:
    """Return the state of ``page``. ``link`` and ``spaces`` spare queries where the caller has them; never calls Zoom."""
    spaces = spaces or Spaces()
    if link is _UNKNOWN:
        link = links_of([page]).get(page.pk)
    return _state(page, link, spaces, now or clock.now())


def states_for(pages: Iterable[Lesson], now: dt.datetime | None = None) -> dict[int, LessonState]:
    """Return the states of ``pages`` by page id, in a number of queries that does not grow with them."""
    pages, spaces, now = list(pages), Spaces(), now or clock.now()
    links = links_of(pages)
    return {page.pk: _state(page, links.get(page.pk), spaces, now) for page in pages}


def links_of(pages: Iterable[Page]) -> dict[int, LessonMeeting]:
    """Return the links of ``pages`` by page id, with their meetings, in one query; an alias has its original's."""
    owners = {page.pk: page.alias_of_id or page.pk for page in pages}
    rows = LessonMeeting.objects.select_related("meeting__waits_for", "meeting__host", "meeting__connection__app")
    found = {link.page_id: link for link in rows.filter(page_id__in=set(owners.values()))}
    return {pk: found[owner] for pk, owner in owners.items() if owner in found}


def state_of_meeting(meeting: Meeting, now: dt.datetime | None = None) -> LessonState:
    """Return the state of a meeting whose lesson page is gone, or that is looked at by itself."""
    return _meeting_state(
        meeting,
        stopped_by=_stopped_by(None, Spaces()),
        ended=meeting.is_over(now or clock.now()),
        now=now or clock.now(),
    )


def zoom_address(meeting: Meeting) -> str:
    """Return the page on Zoom's own site where the host changes or deletes ``meeting``; '' without a number."""
    if not meeting.zoom_id:
        return ""
    return f"{endpoints.web_origin(meeting.connection)}/{meeting.kind}/{meeting.zoom_id}"


def spoken_number(meeting: Meeting | None) -> str:
    """Return the number grouped as Zoom shows it: 123 4567 8901; '' while there is none."""
    return format_meeting_number(meeting.zoom_id) if meeting and meeting.zoom_id else ""


def _state(page: Lesson, link: LessonMeeting | None, spaces: Spaces, now: dt.datetime) -> LessonState:
    space = spaces.settings_of(spaces.site_of(page))
    if page.zoom_kind == LessonKind.NONE and not _is_leaving(link, now):
        return LessonState("none", _("No Zoom meeting"), _("This lesson uses no Zoom meeting."))
    times = when(page, link, space)
    if link is None:
        return _without_row(page, times, space, now)
    meeting = link.meeting
    ended = times.is_over and meeting.is_over(now)
    state = _meeting_state(meeting, stopped_by=_stopped_by(space, spaces), ended=ended, now=now, zone=times.zone)
    if not page.live and state.code in ("waiting", "ready") and meeting.wanted == Wanted.PRESENT:
        return _unpublished(page, meeting, state)
    return state


def _is_leaving(link: LessonMeeting | None, now: dt.datetime) -> bool:
    """Tell whether a lesson that wants no meeting any more had one that is still to go from Zoom."""
    return link is not None and link.meeting.is_leaving and not link.meeting.is_over(now)


def _without_row(page: Lesson, times: LessonTimes, space: ZoomSettings | None, now: dt.datetime) -> LessonState:
    if not page.live:
        return LessonState(
            "draft", _("Not published yet"), _("The Zoom meeting is made when this lesson is published.")
        )
    if times.problem == "past":
        published_late = page.last_published_at and times.ends_at and page.last_published_at > times.ends_at
        return _said("attention", describe("time_past", {})) if published_late else _over(None)
    if times.problem in _TIME_CODES and page.zoom_kind != LessonKind.EXISTING:
        wished = lesson_times(page, space)
        params = {
            "date": str(page.zoom_date or ""),
            "time": str(page.zoom_time or "")[:5],
            "zone": page.zoom_timezone or wished.zone.key,
        }
        return _said("attention", describe(_TIME_CODES[times.problem], params))
    return _waiting(None)


def _stopped_by(space: ZoomSettings | None, spaces: Spaces) -> Stop:
    """Return what keeps everything from being sent to Zoom, '' if nothing does."""
    if spaces.is_clone:
        return "elsewhere"
    return "pause" if conf.is_paused() or (space is not None and space.is_paused) else ""


def _meeting_state(
    meeting: Meeting, *, stopped_by: Stop, ended: bool, now: dt.datetime, zone: ZoneInfo | None = None
) -> LessonState:
    """Return the state of ``meeting``; times of day are said in ``zone``, or in that of whoever looks."""
    for found in (
        _ended_state(meeting, ended=ended, now=now, zone=zone or timezone.get_current_timezone()),
        _held_state(meeting, stopped_by),
        _attention_state(meeting),
    ):
        if found is not None:
            return found
    if meeting.wanted == Wanted.ABSENT:
        return _leaving(meeting)
    if meeting.actual != Actual.PRESENT:
        return _waiting(meeting)
    if meeting.is_moved:
        return LessonState(
            "moved",
            _("Moved from another space"),
            _(
                "This lesson came from another space. Its meeting goes on through the Zoom connection that made it. "
                "Keep it there, or make a new meeting here."
            ),
            "warning",
            spoken_number(meeting),
            ("keep_here", "new_here"),
            zoom_address=zoom_address(meeting),
        )
    return _ready(meeting)


def _ended_state(meeting: Meeting, *, ended: bool, now: dt.datetime, zone: ZoneInfo) -> LessonState | None:
    if meeting.is_live(now) and meeting.live_since:
        since = spoken_live(meeting.live_since, meeting.live_count, zone)
        return LessonState(
            "live",
            _("Live now"),
            _("The meeting is running: %(since)s") % {"since": since},
            "ok",
            spoken_number(meeting),
            zoom_address=zoom_address(meeting),
        )
    if meeting.actual == Actual.CANCELLED:
        return LessonState(
            "cancelled",
            _("Cancelled"),
            _("The meeting was cancelled on Zoom. Publishing the lesson again makes a new one."),
        )
    return _over(meeting) if ended else None


def _held_state(meeting: Meeting, stopped_by: Stop) -> LessonState | None:
    approval = meeting.waits_for
    if approval is not None and approval.verdict == Approval.Verdict.OPEN:
        return LessonState("held", _("Waits for a yes"), _held_sentence(approval), "warning", spoken_number(meeting))
    if stopped_by and meeting.due_at is not None:
        return LessonState(
            "paused",
            _("Paused"),
            str(_STOPPED[stopped_by]),
            "warning",
            spoken_number(meeting),
        )
    return None


def _attention_state(meeting: Meeting) -> LessonState | None:
    if not meeting.attention:
        return None
    said = describe(meeting.attention, {"number": spoken_number(meeting), **meeting.attention_params})
    return _said("gone" if meeting.attention == "gone" else "attention", said, meeting)


def _said(code: str, said: ProblemMessage, meeting: Meeting | None = None) -> LessonState:
    return LessonState(
        code,
        said.title,
        said.sentence,
        said.tone,
        spoken_number(meeting),
        said.actions,
        said.code,
        said.for_administrators,
        zoom_address=zoom_address(meeting) if meeting else "",
        params=dict(meeting.attention_params) if meeting else {},
    )


def _held_sentence(approval: Approval) -> str:
    count = approval.figures.get("meetings", 0)
    if approval.act == "old_lessons":
        return _(
            "This lesson was published before Zoom was set up on this site. An administrator has to say once that such "
            "lessons get meetings: %(count)s are waiting."
        ) % {"count": count}
    if approval.act == "cancel":
        return _(
            "%(count)s meetings would be cancelled on Zoom at once. An administrator has to say yes before that happens."
        ) % {"count": count}
    return _(
        "%(count)s meetings would be made on Zoom at once. An administrator has to say yes before that happens."
    ) % {"count": count}


def _waiting(meeting: Meeting | None) -> LessonState:
    return LessonState(
        "waiting",
        _("Being created"),
        _("The Zoom meeting is being made. This takes a minute at most; you can go on working."),
        "busy",
        spoken_number(meeting),
    )


def _over(meeting: Meeting | None) -> LessonState:
    return LessonState(
        "over",
        _("Over"),
        _("This lesson is over. Nothing is changed on Zoom any more."),
        "neutral",
        spoken_number(meeting),
    )


def _leaving(meeting: Meeting) -> LessonState:
    if meeting.actual == Actual.PRESENT and meeting.is_owned:
        return LessonState(
            "waiting",
            _("Being cancelled"),
            _("The meeting is being cancelled on Zoom. This takes a minute or two."),
            "busy",
            spoken_number(meeting),
        )
    return LessonState("cancelled", _("Cancelled"), _("This lesson has no meeting on Zoom any more."))


def _ready(meeting: Meeting) -> LessonState:
    notices = []
    if meeting.due_at is not None and meeting.is_owned and meeting.wanted_payload != meeting.accepted_payload:
        notices.append(_("The last changes are on their way to Zoom."))
    differing = drift(meeting)
    if differing:
        notices.append(
            _("On Zoom this is different: %(fields)s. An administrator of the Zoom account may have fixed it there.")
            % {"fields": ", ".join(field_names(differing))}
        )
    if meeting.is_owned:
        sentence = _("The meeting is on Zoom. Learners join from this lesson's page.")
    else:
        sentence = _("The lesson uses a meeting that exists on Zoom, and takes its time from there: %(when)s.") % {
            "when": zoom_moment(meeting.starts_at.isoformat(), str(meeting.actual_payload.get("timezone", "UTC")))
            if meeting.starts_at
            else _("no fixed time")
        }
    return LessonState(
        "ready",
        _("Ready"),
        sentence,
        "ok",
        spoken_number(meeting),
        notices=tuple(notices),
        zoom_address=zoom_address(meeting),
    )


def _unpublished(page: Lesson, meeting: Meeting, state: LessonState) -> LessonState:
    if meeting.actual != Actual.PRESENT:
        return _without_row(page, LessonTimes(None, None, lesson_times(page).zone), None, clock.now())
    return LessonState(
        "draft",
        _("Not published"),
        _("The lesson is not public, so nobody can join. Its meeting is kept on Zoom."),
        "neutral",
        state.number,
        notices=state.notices,
        zoom_address=state.zoom_address,
    )
