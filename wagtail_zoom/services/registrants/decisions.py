"""What is wanted for people who are in the ledger: rows only, no network.

Everything here says which meetings became due; `tasks` has it sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from ... import clock
from ...models import Ledger, Meeting, Registrant
from .. import encryption
from ..coordination.leases import free
from . import history


Source = Registrant.Source
Wanted = Registrant.Wanted

#: Rows looked up or changed in one query, below the number of parameters that SQLite takes.
AT_ONCE = 500

#: Why nobody can be registered: a code of `reasons`.
_OFF = "registration_off"

_SETTLED: dict[str, frozenset[str]] = {
    Wanted.APPROVED.value: frozenset({"approved"}),
    # Zoom never puts anybody back to waiting: about whom it has decided, it is not asked again.
    Wanted.WAITING.value: frozenset({"pending", "approved", "denied"}),
    Wanted.DENIED.value: frozenset({"denied", "absent"}),
    Wanted.CANCELLED.value: frozenset({"denied", "absent"}),
    Wanted.DELETED.value: frozenset({"absent"}),
}


@dataclass(frozen=True)
class Decided:
    """How many rows a decision changed. ``due`` are the ids of meetings for which something is to be sent."""

    changed: int = 0
    due: tuple[int, ...] = ()


def approve(registrants: Iterable[Registrant], by: Any = None) -> Decided:
    """Let these people in."""
    return decide(registrants, Wanted.APPROVED, by=by)


def deny(registrants: Iterable[Registrant], by: Any = None) -> Decided:
    """Turn these people down; only an editor can let them in again."""
    return decide(registrants, Wanted.DENIED, by=by)


def cancel(registrants: Iterable[Registrant], by: Any = None, *, source: str = Source.EDITOR) -> Decided:
    """Take these people's registration back; it can be given again. ``source`` says whose decision it is."""
    return decide(registrants, Wanted.CANCELLED, by=by, source=source)


def delete(registrants: Iterable[Registrant], by: Any = None) -> Decided:
    """Delete these people's registration on Zoom, without trace there."""
    return decide(registrants, Wanted.DELETED, by=by)


def retry(registrants: Iterable[Registrant], by: Any = None) -> Decided:
    """Try again, now, for whoever is not as wanted."""
    changed = []
    for rows in _portions_of(registrants):
        stuck = [row for row in rows if row.error or not is_settled(row.wanted, row.actual)]
        history.note(((row.pk, row.error, "") for row in stuck), "error", history.label_of(by))
        schedule_now(stuck)
        changed += stuck
    decided = _decided(changed)
    # Whoever asks has perhaps just mended on Zoom what stood in the way.
    Ledger.objects.filter(meeting_id__in=decided.due).update(error="", error_params={}, wait_until=None)
    return decided


def decide(registrants: Iterable[Registrant], wanted: str, *, by: Any = None, source: str = Source.EDITOR) -> Decided:
    """Want ``registrants`` (rows, or a queryset) to be ``wanted``, by the decision of ``source``.

    Also sets going again who had failed, or was changed on Zoom in the meantime.
    """
    changed = []
    for rows in _portions_of(registrants):
        moved = [row for row in rows if row.wanted != wanted or row.error]
        history.note(((row.pk, row.wanted, wanted) for row in moved), "wanted", history.label_of(by, source))
        schedule_now(moved, wanted=wanted, wanted_by=source)
        agreed = [row.pk for row in rows if row.wanted_by != source]
        if agreed:
            Registrant.objects.filter(pk__in=agreed).update(wanted_by=source)
        changed += moved
    return _decided(changed)


def assign(registrant: Registrant, user: Any) -> None:
    """Say that ``registrant`` is the LMS user ``user``: a person's decision, since addresses prove nothing."""
    registrant.user = user
    registrant.save(update_fields=["user"])


def link_of(registrant: Registrant) -> str:
    """Return the personal link, untouched as Zoom gave it; '' while there is none. Only for the person themselves.

    Raises `EncryptionError` when no key of this site opens it.
    """
    return encryption.decrypt_field(registrant, "join_url")


def is_settled(wanted: str, actual: str) -> bool:
    """Tell whether nothing has to be done on Zoom for somebody who is ``actual`` and should be ``wanted``."""
    return actual in _SETTLED[wanted]


def schedule_now(rows: Sequence[Registrant], **wish: str) -> None:
    """Write ``wish`` (columns of what is wanted) to ``rows`` and make them due now, with all failures forgotten.

    A new generation tells whoever is at work on such a row that it has moved on.
    """
    now = clock.now()
    for some in portions([row.pk for row in rows]):
        Registrant.objects.filter(pk__in=some).update(
            **wish, error="", error_params={}, attempts=0, due_at=now, generation=F("generation") + 1, updated_at=now
        )


def resume_after_registration_enabled(meeting: Meeting) -> None:
    """Let those be sent who waited for registration to be switched on, now that Zoom says that it is.

    Who registered on Zoom until now is read, too, if Zoom's lists never were.
    """
    ledger = ledger_of(meeting)
    never_read = Ledger.objects.filter(pk=ledger.pk, read_at=None, read_due_at=None)
    never_read.update(read_due_at=clock.now())
    Ledger.objects.filter(pk=ledger.pk, error=_OFF).update(error="", error_params={}, wait_until=None)
    Registrant.objects.filter(free(), meeting=meeting, error=_OFF).update(
        error="", error_params={}, attempts=0, due_at=clock.now()
    )


def ledger_of(meeting: Meeting) -> Ledger:
    """Return the ledger of ``meeting``, made on demand."""
    ledger, _created = Ledger.objects.get_or_create(meeting=meeting)
    return ledger


def portions(items: Sequence[Any], size: int = AT_ONCE) -> Iterator[Sequence[Any]]:
    """Yield ``items`` in runs of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _portions_of(registrants: Iterable[Registrant]) -> Iterator[Sequence[Registrant]]:
    """Yield the rows as they are stored now, many at a time and without their secrets."""
    stored = Registrant.objects.only("pk", "meeting_id", "wanted", "wanted_by", "actual", "error").order_by("pk")
    for some in portions([row.pk for row in registrants]):
        yield list(stored.filter(pk__in=some))


def _decided(changed: Sequence[Registrant]) -> Decided:
    return Decided(len(changed), tuple(sorted({row.meeting_id for row in changed})))
