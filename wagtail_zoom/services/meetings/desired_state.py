"""What a lesson page wishes to be on Zoom: read from the page, checked, and put the way Zoom wants it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from wagtail.models import Site

from ... import clock
from ...api.scopes import feature_name
from ...models import Host, ZoomSettings
from ...models.lessons import LessonKind
from ..connections import capabilities, hosts, zoom_apps
from ..lessons.options import LessonOptions, options_of
from ..lessons.pages import Lesson
from ..lessons.schedule import LessonTimes, TimeProblem, lesson_times, minutes_of, zone_name, zoom_start
from ..users import name_of


#: Zoom: limits of topic and agenda, in characters.
TOPIC_LENGTH = 200
AGENDA_LENGTH = 2000

#: Zoom: meeting type 2 and webinar type 5 are single ones with a fixed time.
SINGLE_MEETING, SINGLE_WEBINAR = 2, 5

#: Zoom: approval_type, and registration happens for the first two only.
AUTOMATIC, BY_HAND, NO_REGISTRATION = 0, 1, 2

#: Zoom ends the meetings of hosts without a licence (Basic) after so many minutes.
BASIC_MINUTES = 40

_LONGEST_ADDRESS = 500
_BASIC = 1

Payload = dict[str, Any]
Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """Something about a lesson that its editor should know; ``code`` is a key of `advice.ADVICE`.

    An *error* keeps the lesson from getting a meeting as it stands; a *warning* does not, or may be gone by then.
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = "error"


@dataclass(frozen=True)
class DesiredMeeting:
    """All that a page says about Zoom.

    ``kind`` is a value of `LessonKind`; ``number`` that of an existing meeting; ``host`` who would host it, if anybody
    can. ``payload`` is flat, nested settings as "settings.waiting_room"; the line with the marker is not in it, since
    it belongs to the meeting. ``digest`` is that of the page alone.
    """

    kind: str
    number: int | None
    host: Host | None
    payload: Payload
    times: LessonTimes
    digest: str
    problems: tuple[Problem, ...] = ()

    @property
    def starts_at(self) -> dt.datetime | None:
        """When it begins, an instant in UTC."""
        return self.times.starts_at

    @property
    def ends_at(self) -> dt.datetime | None:
        """When it is planned to end, an instant in UTC."""
        return self.times.ends_at

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What keeps the lesson from getting a meeting."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def desired_meeting_for(page: Lesson, site: Site | None = None, space: ZoomSettings | None = None) -> DesiredMeeting:
    """Return what ``page`` wishes. Reads the database for space and host; never calls Zoom.

    ``site`` and ``space`` spare the look-up where the caller knows them.
    """
    site = site or page.get_site()
    space = space or (zoom_apps.settings_of(site) if site else None)
    times = lesson_times(page, space)
    digest = page_digest(page, site, space)
    if page.zoom_kind == LessonKind.NONE:
        return DesiredMeeting(page.zoom_kind, None, None, {}, times, digest)
    if page.zoom_kind == LessonKind.EXISTING:
        lacking = () if page.zoom_number else (Problem("no_number"),)
        return DesiredMeeting(page.zoom_kind, page.zoom_number, None, {}, times, digest, lacking)
    host = hosts.host_for_lesson(page, site, space) if site else None
    options = options_of(page)
    payload = payload_of(page, options, times, host, space)
    problems = (
        *_time_problems(times, page, space),
        *_host_problems(page, site, host),
        *_plan_problems(page, space, host),
        *_option_problems(page, options, host),
    )
    return DesiredMeeting(page.zoom_kind, None, host, payload, times, digest, problems)


def payload_of(
    page: Lesson,
    options: LessonOptions,
    times: LessonTimes,
    host: Host | None,
    space: ZoomSettings | None,
) -> Payload:
    """Return what Zoom is told about the lesson, flat; without the marker. Zoom: POST /users/{id}/meetings, /webinars."""
    is_webinar = page.zoom_kind == LessonKind.WEBINAR
    payload: Payload = {
        "topic": " ".join(page.title.split())[:TOPIC_LENGTH],
        "type": SINGLE_WEBINAR if is_webinar else SINGLE_MEETING,
        "agenda": options.agenda.replace("\r\n", "\n").strip(),
        "duration": minutes_of(page, space),
        **zoom_start(times),
        "settings.auto_recording": options.auto_recording,
        # Zoom: e-mail addresses separated by semicolons for meetings, by commas for webinars.
        "settings.alternative_hosts": ("," if is_webinar else ";").join(options.alternative_hosts),
        **_registration(options, host, space, is_webinar=is_webinar),
    }
    if is_webinar:
        payload["settings.practice_session"] = options.practice_session
    else:
        payload["settings.waiting_room"] = options.waiting_room
        payload["settings.join_before_host"] = options.join_before_host
        payload["settings.mute_upon_entry"] = options.mute_upon_entry
    return payload


def with_marker(payload: Payload, address: str, marker: str) -> Payload:
    """Return ``payload`` with our marker as the last line of its agenda, cut to what Zoom takes.

    ``address`` is the lesson's own; the code in its fragment is how the meeting is known again as ours.
    """
    line = f"{address[:_LONGEST_ADDRESS]}#zoom-{marker}"
    text = payload.get("agenda", "")[: AGENDA_LENGTH - len(line) - 2].rstrip()
    return {**payload, "agenda": f"{text}\n\n{line}" if text else line}


def has_marker(agenda: str, marker: str) -> bool:
    """Tell whether the last line of ``agenda`` carries ``marker``."""
    lines = agenda.strip().splitlines()
    return bool(marker and lines) and lines[-1].endswith(f"#zoom-{marker}")


def nested(flat: Mapping[str, Any]) -> Payload:
    """Return ``flat`` ("settings.waiting_room") the way Zoom takes it, settings as an object of their own."""
    body: Payload = {}
    for name, value in flat.items():
        outer, dot, inner = name.partition(".")
        if dot:
            body.setdefault(outer, {})[inner] = value
        else:
            body[outer] = value
    return body


def page_digest(page: Lesson, site: Site | None, space: ZoomSettings | None) -> str:
    """Return a digest of everything on the page, and of the space's defaults, that decides what is on Zoom.

    Equal digests mean that nothing has to be done; it needs no query.
    """
    options = options_of(page)
    said = [
        page.zoom_kind,
        page.zoom_number,
        str(page.zoom_date),
        str(page.zoom_time),
        zone_name(page, space),
        minutes_of(page, space),
        page.zoom_host_id or f"owner:{page.owner_id}",
        options.to_json(),
        page.title,
        page.url_path,
        site.pk if site else None,
        options.registration == "on" and space is not None and space.writes_to_people,
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _registration(
    options: LessonOptions, host: Host | None, space: ZoomSettings | None, *, is_webinar: bool
) -> Payload:
    if options.registration == "off" or _registration_problem(host, is_webinar):
        return {"settings.approval_type": NO_REGISTRATION}
    zoom_writes = space is not None and space.writes_to_people == ZoomSettings.Writes.ZOOM
    return {
        # By hand on Zoom's side for our own learners too: whoever finds the public form is not let in by it.
        "settings.approval_type": AUTOMATIC if options.approval == "everyone" else BY_HAND,
        "settings.registrants_confirmation_email": zoom_writes,
        "settings.registrants_email_notification": zoom_writes,
    }


_TIME_PROBLEMS: Mapping[TimeProblem, tuple[str, Severity]] = {
    "missing": ("time_missing", "error"),
    "nonexistent": ("time_nonexistent", "error"),
    "ambiguous": ("time_ambiguous", "warning"),
    "unknown_zone": ("zone_unknown", "error"),
    "past": ("time_past", "error"),
}


def _time_problems(times: LessonTimes, page: Lesson, space: ZoomSettings | None) -> tuple[Problem, ...]:
    if times.problem:
        code, severity = _TIME_PROBLEMS[times.problem]
        params = {
            "date": str(page.zoom_date or ""),
            "time": str(page.zoom_time or "")[:5],
            "zone": zone_name(page, space),
        }
        return (Problem(code, params, severity),)
    if times.starts_at is not None and times.starts_at <= clock.now():
        return (Problem("time_started", {}, "warning"),)
    return ()


def _host_problems(page: Lesson, site: Site | None, host: Host | None) -> tuple[Problem, ...]:
    """Return what stands in the host's way. All of it may be gone by the time the lesson is published: warnings."""
    if site is None:
        return (Problem("no_space", {}, "warning"),)
    if host is None:
        return (Problem("no_host", {"person": _owner_name(page)}, "warning"),)
    if not host.is_active or not host.connection.is_usable:
        return (Problem("host_disconnected", {"host": str(host)}, "warning"),)
    feature = feature_name(page.zoom_kind, "create")
    allowed = capabilities.allowed(host.connection, feature)
    if not allowed.likely:
        return (Problem("scope_missing", {"scopes": list(allowed.missing), "feature": feature}, "warning"),)
    return ()


def _plan_problems(page: Lesson, space: ZoomSettings | None, host: Host | None) -> tuple[Problem, ...]:
    """Return what the host's plan does not carry, where Zoom has told the plan."""
    minutes = minutes_of(page, space)
    if (
        page.zoom_kind != LessonKind.MEETING
        or host is None
        or host.zoom_user_type != _BASIC
        or minutes <= BASIC_MINUTES
    ):
        return ()
    return (Problem("basic_host", {"host": str(host), "limit": BASIC_MINUTES, "minutes": minutes}, "warning"),)


def _option_problems(page: Lesson, options: LessonOptions, host: Host | None) -> tuple[Problem, ...]:
    problems = []
    if len(" ".join(page.title.split())) > TOPIC_LENGTH:
        problems.append(Problem("title_shortened", {"length": TOPIC_LENGTH}, "warning"))
    if len(options.agenda) > AGENDA_LENGTH - _LONGEST_ADDRESS // 2:
        problems.append(Problem("agenda_shortened", {"length": AGENDA_LENGTH}, "warning"))
    if options.registration == "on":
        problem = _registration_problem(host, page.zoom_kind == LessonKind.WEBINAR)
        problems += [problem] if problem else []
    return tuple(problems)


def _registration_problem(host: Host | None, is_webinar: bool) -> Problem | None:
    """Return why people cannot be registered with ``host``; the lesson then falls back to plain Join."""
    if host is None:
        return None
    if host.zoom_user_type == _BASIC:
        return Problem("registration_needs_licence", {"host": str(host)}, "warning")
    feature = feature_name("webinar" if is_webinar else "meeting", "registrants_add")
    allowed = capabilities.allowed(host.connection, feature)
    if not allowed.likely:
        return Problem("registration_needs_scope", {"scopes": list(allowed.missing), "feature": feature}, "warning")
    return None


def _owner_name(page: Lesson) -> str:
    owner = page.owner
    return name_of(owner) if owner else ""
