"""The small private answer that makes a lesson page come alive: what this person may do now, and when to ask again."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.db.models import FilteredRelation, Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.middleware.csrf import get_token
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.models import AbstractPage, Page

from .. import clock
from ..fields import EncryptedValue, ciphertext
from ..services.access import self_registration, start_link
from ..services.access.join_policy import Decision
from ..services.access.self_registration import Offer
from ..services.lessons.options import options_of
from ..services.lessons.time_format import format_range, spoken, spoken_live, spoken_time
from ..url_utils import row_number
from .recordings import shown_to
from .visitor import Visitor


#: What makes a lesson's state another one, in one row.
_FACTS = (
    "live",
    "last_published_at",
    "zoom_link__meeting__pk",
    "zoom_link__meeting__wanted",
    "zoom_link__meeting__actual",
    "zoom_link__meeting__starts_at",
    "zoom_link__meeting__ends_at",
    "zoom_link__meeting__live_since",
    "zoom_link__meeting__live_count",
    "zoom_link__meeting__ended_at",
    "zoom_link__meeting__host__user",
    "zoom_link__meeting__host__is_active",
    "zoom_link__meeting__ledger__error",
)

#: However quiet it is, a state is thought through anew after so many seconds: enrolments change unannounced.
LONGEST_VALID = 300

SOON = 5
LIVE = 30

#: Who waits for a person, or for a place, while the others are let in.
IN_TIME = 10
_ANY_MOMENT = frozenset({"pending", "full", "tomorrow"})

_WAITING = frozenset({"preparing", "registering", "register"})


def unchanged(request: HttpRequest, page_id: int) -> HttpResponse | None:
    """Return 304 if what this visitor was told last still holds; None if it has to be thought through.

    The tag that a visitor sends back was given only after all doors of the page were passed, and is signed: so a 304
    tells a stranger nothing, and costs one query.
    """
    tag = request.headers.get("If-None-Match", "").removeprefix("W/").strip('"')
    valid_until = tag.partition("-")[0]
    if row_number(valid_until) < clock.now().timestamp():
        return None
    if not constant_time_compare(tag, _tag(facts_of(request, page_id), int(valid_until))):
        return None
    response = HttpResponseNotModified()
    response["ETag"] = f'"{tag}"'
    return response


def answer(request: HttpRequest, page: AbstractPage, token: str = "") -> HttpResponse:
    """Return the state as JSON, with a tag for asking again cheaply; a guest, known by ``token``, gets no tag."""
    visitor = Visitor(request, page, token)
    # Read first: what changes while the state is thought through must not pass for known.
    facts = facts_of(request, page.pk)
    decision = visitor.decide()
    offer = self_registration.offer_of(decision)
    response = JsonResponse(
        described(visitor, decision)
        | {
            "place": _place(visitor, decision, offer),
            "recordings": shown_to(decision, token),
            "ask_again_in": seconds_until_news(decision, offer),
        }
    )
    if not token:
        response["ETag"] = f'"{_tag(facts, int(decision.now.timestamp()) + _valid_for(decision))}"'
    return response


def described(visitor: Visitor, decision: Decision) -> dict[str, Any]:
    """Return what the page's script shows about the lesson. No link of Zoom's, no number, no passcode of the meeting's."""
    request, addresses = visitor.request, visitor.addresses
    times, meeting = decision.times, decision.meeting
    may_start = bool(meeting and start_link.can_start(meeting, decision.user))
    span = format_range(times.starts_at, times.ends_at, times.zone)
    return {
        "code": decision.code,
        "sentence": _sentence(decision, may_start=may_start),
        "tone": tone(decision),
        "join": {"open": decision.may_press, "address": addresses.join},
        "login": addresses.join if decision.needs_login else None,
        "start": {"address": addresses.start, "token": get_token(request)} if may_start else None,
        "when": {
            "day": span.day if span else "",
            "hours": span.hours if span else "",
            "zone_name": span.zone if span else "",
            "starts_at": _iso(times.starts_at),
            "ends_at": _iso(times.ends_at),
            "zone": times.zone.key,
        },
        "opens_at": _iso(decision.opens_at),
        "live": _live(decision),
    }


def _sentence(decision: Decision, *, may_start: bool) -> str:
    ended_at = _heard_end(decision)
    if ended_at is not None and decision.times:
        return _("The lesson ended at %(ended)s: should it go on, you can come in again.") % {
            "ended": spoken_time(ended_at, decision.times.zone)
        }
    return hosts_sentence(decision) if may_start else decision.sentence


def _heard_end(decision: Decision) -> dt.datetime | None:
    """Return when the lesson ended within its own time, if Zoom has said so: not an earlier run of the same meeting."""
    meeting, opens_at = decision.meeting, decision.opens_at
    if meeting is None or decision.code != "open" or decision.is_live or meeting.ended_at is None:
        return None
    return meeting.ended_at if opens_at and meeting.ended_at > opens_at else None


def hosts_sentence(decision: Decision) -> str:
    """Return the state in words for the person who may start the lesson at any time."""
    if decision.code == "early" and decision.opens_at and decision.times:
        return _("You are the host and can start at any time. For the others, Join opens on %(opens)s.") % {
            "opens": spoken(decision.opens_at, decision.times.zone)
        }
    return _("You are the host of this lesson and can start it.")


def tone(decision: Decision) -> str:
    """Return how the state is to be painted: "open", "live", "busy", "closed" or "problem"."""
    if decision.may_press:
        return "live" if decision.is_live else "open"
    if decision.code in {"preparing", "registering", "pending"}:
        return "busy"
    if decision.code in {"early", "over", "login", "cancelled", "guest", "closed", "gave_up"}:
        return "closed"
    return "problem"


def shows_register(decision: Decision, offer: Offer | None) -> bool:
    """Tell whether a button to register is shown: not beside a Join that registers by itself."""
    return bool(offer and offer.may_register and (offer.needs_answers or not decision.may_press))


def seconds_until_news(decision: Decision, offer: Offer | None = None) -> int:
    """Return after how many seconds it makes sense to ask again; 0: never."""
    if decision.code in _WAITING or (offer and offer.is_coming):
        return SOON
    if decision.code in {"over", "none"}:
        return 0
    to_opening = _seconds(decision.opens_at, decision.now)
    if decision.code in _ANY_MOMENT:
        return LIVE if to_opening > 0 else IN_TIME
    if to_opening > 0:
        return min(to_opening, LONGEST_VALID)
    return LIVE


def _valid_for(decision: Decision) -> int:
    until = (decision.opens_at, decision.closes_at, options_of(decision.page).closes_at)
    borders = [_seconds(border, decision.now) for border in until]
    # A place that becomes free stands on somebody else's row.
    longest = LIVE if decision.code == "full" else LONGEST_VALID
    return min([longest, *(border for border in borders if border > 0)])


def _place(visitor: Visitor, decision: Decision, offer: Offer | None) -> dict[str, Any] | None:
    if offer is None:
        return None
    addresses = visitor.addresses
    needs_form = offer.needs_answers or decision.code == "guest"
    # The token is for the form on the page; where a form of its own is needed, that page brings one.
    register = {"address": addresses.register, "token": "" if needs_form else get_token(visitor.request)}
    return {
        "sentence": offer.sentence,
        "changes": offer.changes,
        "register": register if shows_register(decision, offer) else None,
        "cancel": {"address": addresses.cancel, "token": get_token(visitor.request)} if offer.may_cancel else None,
    }


def _live(decision: Decision) -> dict[str, Any] | None:
    meeting = decision.meeting
    if meeting is None or not decision.is_live:
        return None
    words = _("Live now")
    if meeting.live_since and decision.times:
        words = f"{words}: {spoken_live(meeting.live_since, meeting.live_count, decision.times.zone)}"
    return {"words": words, "since": _iso(meeting.live_since), "people": meeting.live_count}


def facts_of(request: HttpRequest, page_id: int) -> list[Any]:
    """Return everything that may make the state another one for this visitor, but for the clock."""
    who = _who(request)
    pages = Page.objects.filter(pk=page_id)
    columns = _FACTS
    if who:
        # Their own row comes along, so that a page that stands open costs one query, whoever looks at it.
        registrants = "zoom_link__meeting__registrants"
        theirs = FilteredRelation(registrants, condition=Q(**{f"{registrants}__user_id": who}))
        pages = pages.annotate(mine=theirs).order_by("mine__pk")
        columns += tuple(f"mine__{name}" for name in ("wanted", "actual", "error", "join_url", "due_at"))
    return [who, get_language(), page_id, *pages.values_list(*columns)]


def _tag(facts: list[Any], valid_until: int) -> str:
    told = json.dumps([valid_until, *facts], default=_told)
    return f"{valid_until}-{salted_hmac('wagtail_zoom.frontend.lesson_state', told, algorithm='sha256').hexdigest()}"


def _told(value: object) -> str:
    # A link counts by its ciphertext: a new link is news, the old one sealed alike is none.
    return ciphertext(value) if isinstance(value, EncryptedValue) else str(value)


def _who(request: HttpRequest) -> str:
    # The session names the person without reading them; where people log in without one, they are asked for.
    session = getattr(request, "session", {})
    return str(session.get(SESSION_KEY) or request.user.pk or "")


def _seconds(instant: dt.datetime | None, now: dt.datetime) -> int:
    return int((instant - now).total_seconds()) + 1 if instant else 0


def _iso(instant: dt.datetime | None) -> str | None:
    return instant.isoformat() if instant else None
