"""A browser window whose requests are answered by this process, so that its clock can be moved."""

from __future__ import annotations

import mimetypes
from contextvars import copy_context
from pathlib import Path
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.test import Client


ORIGIN = "http://testserver"
FIVE_MINUTES = 5 * 60_000
#: Headers that change the answer.
KEPT = {"if-none-match", "referer", "x-requested-with"}


class Window:
    """A browser window of one person, at a site that is this process."""

    def __init__(self, browser, person=None, **options):
        # Playwright calls back outside of the test's context, where Django would open another database connection.
        self.context = copy_context()
        self.client = Client()
        if person:
            self.client.force_login(person)
        context = browser.new_context(**{"timezone_id": "Europe/Berlin", "reduced_motion": "reduce", **options})
        self.is_down = False
        self.went_to = []
        self.asked = 0
        self.page = context.new_page()
        self.page.clock.install()
        self.page.route("**/*", self._answer)

    def open(self, path):
        self.page.goto(ORIGIN + path)
        return self.page

    def wait(self, milliseconds=FIVE_MINUTES + 30_000):
        """Let the browser's clock run, as if the window had been left open."""
        self.page.clock.run_for(milliseconds)

    def _answer(self, route):
        request = route.request
        address = urlsplit(request.url)
        if address.netloc != "testserver":
            self.went_to.append(request.url)
            route.fulfill(status=200, body="Zoom", content_type="text/html")
        elif address.path.startswith("/static/"):
            file = finders.find(address.path.removeprefix("/static/"))
            kind = mimetypes.guess_type(address.path)[0]
            route.fulfill(status=200 if file else 404, body=Path(file).read_bytes() if file else b"", content_type=kind)
        elif self.is_down:
            route.abort()
        else:
            self.context.copy().run(self._ask_django, route, f"{address.path}?{address.query}")

    def _ask_django(self, route, path):
        request = route.request
        self.asked += path.split("?")[0].endswith("/state/")
        kept = {name: value for name, value in request.headers.items() if name in KEPT}
        kind = request.headers.get("content-type", "")
        response = self.client.generic(
            request.method, path, request.post_data_buffer or b"", content_type=kind, headers=kept
        )
        location = response.get("Location", "")
        if urlsplit(location).netloc not in {"", "testserver"}:
            # A redirect to another site cannot be followed by an intercepted request: note where it led.
            self.went_to.append(location)
            route.fulfill(status=200, body="Zoom", content_type="text/html")
            return
        route.fulfill(status=response.status_code, headers=dict(response.items()), body=response.content)
