"""The REST API: from a request on the wire to an answer, by way of the contract."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from aiohttp import web

from . import collisions
from .calls import Call
from .clock import zoom_time
from .contract import Operation, checked_body, checked_query
from .errors import ApiError, bad_request, invalid, missing_scopes
from .faults import Fault, reset, spoil, status_answer
from .handlers import HANDLERS
from .json_wire import from_wire, to_wire
from .oauth import TokenError, answer_revoke, answer_token
from .records import Account, Token
from .state import Zoom
from .tokens import bearer, known_token


PREFIX = "/v2"
_WITHOUT_BODY = ("GET", "DELETE")


class Exchange:
    """One request of an app: what came, what is remembered of it, and the faults on its way."""

    __slots__ = ("entry", "fault", "query", "raw_path", "request", "text", "zoom")

    def __init__(self, zoom: Zoom, request: web.BaseRequest, text: str) -> None:
        """Remember the request before anything else happens."""
        self.zoom = zoom
        self.request = request
        self.text = text
        self.raw_path, _, raw_query = request.raw_path.partition("?")
        self.query = dict(parse_qsl(raw_query, keep_blank_values=True))
        self.fault: Fault | None = zoom.faults.take(request.method, self.raw_path)
        self.entry: dict[str, Any] = {
            "method": request.method,
            "path": self.raw_path,
            "query": self.query,
            "body": self._readable_body(),
            "status": None,
            "client_id": None,
            "time": zoom_time(zoom.now()),
            "label": None,
            "fault": self.fault.kind if self.fault else None,
        }
        zoom.requests.append(self.entry)

    async def before_work(self) -> web.Response | None:
        """Let a fault that comes before the work happen; return its answer if there is to be no work."""
        fault = self.fault
        if fault is None:
            return None
        if fault.kind == "status":
            self.entry["status"] = fault.status
            return status_answer(fault)
        if fault.kind == "reset_before":
            return reset(self.request)
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        return None

    async def finish(self, answer: web.Response) -> web.Response:
        """Note the answer, and spoil it if a fault wants that."""
        self.entry["status"] = answer.status
        return await spoil(self.request, answer, self.fault) if self.fault else answer

    def form(self) -> dict[str, str]:
        """Return the parameters of an OAuth call: those of the body go before those of the query."""
        return {**self.query, **dict(parse_qsl(self.text, keep_blank_values=True))}

    def _readable_body(self) -> Any:
        if not self.text:
            return None
        if self.request.content_type == "application/x-www-form-urlencoded":
            return dict(parse_qsl(self.text, keep_blank_values=True))
        try:
            return from_wire(self.text)
        except ValueError:
            return self.text


async def serve_rest(zoom: Zoom, request: web.BaseRequest) -> web.Response:
    """Answer a request below /v2."""
    exchange = Exchange(zoom, request, (await request.read()).decode("utf-8", "replace"))
    path, authorization = exchange.raw_path.removeprefix(PREFIX), request.headers.get("Authorization", "")
    _note_who_asks_what(exchange, path, authorization)
    with collisions.one_at_a_time(zoom, request.method, path, authorization) as collides:
        early = None if collides else await exchange.before_work()
        answer = _answer(exchange, collides=collides) if early is None else early
    return answer if early is not None else await exchange.finish(answer)


async def serve_token(zoom: Zoom, request: web.BaseRequest) -> web.Response:
    """Answer POST /oauth/token and /oauth/revoke."""
    exchange = Exchange(zoom, request, (await request.read()).decode("utf-8", "replace"))
    early = await exchange.before_work()
    if early is not None:
        return early
    answer_to = answer_revoke if exchange.raw_path.rstrip("/").endswith("/revoke") else answer_token
    try:
        app, body = answer_to(zoom, request.headers.get("Authorization", ""), exchange.form())
        exchange.entry["client_id"] = app.client_id
        answer = web.json_response(body, headers={"Cache-Control": "no-store"})
    except TokenError as error:
        answer = web.json_response(error.body(), status=error.status)
    return await exchange.finish(answer)


def _answer(exchange: Exchange, *, collides: bool) -> web.Response:
    headers = {"x-zm-trackingid": f"v=2.0;clid=us01;rid=WEB_{uuid4().hex}"}
    try:
        operation, params = _operation(exchange)
        token = bearer(exchange.zoom, exchange.request.headers.get("Authorization", ""))
        headers.update(exchange.zoom.limits.spend(token.user.account, operation.label))
        call = _checked_call(exchange, operation, params, token)
        if collides:
            raise collisions.refusal()
        body = HANDLERS[operation.name](call)
    except ApiError as error:
        headers.update(error.headers)
        if error.code == 429 and not error.headers:
            # Zoom: the limits of a host and of a registrant come without any of these headers.
            headers = {name: value for name, value in headers.items() if not name.startswith("X-RateLimit")}
        return _json(error.status, to_wire(error.body()), headers)
    if body is None:
        # Zoom: 204 as a rule, yet ending a webinar is answered 200 without a body.
        return web.Response(status=operation.success, headers=headers)
    wire = body if isinstance(body, bytes) else to_wire(body)
    return _json(operation.success, wire, headers)


def _note_who_asks_what(exchange: Exchange, path: str, authorization: str) -> None:
    """Note label and app beforehand: a request that meets a fault, or comes with a dead token, was theirs as well."""
    found = exchange.zoom.contract.find(exchange.request.method, path)
    token = known_token(exchange.zoom, authorization)
    exchange.entry["label"] = found[0].label if found else None
    exchange.entry["client_id"] = token.app.client_id if token else None


def _json(status: int, body: bytes, headers: dict[str, str]) -> web.Response:
    return web.Response(status=status, body=body, headers={"Content-Type": "application/json;charset=UTF-8", **headers})


def _operation(exchange: Exchange) -> tuple[Operation, dict[str, str]]:
    path = exchange.raw_path.removeprefix(PREFIX)
    found = exchange.zoom.contract.find(exchange.request.method, path)
    if found is None:
        raise ApiError(404, 2300, "There is no such API endpoint.")
    return found


def _checked_call(exchange: Exchange, operation: Operation, params: dict[str, str], token: Token) -> Call:
    scopes = token.scopes.intersection(token.app.scopes)
    if not operation.opened_by(scopes):
        raise missing_scopes(operation.scopes)
    _require_role(operation, token, token.user.account)
    query = checked_query(operation, exchange.query)
    body: dict[str, Any] = {}
    if operation.method not in _WITHOUT_BODY:
        body = checked_body(operation, _parsed(exchange.text))
    return Call(exchange.zoom, operation, token, params, query, body)


def _require_role(operation: Operation, token: Token, account: Account) -> None:
    """Refuse what the role of the app's maker, or of the user of an admin's operation, does not allow."""
    if token.user_managed and not operation.for_admins_only:
        return
    person = token.user if token.user_managed else account.owner
    if operation.permission and (person is None or operation.permission not in person.permissions):
        raise bad_request(200, "No permission.")


def _parsed(text: str) -> Any:
    try:
        return from_wire(text or "{}")
    except ValueError:
        raise invalid(("", "The request body is not valid JSON.")) from None
