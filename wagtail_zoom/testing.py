"""For tests of sites that use this package: a simulator of one's own, its control surface, and a person at the consent
page.

    with SimulatorProcess() as process:
        simulator = SimulatorControl(process.base_url)
        account = simulator.add_account(plan="pro", users=[{"email": "teacher.one@school.example"}])

Nothing here needs Django, and only the process itself needs the extra ``simulator``.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import threading
import urllib.parse
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from typing import Any

from wagtail_zoom.simulator.process import SimulatorError, SimulatorProcess


JSON = dict[str, Any]

ANSWER_SECONDS = 90.0

__all__ = ["SimulatorControl", "SimulatorError", "SimulatorProcess", "authorize"]


class SimulatorControl:
    """The control surface of a running simulator. Every method raises ``SimulatorError`` when it is refused."""

    def __init__(self, base_url: str) -> None:
        """Talk to the simulator at ``base_url``, such as ``http://127.0.0.1:8900``; connections are kept."""
        self.base_url = base_url.rstrip("/")
        self._address = urllib.parse.urlsplit(self.base_url).netloc
        self._own = threading.local()
        self._all: list[http.client.HTTPConnection] = []

    def close(self) -> None:
        """Close the connections of all threads; the next call opens one again."""
        for connection in self._all:
            connection.close()

    @property
    def api_url(self) -> str:
        """Return the address of its REST API."""
        return f"{self.base_url}/v2"

    @property
    def oauth_url(self) -> str:
        """Return the address of its OAuth."""
        return f"{self.base_url}/oauth"

    def reset(self) -> None:
        """Forget everything, the clock included."""
        self._call("POST", "reset")

    def add_account(self, plan: str = "pro", users: Iterable[Mapping[str, Any]] = ()) -> JSON:
        """Make an account of a plan (free, pro, business); the first user is its owner.

        A user is ``{"email", "first_name", "last_name", "type": 1 | 2, "webinar": bool}``. Returns
        ``{"account_id", "users": [{"id", "email"}]}``.
        """
        return self._object("POST", "accounts", {"plan": plan, "users": [dict(user) for user in users]})

    def patch_account(self, account_id: str, **changes: Any) -> JSON:
        """Change plan, locked_settings, passcode_policy, admin_approval or required_tracking_field."""
        return self._object("PATCH", f"accounts/{account_id}", changes)

    def patch_user(self, user_id: str, **changes: Any) -> JSON:
        """Change type, webinar, capacity or permissions (a list, or an object of names and on or off)."""
        return self._object("PATCH", f"users/{user_id}", changes)

    def delete_user(self, user_id: str) -> None:
        """Delete a user with all their meetings."""
        self._call("DELETE", f"users/{user_id}")

    def add_app(
        self,
        account_id: str,
        type: str = "general",  # noqa: A002 - the name on the wire
        scopes: Iterable[str] = (),
        redirect_uris: Iterable[str] = (),
        webhook_url: str | None = None,
        published: bool = False,
        optional_scopes: Iterable[str] = (),
    ) -> JSON:
        """Make an app, ``general`` or ``server_to_server``; returns client_id, client_secret and secret_token.

        Those of ``scopes`` that are among ``optional_scopes`` can be unticked by whoever consents.
        """
        wish = {
            "account_id": account_id,
            "type": type,
            "scopes": list(scopes),
            "redirect_uris": list(redirect_uris),
            "webhook_url": webhook_url,
            "published": published,
            "optional_scopes": list(optional_scopes),
        }
        return self._object("POST", "apps", wish)

    def patch_app(self, client_id: str, **changes: Any) -> JSON:
        """Change scopes, optional_scopes, redirect_uris, published, active, or webhook_url, which is challenged first."""
        return self._object("PATCH", f"apps/{client_id}", changes)

    def revoke_grant(self, client_id: str, user_id: str) -> JSON:
        """Let the user remove the app."""
        return self._object("POST", "grants/revoke", {"client_id": client_id, "user_id": user_id})

    def fault(self, method: str | None, path: str, fault: str, times: int = 1, **more: Any) -> JSON:
        """Let ``fault`` happen to the next ``times`` requests whose path matches the regular expression.

        ``more`` is skip, status, body, headers and seconds, as the fault needs them.
        """
        return self._object("POST", "faults", {"method": method, "path": path, "fault": fault, "times": times, **more})

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        self._call("DELETE", "faults")

    def requests(self) -> list[JSON]:
        """Return every request of an app: method, path, query, body, status, client_id, time, label."""
        return self._list("requests")

    def clear_requests(self) -> None:
        """Forget the requests."""
        self._call("DELETE", "requests")

    def meetings(self) -> list[JSON]:
        """Return the full state of every meeting and webinar, deleted ones included."""
        return self._list("meetings")

    def meeting(self, number: int | str) -> JSON:
        """Return the full state of one of them."""
        return self._object("GET", f"meetings/{number}")

    def patch_meeting(self, number: int | str, **changes: Any) -> JSON:
        """Change it as its host does on Zoom's own site."""
        return self._object("PATCH", f"meetings/{number}", changes)

    def delete_meeting(self, number: int | str) -> None:
        """Delete it as its host does on Zoom's own site."""
        self._call("DELETE", f"meetings/{number}")

    def start(self, number: int | str, at: dt.datetime | None = None) -> JSON:
        """Let the host start it; returns the instance with its uuid."""
        return self._object("POST", f"meetings/{number}/start", _at(at))

    def end(self, number: int | str, at: dt.datetime | None = None) -> JSON:
        """Let the host end it for all."""
        return self._object("POST", f"meetings/{number}/end", _at(at))

    def join(
        self,
        number: int | str,
        *,
        registrant_id: str | None = None,
        email: str | None = None,
        name: str | None = None,
        at: dt.datetime | None = None,
        waiting_room: bool = False,
    ) -> JSON:
        """Let somebody join; returns how Zoom knows them in this instance."""
        person = _person(registrant_id, email, name)
        return self._object("POST", f"meetings/{number}/join", {**person, **_at(at), "waiting_room": waiting_room})

    def leave(
        self,
        number: int | str,
        *,
        registrant_id: str | None = None,
        email: str | None = None,
        name: str | None = None,
        at: dt.datetime | None = None,
    ) -> JSON:
        """Let somebody who joined leave."""
        return self._object("POST", f"meetings/{number}/leave", {**_person(registrant_id, email, name), **_at(at)})

    def stay(self, number: int | str, stays: Iterable[Mapping[str, Any]]) -> JSON:
        """Let many people come and go, in one call.

        A stay is ``{"registrant_id" | "email" | "name", "at", "until"}``, the two as aware datetimes.
        """
        spoken = [{**each, "at": each["at"].isoformat(), "until": each["until"].isoformat()} for each in stays]
        return self._object("POST", f"meetings/{number}/stay", {"stays": spoken})

    def now(self) -> dt.datetime:
        """Return the simulator's time, aware, in UTC, to the second."""
        return dt.datetime.fromisoformat(self._object("GET", "clock")["now"])

    def set_clock(self, now: dt.datetime) -> dt.datetime:
        """Let it be ``now`` (aware) on the one clock of everything; return what it says then."""
        return dt.datetime.fromisoformat(self._object("POST", "clock", {"now": now.isoformat()})["now"])

    def advance(self, seconds: float) -> dt.datetime:
        """Let the clock jump; return what it says then."""
        return dt.datetime.fromisoformat(self._object("POST", "clock", {"advance": seconds})["now"])

    def webhooks(self, *, duplicate: int = 0, shuffle: bool = False, drop: int = 0, delay: float = 0) -> JSON:
        """Say what happens to the deliveries that follow.

        Each is sent ``duplicate`` more times; they are shuffled; the next ``drop`` are lost; each waits ``delay``
        seconds of the clock.
        """
        return self._object(
            "POST", "webhooks", {"duplicate": duplicate, "shuffle": shuffle, "drop": drop, "delay": delay}
        )

    def deliveries(self) -> list[JSON]:
        """Return every webhook delivery with its tries and their answers."""
        return self._list("webhooks")

    def wait_quiet(self) -> list[JSON]:
        """Wait until no delivery is in flight; return all of them."""
        return self._list("webhooks?wait=quiet")

    def _object(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> JSON:
        answer = self._call(method, path, body)
        if not isinstance(answer, dict):
            raise SimulatorError(f"{method} {path} answered with something else than an object.")
        return answer

    def _list(self, path: str) -> list[JSON]:
        answer = self._call("GET", path)
        if not isinstance(answer, list):
            raise SimulatorError(f"GET {path} answered with something else than a list.")
        return answer

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        payload = None if body is None else json.dumps(body)
        try:
            answer, text = self._exchange(method, f"/_simulator/{path}", payload)
        except (http.client.RemoteDisconnected, ConnectionError):
            # The server may have closed a connection that was kept; http.client opens a fresh one then.
            self._connection().close()
            answer, text = self._exchange(method, f"/_simulator/{path}", payload)
        content = json.loads(text) if text else None
        if answer.status >= 400:
            raise SimulatorError(str((content or {}).get("error", text)), answer.status)
        return content

    def _exchange(self, method: str, path: str, payload: str | None) -> tuple[http.client.HTTPResponse, str]:
        connection = self._connection()
        headers = {"Content-Type": "application/json"} if payload is not None else {}
        connection.request(method, path, payload, headers)
        answer = connection.getresponse()
        return answer, answer.read().decode()

    def _connection(self) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(self._address, timeout=ANSWER_SECONDS)
            self._own.connection = connection
            self._all.append(connection)
        return connection


def authorize(
    url: str, user_email: str, *, allow: bool = True, shared_access: bool = False, untick: Iterable[str] = ()
) -> str:
    """Play a person at the consent page ``url``: be ``user_email``, then allow or decline.

    ``untick`` names the optional scopes that they do not allow.

    Returns the address that the browser is sent back to. Raises ``SimulatorError`` with the page's own words when there
    is no way back: an unknown or inactive app, a wrong redirect address, an unpublished app of another account, an
    account whose administrator has to approve, or a user whom the page does not offer.
    """
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        shown = _read_page(connection)
        fields = dict([*shown.hidden, *shown.ticked])
        user_id = next(
            (value for value, text in shown.options if f"({user_email})".casefold() in text.casefold()), None
        )
        if user_id is None:
            raise SimulatorError(f"The page does not offer {user_email}.", 404)
        fields.update(user=user_id, decision="allow" if allow else "decline")
        for scope in untick:
            if fields.pop(f"allow {scope}", None) is None:
                raise SimulatorError(f"The page has no box for {scope}.", 404)
        if shared_access:
            fields["shared_access"] = "on"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", parts.path, urllib.parse.urlencode(fields), headers)
        answer = connection.getresponse()
        location = answer.getheader("Location")
        if answer.status == 302 and location:
            return location
        raise SimulatorError(_Page(answer.read().decode()).problem, answer.status)
    finally:
        connection.close()


class _Page(HTMLParser):
    """What a person sees of the consent page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hidden: list[tuple[str, str]] = []
        self.ticked: list[tuple[str, str]] = []
        self.options: list[tuple[str, str]] = []
        self._texts: dict[str, list[str]] = {}
        self._inside = ""
        self.feed(text)

    @property
    def problem(self) -> str:
        return " ".join(" ".join(self._texts.get(name, [])).strip() for name in ("h1", "p")).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._inside = tag
        if tag == "input" and given.get("type") == "hidden":
            self.hidden.append((given.get("name", ""), given.get("value", "")))
        if tag == "input" and "checked" in given:
            self.ticked.append((given.get("name", ""), given.get("value", "on")))
        if tag == "option":
            self.options.append((given.get("value", ""), ""))

    def handle_data(self, data: str) -> None:
        if self._inside == "option" and self.options:
            value, text = self.options[-1]
            self.options[-1] = (value, text + data)
        self._texts.setdefault(self._inside, []).append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


def _read_page(connection: http.client.HTTPConnection) -> _Page:
    answer = connection.getresponse()
    shown = _Page(answer.read().decode())
    if answer.status != 200:
        raise SimulatorError(shown.problem, answer.status)
    return shown


def _at(instant: dt.datetime | None) -> JSON:
    return {} if instant is None else {"at": instant.isoformat()}


def _person(registrant_id: str | None, email: str | None, name: str | None) -> JSON:
    given = {"registrant_id": registrant_id, "email": email, "name": name}
    return {key: value for key, value in given.items() if value is not None}
