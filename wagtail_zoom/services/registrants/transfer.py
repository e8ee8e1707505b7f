"""When another meeting takes a meeting's place, its people come along: registered there anew, turned down there too."""

from __future__ import annotations

from ... import clock
from ...models import Ledger, Meeting, Registrant
from ..coordination.bulk_insert import bulk_insert
from .decisions import Wanted, ledger_of


#: Who is in, or is to be, has to be sent; the others are kept so that nobody lets them in by accident.
_SENT = (Wanted.APPROVED, Wanted.WAITING)


def copy_registrants(former: Meeting, successor: Meeting) -> int:
    """Enter the people of ``former`` for ``successor`` as they are wanted there; return how many. Rows only.

    Everybody gets a new link, and is written to again where this site writes: the old links die with their meeting.
    Registrations for single dates stay behind, and so does whoever was deleted or asked to be forgotten.
    """
    rows = Registrant.objects.filter(meeting=former, occurrence_id="", erase_when_told=False).defer("join_url")
    fresh = [_entered(row, successor) for row in rows.exclude(wanted=Wanted.DELETED).order_by("pk")]
    bulk_insert(fresh, ignore_conflicts=True)
    if Ledger.objects.filter(meeting=former, follows_enrolments=True).exists():
        Ledger.objects.filter(pk=ledger_of(successor).pk).update(follows_enrolments=True)
    return len(fresh)


def _entered(row: Registrant, successor: Meeting) -> Registrant:
    # Whoever waited and was let in on Zoom was decided about: nobody has to do that twice.
    is_let_in = row.wanted == Wanted.WAITING and row.actual == Registrant.Actual.APPROVED
    wanted = Wanted.APPROVED if is_let_in else Wanted(row.wanted)
    return Registrant(
        meeting=successor,
        email_key=row.email_key,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        user_id=row.user_id,
        source=row.source,
        wanted=wanted,
        wanted_by=row.wanted_by,
        answers=row.answers,
        due_at=clock.now() if wanted in _SENT else None,
    )
