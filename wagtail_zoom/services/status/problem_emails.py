"""Mail to people whose lesson is not ready, or whose connection to Zoom has ended: once each, with one link.

Nobody is written to from a copy of the database, nor where ``MAIL_ABOUT_PROBLEMS`` is off.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.models import Site

from ... import clock, conf
from ...models import Approval, Change, Connection, Heartbeat, LessonMeeting, Meeting, ZoomSettings
from .. import permissions
from ..connections import diagnosis
from ..coordination.work_budget import Budget
from ..installation import clone_guard
from ..lessons.lesson_lookup import times_of
from ..lessons.pages import page_of
from ..lessons.time_format import format_range
from ..users import email_of
from . import lesson_status


logger = logging.getLogger("wagtail_zoom")

Occasion = Literal["late", "day", "hour"]

#: A published lesson that is not ready after so long.
LATE = dt.timedelta(minutes=15)
DAY, HOUR = dt.timedelta(hours=24), dt.timedelta(hours=1)
#: Shortly before the start, too, a lesson that was just published has so long to get its meeting.
_GRACE = dt.timedelta(minutes=5)

#: Lessons written about in one run; the next run goes on.
_AT_ONCE = 50

_MAILED = "mailed"

#: There on Zoom, and yet nobody can start it.
_NOT_READY = ("host_left", "host_gone")


def write_about_lessons(now: dt.datetime, budget: Budget) -> int:
    """Write to host and owner of coming lessons that are not ready: after a while, a day and an hour before.

    Returns how many mails were sent.
    """
    written = 0
    for link in _not_ready(now).order_by("meeting__starts_at", "pk"):
        if written >= _AT_ONCE or budget.is_spent:
            break
        occasion = _mail_reason(link, now)
        if occasion is not None and _claim(link.meeting, occasion):
            written += _write_about(link, occasion)
    return written


def write_about_connections(now: dt.datetime) -> int:
    """Write once to whoever can bring a connection back that Zoom has ended; return how many mails were sent."""
    written = 0
    ended = Connection.objects.filter(status=Connection.Status.RECONNECT).select_related("app", "user")
    for connection in ended.order_by("pk"):
        name = f"mailed: connection {connection.pk}"
        said = Heartbeat.objects.filter(name=name).values_list("detail", flat=True).first()
        # Another grant is another generation: its end is news again.
        if said == {"generation": connection.generation}:
            continue
        Heartbeat.objects.update_or_create(
            name=name, defaults={"seen_at": now, "detail": {"generation": connection.generation}}
        )
        sent = [_send(person, "connection_ended", _about(connection)) for person in _recipients(connection)]
        if sent and not any(sent):
            Heartbeat.objects.filter(name=name).delete()
        written += sum(sent)
    return written


def may_write() -> bool:
    """Tell whether this installation writes about problems at all."""
    return conf.mail_about_problems() and not clone_guard.is_clone()


def _not_ready(now: dt.datetime) -> QuerySet[LessonMeeting]:
    """Return the links of published lessons, not over and not running, whose meeting nobody could hold now."""
    ahead = Q(meeting__ends_at=None) | Q(meeting__ends_at__gt=now)
    missing = ~Q(meeting__actual=Meeting.Actual.PRESENT) | Q(meeting__attention__in=_NOT_READY)
    rows = LessonMeeting.objects.filter(ahead & missing, page__live=True, meeting__wanted=Meeting.Wanted.PRESENT)
    rows = rows.exclude(meeting__actual=Meeting.Actual.CANCELLED).exclude(meeting__attention="decided_against")
    return rows.filter(meeting__live_since=None).select_related(
        "page__owner", "meeting__host__user", "meeting__waits_for", "meeting__site"
    )


def _mail_reason(link: LessonMeeting, now: dt.datetime) -> Occasion | None:
    """Return why the people of this lesson are written to now, None if they are not."""
    meeting, page = link.meeting, link.page
    if page is None:
        return None
    published = page.last_published_at or link.created_at
    left = meeting.starts_at - now if meeting.starts_at is not None else None
    if left is not None and dt.timedelta(0) < left <= DAY and now - published >= _GRACE:
        return "hour" if left <= HOUR else "day"
    # Many old lessons may wait for one yes: whoever may give it is asked on the screens, not by a mail per lesson.
    is_held = meeting.waits_for is not None and meeting.waits_for.verdict == Approval.Verdict.OPEN
    return "late" if now - max(published, link.created_at) >= LATE and not is_held else None


def _claim(meeting: Meeting, occasion: Occasion) -> bool:
    """Note that this mail is written, unless it was before."""
    if any(change.fields == [occasion] for change in meeting.changes.filter(what=_MAILED)):
        return False
    Change.objects.create(meeting=meeting, at=clock.now(), what=_MAILED, fields=[occasion])
    return True


def _write_about(link: LessonMeeting, occasion: Occasion) -> int:
    page = page_of(link)
    people = _reachable([link.meeting.host.user if link.meeting.host else None, page.owner])
    sent = [_send(person, "lesson_not_ready", lambda: _about_lesson(page, link)) for person in people]
    if sent and not any(sent):
        Change.objects.filter(meeting=link.meeting, what=_MAILED, fields=[occasion]).delete()
    return sum(sent)


def _about_lesson(page: Any, link: LessonMeeting) -> dict[str, Any]:
    state = lesson_status.state_of(page)
    times = times_of(page, link)
    when = format_range(times.starts_at, times.ends_at, times.zone) if times.starts_at else ""
    return {
        "subject": _("This lesson has no Zoom meeting yet: %(title)s") % {"title": page.title},
        "title": page.title,
        "when": when,
        "state": state,
        "link": _address("wagtailadmin_pages:edit", page.pk),
    }


def _about(connection: Connection) -> Any:
    def words() -> dict[str, Any]:
        is_account = connection.person_key == Connection.ACCOUNT
        sites = _sites_of(connection)
        settings = ("wagtailsettings:edit", "wagtail_zoom", "zoomsettings", sites[0].pk) if sites else ()
        return {
            "subject": _("The connection to Zoom has ended"),
            "is_account": is_account,
            "sentence": diagnosis.diagnosis_of(connection).sentence,
            "link": _address(*settings) if is_account and settings else _address("wagtail_zoom_admin:my_zoom"),
        }

    return words


def _recipients(connection: Connection) -> Iterator[Any]:
    """Yield the person whose grant it was; for an account's app the administrators of the spaces that use it."""
    if connection.person_key != Connection.ACCOUNT:
        yield from _reachable([connection.user])
        return
    people = ZoomSettings.get_permission_policy().users_with_any_permission({"change"})
    sites = _sites_of(connection)
    yield from _reachable(
        person for person in people if any(permissions.may_manage_space(person, site) for site in sites)
    )


def _sites_of(connection: Connection) -> list[Site]:
    used = Q(zoomsettings__server_app=connection.app) | Q(zoom_hosts__connection=connection)
    return list(Site.objects.filter(used).distinct().order_by("pk"))


def _reachable(people: Iterable[Any]) -> list[Any]:
    """Return each of ``people`` once who is active and has an address."""
    return list(
        {
            email_of(person).lower(): person for person in people if person and person.is_active and email_of(person)
        }.values()
    )


def _send(person: Any, template: str, words: Any) -> bool:
    """Write to ``person`` in their language; a mail server that refuses is logged, and tried again with the next run."""
    with translation.override(_language_of(person)):
        context = {"person": person, **words()}
        body = render_to_string(f"wagtail_zoom/mail/{template}.txt", context)
        letter = EmailMessage(" ".join(str(context["subject"]).split()), body, to=[email_of(person)])
    try:
        letter.send()
    except Exception:
        logger.exception("Somebody could not be written to about a problem.")
        return False
    return True


def _language_of(person: Any) -> str:
    """Return the language that the person has chosen for the admin, else the site's."""
    profile = getattr(person, "wagtail_userprofile", None)
    chosen = profile.preferred_language if profile is not None else ""
    return str(chosen or translation.get_language() or "en")


def _address(name: str, *arguments: Any) -> str:
    """Return a whole address: who reads it in a mail has no page before them that a path could belong to."""
    default = Site.objects.filter(is_default_site=True).first() if not conf.base_url() else None
    base = default.root_url if default is not None else conf.base_url()
    try:
        return base + reverse(name, args=arguments)
    except NoReverseMatch:
        return base
