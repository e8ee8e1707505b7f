"""Why a person is not registered, in words: the codes that stand on rows of the ledger, and what each one means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _


if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

#: About one person. A sentence may use the parameters kept beside the code.
PERSONAL: Mapping[str, StrPromise] = {
    "no_email": _("This person has no e-mail address, so Zoom cannot register them. Add one to their account."),
    "bad_email": _("This is not an e-mail address that Zoom would take. Correct it."),
    "long_email": _("This e-mail address is longer than the 128 characters that Zoom takes. Use another one."),
    "twice": _("This person is in the file twice. The first line counts."),
    "taken": _(
        "Another registration has this e-mail address already, and nothing proves that it is this person's. Assign "
        "that registration to them, or correct the address."
    ),
    "host": _("This person is the host, an alternative host or a panelist on Zoom and comes in without registering."),
    "full": _("The meeting is full on Zoom: its plan does not admit more people. Retry once somebody has left."),
    "places": _("All places of this lesson are taken. The next one that becomes free goes to this person."),
    "adds_used": _("Zoom registers one person three times a day at most. This goes on tomorrow by itself."),
    "status_used": _("Zoom changes one person's status ten times a day at most. This goes on tomorrow by itself."),
    "no_answer": _("Zoom did not answer. Whether this was done is being looked up."),
    "no_answer_blind": _(
        "Zoom did not answer, and this app may not list registrants ({scope}), so nobody can look it up. It was sent "
        "once more and is tried again tomorrow."
    ),
    "refused": _("Zoom did not accept this registration: {words}"),
    "questions": _("Zoom's registration form asks for more than is known about this person: {words}"),
    "vetoed": _("This site's own rules keep this person from being registered: {words}"),
    "rules_failed": _("This site's own rules for registering could not be read. It is tried again in an hour."),
    "changed_on_zoom": _("Somebody changed this on Zoom. Decide again here, or leave it as it is on Zoom."),
    "gone_on_zoom": _("This registration was deleted on Zoom. Register the person again if that was not meant."),
    "admitted_already": _("Zoom has admitted this person already and cannot make them wait again. Deny them instead."),
    "turned_down_already": _("Zoom has denied this person already and cannot make them wait again. Approve them."),
    "admits_at_once": _(
        "This meeting admits everybody at once on Zoom, so this person is registered when approved here."
    ),
    "no_scope": _('Zoom allows this only with the scope "{scope}".'),
    "not_known": _("What Zoom has about this person is not known, and this app may not look: it lacks {scope}."),
    "no_link": _('This person is registered, but the personal link can be read only with the scope "{scope}".'),
}

#: The same in a few words, to choose from.
LABELS: Mapping[str, StrPromise] = {
    "no_email": _("No e-mail address"),
    "bad_email": _("Mistyped e-mail address"),
    "long_email": _("E-mail address too long"),
    "twice": _("Twice in the file"),
    "taken": _("E-mail address in use"),
    "host": _("Host or panelist"),
    "full": _("Full on Zoom"),
    "places": _("No place free"),
    "adds_used": _("Registered too often today"),
    "status_used": _("Changed too often today"),
    "no_answer": _("No answer from Zoom"),
    "no_answer_blind": _("No answer, and no way to look it up"),
    "refused": _("Not accepted by Zoom"),
    "questions": _("Zoom's form asks for more"),
    "vetoed": _("Against this site's rules"),
    "rules_failed": _("Trouble with this site's rules"),
    "changed_on_zoom": _("Changed on Zoom"),
    "gone_on_zoom": _("Registration deleted on Zoom"),
    "admitted_already": _("Admitted on Zoom already"),
    "turned_down_already": _("Denied on Zoom already"),
    "admits_at_once": _("Waits for approval here"),
    "no_scope": _("Not allowed to the Zoom app"),
    "not_known": _("Not known, and the app may not look"),
    "no_link": _("Personal link cannot be read"),
}

#: About the whole meeting: nobody can be registered until it is settled.
GENERAL: Mapping[str, StrPromise] = {
    "not_there": _("The meeting is not on Zoom yet. People are registered as soon as it is."),
    "paused": _("Zoom is paused for this site. Nothing is sent until an administrator continues."),
    "copied_site": _(
        "This looks like a copy of another site's database. Nothing is sent to Zoom until an administrator says what "
        "it is."
    ),
    "not_connected": _("The connection to Zoom is not working. Connect again under Settings → Zoom."),
    "registration_off": _(
        "Registration is not switched on for this meeting on Zoom. Switch it on there, or link another meeting."
    ),
    "registration_closed": _("Registration for this meeting has been closed on Zoom."),
    "over": _("This meeting is over, so Zoom takes no more registrations."),
    "gone": _("Zoom does not know this meeting any more: it was deleted there."),
    "licence": _("The host's Zoom plan does not include registration. A licensed host is needed."),
    "not_permitted": _(
        "Zoom does not permit this for the connected person. Ask the administrator of the Zoom account."
    ),
    "wrong_kind": _(
        "On Zoom this number belongs to the other kind of event: a webinar instead of a meeting, or vice versa."
    ),
    "too_many": _("Zoom asked to wait. It goes on by itself."),
    "zoom_down": _("Zoom cannot be reached just now. It goes on by itself."),
    "waits_for_yes": _("{count} people would lose their registration at once. This waits for somebody's yes."),
}


class _Blank(dict[str, Any]):
    """Parameters of which any may be missing: rows outlive the code that wrote them."""

    def __missing__(self, name: str) -> str:
        return "…"


def sentence(code: str, params: Mapping[str, Any] | None = None) -> str:
    """Return what ``code`` means, '' for no code. A code nobody knows (any more) reads as a general refusal."""
    if not code:
        return ""
    words = PERSONAL.get(code) or GENERAL.get(code) or _("Zoom refused this.")
    return str(words).format_map(_Blank(params or {}))
