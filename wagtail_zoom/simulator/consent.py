"""The page on which a person allows an app, and the one that says why it is not possible."""

from __future__ import annotations

from itertools import groupby

from aiohttp import web

from .markup import Markup, fill, joined, page
from .records import App, User


def consent_page(app: App, wish: dict[str, str], people: list[User]) -> web.Response:
    """Return the consent page: who one is, the scopes, the switch, Allow and Decline."""
    hidden = joined([fill("hidden", name=name, value=value) for name, value in wish.items()])
    scopes = joined([_scope(app, scope) for scope in app.scopes]) or fill("item", text="No scopes")
    return page(
        "Allow this app?",
        fill("consent", app=app.client_id, hidden=hidden, people=_choices(app, people), scopes=scopes),
    )


def ticked_scopes(app: App, form: dict[str, str]) -> frozenset[str]:
    """Return what the person allowed: everything but the optional scopes that they unticked."""
    return frozenset(
        scope for scope in app.scopes if scope not in app.optional_scopes or form.get(_box(scope)) is not None
    )


def refusal_page(title: str, reason: str, code: int) -> web.Response:
    """Return Zoom's own page about what is wrong; the person is not sent back to the app."""
    shown = f"Error code {code}" if code else ""
    return page(title, fill("refusal", title=title, reason=reason, code=shown), status=400)


def _scope(app: App, scope: str) -> Markup:
    if scope in app.optional_scopes:
        return fill("optional_scope", name=_box(scope), text=scope)
    return fill("item", text=scope)


def _box(scope: str) -> str:
    return f"allow {scope}"


def _choices(app: App, people: list[User]) -> Markup:
    own_first = sorted(people, key=lambda user: (user.account is not app.account, user.account.id))
    groups = []
    for account_id, members in groupby(own_first, key=lambda user: user.account.id):
        options = joined(
            [fill("option", value=user.id, text=f"{user.display_name} ({user.email})") for user in members]
        )
        groups.append(fill("options", label=f"Account {account_id}", options=options))
    return joined(groups)
