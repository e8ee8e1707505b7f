"""Register and Cancel on the lesson page: one click for people with an account, a form for guests and for questions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods
from wagtail.models import AbstractPage

from .. import conf, tasks
from ..services.access import guests, self_registration
from ..services.access.join_policy import Decision
from .forms import GuestForm, QuestionsForm
from .page_guard import private, see_other, serve_through_page_hooks, to_login
from .rate_limit import is_rate_limited, throttled, too_many_requests
from .status_page import waiting_page
from .visitor import Visitor


HOUR = 3600


@private
@throttled
@csrf_protect
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, page_id: int, token: str = "") -> HttpResponse:
    """Register who is there, or ask them for what is missing. A GET registers nobody: it shows the button, or the form.

    ``token`` is that of a guest who comes back.
    """
    return serve_through_page_hooks(request, page_id, partial(_register, token=token))


@private
@throttled
@csrf_protect
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, page_id: int, token: str = "") -> HttpResponse:
    """Take the registration of who is there back. A GET, where people come back to from a login, takes back nothing."""
    return serve_through_page_hooks(request, page_id, partial(_cancel, token=token))


def _register(request: HttpRequest, page: AbstractPage, token: str) -> HttpResponse:
    visitor = Visitor(request, page, token)
    decision = visitor.decide()
    if decision.needs_login:
        return to_login(request)
    if decision.code == "guest":
        return _register_guest(visitor, decision)
    if not self_registration.may_take(decision):
        return waiting_page(visitor, decision)
    form = QuestionsForm(self_registration.open_questions(decision), request.POST if request.method == "POST" else None)
    if form.is_valid():
        _send_due(self_registration.take(decision, form.answers))
        return see_other(visitor.addresses.register)
    return waiting_page(visitor, decision, form=form)


def _register_guest(visitor: Visitor, decision: Decision) -> HttpResponse:
    request, meeting = visitor.request, decision.meeting
    assert meeting is not None  # noqa: S101 (guests register for meetings that are there)
    form = GuestForm(self_registration.open_questions(decision), request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return waiting_page(visitor, decision, form=form)
    if is_rate_limited(request, "guest", limit=conf.guests_per_sender(), seconds=HOUR) or not guests.has_room(meeting):
        return too_many_requests(request, HOUR)
    email = form.cleaned_data["email"]
    asked = guests.ask(meeting, email=email, name=form.cleaned_data["name"], answers=form.answers)
    # In place, it would take longer for an address that is new, and so tell it from one that is known.
    if not tasks.runs_inline():
        _send_due(asked.due)
    if asked.row is not None:
        tasks.enqueue_guest_letter(asked.row.pk, visitor.page.pk, get_language() or "")
    # The same words for every address: known, new, waiting, turned down.
    return waiting_page(
        visitor, decision, sent_to=email, sentence=_("We have sent an e-mail to this address. It says how to go on.")
    )


def _cancel(request: HttpRequest, page: AbstractPage, token: str) -> HttpResponse:
    visitor = Visitor(request, page, token)
    decision = visitor.decide()
    if decision.needs_login or decision.code == "guest":
        return to_login(request, visitor.addresses.register)
    if request.method == "POST":
        _send_due(self_registration.give_up(decision))
    return see_other(visitor.addresses.register)


def _send_due(meeting_ids: Iterable[int]) -> None:
    for meeting_id in meeting_ids:
        tasks.enqueue_register_people(meeting_id)
