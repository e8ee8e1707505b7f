"""The server: which address leads where, and how it starts and stops."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiohttp import web

from . import control, control_meetings, control_people, pages_host, pages_join, pages_manage, pages_register
from .errors import ApiError, ControlError
from .json_wire import from_wire
from .oauth import decide_consent, show_consent
from .overview import overview_page
from .rest import PREFIX, serve_rest, serve_token
from .state import Zoom


HOST = "127.0.0.1"
LARGEST_BODY = 16 * 1024 * 1024
LONGEST_WAIT_SECONDS = 60.0

JSON = dict[str, Any]
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(zoom: Zoom) -> web.Application:
    """Return the application that serves ``zoom``."""
    app = web.Application(client_max_size=LARGEST_BODY)
    app.cleanup_ctx.append(lambda _: _clock_running(zoom))
    router = app.router
    router.add_post("/oauth/{action:(token|revoke)/?}", _serving(zoom, serve_token))
    router.add_route("*", PREFIX + "/{tail:.*}", _serving(zoom, serve_rest))
    _add_page_routes(router, zoom)
    _add_control_routes(router, zoom)
    return app


async def serve(zoom: Zoom, port: int) -> web.AppRunner:
    """Start serving on the loopback interface; port 0 takes a free one. ``zoom.base_url`` tells the address."""
    # Nobody waits for a dripping answer when the simulator is told to stop.
    runner = web.AppRunner(make_app(zoom), access_log=None, handle_signals=False, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, HOST, port)
    await site.start()
    bound = runner.addresses[0][1]
    zoom.base_url = f"http://{HOST}:{bound}"
    return runner


async def _clock_running(zoom: Zoom) -> AsyncIterator[None]:
    ticking = asyncio.get_running_loop().create_task(zoom.clock.run())
    yield
    ticking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await ticking
    await zoom.outbox.close()


def _serving(zoom: Zoom, work: Callable[[Zoom, web.BaseRequest], Awaitable[web.Response]]) -> Serve:
    async def handle(request: web.Request) -> web.Response:
        return await work(zoom, request)

    return handle


Page = Callable[..., web.Response]


def _showing(zoom: Zoom, answer: Page, *names: str) -> Serve:
    """Return a handler that gives ``answer`` the parts of the path called ``names``, then the query."""

    async def handle(request: web.Request) -> web.Response:
        return answer(zoom, *(request.match_info[name] for name in names), dict(request.query))

    return handle


def _taking(zoom: Zoom, answer: Page, *names: str) -> Serve:
    """Return a handler that gives ``answer`` the parts of the path called ``names``, then the form."""

    async def handle(request: web.Request) -> web.Response:
        form = await request.post()
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
        return answer(zoom, *(request.match_info[name] for name in names), texts)

    return handle


def _add_page_routes(router: web.UrlDispatcher, zoom: Zoom) -> None:
    router.add_get("/oauth/authorize", _showing(zoom, show_consent))
    router.add_post("/oauth/authorize", _taking(zoom, decide_consent))
    router.add_get("/{door:[jw]}/{id}", _showing(zoom, pages_join.answer_join_link, "id"))
    router.add_post("/j/{id}", _taking(zoom, pages_join.join, "id"))
    router.add_get("/j/{id}/in/{stay}", _showing(zoom, pages_join.inside, "id", "stay"))
    router.add_post("/j/{id}/in/{stay}/leave", _taking(zoom, pages_join.leave, "id", "stay"))
    router.add_get("/s/{id}", _showing(zoom, pages_host.answer_start_link, "id"))
    router.add_post("/s/{id}", _taking(zoom, pages_host.start, "id"))
    router.add_get("/s/{id}/host/{key}", _showing(zoom, pages_host.controls, "id", "key"))
    router.add_post("/s/{id}/host/{key}", _taking(zoom, pages_host.act, "id", "key"))
    manage = "/{kind:meeting|webinar}/{id:[0-9]+}"
    router.add_get(manage, _showing(zoom, pages_manage.show, "kind", "id"))
    router.add_post(manage, _taking(zoom, pages_manage.save, "kind", "id"))
    register = "/{kind:meeting|webinar}/register/{id}"
    router.add_get(register, _showing(zoom, pages_register.show_form, "kind", "id"))
    router.add_post(register, _taking(zoom, pages_register.submit, "kind", "id"))
    router.add_get("/_simulator{slash:/?}", _showing(zoom, overview_page))


def _add_control_routes(router: web.UrlDispatcher, zoom: Zoom) -> None:
    base = "/_simulator"

    def add(method: str, path: str, work: Callable[[web.Request, JSON], Any]) -> None:
        router.add_route(method, f"{base}/{path}", _control_call(work))

    add("POST", "reset", lambda request, wish: zoom.forget_everything())
    add("POST", "accounts", lambda request, wish: control_people.add_account(zoom, wish))
    add("POST", "apps", lambda request, wish: control.add_app(zoom, wish))
    add("POST", "grants/revoke", lambda request, wish: control.revoke_grant(zoom, wish))
    add("POST", "faults", lambda request, wish: control.add_fault(zoom, wish))
    add("POST", "clock", lambda request, wish: control.turn_clock(zoom, wish))
    add("POST", "webhooks", lambda request, wish: control.make_mischief(zoom, wish))
    add(
        "PATCH",
        "accounts/{id}",
        lambda request, wish: control_people.change_account(zoom, request.match_info["id"], wish),
    )
    add("PATCH", "users/{id}", lambda request, wish: control_people.change_user(zoom, request.match_info["id"], wish))
    add("DELETE", "users/{id}", lambda request, wish: control_people.delete_user(zoom, request.match_info["id"]))
    add("PATCH", "apps/{id}", lambda request, wish: control.change_app(zoom, request.match_info["id"], wish))
    add("DELETE", "faults", lambda request, wish: zoom.faults.clear())
    add("GET", "requests", lambda request, wish: list(zoom.requests))
    add("DELETE", "requests", lambda request, wish: zoom.requests.clear())
    add("GET", "clock", lambda request, wish: control.clock_state(zoom))
    add("GET", "webhooks", lambda request, wish: _deliveries(zoom, request.query.get("wait")))
    add("GET", "meetings", lambda request, wish: control_meetings.list_states(zoom))
    add("GET", "meetings/{id}", lambda request, wish: control_meetings.get_state(zoom, request.match_info["id"]))
    add(
        "PATCH",
        "meetings/{id}",
        lambda request, wish: control_meetings.change_meeting(zoom, request.match_info["id"], wish),
    )
    add(
        "DELETE", "meetings/{id}", lambda request, wish: control_meetings.delete_meeting(zoom, request.match_info["id"])
    )
    for name, action in control_meetings.ACTIONS.items():
        add("POST", f"meetings/{{id}}/{name}", _acting(action, zoom))


def _acting(action: Callable[[Zoom, str, JSON], JSON], zoom: Zoom) -> Callable[[web.Request, JSON], JSON]:
    return lambda request, wish: action(zoom, request.match_info["id"], wish)


async def _deliveries(zoom: Zoom, wait: str | None) -> list[JSON]:
    if wait == "quiet" and not await zoom.outbox.wait_quiet(LONGEST_WAIT_SECONDS):
        raise ControlError(503, f"{zoom.outbox.in_flight} deliveries are still in flight.")
    return [delivery.as_json() for delivery in zoom.outbox.deliveries]


def _control_call(work: Callable[[web.Request, JSON], Any]) -> Serve:
    async def handle(request: web.Request) -> web.Response:
        try:
            answer = work(request, await _wish(request))
            if isinstance(answer, Awaitable):
                answer = await answer
        except ControlError as error:
            return web.json_response({"error": error.message}, status=error.status)
        except ApiError as error:
            return web.json_response({"error": error.message, **error.body()}, status=error.status)
        return web.Response(status=204) if answer is None else web.json_response(answer)

    return handle


async def _wish(request: web.Request) -> JSON:
    try:
        wish = from_wire(await request.text() or "{}")
    except ValueError:
        raise ControlError(400, "The body is not JSON.") from None
    if not isinstance(wish, dict):
        raise ControlError(400, "The body is not a JSON object.")
    return wish
