"""People who leave: their grants are no longer used and are given back, and their coming lessons need a host."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from ... import clock
from ...models import Host, Meeting
from .. import permissions
from ..connections import connections, hosts
from ..installation import heartbeats
from ..problems.describe import at_rest, needs_attention


if TYPE_CHECKING:
    from ..sync.run import Sweep

logger = logging.getLogger("wagtail_zoom")

Authorised = Host.Origin.AUTHORISED

#: Rights are looked up person by person, which costs more than a look at the accounts.
_RIGHTS_EVERY = dt.timedelta(hours=1)
_LOOKED = "looked at rights"

CODE = "host_left"


def let_people_go(run: Sweep) -> None:
    """Take out of every space who was deactivated or deleted, or has lost the right to connect there."""
    leaving = list(_gone())
    last = heartbeats.last_beat(_LOOKED)
    if not run.dry_run and (last is None or run.now - last >= _RIGHTS_EVERY):
        heartbeats.beat(_LOOKED)
        leaving += _without_right()
    for host in leaving:
        if run.dry_run:
            run.would(f"POST /oauth/revoke  ({host})")
            continue
        _let_go(host)
        run.count("departed hosts released")
    if not run.dry_run:
        run.count("lessons that need a host", _mark(Host.objects.filter(_is_gone())))
        run.count("lessons whose host is back", _unmark())


def _let_go(host: Host) -> None:
    """Let ``host`` host no more. The grant is given back at Zoom once no space uses it; an account's app stays."""
    if host.origin == Authorised and host.site is not None:
        connections.disconnect(host.connection, site=host.site, by=None)
    else:
        hosts.unmap_host(host)
    _mark([host])
    logger.info("Host %s was let go: the person left, or lost the right to connect.", host.pk)


def _gone() -> QuerySet[Host]:
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
        said = needs_attention(CODE, host=meeting.host_label)
        marked += Meeting.objects.filter(pk=meeting.pk, lease_owner="").update(**said)
    return marked


def _unmark() -> int:
    """Take the mark from lessons whose host is there again."""
    back = Meeting.objects.filter(attention=CODE, host__is_active=True, lease_owner="").exclude(
        host__in=Host.objects.filter(_is_gone())
    )
    return back.update(**{**at_rest(), "due_at": clock.now()})
