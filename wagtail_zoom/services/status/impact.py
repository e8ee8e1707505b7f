"""What acts on pages and apps will do on Zoom, in sentences for the person who is about to do them. Reads rows only."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Page, Site

from ... import clock, conf
from ...api.scopes import feature_name
from ...models import App, Connection, Host, LessonMeeting, Meeting, Registrant, ZoomSettings
from ..connections import capabilities
from ..lessons.site_settings import Spaces


Actual, Wanted, Role = Meeting.Actual, Meeting.Wanted, LessonMeeting.Role


def of_deleting(*pages: Page) -> list[str]:
    """Return what deleting ``pages`` and everything below them means on Zoom; nothing where no lesson is touched."""
    links = _links_below(pages, with_children=True)
    owned = [link.meeting for link in links if link.role == Role.OWNER]
    linked = {link.meeting_id for link in links if link.role == Role.GUEST}
    sentences = _of_cancelling(owned)
    if linked:
        sentences.append(
            ngettext(
                "One meeting or webinar that was only linked stays on Zoom as it is.",
                "%(count)s meetings and webinars that were only linked stay on Zoom as they are.",
                len(linked),
            )
            % {"count": len(linked)}
        )
    return sentences


def of_unpublishing(*pages: Page, with_children: bool) -> list[str]:
    """Return what unpublishing ``pages`` cancels on Zoom; nothing where the space keeps meetings of hidden lessons."""
    spaces = Spaces()
    cancelled = []
    for link in _links_below(pages, with_children=with_children).filter(role=Role.OWNER, page__live=True):
        space = spaces.settings_of(spaces.site_of(link.page)) if link.page else None
        if space is not None and space.when_unpublished == ZoomSettings.WhenUnpublished.CANCEL:
            cancelled.append(link.meeting)
    return _of_cancelling(cancelled)


def of_wanting_none(page: Page) -> list[str]:
    """Return what publishing ``page`` without a meeting means for the one that was made for it; nothing where none was."""
    links = _links_below([page], with_children=False).filter(role=Role.OWNER)
    return _of_cancelling([link.meeting for link in links])


def of_replacing_app(site: Site, app: App) -> list[str]:
    """Return what entering another client ID, or the other kind of app, in place of ``app`` means for ``site``.

    Nothing while nobody is connected through it and no coming lesson depends on it.
    """
    people = Connection.objects.filter(app=app, status=Connection.Status.CONNECTED)
    connected = people.exclude(person_key=Connection.ACCOUNT).count()
    mapped = Host.objects.filter(
        site=site, is_active=True, connection__app=app, connection__person_key=Connection.ACCOUNT
    ).count()
    coming = Meeting.objects.filter(
        site=site, connection__app=app, is_owned=True, actual=Actual.PRESENT, wanted=Wanted.PRESENT
    )
    lessons = coming.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=clock.now())).count()
    sentences = []
    if connected:
        sentences.append(
            ngettext(
                "%(count)s person is connected through this app. With another client ID or another kind of app, they "
                "have to connect again.",
                "%(count)s people are connected through this app. With another client ID or another kind of app, they "
                "have to connect again.",
                connected,
            )
            % {"count": connected}
        )
    if mapped:
        sentences.append(
            ngettext(
                "%(count)s host was named for this app. With another client ID or another kind of app, you have to name "
                "them again.",
                "%(count)s hosts were named for this app. With another client ID or another kind of app, you have to "
                "name them again.",
                mapped,
            )
            % {"count": mapped}
        )
    if lessons:
        sentences.append(
            ngettext(
                "%(count)s coming lesson has its meeting through this app. It keeps meeting and links, and this site "
                "goes on changing it as long as the app stays active at Zoom. So leave the old app there until the "
                "lesson is over.",
                "%(count)s coming lessons have their meetings through this app. They keep meetings and links, and this "
                "site goes on changing them as long as the app stays active at Zoom. So leave the old app there until "
                "these lessons are over.",
                lessons,
            )
            % {"count": lessons}
        )
    return sentences


def leaving_space(page: Page, destination: Page) -> int:
    """Return how many meetings of ``page`` and what is below it would leave their space if moved below ``destination``."""
    site = destination.get_site()
    links = _links_below([page], with_children=True).filter(role=Role.OWNER)
    return sum(1 for link in links if link.meeting.site_id != (site.pk if site else None))


def _links_below(pages: Iterable[Page], *, with_children: bool) -> QuerySet[LessonMeeting]:
    """Return the links of the pages' lessons to meetings that are on Zoom, or may be, and are not over; each link once."""
    chosen = Q(page_id__in=[page.pk for page in pages])
    for page in pages if with_children else ():
        chosen |= Q(page__path__startswith=page.path)
    coming = Q(meeting__ends_at__isnull=True) | Q(meeting__ends_at__gt=clock.now())
    links = LessonMeeting.objects.filter(
        coming, chosen, meeting__actual__in=(Actual.PRESENT, Actual.DOUBT), meeting__wanted=Wanted.PRESENT
    )
    return links.select_related("meeting__connection__app", "page")


def _of_cancelling(meetings: Iterable[Meeting]) -> list[str]:
    """Return what cancelling ``meetings`` means: done by this site, or left to a person where scopes are missing."""
    running = [meeting for meeting in meetings if meeting.live_since is not None]
    idle = [meeting for meeting in meetings if meeting.live_since is None]
    by_us = [meeting for meeting in idle if _may_cancel(meeting)]
    by_hand = [meeting for meeting in idle if not _may_cancel(meeting)]
    sentences = []
    if len(by_us) == 1:
        sentences.append(_("The Zoom meeting “%(topic)s” is cancelled on Zoom.") % {"topic": by_us[0].topic})
    elif by_us:
        sentences.append(
            ngettext(
                "%(count)s Zoom meeting is cancelled on Zoom.",
                "%(count)s Zoom meetings are cancelled on Zoom.",
                len(by_us),
            )
            % {"count": len(by_us)}
        )
    if len(by_us) > conf.mass_meetings():
        sentences.append(_("These are so many that an administrator has to say yes before it happens."))
    if by_hand:
        sentences.append(_of_leaving_by_hand(by_hand))
    if running:
        sentences.append(_("A meeting that is running just now is not touched."))
    people = Registrant.objects.filter(meeting__in=idle, wanted=Registrant.Wanted.APPROVED).count() if idle else 0
    if people:
        sentences.append(
            ngettext(
                "%(count)s person who is registered for it loses their place.",
                "%(count)s people who are registered lose their places.",
                people,
            )
            % {"count": people}
        )
    return sentences


def _of_leaving_by_hand(meetings: list[Meeting]) -> str:
    if len(meetings) == 1:
        return _(
            "Nobody can join “%(topic)s” from this site any more. Zoom's calendar goes on showing it until it is deleted "
            "there by hand: the Zoom app of this space is not allowed to cancel meetings."
        ) % {"topic": meetings[0].topic}
    return ngettext(
        "Nobody can join %(count)s meeting from this site any more. Zoom's calendar goes on showing it until it is "
        "deleted there by hand: the Zoom app of this space is not allowed to cancel meetings.",
        "Nobody can join %(count)s meetings from this site any more. Zoom's calendar goes on showing them until they "
        "are deleted there by hand: the Zoom app of this space is not allowed to cancel meetings.",
        len(meetings),
    ) % {"count": len(meetings)}


def _may_cancel(meeting: Meeting) -> bool:
    if meeting.connection is None:
        return False
    return capabilities.allowed(meeting.connection, feature_name(meeting.kind, "cancel")).likely
