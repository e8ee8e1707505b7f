"""An app that talks to the simulator over a real socket, with nothing of the product in between."""

from __future__ import annotations

import base64
import datetime as dt
import http.client
import json
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from wagtail_zoom.simulator.contract import load_contract
from wagtail_zoom.testing import SimulatorControl, authorize


MORNING = dt.datetime(2027, 3, 1, 8, 0, 0, tzinfo=dt.UTC)
REDIRECT = "http://127.0.0.1:9/callback"
TEACHER = {"email": "teacher.one@school.example", "first_name": "Teacher", "last_name": "One", "webinar": True}
OTHER_TEACHER = {"email": "teacher.two@school.example", "first_name": "Teacher", "last_name": "Two", "type": 2}
LEARNER = {"email": "learner.one@school.example", "first_name": "Learner", "last_name": "One"}

EVERY_SCOPE = tuple(sorted({scope for operation in load_contract().operations for scope in operation.scopes}))


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> int:
        return self.json["code"]


class ZoomApp:
    """One app of one account, with a token as soon as it has one."""

    def __init__(self, simulator: SimulatorControl, account_id: str, registered: dict[str, Any]) -> None:
        self.simulator = simulator
        self.account_id = account_id
        self.client_id = registered["client_id"]
        self.client_secret = registered["client_secret"]
        self.secret_token = registered["secret_token"]
        self.token = ""
        self.refresh_token = ""
        self._connection = http.client.HTTPConnection(urlsplit(simulator.base_url).netloc, timeout=30)

    def close(self) -> None:
        self._connection.close()

    def call(self, method: str, path: str, body: Any = None, *, token: str | None = None, **query: Any) -> Answer:
        """Call the REST API; ``path`` begins below /v2."""
        address = f"/v2{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        payload = None if body is None else body if isinstance(body, str) else json.dumps(body)
        return self.exchange(method, address, payload, headers)

    def exchange(self, method: str, address: str, payload: str | None, headers: dict[str, str]) -> Answer:
        self._connection.request(method, address, payload and payload.encode(), headers)
        try:
            with self._connection.getresponse() as answer:
                return Answer(answer.status, answer.headers, answer.read().decode())
        except (http.client.HTTPException, OSError):
            self._connection.close()
            raise

    def ask_token(self, *, secret: str | None = None, action: str = "token", **parameters: str) -> Answer:
        """Call the token or the revoke endpoint."""
        login = f"{self.client_id}:{self.client_secret if secret is None else secret}"
        headers = {
            "Authorization": "Basic " + base64.b64encode(login.encode()).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return self.exchange("POST", f"/oauth/{action}", urlencode(parameters), headers)

    def consent_url(self, **more: str) -> str:
        wish = {"response_type": "code", "client_id": self.client_id, "redirect_uri": REDIRECT, "state": "s 1", **more}
        return f"{self.simulator.oauth_url}/authorize?{urlencode(wish)}"

    def code_from(self, email: str, *, untick: Iterable[str] = (), **more: str) -> str:
        """Let a person allow the app, but for the optional scopes ``untick``; return the code that comes back."""
        location = authorize(self.consent_url(**more), email, untick=untick)
        return parse_qs(urlsplit(location).query)["code"][0]

    def connect(self, email: str = TEACHER["email"], *, untick: Iterable[str] = ()) -> None:
        """Let a person allow the app, and exchange the code."""
        code = self.code_from(email, untick=untick)
        self._keep(self.ask_token(grant_type="authorization_code", code=code, redirect_uri=REDIRECT))

    def refresh(self) -> Answer:
        answer = self.ask_token(grant_type="refresh_token", refresh_token=self.refresh_token)
        if answer.status == 200:
            self._keep(answer)
        return answer

    def renew(self) -> None:
        """Get a fresh access token, for the old one has expired."""
        assert self.refresh().status == 200

    def connect_account(self) -> None:
        self._keep(self.ask_token(grant_type="account_credentials", account_id=self.account_id))

    def _keep(self, answer: Answer) -> None:
        assert answer.status == 200, answer.text
        self.token = answer.json["access_token"]
        self.refresh_token = answer.json.get("refresh_token", "")

    def create(self, kind: str = "meeting", *, host: str = "me", **body: Any) -> dict[str, Any]:
        """Create a meeting or webinar a year ahead, unless ``body`` says otherwise."""
        wish = {"topic": "Fractions", "start_time": later(self.simulator), "timezone": "UTC", **body}
        answer = self.call("POST", f"/users/{quote(host)}/{kind}s", wish)
        assert answer.status == 201, answer.text
        return answer.json

    def register(self, number: int, kind: str = "meeting", **form: Any) -> dict[str, Any]:
        answer = self.call("POST", f"/{kind}s/{number}/registrants", {**LEARNER, **form})
        assert answer.status == 201, answer.text
        return answer.json


def later(simulator: SimulatorControl, days: int = 7) -> str:
    """Return a start so many days from the simulator's now, at ten o'clock."""
    day = simulator.now() + dt.timedelta(days=days)
    return day.strftime("%Y-%m-%dT10:00:00")


def make_app(
    simulator: SimulatorControl,
    account_id: str,
    kind: str = "general",
    scopes: Iterable[str] = EVERY_SCOPE,
    **more: Any,
) -> ZoomApp:
    registered = simulator.add_app(account_id, kind, scopes=scopes, redirect_uris=[REDIRECT], **more)
    return ZoomApp(simulator, account_id, registered)
