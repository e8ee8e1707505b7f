"""What one person may mend about Zoom, for their home page: nothing when all is well. And the first steps of a space."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Page, Site
from wagtail.permission_policies.pages import PagePermissionPolicy

from ... import clock
from ...models import Connection, Heartbeat, Host, LessonMeeting, Meeting
from .. import permissions
from ..approvals import prompts
from ..connections import diagnosis, hosts, zoom_apps
from ..installation import heartbeats
from ..meetings import leftovers
from . import lesson_status


#: Lessons named; the others are counted.
NAMED = 5

#: What stands before nobody's next lesson is not worth a place on the home page.
_WARNINGS = ("change_by_hand", "cancel_by_hand", "decided_against", "kept_on_zoom")


@dataclass(frozen=True)
class Need:
    """One thing to mend: in a few words, in a sentence, and where (``place`` is an address's name, with arguments)."""

    title: str
    sentence: str
    place: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class FirstStep:
    """One step on the way to a space's first lesson."""

    label: str
    is_done: bool
    place: str
    arguments: tuple[Any, ...] = ()


def of_person(user: Any) -> list[Need]:
    """Return what ``user`` may mend now, the most urgent first."""
    managed = [site for site in permissions.sites_of(user) if permissions.may_manage_space(user, site)]
    return [*_of_spaces(user, managed), *_of_connections(user), *_of_lessons(user), *of_deleted_lessons(user, managed)]


def first_steps(site: Site) -> list[FirstStep]:
    """Return the steps to the first lesson of ``site``; none once it has taken place."""
    lessons = Meeting.objects.filter(site=site, lessons__page__isnull=False)
    if lessons.filter(Q(started_at__isnull=False) | Q(ends_at__lte=clock.now(), actual="present")).exists():
        return []
    settings = ("wagtailsettings:edit", ("wagtail_zoom", "zoomsettings", site.pk))
    explorer = ("wagtailadmin_explore", (site.root_page_id,))
    return [
        FirstStep(_("Enter the Zoom app"), bool(zoom_apps.apps_of(site)), *settings),
        FirstStep(_("Have a host connected"), _has_host(site), "wagtail_zoom_admin:my_zoom"),
        FirstStep(_("Publish a lesson"), lessons.filter(lessons__page__live=True).exists(), *explorer),
        FirstStep(
            _("See its meeting on Zoom"), lessons.filter(actual="present").exists(), "wagtail_zoom_admin:lessons"
        ),
        FirstStep(_("Hold the lesson"), False, "wagtail_zoom_admin:lessons"),
    ]


def of_deleted_lessons(user: Any, sites: Iterable[Site]) -> list[Need]:
    """Return what deleted lessons of ``sites`` left on Zoom, as one need, or none."""
    count = leftovers.of_deleted_lessons(user, sites).count()
    if not count:
        return []
    sentence = ngettext(
        "%(count)d meeting of a deleted lesson has to be deleted on Zoom by hand.",
        "%(count)d meetings of deleted lessons have to be deleted on Zoom by hand.",
        count,
    )
    return [Need(_("Left on Zoom"), sentence % {"count": count}, "wagtail_zoom_admin:left_on_zoom")]


def _of_spaces(user: Any, managed: list[Site]) -> list[Need]:
    needs = [
        Need(_("Waiting for your yes"), said.sentence, "wagtail_zoom_admin:approvals")
        for said in prompts.for_person(user)
    ]
    used = [site for site in managed if zoom_apps.apps_of(site)]
    seen = heartbeats.last_beat(Heartbeat.SYNC)
    if used and (seen is None or clock.now() - seen > heartbeats.QUIET):
        needs.append(
            Need(
                _("Nothing works in the background"),
                _(
                    "“sync_zoom” was not seen for ten minutes, so lessons may get no meeting. Its line for cron is there."
                ),
                *_settings(used[0]),
            )
        )
    for site in used:
        state = diagnosis.space_state(site)
        if state.code == "attention":
            needs.append(Need(zoom_apps.space_name(site), state.sentence, *_settings(site)))
        if zoom_apps.settings_of(site).is_paused:
            needs.append(
                Need(zoom_apps.space_name(site), _("Zoom is paused here."), "wagtail_zoom_admin:pause", (site.pk,))
            )
    return needs


def _of_connections(user: Any) -> list[Need]:
    ended = Host.objects.filter(
        user=user, is_active=True, origin=Host.Origin.AUTHORISED, connection__status=Connection.Status.RECONNECT
    )
    return [
        Need(
            _("Connect to Zoom again"),
            diagnosis.diagnosis_of(host.connection).sentence,
            "wagtail_zoom_admin:my_zoom",
        )
        for host in ended.select_related("connection__app")
    ]


def _of_lessons(user: Any) -> list[Need]:
    links = _troubled_lessons(user)
    ids = list(links.values_list("page_id", flat=True)[:NAMED])
    pages = Page.objects.specific().in_bulk(ids)
    named = [pages[pk] for pk in ids]
    said = lesson_status.states_for(named)
    needs = [
        Need(page.get_admin_display_title(), said[page.pk].sentence, "wagtailadmin_pages:edit", (page.pk,))
        for page in named
    ]
    more = links.count() - len(named)
    if more > 0:
        text = ngettext("%(count)d more lesson", "%(count)d more lessons", more) % {"count": more}
        needs.append(
            Need(text, _("They are in the list of lessons, under “Needs attention”."), "wagtail_zoom_admin:lessons")
        )
    return needs


def _troubled_lessons(user: Any) -> QuerySet[LessonMeeting]:
    """Return the links of coming lessons that need a person, among those that ``user`` may edit; soonest first."""
    mine = PagePermissionPolicy().instances_user_has_permission_for(user, "change")
    ahead = Q(meeting__ends_at=None) | Q(meeting__ends_at__gt=clock.now())
    rows = LessonMeeting.objects.filter(ahead, page__in=mine.values("pk"), page__live=True)
    return rows.exclude(meeting__attention__in=("", *_WARNINGS)).order_by("meeting__starts_at", "pk")


def _has_host(site: Site) -> bool:
    return any(host.connection.is_usable for host in hosts.hosts_of(site))


def _settings(site: Site) -> tuple[str, tuple[Any, ...]]:
    return "wagtailsettings:edit", ("wagtail_zoom", "zoomsettings", site.pk)
