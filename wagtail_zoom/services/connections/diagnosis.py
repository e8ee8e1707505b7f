"""What works and what does not, in sentences: of one connection, and of a whole space."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Site

from ...api.scopes import FEATURES
from ...exceptions import ZoomError, ZoomTransportError
from ...models import App, Connection, Host
from . import capabilities, zoom_apps


Status = Connection.Status


@dataclass(frozen=True)
class FeatureLine:
    """One line of the table of features: what it is, and what it lacks."""

    name: str
    label: str
    likely: bool
    missing: tuple[str, ...]
    refused: bool


@dataclass(frozen=True)
class Diagnosis:
    """What a connection is good for. ``tone`` is "ok", "warning" or "error"."""

    works: bool
    tone: str
    title: str
    sentence: str
    who: str = ""
    account: str = ""
    features: tuple[FeatureLine, ...] = field(default=())


@dataclass(frozen=True)
class SpaceState:
    """How a space stands with Zoom. ``code`` is "connected", "incomplete" or "attention"."""

    code: str
    title: str
    sentence: str


_REASONS = {
    "grant_dead": gettext_lazy(
        "Zoom has ended this connection: the app was removed at Zoom, its secret was renewed, or it was not used for "
        "months. Connect again."
    ),
    "taken_over": gettext_lazy(
        "The same Zoom user was connected by another person of this site, and Zoom keeps only the newest connection. "
        "Connect again with a Zoom user of your own."
    ),
    "credentials": gettext_lazy(
        "Zoom does not accept the app's credentials. Compare client ID, client secret and account ID with the app's "
        "page in the Zoom App Marketplace, and see whether the app is activated there."
    ),
}


def diagnosis_of(connection: Connection, error: ZoomError | None = None) -> Diagnosis:
    """Return what is known of ``connection``, from its row alone; ``error`` is what a test has just ended with."""
    tone, title, sentence = _verdict_of_test(error) if error is not None else _verdict(connection)
    return Diagnosis(
        works=tone == "ok",
        tone=tone,
        title=title,
        sentence=sentence,
        who=who(connection),
        account=connection.app.account_id,
        features=feature_lines(connection),
    )


def _verdict_of_test(error: ZoomError) -> tuple[str, str, str]:
    if isinstance(error, ZoomTransportError):
        sentence = _("Zoom could not be reached, so nothing is known yet. Try again in a few minutes.")
        return "warning", _("No answer"), sentence
    return "error", _("This does not work"), str(error.user_message)


def _verdict(connection: Connection) -> tuple[str, str, str]:
    """Return tone, title and sentence for what stands on the row."""
    is_account = connection.person_key == Connection.ACCOUNT
    if connection.status == Status.RECONNECT:
        sentence = str(_REASONS.get(connection.status_reason, _REASONS["grant_dead"]))
        return "error", _("Needs attention") if is_account else _("Reconnect needed"), sentence
    if connection.status == Status.CONNECTED and connection.failures:
        sentence = _("The last requests failed. This site goes on trying by itself; nothing is lost.")
        return "warning", _("Zoom does not answer properly"), sentence
    if connection.status == Status.CONNECTED:
        return "ok", _("Connected"), _works_sentence(connection)
    if is_account:
        sentence = _(
            "The credentials are saved. “Save and test connection” in the Zoom settings of this space shows whether "
            "Zoom accepts them."
        )
        return "warning", _("Not tested yet"), sentence
    return "warning", _("Not connected"), _("Nobody has authorised this yet.")


def feature_lines(connection: Connection) -> tuple[FeatureLine, ...]:
    """Return the table of features for ``connection``, in the order of `api.scopes.FEATURES`."""
    lines = []
    for name, feature in FEATURES.items():
        found = capabilities.allowed(connection, name)
        lines.append(FeatureLine(name, str(feature.label), found.likely, found.missing, found.refused))
    return tuple(lines)


def who(connection: Connection) -> str:
    """Return the Zoom user behind ``connection`` as Zoom named them, '' while that is unknown."""
    if connection.zoom_name and connection.zoom_email:
        return f"{connection.zoom_name} ({connection.zoom_email})"
    return connection.zoom_name or connection.zoom_email


def space_state(site: Site) -> SpaceState:
    """Return how ``site`` stands with Zoom, from the database alone."""
    own = zoom_apps.apps_of(site)
    if not own and not _people_of(site):
        return SpaceState("incomplete", _("Incomplete"), _("No Zoom app has been entered for this space yet."))
    troubled = [connection for connection in _connections_of(site, own) if _is_troubled(connection)]
    if troubled:
        return SpaceState("attention", _("Needs attention"), _named(troubled[0], diagnosis_of(troubled[0]).sentence))
    if not any(connection.is_usable for connection in _connections_of(site, own)):
        return SpaceState("incomplete", _("Incomplete"), _unfinished_sentence(own))
    server = next((app for app in own if app.kind == App.Kind.SERVER), None)
    if server is not None and not Host.objects.filter(site=site, is_active=True).exists():
        return SpaceState(
            "incomplete",
            _("Incomplete"),
            _("Zoom accepts the app, but nobody can host yet: say who hosts, under “Hosts of this space”."),
        )
    return SpaceState("connected", _("Connected"), _("Lessons of this space get their meetings from Zoom."))


def _named(connection: Connection, sentence: str) -> str:
    """Say whose connection the sentence is about, where it is a person's."""
    if connection.person_key == Connection.ACCOUNT:
        return sentence
    return _("%(person)s: %(sentence)s") % {"person": connection.user_label, "sentence": sentence}


def _unfinished_sentence(own: list[App]) -> str:
    if any(app.kind == App.Kind.SERVER for app in own):
        return _("The app is saved, and not tested yet. Press “Save and test connection”.")
    return _("The app is saved, but no teacher has connected their Zoom account yet. Press “Save and authorize”.")


def _works_sentence(connection: Connection) -> str:
    if connection.person_key == Connection.ACCOUNT:
        return _("Zoom accepts the app for account %(account)s.") % {"account": connection.app.account_id}
    if name := who(connection):
        return _("Zoom answers for %(person)s.") % {"person": name}
    return _("Zoom accepts the connection. Which Zoom user it is will be known with the first lesson.")


def _connections_of(site: Site, own: list[App]) -> list[Connection]:
    accounts = Connection.objects.filter(app__in=[app.pk for app in own], person_key=Connection.ACCOUNT)
    return [*accounts.select_related("app"), *_people_of(site)]


def _people_of(site: Site) -> list[Connection]:
    people = Connection.objects.filter(hosts__site=site, hosts__is_active=True).exclude(person_key=Connection.ACCOUNT)
    return list(people.select_related("app").distinct())


def _is_troubled(connection: Connection) -> bool:
    return connection.status == Status.RECONNECT or (connection.is_usable and bool(connection.failures))
