"""What a token's scopes allow, and which scope a missing feature wants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from .operations import OPERATIONS, Operation


if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, slots=True)
class Feature:
    """Something an editor, a teacher or an administrator can do, and the operations that it takes."""

    name: str
    label: StrPromise
    operations: tuple[Operation, ...]


def _feature(name: str, label: StrPromise, *operations: str) -> Feature:
    return Feature(name, label, tuple(OPERATIONS[operation] for operation in operations))


FEATURES: Mapping[str, Feature] = {
    feature.name: feature
    for feature in (
        _feature("create", _("Create meetings"), "meetings.create"),
        _feature("change", _("Change meetings"), "meetings.update"),
        _feature("cancel", _("Cancel meetings"), "meetings.delete"),
        _feature("read", _("Read back meetings"), "meetings.get"),
        _feature("list", _("List a host's meetings"), "meetings.list"),
        _feature("end_live", _("End a running meeting"), "meetings.end"),
        _feature("registrants_list", _("List the registrants of meetings"), "meetings.registrants.list"),
        _feature("registrants_add", _("Register learners for meetings"), "meetings.registrants.add"),
        _feature(
            "registrants_batch", _("Register many learners at once for meetings"), "meetings.registrants.add_batch"
        ),
        _feature(
            "registrants_status",
            _("Approve, deny and cancel registrants of meetings"),
            "meetings.registrants.set_status",
        ),
        _feature("registrants_delete", _("Delete registrants of meetings"), "meetings.registrants.delete"),
        _feature("questions", _("Read the registration questions of meetings"), "meetings.registrants.questions"),
        _feature("reports", _("Read attendance reports of meetings"), "meetings.participants_report"),
        _feature("past_participants", _("List who was in past meetings"), "meetings.past_participants"),
        _feature("webinar_create", _("Create webinars"), "webinars.create"),
        _feature("webinar_change", _("Change webinars"), "webinars.update"),
        _feature("webinar_cancel", _("Cancel webinars"), "webinars.delete"),
        _feature("webinar_read", _("Read back webinars"), "webinars.get"),
        _feature("webinar_list", _("List a host's webinars"), "webinars.list"),
        _feature("webinar_end_live", _("End a running webinar"), "webinars.end"),
        _feature("webinar_registrants_list", _("List the registrants of webinars"), "webinars.registrants.list"),
        _feature("webinar_registrants_add", _("Register learners for webinars"), "webinars.registrants.add"),
        _feature(
            "webinar_registrants_batch",
            _("Register many learners at once for webinars"),
            "webinars.registrants.add_batch",
        ),
        _feature(
            "webinar_registrants_status",
            _("Approve, deny and cancel registrants of webinars"),
            "webinars.registrants.set_status",
        ),
        _feature("webinar_registrants_delete", _("Delete registrants of webinars"), "webinars.registrants.delete"),
        _feature(
            "webinar_questions", _("Read the registration questions of webinars"), "webinars.registrants.questions"
        ),
        _feature("webinar_reports", _("Read attendance reports of webinars"), "webinars.participants_report"),
        _feature("webinar_past_participants", _("List who was in past webinars"), "webinars.past_participants"),
        _feature("recordings", _("Find the recordings of meetings"), "recordings.of_meeting"),
        _feature("who_am_i", _("See who is connected"), "users.get"),
        _feature("host_token", _("Start meetings as the host"), "users.token"),
    )
}


def feature_name(kind: str, name: str) -> str:
    """Return the name of feature ``name`` ("create", "reports" …) for ``kind`` ("meeting" or "webinar")."""
    return f"webinar_{name}" if kind == "webinar" else name


def allows(granted: Iterable[str], operation: Operation) -> bool:
    """Tell whether ``granted`` (scope names of a token) probably open ``operation``.

    Granular and classic names count alike, at the user's own, the account's (``:admin``) and the master account's
    (``:master``) level; more than needed is no fault.
    """
    plain = {_without_level(name) for name in granted}
    return any(_without_level(name) in plain for name in (*operation.scopes, *operation.classic))


def features_of(granted: Iterable[str]) -> dict[str, bool]:
    """Return for every feature whether ``granted`` (scope names) probably allow it."""
    names = frozenset(granted)
    return {
        feature.name: all(allows(names, operation) for operation in feature.operations) for feature in FEATURES.values()
    }


def missing_scopes(granted: Iterable[str], feature: str, *, admin: bool = False) -> tuple[str, ...]:
    """Return the names of the granular scopes to add so that ``feature`` works; empty if none is missing.

    ``admin`` asks for the account-level form, which Server-to-Server and admin-managed apps use. Where Zoom has only
    that form (reports), it is named either way.
    """
    names = frozenset(granted)
    return tuple(
        operation.scopes[-1] if admin else operation.scopes[0]
        for operation in FEATURES[feature].operations
        if not allows(names, operation)
    )


def _without_level(name: str) -> str:
    return name.removesuffix(":admin").removesuffix(":master")
