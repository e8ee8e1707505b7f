"""People who leave: their grants are no longer used and are given back, and their coming lessons need a host."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from ... import clock
from ...models import Host, Meeting
from .. import permissions
from ..connections import connections, hosts
from ..installation import heartbeats


logger = logging.getLogger("wagtail_zoom")

Authorised = Host.Origin.AUTHORISED

#: Rights are looked up person by person, which costs more than a look at the accounts.
_RIGHTS_EVERY = dt.timedelta(hours=1)
_LOOKED = "looked at rights"

CODE = "host_left"


@dataclass(frozen=True)
class Released:
    """How many hosts were released, and how many lessons need a host now or have theirs back."""

    hosts: int
    lessons_without_host: int
    lessons_with_host_again: int


def release_departed_hosts(now: dt.datetime) -> Released:
    """Take out of every space who was deactivated or deleted, or has lost the right to connect there."""
    departed = list(departed_hosts())
    last = heartbeats.last_beat(_LOOKED)
    if last is None or now - last >= _RIGHTS_EVERY:
        heartbeats.beat(_LOOKED)
        departed += _without_right()
    for host in departed:
        _release(host)
    return Released(len(departed), _mark(Host.objects.filter(_is_gone())), _unmark())


def _release(host: Host) -> None:
    """Let ``host`` host no more. The grant is given back at Zoom once no space uses it; an account's app stays."""
    if host.origin == Authorised and host.site is not None:
        connections.disconnect(host.connection, site=host.site, by=None)
    else:
        hosts.unmap_host(host)
    _mark([host])
    logger.info("Host %s was released: the person left, or lost the right to connect.", host.pk)


def departed_hosts() -> QuerySet[Host]:
    """Return the active hosts whose person has no account here any more, or a deactivated one."""
    return Host.objects.filter(_is_gone(), is_active=True).select_related("connection__app", "site", "user")


def _is_gone() -> Q:
    """Return the hosts whose person has no account here any more, or a deactivated one."""
    return Q(user__is_active=False) | Q(origin=Authorised, user=None)


def _without_right() -> list[Host]:
    rows = Host.objects.filter(is_active=True, origin=Authorised, user__is_active=True, site__isnull=False)
    return [
        host
        for host in rows.select_related("connection__app", "site__root_page", "user")
        if host.site is not None and not permissions.may_connect(host.user, host.site)
    ]


def _mark(gone: Iterable[Host] | QuerySet[Host]) -> int:
    """Say of the coming lessons of ``gone`` that they need a host; those that run now, or are over, are left alone."""
    now = clock.now()
    ahead = Q(ends_at=None) | Q(ends_at__gt=now)
    rows = Meeting.objects.filter(
        ahead, host__in=gone, is_owned=True, wanted=Meeting.Wanted.PRESENT, live_since=None, lease_owner=""
    ).exclude(attention=CODE)
    marked = 0
    for meeting in rows.filter(lessons__page__live=True).distinct().select_related("host"):
        said = Meeting.set_attention(CODE, host=meeting.host_label)
        marked += Meeting.objects.filter(pk=meeting.pk, lease_owner="").update(**said)
    return marked


def _unmark() -> int:
    """Take the mark from lessons whose host is there again."""
    back = Meeting.objects.filter(attention=CODE, host__is_active=True, lease_owner="").exclude(
        host__in=Host.objects.filter(_is_gone())
    )
    return back.update(**{**Meeting.clear_attention(), "due_at": clock.now()})
