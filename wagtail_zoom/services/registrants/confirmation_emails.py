"""Telling people that they are registered: by Zoom, by this site or by nobody, and never by two."""

from __future__ import annotations

import logging

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from wagtail.models import Page

from ... import clock
from ...models import Meeting, Registrant, ZoomSettings
from .. import encryption
from ..lessons.lesson_lookup import times_of
from ..lessons.time_format import format_range
from . import guest_links, history
from .planner_input import known_of


logger = logging.getLogger(__name__)

Writes = ZoomSettings.Writes

#: Letters written in one slice of work; the next slice goes on.
_AT_ONCE = 100


def writer_of(meeting: Meeting) -> Writes:
    """Return who writes to people when they are admitted to ``meeting``.

    The space decides for meetings that are ours. For linked ones Zoom does what their host chose there
    (registrants_confirmation_email): where it writes this site does not, and where it does not, Zoom cannot be the one.
    """
    space = ZoomSettings.objects.filter(site_id=meeting.site_id).only("writes_to_people").first()
    chosen = Writes((space or ZoomSettings()).writes_to_people)
    if meeting.is_owned:
        return chosen
    on_zoom = known_of(meeting).get("settings.registrants_confirmation_email")
    if on_zoom is True:
        return Writes.ZOOM
    return Writes.NOBODY if on_zoom is False and chosen == Writes.ZOOM else chosen


def write_due(meeting: Meeting) -> int:
    """Write to whoever was admitted and was not told yet, if it is this site that writes; return to how many.

    Everybody is told once. A mail server that refuses is logged, and the person is written to with the next slice.
    """
    untold = Registrant.objects.filter(
        meeting=meeting, wanted=Registrant.Wanted.APPROVED, actual=Registrant.Actual.APPROVED, written_at=None
    ).exclude(join_url=type(meeting.join_url)())
    if not untold.exists():
        return 0
    if writer_of(meeting) != Writes.SITE:
        untold.update(written_at=clock.now())
        return 0
    pages = [link.page for link in meeting.lessons.select_related("page") if link.page is not None]
    return sum(_write(registrant, meeting, pages) for registrant in untold.select_related("user")[:_AT_ONCE])


def _write(registrant: Registrant, meeting: Meeting, pages: list[Page]) -> bool:
    mine = Registrant.objects.filter(pk=registrant.pk, written_at=None).update(written_at=clock.now())
    if not mine:
        return False
    try:
        _letter(registrant, meeting, pages).send()
    except Exception:
        logger.exception("A registered person could not be written to")
        Registrant.objects.filter(pk=registrant.pk).update(written_at=None)
        return False
    history.note([(registrant.pk, "", "sent")], "letter", "us")
    return True


def _letter(registrant: Registrant, meeting: Meeting, pages: list[Page]) -> EmailMessage:
    """Return the letter: with the lesson's address, and for people without an account here with their own link."""
    page = pages[0].specific if pages else None
    times = times_of(page, page.zoom_link) if page is not None else None
    starts_at = times.starts_at if times else meeting.starts_at
    context = {
        "registrant": registrant,
        "title": page.title if page is not None else meeting.topic,
        "when": format_range(starts_at, times.ends_at, times.zone) if times and starts_at else "",
        "lesson_address": page.get_full_url() if page is not None else "",
        "personal_link": _personal_link(registrant, page),
    }
    subject = _("You are registered: %(title)s") % {"title": context["title"]}
    body = render_to_string("wagtail_zoom/mail/registered.txt", context)
    return EmailMessage(" ".join(subject.split()), body, to=[registrant.email])


def _personal_link(registrant: Registrant, page: Page | None) -> str:
    """Return how somebody without an account comes in. Guests of the lesson page get an address of ours."""
    if registrant.user_id is not None:
        return ""
    if registrant.source == Registrant.Source.SELF and page is not None:
        return guest_links.address_of(registrant, page)
    return encryption.decrypt_field(registrant, "join_url")
