"""What Zoom says about people, compared with the ledger: from its lists and from its webhooks alike.

What somebody did on Zoom is noted and shown, never fought: their decision stands until a person decides again here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from django.db.models import Q

from ... import clock
from ...api.responses import RegistrantAnswer
from ...fields import EncryptedValue
from ...models import Meeting, Registrant
from .. import encryption
from ..coordination.bulk_insert import bulk_insert
from ..coordination.leases import free
from . import admission_policy, history
from .decisions import Source, Wanted, is_settled
from .person import LONGEST_KEPT_EMAIL, LONGEST_NAME, email_key


Actual = Registrant.Actual

_WRITTEN = (
    "actual",
    "actual_by",
    "actual_at",
    "registrant_id",
    "join_url",
    "wanted",
    "wanted_by",
    "error",
    "due_at",
    "doubt_since",
    "updated_at",
)

#: Before Zoom's id of a registrant, so that it is no address.
_ID = "#"


@dataclass(frozen=True, slots=True)
class Known:
    """A row as it was when the reading began: small, because there may be 20,000."""

    pk: int
    uid: UUID
    key: str
    actual: str
    registrant_id: str
    join_url: EncryptedValue
    is_in_doubt: bool
    created_at: dt.datetime

    @property
    def is_expected(self) -> bool:
        """Tell whether one of Zoom's lists should name them."""
        return self.actual != Actual.ABSENT or self.is_in_doubt

    def is_unchanged(self, answer: RegistrantAnswer, status: str) -> bool:
        """Tell whether ``answer``, from the list of those who are ``status``, brings no news."""
        return (
            self.actual == status
            and not self.is_in_doubt
            and self.registrant_id == answer.registrant_id
            and (not answer.join_url or _link_of(self) == answer.join_url)
        )


def known_people(meeting: Meeting, people: Q | None = None) -> dict[str, dict[str, Known]]:
    """Return by occurrence everybody in the ledger of ``meeting``, in one query; look people up with `find`.

    ``people`` narrows it down. There is always a dict for '', the meeting as a whole.
    """
    rows = Registrant.objects.filter(people or Q(), meeting=meeting).values_list(
        "occurrence_id",
        "email_key",
        "pk",
        "uid",
        "actual",
        "registrant_id",
        "join_url",
        "doubt_since",
        "created_at",
    )
    known: dict[str, dict[str, Known]] = {"": {}}
    for occurrence, key, pk, uid, actual, registrant_id, link, doubt, created in rows.iterator(chunk_size=2000):
        of_occurrence = known.setdefault(occurrence, {})
        row = Known(pk, uid, key, actual, registrant_id, cast(Any, link), doubt is not None, created)
        of_occurrence[key] = row
        if registrant_id:
            of_occurrence[_ID + registrant_id] = row
    return known


def find(known: Mapping[str, Known], answer: RegistrantAnswer) -> Known | None:
    """Return the row of somebody whom Zoom names: by their address, else by Zoom's own id.

    The id finds those whose name and address were erased here: they must not come back as strangers.
    """
    return known.get(_key(answer)) or known.get(_ID + answer.registrant_id)


def _key(answer: RegistrantAnswer) -> str:
    return (email_key(answer.email) or f"zoom:{answer.registrant_id}")[:LONGEST_KEPT_EMAIL]


def apply_remote_registrants(
    meeting: Meeting,
    answers: Iterable[tuple[RegistrantAnswer, str]],
    known: Mapping[str, Known],
    *,
    as_of: dt.datetime,
    by: str = "zoom",
    occurrence_id: str = "",
) -> int:
    """Write what ``answers`` (each with its status) say that ``known`` does not; return how many people changed.

    ``as_of`` (aware) is when Zoom was asked or spoke: a row that was written to later knows better and stays as it is.
    """
    news: dict[int, tuple[RegistrantAnswer, str]] = {}
    strangers: dict[str, tuple[RegistrantAnswer, str]] = {}
    for answer, status in answers:
        row = find(known, answer)
        if row is None:
            strangers[_key(answer)] = (answer, status)
        elif not row.is_unchanged(answer if row.key == _key(answer) else replace(answer, join_url=""), status):
            news[row.pk] = (answer, status)
    changed = _write_news(news, as_of, by) if news else 0
    return changed + (_import(meeting, occurrence_id, strangers, as_of, by) if strangers else 0)


def apply_missing(pks: Sequence[int], *, as_of: dt.datetime) -> int:
    """Note that Zoom has nobody of ``pks`` any more; return how many that is news for."""
    rows = _untouched(pks, as_of)
    before = {row.pk: row.actual for row in rows}
    now = clock.now()
    for row in rows:
        was_missed = row.actual == Actual.UNKNOWN or row.doubt_since is not None
        row.actual, row.actual_by, row.actual_at, row.updated_at = Actual.ABSENT, "zoom", now, now
        row.registrant_id, row.join_url, row.doubt_since = "", EncryptedValue(), None
        settled = is_settled(row.wanted, Actual.ABSENT)
        # Whether it ever got there was open: then it is sent (again). Else somebody deleted it, and means it.
        row.error = "" if settled or was_missed else "gone_on_zoom"
        row.due_at = now if was_missed and not settled else None
    _write(rows, before, as_of, "zoom")
    return len(rows)


def _write_news(news: Mapping[int, tuple[RegistrantAnswer, str]], as_of: dt.datetime, by: str) -> int:
    rows = _untouched(list(news), as_of)
    before = {row.pk: row.actual for row in rows}
    for row in rows:
        answer, status = news[row.pk]
        _take_over(row, status, as_of, by)
        row.registrant_id = answer.registrant_id
        if answer.join_url and row.email_key == _key(answer) and _link_of(row) != answer.join_url:
            encryption.encrypt_field(row, "join_url", answer.join_url)
    _write(rows, before, as_of, by)
    return len(rows)


def _take_over(row: Registrant, status: str, as_of: dt.datetime, by: str) -> None:
    """Let ``row`` be ``status`` as Zoom said at ``as_of``, and decide what that means for what is wanted."""
    now = clock.now()
    was_settled = is_settled(row.wanted, row.actual) and row.doubt_since is None
    moved = status != row.actual
    row.actual, row.actual_by, row.actual_at, row.updated_at = status, by if moved else row.actual_by, as_of, now
    row.doubt_since = None
    if row.wanted == Wanted.WAITING and status != Actual.PENDING:
        # The decision that was waited for was made on Zoom.
        row.wanted = Wanted.APPROVED if status == Actual.APPROVED else Wanted.CANCELLED
        row.wanted_by = Source.ZOOM
    if is_settled(row.wanted, status):
        row.error, row.due_at = "", None
    elif was_settled and moved:
        row.error, row.due_at = "changed_on_zoom", None
    elif row.error in ("", "no_answer", "gone_on_zoom") or row.due_at is not None:
        row.error, row.due_at = "", now


def _import(
    meeting: Meeting,
    occurrence_id: str,
    strangers: Mapping[str, tuple[RegistrantAnswer, str]],
    as_of: dt.datetime,
    by: str,
) -> int:
    """Put people who registered on Zoom into the ledger, with their answers."""
    now = clock.now()
    users = admission_policy.verified_users(answer.email for answer, _status in strangers.values())
    policy = admission_policy.Policy(meeting)
    rows = []
    for key, (answer, status) in strangers.items():
        user = users.get(key)
        wanted = policy.wish_for(user) if status == Actual.PENDING else _WISHES[status]
        row = Registrant(
            meeting=meeting,
            occurrence_id=occurrence_id,
            email_key=key,
            email=answer.email[:LONGEST_KEPT_EMAIL],
            first_name=answer.first_name[:LONGEST_NAME],
            last_name=answer.last_name[:LONGEST_NAME],
            user=user,
            answers={item.title: item.value for item in answer.custom_questions if item.title},
            source=Source.ZOOM,
            wanted=wanted,
            wanted_by=Source.ZOOM,
            actual=status,
            actual_by=by,
            actual_at=as_of,
            registrant_id=answer.registrant_id,
            due_at=None if is_settled(wanted, status) else now,
            # Whoever let them in on Zoom, or Zoom itself, has told them.
            written_at=now if status == Actual.APPROVED else None,
        )
        if answer.join_url:
            encryption.encrypt_field(row, "join_url", answer.join_url)
        rows.append(row)
    bulk_insert(rows, ignore_conflicts=True)
    return len(rows)


#: Zoom lists cancelled people as denied, so "denied" there is not a denial here.
_WISHES: Mapping[str, str] = {Actual.APPROVED: Wanted.APPROVED, Actual.DENIED: Wanted.CANCELLED}


def note_from_webhook(
    meeting: Meeting,
    status: str,
    registrant: Mapping[str, Any],
    *,
    occurrence_ids: Sequence[str] = (),
    at: dt.datetime | None = None,
) -> bool:
    """Note what a delivery says about one person; return whether it was news. In any order, any number of times.

    ``status`` is Zoom's (approved, pending or denied), ``registrant`` the delivery's object, ``at`` (aware) when it
    happened. A status that this site does not know says nothing.

    Raises ZoomResponseError for a registrant without an id.
    """
    if status not in {Actual.APPROVED, Actual.PENDING, Actual.DENIED}:
        return False
    answer = RegistrantAnswer.from_json(registrant)
    changed = 0
    known = known_people(meeting, Q(email_key=_key(answer)) | Q(registrant_id=answer.registrant_id))
    for occurrence in _occurrences_meant(meeting, occurrence_ids):
        changed += apply_remote_registrants(
            meeting,
            [(answer, status)],
            known.get(occurrence, {}),
            as_of=at or clock.now(),
            by="webhook",
            occurrence_id=occurrence,
        )
    return changed > 0


def _occurrences_meant(meeting: Meeting, named: Sequence[str]) -> list[str]:
    """Return the occurrences that the ledger keeps apart among ``named``; '' is the meeting as a whole."""
    kept = Registrant.objects.filter(meeting=meeting, occurrence_id__in=[each for each in named if each])
    return sorted(set(kept.values_list("occurrence_id", flat=True))) or [""]


def _untouched(pks: Sequence[int], as_of: dt.datetime) -> list[Registrant]:
    """Return the rows that nobody has written a newer truth to, and that nobody is at work on."""
    return list(Registrant.objects.filter(_older(as_of), free(), pk__in=pks).order_by("pk"))


def _older(as_of: dt.datetime) -> Q:
    return Q(actual_at__isnull=True) | Q(actual_at__lte=as_of)


def _write(rows: Sequence[Registrant], before: Mapping[int, str], as_of: dt.datetime, by: str) -> None:
    Registrant.objects.filter(_older(as_of), free()).bulk_update(rows, _WRITTEN, batch_size=60)
    moved = [row for row in rows if row.actual != before[row.pk]]
    history.note(((row.pk, before[row.pk], row.actual) for row in moved), "actual", by)
    history.tell((row, before[row.pk]) for row in moved)


def _link_of(row: Registrant | Known) -> str:
    """Return the stored link, '' where no key of this site opens it: then the one from Zoom takes its place."""
    holder = row if isinstance(row, Registrant) else Registrant(uid=row.uid, join_url=cast(Any, row.join_url))
    try:
        return encryption.decrypt_field(holder, "join_url")
    except encryption.EncryptionError:
        return ""
