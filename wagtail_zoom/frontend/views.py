"""Join, Start, the lesson's state, calendar entry and recordings. Everything is decided at the click."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_http_methods
from wagtail.models import AbstractPage

from .. import clock, tasks
from ..exceptions import ZoomError
from ..models import JoinClick
from ..services import recordings
from ..services.access import join_policy, self_registration, start_link
from ..services.access.join_policy import Decision
from ..services.encryption import EncryptionError
from ..services.lessons.lesson_lookup import original_id, original_link_of, times_of
from . import lesson_state as state
from .calendar import calendar_of
from .lesson_urls import served_addresses
from .page_guard import private, see_other, serve_through_page_hooks, to_login
from .rate_limit import throttled
from .status_page import waiting_page
from .visitor import Visitor


logger = logging.getLogger(__name__)


@private
@throttled
@require_GET
def join(request: HttpRequest, page_id: int, token: str = "") -> HttpResponse:
    """Send the person into the lesson, or say why not and when. ``token`` is a guest's."""
    return serve_through_page_hooks(request, page_id, partial(_join, token=token))


def _join(request: HttpRequest, page: AbstractPage, token: str) -> HttpResponse:
    visitor = Visitor(request, page, token)
    decision = visitor.decide()
    if decision.needs_login:
        return to_login(request)
    if decision.is_host and "as-participant" not in request.GET:
        return waiting_page(visitor, decision)
    if decision.code == "guest" or (self_registration.is_wanting(decision) and _has_to_answer(decision)):
        return see_other(visitor.addresses.register)
    if self_registration.is_wanting(decision):
        for meeting_id in self_registration.take(decision):
            tasks.enqueue_register_people(meeting_id)
        decision = visitor.decide()
    elif decision.meeting is not None and _is_guest_on_the_way(decision):
        tasks.enqueue_register_people(decision.meeting.pk)
        decision = visitor.decide()
    if not decision.may_join:
        return waiting_page(visitor, decision)
    address = join_policy.join_address(decision)
    join_policy.note_click(decision)
    return see_other(address)


def _has_to_answer(decision: Decision) -> bool:
    return any(question.required for question in self_registration.open_questions(decision))


def _is_guest_on_the_way(decision: Decision) -> bool:
    """Tell whether a guest comes by their letter for whom Zoom may not have been asked yet."""
    offer = None if decision.user.is_authenticated else self_registration.offer_of(decision)
    return offer is not None and offer.is_coming


@private
@throttled
@csrf_protect
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def start(request: HttpRequest, page_id: int) -> HttpResponse:
    """Send the host to a start link that is fetched now. Waits for Zoom up to ten seconds.

    A GET, which is where people come back to from a login, starts nothing: it shows the button again.
    """
    return serve_through_page_hooks(request, page_id, _start if request.method == "POST" else _start_again)


def _start(request: HttpRequest, page: AbstractPage) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_login(request, served_addresses(page).join)
    decision = join_policy.decide(page, request.user)
    try:
        address = start_link.start_address(page, request.user)
    except start_link.NotTheHost as refusal:
        return _not_started(request, page, refusal, status=403)
    except ZoomError as refusal:
        logger.warning("Lesson %s could not be started: %s", page.pk, refusal.detail)
        return _not_started(request, page, refusal, status=502)
    join_policy.note_click(decision, JoinClick.What.START)
    return see_other(address)


def _start_again(request: HttpRequest, page: AbstractPage) -> HttpResponse:
    response = waiting_page(Visitor(request, page), join_policy.decide(page, request.user), status=405)
    response["Allow"] = "POST"
    return response


def _not_started(request: HttpRequest, page: AbstractPage, refusal: ZoomError, *, status: int) -> HttpResponse:
    context = {
        "page": page,
        "sentence": refusal.user_message,
        "addresses": served_addresses(page),
        "is_host": status != 403,
    }
    return render(request, "wagtail_zoom/not_started.html", context, status=status)


@private
@throttled
@require_GET
def lesson_state(request: HttpRequest, page_id: int, token: str = "") -> HttpResponse:
    """Answer the page's script: what this person may do now. 304 while nothing has changed."""
    response = None if token else state.unchanged(request, page_id)
    if response is not None:
        return response
    try:
        response = serve_through_page_hooks(request, page_id, partial(state.answer, token=token))
    except Http404:
        return JsonResponse(_closed("none", _("This lesson is not here any more.")), status=404)
    if isinstance(response, JsonResponse):
        return response
    # A door of the page answered with a form or a redirect, which a script can do nothing with.
    return JsonResponse(_closed("closed", _("Open this page again to go on.")), status=403)


def _closed(code: str, sentence: str) -> dict[str, Any]:
    return {"code": code, "sentence": sentence, "tone": "closed", "ask_again_in": 0}


@private
@throttled
@require_GET
def calendar(request: HttpRequest, page_id: int) -> HttpResponse:
    """Answer with the lesson as a calendar entry."""
    return serve_through_page_hooks(request, page_id, _calendar)


def _calendar(request: HttpRequest, page: AbstractPage) -> HttpResponse:
    link = original_link_of(page)
    times = times_of(page, link)
    if times.starts_at is None:
        raise Http404
    changed_at = page.last_published_at or clock.now()
    body = calendar_of(
        title=page.title,
        address=page.get_full_url(request) or request.build_absolute_uri("/"),
        uid=f"lesson-{original_id(page)}@{request.get_host()}",
        times=times,
        stamp=clock.now(),
        sequence=int(changed_at.timestamp()) // 60,
        is_cancelled=link is not None and join_policy.is_cancelled(link.meeting),
    )
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    # A name of our own: a title has no business in a header.
    response["Content-Disposition"] = 'attachment; filename="lesson.ics"'
    return response


@private
@throttled
@require_GET
def recording(request: HttpRequest, page_id: int, uid: UUID, token: str = "") -> HttpResponse:
    """Send whoever belongs in the lesson to a recording on Zoom, if it is shown to learners at this moment."""
    return serve_through_page_hooks(request, page_id, partial(_recording, uid=uid, token=token))


def _recording(request: HttpRequest, page: AbstractPage, uid: UUID, token: str) -> HttpResponse:
    visitor = Visitor(request, page, token)
    decision = visitor.decide()
    if not join_policy.takes_part(decision):
        if not (token or request.user.is_authenticated):
            return to_login(request)
        return waiting_page(visitor, decision, status=403)
    shown = recordings.recordings_of(decision.meeting, shown_only=True) if decision.meeting else []
    found = next((each for each in shown if each.uid == uid), None)
    if found is None:
        raise Http404
    try:
        address, _passcode = recordings.link_of(found)
    except EncryptionError as trouble:
        logger.warning("Recording %s cannot be opened: %s", found.pk, trouble.detail)
        return waiting_page(visitor, decision, status=503)
    return see_other(address)
