"""Guests: people without an account, who register with a name and an address and get their link by e-mail alone.

Whoever types an address learns nothing about it. Zoom hands back the registration of an address that it knows; that
answer goes to the row, and what is on the row goes to the mailbox.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.models import Page

from ... import clock, conf
from ...models import Meeting, Registrant, RegistrantChange
from ..installation import clone_guard
from ..lessons.lesson_lookup import original_link_of, times_of
from ..lessons.time_format import format_range
from ..registrants import guest_links, history, hooks
from ..registrants.admission_policy import Policy
from ..registrants.person import Person, key_of, problem_of, tidied
from ..registrants.register import register


logger = logging.getLogger(__name__)

#: Letters to one person about one meeting within a day.
LETTERS = 3

_DAY = dt.timedelta(days=1)
_HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Asked:
    """What came of asking: who is to be written to (None: nobody), and the ids of meetings that became due."""

    row: Registrant | None = None
    due: tuple[int, ...] = ()


def has_room(meeting: Meeting) -> bool:
    """Tell whether another guest may be taken in now.

    Our own allowance, counted from rows: it runs out long before a flood of invented people reaches Zoom's.
    """
    recent = Registrant.objects.filter(
        meeting=meeting, source=Registrant.Source.SELF, user=None, created_at__gt=clock.now() - _HOUR
    )
    return recent.count() < conf.guests_per_lesson()


def ask(meeting: Meeting, *, email: str, name: str, answers: Mapping[str, str] | None = None) -> Asked:
    """Register the guest, or find who has this address already. Rows only.

    A registration that exists is left as it is, whatever was typed: only whoever reads the letter may change it.
    """
    given = dict(answers or {})
    person = tidied(Person(email=email, first_name=name, last_name=given.pop("last_name", ""), answers=given))
    if problem_of(person):
        return Asked()
    known = _row_of(meeting, person)
    if known is not None:
        return Asked(known)
    try:
        registered = register(
            meeting, [person], source=Registrant.Source.SELF, wanted=Policy(meeting).wish_for(None), by=None
        )
    except hooks.RulesFailed:
        return Asked()
    return Asked(_row_of(meeting, person), registered.due)


def write(registrant_id: int, page_id: int, language: str) -> bool:
    """Write to a guest where their lesson is, in ``language``; return whether a letter went out.

    At most `LETTERS` a day go to one person. The letter holds an address of ours, so it can go out before Zoom has
    answered, and says the same whatever Zoom answers. A copy of the database writes to nobody.
    """
    row = Registrant.objects.filter(pk=registrant_id).select_related("meeting").first()
    page = Page.objects.filter(pk=page_id).first()
    if row is None or page is None or clone_guard.is_clone() or _letters_today(row) >= LETTERS:
        return False
    try:
        with translation.override(language):
            _letter(row, page.specific).send()
    except Exception:
        logger.exception("A guest could not be written to")
        return False
    history.note([(row.pk, "", "sent")], "letter", "us")
    if row.wanted == Registrant.Wanted.APPROVED:
        # They hold their address: a second letter once Zoom has admitted them would tell them nothing.
        Registrant.objects.filter(pk=row.pk, written_at=None).update(written_at=clock.now())
    return True


def _row_of(meeting: Meeting, person: Person) -> Registrant | None:
    return Registrant.objects.filter(meeting=meeting, occurrence_id="", email_key=key_of(person)).first()


def _letters_today(row: Registrant) -> int:
    letters = RegistrantChange.objects.filter(registrant=row, what="letter", at__gt=clock.now() - _DAY)
    return letters.count()


def _letter(row: Registrant, page: Page) -> EmailMessage:
    """Return the letter. The name that was typed is not in it: anybody may have typed it."""
    times = times_of(page, original_link_of(page))
    context = {
        "title": page.title,
        "when": format_range(times.starts_at, times.ends_at, times.zone) or "",
        "address": guest_links.address_of(row, page),
        "lesson_address": page.get_full_url() or "",
    }
    subject = _("Your way into: %(title)s") % {"title": page.title}
    body = render_to_string("wagtail_zoom/mail/guest.txt", context)
    return EmailMessage(" ".join(subject.split()), body, to=[row.email])
