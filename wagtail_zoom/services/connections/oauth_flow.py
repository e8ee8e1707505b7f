"""The walk to Zoom's consent page and back: begun here, finished in the callback, bound to who began it."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from wagtail.models import Site

from ... import clock, conf
from ...api.oauth import Grant, make_pkce
from ...exceptions import ZoomConfigurationError, ZoomError, ZoomTransportError
from ...models import App, AuthorizationAttempt, Connection, Host
from .. import encryption, permissions
from . import capabilities, connections, declined_scopes, hosts, token_refresh, token_store, zoom_apps
from .clients import client_for


Outcome = AuthorizationAttempt.Outcome

#: How long the way to Zoom and back may take.
LIFE = dt.timedelta(minutes=10)
#: Who has not come back after this time has probably been refused on one of Zoom's own pages.
OVERDUE = dt.timedelta(minutes=2)
_REMEMBERED = dt.timedelta(hours=12)
_LONGEST_PATH = 500


@dataclass(frozen=True)
class AuthorizationResult:
    """How the walk ended. ``outcome`` is "connected", "refused" or "failed"; ``reason`` the code of the refusal.

    ``return_to`` is a path within this installation, '' where it is not this person's or not known.
    """

    outcome: str
    reason: str
    sentence: str
    site: Site | None = None
    return_to: str = ""
    host: Host | None = None


def begin_authorization(*, user: Any, site: Site, app: App, session_key: str, redirect_uri: str, return_to: str) -> str:
    """Note that ``user`` sets out to connect to ``site`` through ``app``; return the address of Zoom's consent page.

    ``session_key`` stands for the browser session and must be the same in the callback. ``return_to`` is where the
    person comes back to; only a path within this installation is kept. Nothing is sent to Zoom.

    Raises ZoomConfigurationError where the person may not do this, or no encryption keys are there to keep the grant.
    """
    if not permissions.may_connect(user, site) or not zoom_apps.is_allowed(app, site, user):
        raise ZoomConfigurationError(
            "not allowed to connect", user_message=_("You may not connect to this space through this Zoom app.")
        )
    zoom_apps.secret_of(app)
    _tidy(user)
    state = secrets.token_urlsafe(32)
    verifier, challenge = make_pkce()
    attempt = AuthorizationAttempt(
        state_digest=_digest(state),
        session_digest=_digest(session_key),
        user=user,
        site=site,
        app=app,
        redirect_uri=redirect_uri,
        return_to=safe_path(return_to),
        begun_at=clock.now(),
    )
    encryption.encrypt_field(attempt, "verifier", verifier)
    attempt.save()
    with token_refresh.oauth_client(zoom_apps.region_of(app, site)) as oauth:
        return oauth.authorize_address(app.client_id, redirect_uri, state, challenge)


def finish_authorization(*, state: str, code: str, error: str, user: Any, session_key: str) -> AuthorizationResult:
    """Take the callback: check whose walk it ends, turn ``code`` into a grant, and remember the person as a host.

    ``error`` is what Zoom gave instead of a code. Takes up to ``CLICK_DEADLINE`` seconds; call it outside transactions.
    Never raises `ZoomError`: every refusal has a sentence of its own.
    """
    attempt = _attempt_for(state)
    if attempt is None:
        return AuthorizationResult(Outcome.REFUSED, "unknown_state", _sentence("unknown_state"))
    reason = _whose(attempt, user, session_key)
    if reason:
        return AuthorizationResult(Outcome.REFUSED, reason, _sentence(reason))
    if not AuthorizationAttempt.objects.filter(pk=attempt.pk, used_at__isnull=True).update(used_at=clock.now()):
        return _refused(attempt, "replayed", note=False)
    if attempt.begun_at + LIFE < clock.now():
        return _refused(attempt, "expired")
    if error or not code:
        return _refused(attempt, "declined" if error in ("access_denied", "") else "zoom_error")
    if not permissions.may_connect(user, attempt.site) or not zoom_apps.is_allowed(attempt.app, attempt.site, user):
        return _refused(attempt, "not_allowed")
    try:
        return _connect(attempt, code)
    except ZoomError as failure:
        sentence = _("Zoom could not be reached to finish this. Press Authorize again in a few minutes.")
        if not isinstance(failure, ZoomTransportError):
            sentence = str(failure.user_message)
        return _note(
            attempt, AuthorizationResult(Outcome.FAILED, "exchange", sentence, attempt.site, attempt.return_to)
        )


def unfinished_attempt(user: Any, site: Site) -> AuthorizationAttempt | None:
    """Return the newest attempt of ``user`` for ``site`` if it never came back, two minutes after it was begun.

    Zoom refuses strangers, and accounts that want approval first, on its own page: no callback ever comes then.
    """
    newest = AuthorizationAttempt.objects.filter(user=user, site=site).order_by("-begun_at", "-pk").first()
    if newest is None or newest.used_at is not None:
        return None
    age = clock.now() - newest.begun_at
    return newest if OVERDUE <= age <= _REMEMBERED else None


def unfinished_reasons(attempt: AuthorizationAttempt) -> list[str]:
    """Return the likely reasons, in sentences, why somebody did not come back from Zoom."""
    return [
        _(
            "You were signed in to Zoom with an account that does not belong to the organisation of this Zoom app. Sign "
            "out at zoom.us, sign in with your school's account, and try again."
        ),
        _(
            "Your organisation's Zoom administrator has to approve the app first. Zoom then shows a button to ask for "
            "it; press it, and come back here when you hear that it was approved."
        ),
        _(
            "The app at Zoom is not activated, or does not have exactly this redirect address: %(address)s. Zoom's tabs "
            "“Development” and “Production” have an address and a client ID each: both must come from the same tab. "
            "And it has to be a General App. Whoever made the app can compare it."
        )
        % {"address": attempt.redirect_uri},
    ]


def safe_path(address: str) -> str:
    """Return ``address`` if it is a path within this installation, else ''."""
    is_path = address.startswith("/") and len(address) <= _LONGEST_PATH
    return address if is_path and url_has_allowed_host_and_scheme(address, allowed_hosts=None) else ""


def _connect(attempt: AuthorizationAttempt, code: str) -> AuthorizationResult:
    deadline = conf.click_deadline() / 2
    with token_refresh.oauth_client(zoom_apps.region_of(attempt.app, attempt.site), deadline) as oauth:
        grant = oauth.exchange_code(
            attempt.app.client_id,
            zoom_apps.secret_of(attempt.app),
            code,
            attempt.redirect_uri,
            encryption.decrypt_field(attempt, "verifier"),
        )
    connection = connections.person_connection(attempt.app, attempt.user)
    allowed_before = connection.scopes
    _store(connection, attempt, grant)
    _ask_who(connection, deadline)
    host = hosts.remember_person(attempt.site, connection, attempt.user)
    others = connections.invalidate_duplicates(connection)
    sentence = _("You are connected to Zoom.")
    if lacking := declined_scopes.sentence(connection, allowed_before):
        sentence += f" {lacking}"
    if others:
        sentence += " " + _(
            "This Zoom user was connected by somebody else here before. Zoom keeps only the newest connection, so the "
            "other person has to connect with a Zoom user of their own."
        )
    return _note(
        attempt,
        AuthorizationResult(Outcome.CONNECTED, "", sentence, site=attempt.site, return_to=attempt.return_to, host=host),
    )


def _store(connection: Connection, attempt: AuthorizationAttempt, grant: Grant) -> None:
    """Write the new grant before anything is done with it."""
    values = token_store.columns_for(connection, grant)
    named = {"user": attempt.user, "user_label": connections.label_of(attempt.user), "failures": 0, "probe_at": None}
    # Whoever connects again may be another Zoom user than before.
    unknown = {"zoom_user_id": "", "zoom_email": "", "zoom_name": "", "zoom_user_type": None, "tested_at": clock.now()}
    token_store.replace(connection, {**values, **named, **unknown})


def _ask_who(connection: Connection, deadline: float) -> None:
    """Learn the Zoom user's name where the scopes allow; the connection holds either way."""
    if not capabilities.allowed(connection, "who_am_i").likely or not connection.scopes:
        return
    try:
        with client_for(connection, urgent=True, deadline=deadline) as client:
            connections.learn_identity(connection, client.users.me())
    except ZoomError:
        return


def _attempt_for(state: str) -> AuthorizationAttempt | None:
    if not state:
        return None
    found = AuthorizationAttempt.objects.select_related("user", "site", "app").filter(state_digest=_digest(state))
    return found.first()


def _whose(attempt: AuthorizationAttempt, user: Any, session_key: str) -> str:
    """Return why this walk is not this browser's to finish, '' if it is. The attempt stays good for whoever began it."""
    if attempt.user_id != user.pk:
        return "other_user"
    if not session_key or not constant_time_compare(attempt.session_digest, _digest(session_key)):
        return "other_session"
    return ""


def _refused(attempt: AuthorizationAttempt, reason: str, *, note: bool = True) -> AuthorizationResult:
    finished = AuthorizationResult(Outcome.REFUSED, reason, _sentence(reason), attempt.site, attempt.return_to)
    return _note(attempt, finished) if note else finished


def _note(attempt: AuthorizationAttempt, finished: AuthorizationResult) -> AuthorizationResult:
    encryption.encrypt_field(attempt, "verifier", "")
    AuthorizationAttempt.objects.filter(pk=attempt.pk).update(
        outcome=finished.outcome, reason=finished.reason, verifier=attempt.verifier
    )
    return finished


def _tidy(user: Any) -> None:
    """Forget walks of this person that can say nothing any more."""
    AuthorizationAttempt.objects.filter(user=user, begun_at__lt=clock.now() - 2 * _REMEMBERED).delete()


def _sentence(reason: str) -> str:
    return {
        "unknown_state": _(
            "This answer from Zoom does not belong to anything that was begun here. Open My Zoom and press Authorize."
        ),
        "other_user": _(
            "This answer from Zoom belongs to another user of this site. Sign in as that user, or press Authorize again."
        ),
        "other_session": _(
            "You began in another browser window, or signed out meanwhile. For your safety nothing was connected: open "
            "My Zoom here and press Authorize again."
        ),
        "replayed": _("This answer from Zoom was used already. Look below whether you are connected."),
        "expired": _("That took longer than ten minutes. Nothing was connected: press Authorize again."),
        "declined": _("You chose not to give permission at Zoom. Nothing was connected."),
        "zoom_error": _(
            "Zoom did not give permission. Ask whoever made the Zoom app whether it is activated and whether you may "
            "use it."
        ),
        "not_allowed": _("You may not connect to this space through this Zoom app any more. Ask its administrator."),
    }[reason]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
