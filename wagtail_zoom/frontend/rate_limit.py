"""Knocking in vain is counted, so that nobody finds lessons by trying numbers."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from .. import conf


MINUTE = 60
REFUSED = frozenset({403, 404})


def throttled(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 429 to whoever was refused ``REFUSALS_PER_MINUTE`` times within a minute.

    Only refusals count, so a class behind one address never locks itself out; people with a session are counted by
    it, so a stranger behind the same proxy cannot lock them out either. The count lives in the cache and may vanish.
    """

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        limit = conf.refusals_per_minute()
        key = _key(request)
        if not (limit and key):
            return view(request, *args, **kwargs)
        if cache.get(key, 0) >= limit:
            return too_many_requests(request, MINUTE)
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            _count(key)
            raise
        if response.status_code in REFUSED:
            _count(key)
        return response

    return inner


def too_many_requests(request: HttpRequest, seconds: int) -> HttpResponse:
    """Answer that too much came from here, and that it may go on after so many seconds."""
    response = render(request, "wagtail_zoom/too_many_requests.html", {"minutes": seconds // MINUTE}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def is_rate_limited(request: HttpRequest, what: str, *, limit: int, seconds: int) -> bool:
    """Count that ``what`` was asked for from this network address; tell whether that is beyond ``limit`` in the time."""
    sender = client_network(request)
    if not (limit and sender):
        return False
    return _count(_digest(what, f"address:{sender}"), seconds) > limit


def client_network(request: HttpRequest) -> str:
    """Return the network address of whoever sent the request, of IPv6 the part that a provider gives; '' if unknown.

    Behind ``TRUSTED_PROXIES`` it is the address that the outermost of them saw; what stands further left in
    X-Forwarded-For anybody may have written. Who has no address, as behind a Unix socket without that setting, is not
    counted: all would be counted as one, and one could shut out everybody.
    """
    proxies = conf.trusted_proxies()
    seen = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if proxies and len(forwarded) >= proxies and forwarded[-proxies].strip():
        seen = forwarded[-proxies].strip()
    return _network(seen)


def _network(address: str) -> str:
    # Some proxies add the port: 192.0.2.1:1234, [2001:db8::1]:1234.
    host = address.partition("]")[0].lstrip("[") if address.startswith("[") else address
    host = host.rpartition(":")[0] if host.count(":") == 1 else host
    try:
        known = ipaddress.ip_address(host)
    except ValueError:
        return ""
    if known.version == 4:
        return str(known)
    return str(known.ipv4_mapped or ipaddress.ip_network((int(known) >> 64 << 64, 64)))


def _count(key: str, seconds: int = MINUTE) -> int:
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key)
    except ValueError:
        # It vanished between the two lines: one less is counted.
        return 0


def _key(request: HttpRequest) -> str:
    session = getattr(request, "session", {})
    known = session.get(SESSION_KEY)
    if known:
        return _digest("refused", f"user:{known}")
    sender = client_network(request)
    return _digest("refused", f"address:{sender}") if sender else ""


def _digest(what: str, who: str) -> str:
    return f"wagtail_zoom:{what}:{sha256(who.encode()).hexdigest()}"
