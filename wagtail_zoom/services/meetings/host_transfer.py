"""Another person hosts a lesson: one that is taken over, or all coming ones of somebody who left.

On Zoom a meeting cannot change hands, so another host means another meeting: the former one goes once the new one is
there. A running meeting is never taken away under its learners.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from wagtail.models import Page, Site

from ... import clock
from ...models import Host, LessonMeeting, Meeting, ZoomSettings
from ...models.lessons import LessonKind
from .. import audit_log, permissions
from ..connections import hosts
from ..lessons.pages import Lesson, page_of
from . import intent
from .actions import DecisionRefused


Actual, Role = Meeting.Actual, LessonMeeting.Role


@dataclass(frozen=True)
class Hosting:
    """A host of a space, and how many of its coming lessons are in their name."""

    host: Host
    lessons: int


def may_take_over(
    user: Any, page: Lesson, link: LessonMeeting | None, site: Site | None = None, space: ZoomSettings | None = None
) -> bool:
    """Tell whether ``user`` may make themselves the host of the published lesson ``page``, and is not yet.

    ``site`` and ``space`` spare the look-up where the caller knows them.
    """
    if link is None or link.role != Role.OWNER or not _is_upcoming(link.meeting) or not page.live:
        return False
    if page.zoom_kind not in (LessonKind.MEETING, LessonKind.WEBINAR) or page.alias_of_id:
        return False
    if not page.permissions_for_user(user).can_publish():
        return False
    mine = _own_host(user, page, site, space)
    return mine is not None and mine.pk != link.meeting.host_id


def consequence(meeting: Meeting) -> str:
    """Return what taking ``meeting`` over does to learners' links, in a sentence for whoever is about to."""
    if meeting.actual in (Actual.PRESENT, Actual.DOUBT):
        return _(
            "The lesson gets a new meeting on Zoom with you as host, so its links change. Learners need to do nothing: "
            "Join on the lesson's page leads to the new meeting, and whoever is registered is registered there again. "
            "Links that somebody has copied from the old meeting stop working; it is cancelled once the new one is there."
        )
    return _("You become the lesson's host, and its meeting is made in your name. No learner has a link yet.")


def take_over(meeting_id: int, by: Any) -> int | None:
    """Make ``by`` the host of the lesson that ``meeting_id`` was made for; return the meeting that became due.

    Raises `DecisionRefused` where they have no usable connection in the lesson's space.
    """
    link = _owner_links().filter(meeting_id=meeting_id).first()
    page = page_of(link) if link is not None else None
    if link is None or page is None or not may_take_over(by, page, link):
        return None
    mine = _own_host(by, page)
    if mine is None or not mine.connection.is_usable:
        raise DecisionRefused(
            "no usable host",
            user_message=_(
                "You are not connected to Zoom in this space. Connect under My Zoom, then take the lesson over."
            ),
        )
    audit_log.note(page, "take_over", by, former=link.meeting.host_label)
    return _let_host(page, mine, by)


def hosting_in(site: Site) -> list[Hosting]:
    """Return who hosts coming lessons of ``site``, gone people included, those with most lessons first."""
    counted = (
        Host.objects.filter(_coming("meetings__"), meetings__site=site)
        .annotate(lessons=Count("meetings", distinct=True))
        .order_by("-lessons", "name", "pk")
    )
    return [Hosting(host, host.lessons) for host in counted]


def successors_in(site: Site, user: Any) -> list[Host]:
    """Return the hosts of ``site`` in whose name ``user`` may have lessons take place, connected ones only."""
    return [host for host in hosts.hosts_of(site) if host.connection.is_usable and hosts.may_schedule_as(user, host)]


def hand_over(site: Site, former: Host, successor: Host, by: Any) -> list[int]:
    """Let ``successor`` host all coming lessons that ``former`` hosts in ``site``; return the meetings that became due.

    Raises `DecisionRefused` where ``by`` may not decide that.
    """
    if not permissions.may_manage_space(by, site) or successor not in successors_in(site, by):
        raise DecisionRefused(
            "may not hand over", user_message=_("You may not have lessons take place in the name of this host.")
        )
    due = []
    rows = _owner_links().filter(_coming("meeting__"), meeting__site=site, meeting__host=former)
    for link in rows.order_by("meeting__starts_at", "pk"):
        page = page_of(link)
        if page is None or former.pk == successor.pk or link.meeting.is_live(clock.now()):
            continue
        audit_log.note(page, "hand_over", by, former=str(former), successor=str(successor))
        became_due = _let_host(page, successor, by)
        due += [became_due] if became_due is not None else []
    return due


def _let_host(page: Lesson, host: Host, by: Any) -> int | None:
    """Write the host into the live page and its history; a draft that waits keeps waiting, with the new host."""
    draft = page.get_latest_revision_as_object() if page.has_unpublished_changes else None
    page.zoom_host = host
    if draft is None:
        # Who may do this was asked before; publishing tells everybody who listens to publications.
        page.save_revision(user=by, clean=False).publish(user=by, skip_permission_checks=True)
    else:
        type(page)._default_manager.filter(pk=page.pk).update(zoom_host=host)
        draft.zoom_host = host
        draft.save_revision(user=by, clean=False)
    return intent.want(type(page)._default_manager.get(pk=page.pk))


def _own_host(user: Any, page: Page, site: Site | None = None, space: ZoomSettings | None = None) -> Host | None:
    site = site or page.get_site()
    return hosts.host_of(user, site, space) if site is not None else None


def _is_upcoming(meeting: Meeting) -> bool:
    now = clock.now()
    return not meeting.is_over(now) and not meeting.is_live(now)


def _coming(prefix: str) -> Q:
    """Return the condition for meetings of published lessons that are not over, seen from ``prefix``."""
    ahead = Q(**{f"{prefix}ends_at": None}) | Q(**{f"{prefix}ends_at__gt": clock.now()})
    ours = {"is_owned": True, "wanted": Meeting.Wanted.PRESENT, "lessons__page__live": True}
    return ahead & Q(**{prefix + name: value for name, value in ours.items()})


def _owner_links() -> QuerySet[LessonMeeting]:
    rows = LessonMeeting.objects.select_related("page", "meeting__host__connection__app", "meeting__connection__app")
    return rows.filter(role=Role.OWNER, page__isnull=False)
