"""The page that lists the control surface and the state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from aiohttp import web

from .clock import zoom_time
from .markup import Markup, fill, joined, page
from .state import Zoom


RECENT = 15

CALLS = (
    ("POST /_simulator/reset", "Forget everything."),
    ("POST /_simulator/accounts", "Make an account: plan, users."),
    (
        "PATCH /_simulator/accounts/{account_id}",
        "Plan, locked_settings, passcode_policy, admin_approval, required_tracking_field.",
    ),
    ("PATCH, DELETE /_simulator/users/{id}", "type, webinar, capacity, permissions; deletion."),
    ("POST /_simulator/apps", "Make an app: account_id, type, scopes, optional_scopes, redirect_uris, webhook_url …"),
    (
        "PATCH /_simulator/apps/{client_id}",
        "scopes, optional_scopes, webhook_url (challenged first), active, published.",
    ),
    ("POST /_simulator/grants/revoke", "client_id, user_id: the user removes the app."),
    ("POST, DELETE /_simulator/faults", "method, path, times, skip, fault, status, body, headers, seconds."),
    ("GET, DELETE /_simulator/requests", "Every request of an app."),
    ("GET /_simulator/meetings", "Full state of all meetings and webinars."),
    ("GET, PATCH, DELETE /_simulator/meetings/{id}", "One of them; what its host does on Zoom's own site."),
    ("POST /_simulator/meetings/{id}/start, /end", "Run it."),
    ("POST /_simulator/meetings/{id}/join, /leave", "registrant_id, email or name; at."),
    ("POST /_simulator/meetings/{id}/stay", "stays: a list of the same, each with at and until."),
    ("GET, POST /_simulator/clock", "now or advance: the one clock of everything."),
    ("GET, POST /_simulator/webhooks", "Deliveries (?wait=quiet); duplicate, shuffle, drop, delay."),
)


def overview_page(zoom: Zoom, query: dict[str, str]) -> web.Response:
    """Answer GET /_simulator/."""
    body = fill(
        "overview",
        now=zoom_time(zoom.now()),
        base=zoom.base_url,
        tables=joined([_accounts(zoom), _apps(zoom), _meetings(zoom), _requests(zoom), _deliveries(zoom)]),
        calls=joined([_row(call) for call in CALLS]),
    )
    return page("Overview", body)


def _accounts(zoom: Zoom) -> Markup:
    rows = [
        (account.id, account.plan, user.email, "Licensed" if user.type == 2 else f"type {user.type}")
        for account in zoom.accounts.values()
        for user in account.users
    ]
    return _table("Users", ("Account", "Plan", "User", "Licence"), rows)


def _apps(zoom: Zoom) -> Markup:
    rows = [
        (app.client_id, app.type, "active" if app.active else "not active", app.webhook_url or "none", len(app.scopes))
        for app in zoom.apps.values()
    ]
    return _table("Apps", ("Client ID", "Type", "State", "Webhooks to", "Scopes"), rows)


def _meetings(zoom: Zoom) -> Markup:
    rows = []
    for meeting in zoom.meetings.values():
        state = "deleted" if meeting.deleted else "running" if meeting.running else "waiting"
        start = zoom_time(meeting.start) if meeting.start else "no fixed time"
        rows.append((meeting.id, meeting.kind, meeting.topic, start, state, len(meeting.registrants)))
    heads = ("Number", "Kind", "Topic", "Start", "State", "Registrants")
    return _table("Meetings and webinars", heads, rows)


def _requests(zoom: Zoom) -> Markup:
    recent = list(zoom.requests)[-RECENT:][::-1]
    rows = [(entry["time"], entry["method"], entry["path"], entry["status"] or "no answer") for entry in recent]
    return _table("Latest requests", ("Time", "Method", "Path", "Status"), rows)


def _deliveries(zoom: Zoom) -> Markup:
    states = Counter(delivery.state for delivery in zoom.outbox.deliveries)
    return _table("Webhook deliveries", ("State", "Number"), sorted(states.items()))


def _table(caption: str, heads: Iterable[str], rows: Iterable[Iterable[object]]) -> Markup:
    lines = [_row(row) for row in rows]
    if not lines:
        return fill("nothing", text=f"{caption}: none.")
    return fill("table", caption=caption, heads=joined([fill("head", text=text) for text in heads]), rows=joined(lines))


def _row(cells: Iterable[object]) -> Markup:
    return fill("row", cells=joined([fill("cell", text=text) for text in cells]))
