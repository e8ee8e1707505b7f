"""A teacher says who an unrecognised person was. Remembered for the next run, and undone as easily."""

from __future__ import annotations

from typing import Any

from ... import clock
from ...models import Assignment, Attendance, Instance
from .completion import evaluate_completion
from .store import merge_rows


#: Identities that mean the same person next time. A guest's number does not.
LASTING = ("registrant:", "zoom:", "email:")


def can_be_remembered(row: Attendance) -> bool:
    """Tell whether the choice will hold for later runs as well."""
    return row.zoom_identity.startswith(LASTING)


def assign(row: Attendance, user: Any, by: Any) -> None:
    """Say that the person of ``row`` is ``user``; merged with what is known of ``user`` in the same run."""
    if can_be_remembered(row) and row.meeting.site:
        Assignment.objects.update_or_create(
            site=row.meeting.site,
            identity_key=row.zoom_identity,
            defaults={"user": user, "assigned_by": by, "assigned_at": clock.now()},
        )
    merge_rows(row, user)
    evaluate_completion(row.meeting)


def unassign(row: Attendance) -> int | None:
    """Take an assignment back; return the run that became due, to be read again so that all is as if never said."""
    Assignment.objects.filter(site=row.meeting.site, identity_key=row.zoom_identity).delete()
    row.user = None
    row.matched_by = Attendance.Match.NONE
    row.person_key = row.zoom_identity
    row.save(update_fields=["user", "matched_by", "person_key"])
    evaluate_completion(row.meeting)
    if row.instance_id:
        Instance.objects.filter(pk=row.instance_id).update(read_due_at=clock.now())
    return row.instance_id
