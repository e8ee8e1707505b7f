"""Who was that? By personal link, by a host's own Zoom account, by a teacher's word, by a verified address.

Never by name: two people may share one, and minutes must never go to the wrong person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models.functions import Lower

from ...models import Assignment, Attendance, Connection, Host, Meeting, Registrant
from .. import lms
from ..registrants.person import email_key
from .intervals import PresenceRecord


#: Values in one query: below the limit of every database.
CHUNK = 500


@dataclass(frozen=True)
class Recognised:
    """What was found out about one identity; ``user_id`` and ``registrant_pk`` are None where unknown."""

    matched_by: str = Attendance.Match.NONE
    user_id: Any = None
    registrant_pk: int | None = None
    is_host: bool = False


class ParticipantMatcher:
    """Everything needed to recognise the people of one meeting, read in a handful of queries."""

    def __init__(self, meeting: Meeting, people: Iterable[PresenceRecord]) -> None:
        """Read what is known about ``meeting``'s registrants, its space's hosts and the addresses of ``people``."""
        everybody = list(people)
        self._zoom_host_id = meeting.zoom_host_id
        self._registrants = {
            registrant_id: (pk, user_id, source)
            for pk, registrant_id, user_id, source in meeting.registrants.exclude(registrant_id="").values_list(
                "pk", "registrant_id", "user_id", "source"
            )
        }
        self._zoom_users = _zoom_users(meeting)
        self._assigned = dict(Assignment.objects.filter(site=meeting.site).values_list("identity_key", "user_id"))
        self._by_email = _verified_users({person.email for person in everybody if person.email})

    def recognise(self, person: PresenceRecord) -> Recognised:
        """Return who ``person`` is; `Recognised` with no match when nobody can tell.

        Whoever registered on Zoom's own page has a personal link of which this site knows no more than what they
        typed there: unless something else tells who they are, they are left to a teacher.
        """
        is_host = bool(person.zoom_user_id) and person.zoom_user_id == self._zoom_host_id
        registrant_pk, registered_user, source = self._registrants.get(person.registrant_id, (None, None, ""))
        if person.key in self._assigned:
            return Recognised(Attendance.Match.PERSON, self._assigned[person.key], registrant_pk, is_host)
        if registered_user is not None:
            return Recognised(Attendance.Match.REGISTRANT, registered_user, registrant_pk, is_host)
        if person.zoom_user_id in self._zoom_users:
            return Recognised(Attendance.Match.ZOOM_USER, self._zoom_users[person.zoom_user_id], registrant_pk, is_host)
        user_id = self._by_email.get(email_key(person.email))
        if user_id is not None:
            return Recognised(Attendance.Match.EMAIL, user_id, registrant_pk, is_host)
        if registrant_pk is not None and source != Registrant.Source.ZOOM:
            # A guest whom this site itself let in: known, though nobody's minutes count.
            return Recognised(Attendance.Match.REGISTRANT, None, registrant_pk, is_host)
        return Recognised(registrant_pk=registrant_pk, is_host=is_host)


def _zoom_users(meeting: Meeting) -> Mapping[str, Any]:
    hosts = Host.objects.filter(site=meeting.site, user__isnull=False).exclude(zoom_user_id="")
    known = dict(hosts.values_list("zoom_user_id", "user_id"))
    if meeting.connection:
        grants = Connection.objects.filter(app=meeting.connection.app, user__isnull=False).exclude(zoom_user_id="")
        known.update(grants.values_list("zoom_user_id", "user_id"))
    return known


def _verified_users(addresses: set[str]) -> Mapping[str, Any]:
    """Return the users who own these addresses for certain; an address that two users claim belongs to nobody."""
    model = get_user_model()
    field = model.get_email_field_name()
    # Blanks are nobody's address, least of all that of the people here who have none.
    lowered = sorted({address.strip().lower() for address in addresses} - {""})
    owners: dict[str, list[Any]] = {}
    for start in range(0, len(lowered), CHUNK):
        active = model._default_manager.filter(is_active=True).annotate(lowered=Lower(field))
        for user in active.filter(lowered__in=lowered[start : start + CHUNK]):
            owners.setdefault(email_key(getattr(user, field)), []).append(user)
    return {
        key: users[0].pk
        for key, users in owners.items()
        if key and len({user.pk for user in users}) == 1 and lms.email_is_verified(users[0])
    }
