"""The page that says how things stand, for everybody who cannot go straight into the lesson. Works without script."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import render

from ..services.access import self_registration, start_link
from ..services.access.join_policy import Decision
from . import lesson_state
from .page_guard import login_address
from .recordings import shown_to
from .visitor import Visitor


def waiting_page(visitor: Visitor, decision: Decision, *, status: int = 200, **more: Any) -> HttpResponse:
    """Return the page for ``decision``: its words, what this person may do, and what is shown to them afterwards.

    ``more`` goes to the template: a ``form`` to register by, or to which address a letter was ``sent_to``.
    """
    may_start = decision.meeting is not None and start_link.can_start(decision.meeting, decision.user)
    offer = self_registration.offer_of(decision)
    context = {
        "page": decision.page,
        "decision": decision,
        "addresses": visitor.addresses,
        "tone": lesson_state.tone(decision),
        "sentence": lesson_state.hosts_sentence(decision) if may_start else decision.sentence,
        "may_start": may_start,
        "forwards": decision.code in {"register", "registering"},
        "refresh_in": lesson_state.seconds_until_news(decision, offer),
        "offer": offer,
        "shows_register": lesson_state.shows_register(decision, offer),
        "login_address": redirect_to_login(visitor.addresses.join, login_address()).url,
        "recordings": shown_to(decision, visitor.token),
        **more,
    }
    if decision.code in {"not_enrolled", "no_course"}:
        status = 403
    return render(visitor.request, "wagtail_zoom/join.html", context, status=status)
