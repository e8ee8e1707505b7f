"""Join: may this person come in, now, and by which link. Decided at the click, from rows alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractPage

from ... import clock, conf
from ...models import JoinClick, LessonMeeting, Meeting, Registrant
from ...models.lessons import Audience, LessonKind
from .. import encryption, lms
from ..lessons.lesson_lookup import original_link_of, times_of
from ..lessons.options import options_of
from ..lessons.schedule import LessonTimes
from ..lessons.time_format import spoken
from ..registrants import person as people
from ..registrants import planner_input
from . import registration_status, start_link


if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Code = Literal[
    "open",
    "none",
    "cancelled",
    "login",
    "not_enrolled",
    "no_course",
    "unknown",
    "preparing",
    "trouble",
    "early",
    "over",
    "register",
    "registering",
    "no_address",
    "pending",
    "denied",
    "full",
    "tomorrow",
    "registration_failed",
    "guest",
    "closed",
    "gave_up",
    "questions",
    "host_on_zoom",
    "registration_off",
    "unreadable",
]

SENTENCES: dict[str, StrPromise] = {
    "open": _("You can come in now."),
    "none": _("There is no live lesson on this page."),
    "cancelled": _("This lesson has been cancelled."),
    "login": _("Log in to join this lesson."),
    "not_enrolled": _("This lesson is for people enrolled in the course. Enrol first, then come back to this page."),
    "no_course": _(
        "This lesson is for people enrolled in a course, but it belongs to none. Its teacher can choose who may join."
    ),
    "unknown": _("Whether you take part in this course could not be looked up just now. Please try again in a minute."),
    "preparing": _("The link is being prepared; this page updates itself."),
    "trouble": _("This lesson has no working link at the moment. Its teacher can see that; this page updates itself."),
    "early": _("Join opens on %(opens)s."),
    "over": _("This lesson is over. It ended on %(ended)s."),
    "register": _("You can come in now. Your personal link is made when you press Join."),
    "registering": _("We are getting your personal link. This page updates itself."),
    "no_address": _(
        "You need a personal link, and your account has no e-mail address that Zoom takes. Add one, then come back."
    ),
    "pending": _("You are registered and waiting for approval. This page updates itself as soon as you are approved."),
    "denied": _("Your registration was not approved or was cancelled. Ask your teacher if you think this is wrong."),
    "full": _("All places of this lesson are taken. This page updates itself when one becomes free."),
    "tomorrow": _("Your registration was changed too often today. It goes on tomorrow by itself."),
    "registration_failed": _("You could not be registered for this lesson. Please tell your teacher."),
    "guest": _("To take part, register with your name and e-mail address. Your personal link comes by e-mail."),
    "closed": _("You can no longer register for this lesson. Registration closed on %(closed)s."),
    "gave_up": _("Your registration is cancelled."),
    "questions": _("To register you, Zoom asks for more than we know about you. Answer its questions to go on."),
    "host_on_zoom": _(
        "Zoom knows you as a host or panelist of this lesson, so you need no registration. Come in by the link that "
        "Zoom has sent you."
    ),
    "registration_off": _("Nobody can be registered for this lesson at the moment. Please tell your teacher."),
    "unreadable": _("The link cannot be opened just now. Please tell your teacher."),
}


@dataclass(frozen=True)
class Decision:
    """What one person may do at one lesson at one instant.

    ``opens_at`` and ``closes_at`` (aware, UTC) frame the time in which Join is open; None where the lesson has no
    fixed time.
    """

    page: AbstractPage
    user: Any
    now: dt.datetime
    link: LessonMeeting | None
    times: LessonTimes
    opens_at: dt.datetime | None
    closes_at: dt.datetime | None
    #: True where Zoom admits only people with a personal link, and this person needs one.
    is_personal: bool
    registrant: Registrant | None
    is_host: bool
    code: Code = "open"

    @property
    def may_join(self) -> bool:
        """Tell whether there is a link that this person may follow now."""
        return self.code == "open"

    @property
    def may_press(self) -> bool:
        """Tell whether pressing Join leads on: into the lesson, or to a personal link."""
        return self.code in {"open", "register"}

    @property
    def needs_login(self) -> bool:
        """Tell whether logging in is what is missing."""
        return self.code == "login"

    @property
    def is_live(self) -> bool:
        """Tell whether the lesson is known to run."""
        return bool(self.link and self.link.meeting.is_live(self.now))

    @property
    def meeting(self) -> Meeting | None:
        """The lesson's meeting, if there is a row for it."""
        return self.link.meeting if self.link else None

    @property
    def sentence(self) -> str:
        """The decision in words for the person, times in the lesson's zone."""
        closes_at = options_of(self.page).closes_at
        return str(SENTENCES[self.code]) % {
            "opens": spoken(self.opens_at, self.times.zone) if self.opens_at else "",
            "ended": spoken(self.times.ends_at, self.times.zone) if self.times.ends_at else "",
            "closed": spoken(closes_at, self.times.zone) if closes_at else "",
        }


def decide(
    page: AbstractPage, user: Any, now: dt.datetime | None = None, *, guest: Registrant | None = None
) -> Decision:
    """Decide whether ``user`` (anonymous too) may join the lesson ``page``, which they may see.

    ``guest`` is the row of somebody who has no account but has shown that the row is theirs.
    Never asks Zoom, and writes nothing. The page's own view restrictions are the caller's to obey.
    """
    now = now or clock.now()
    link = original_link_of(page)
    when = times_of(page, link)
    opens_at, closes_at = window(when.starts_at, when.ends_at)
    is_host = bool(link and start_link.is_host(link.meeting, user))
    is_personal = bool(link and not is_host and has_registration(link.meeting))
    may_have_row = link is not None and (is_personal or registration_status.takes_registrations(page))
    case = Decision(
        page=page,
        user=user,
        now=now,
        link=link,
        times=when,
        opens_at=opens_at,
        closes_at=closes_at,
        is_personal=is_personal,
        registrant=guest or (_registrant_of(link.meeting, user) if link and may_have_row else None),
        is_host=is_host,
    )
    return replace(case, code=next((code for ask in _QUESTIONS if (code := ask(case))), "open"))


def join_address(decision: Decision) -> str:
    """Return the link to which the person is sent, untouched as Zoom gave it. For that one answer only.

    Raises `PermissionError` when the decision was not "open", `EncryptionError` when no key opens the link.
    """
    if not decision.may_join or decision.meeting is None:
        raise PermissionError(f"No link for the decision {decision.code!r}")
    return _opened_link(decision)


def note_click(decision: Decision, what: JoinClick.What = JoinClick.What.JOIN) -> None:
    """Keep who opened (or started) the lesson, and when: later it may be the only evidence."""
    person = decision.user if decision.user.is_authenticated else None
    JoinClick.objects.create(
        page_id=decision.page.pk,
        page_title=decision.page.title[:255],
        meeting=decision.meeting,
        user=person,
        user_label=str(person)[:255] if person else "",
        what=what,
        at=decision.now,
    )


def window(starts_at: dt.datetime | None, ends_at: dt.datetime | None) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Return from when until when Join is open for a lesson with these times; None where there is no time."""
    opens_at = starts_at - dt.timedelta(minutes=conf.join_opens_before()) if starts_at else None
    last = ends_at or starts_at
    return opens_at, last + dt.timedelta(minutes=conf.join_closes_after()) if last else None


def has_registration(meeting: Meeting) -> bool:
    """Tell whether Zoom admits only registered people: by what it last said, else by what it accepted."""
    return planner_input.known_of(meeting).get("settings.approval_type") in {0, 1}


def takes_part(decision: Decision) -> bool:
    """Tell whether the person belongs in the lesson, whatever the hour: it may be long over.

    Who is enrolled and would be registered at once needs no row for that.
    """
    if _about_the_lesson(decision) or _check_person(decision):
        return False
    if not decision.is_personal:
        return _check_open_meeting(decision) is None
    row = decision.registrant
    if row is not None:
        return row.wanted == Registrant.Wanted.APPROVED == row.actual
    return decision.page.zoom_audience == Audience.ENROLLED and options_of(decision.page).approval != "by_hand"


def is_cancelled(meeting: Meeting) -> bool:
    """Tell whether the meeting was cancelled for good, rather than on the way to another one."""
    return meeting.actual == Meeting.Actual.CANCELLED and meeting.wanted == Meeting.Wanted.ABSENT


def _about_the_lesson(case: Decision) -> Code | None:
    if getattr(case.page, "zoom_kind", LessonKind.NONE) == LessonKind.NONE:
        return "none"
    return "cancelled" if case.meeting and is_cancelled(case.meeting) else None


def _whether_over(case: Decision) -> Code | None:
    return "over" if not case.is_live and case.closes_at and case.now > case.closes_at else None


def _check_person(case: Decision) -> Code | None:
    audience = case.page.zoom_audience
    if case.is_host or (audience == Audience.EVERYBODY and not case.is_personal):
        return None
    if not (case.user.is_authenticated and case.user.is_active):
        return _about_the_guest(case)
    if audience != Audience.ENROLLED:
        return None
    answer = lms.may_join(case.user, case.page)
    if answer is None:
        return "unknown"
    if answer:
        return None
    # Nobody could enrol: it is for the teacher to open it, never for us.
    return "no_course" if lms.in_course(case.page) is False else "not_enrolled"


def _check_meeting_exists(case: Decision) -> Code | None:
    actual = case.meeting.actual if case.meeting else Meeting.Actual.ABSENT
    if actual == Meeting.Actual.PRESENT:
        return None
    return "trouble" if actual == Meeting.Actual.GONE else "preparing"


def _about_the_guest(case: Decision) -> Code | None:
    if case.page.zoom_audience != Audience.EVERYBODY:
        return "login"
    if case.registrant is not None:
        return None
    if case.meeting is None or not registration_status.takes_registrations(case.page):
        return "login"
    if case.meeting.actual != Meeting.Actual.PRESENT:
        return None
    return registration_status.visitor_status(case.page, case.meeting, case.now) or "guest"


def _whether_admitted(case: Decision) -> Code | None:
    if not case.is_personal:
        return _check_open_meeting(case)
    if case.registrant is not None:
        return registration_status.registrant_status(case.registrant)
    if case.meeting is None:
        return None
    if not people.of_user(case.user).email:
        return "no_address"
    return registration_status.visitor_status(case.page, case.meeting, case.now)


def _check_open_meeting(case: Decision) -> Code | None:
    """Return what keeps somebody out of a lesson with registration whose meeting has none (any more, or yet).

    Whom a person turned down stays out, and so does everybody about whom a person was to decide.
    """
    if case.meeting is None or case.is_host:
        return None
    refusal = registration_status.registrant_status(case.registrant) if case.registrant else None
    if refusal in {"denied", "pending"}:
        return refusal
    is_approved = case.registrant is not None and case.registrant.wanted == Registrant.Wanted.APPROVED
    by_hand = registration_status.takes_registrations(case.page) and options_of(case.page).approval == "by_hand"
    return "registration_off" if by_hand and not is_approved else None


def _whether_early(case: Decision) -> Code | None:
    return "early" if not case.is_live and case.opens_at and case.now < case.opens_at else None


def _about_the_personal_link(case: Decision) -> Code | None:
    if not case.is_personal:
        return None
    if case.registrant is None:
        return "register"
    return None if case.registrant.join_url else "registering"


def _whether_the_link_opens(case: Decision) -> Code | None:
    try:
        return None if _opened_link(case) else "preparing"
    except encryption.EncryptionError:
        return "unreadable"


#: Asked in this order; the first that has something to say decides.
_QUESTIONS = (
    _about_the_lesson,
    _whether_over,
    _check_person,
    _check_meeting_exists,
    _whether_admitted,
    _whether_early,
    _about_the_personal_link,
    _whether_the_link_opens,
)


def _opened_link(case: Decision) -> str:
    row = case.registrant if case.is_personal else case.meeting
    return encryption.decrypt_field(row, "join_url") if row else ""


def _registrant_of(meeting: Meeting, user: Any) -> Registrant | None:
    """Return the person's row: theirs by account, never by an address that anybody may type into a profile."""
    if not user.is_authenticated:
        return None
    key = people.key_of(people.of_user(user))
    rows = [
        row
        for row in meeting.registrants.filter(user=user).order_by("pk")
        if row.email_key == key or not registration_status.is_unusable(row)
    ]
    return next((row for row in rows if row.join_url), rows[0] if rows else None)
