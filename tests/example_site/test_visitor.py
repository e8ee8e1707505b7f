"""The story's visitor does with a page what a browser would do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from example_site.demo.visitor import DidNotWork, Visitor


FORM = """<!doctype html><title>A form</title>
<form method="post" action="/answer">
  <input type="hidden" name="token" value="t1"><input name="title" value="old"><input name="off" value="x" disabled>
  <input type="checkbox" name="yes" checked><input type="checkbox" name="no">
  <input type="radio" name="size" value="s"><input type="radio" name="size" value="m" checked>
  <select name="zone"><option value="a">A</option><option value="b" selected>B</option></select>
  <textarea name="words">
two lines</textarea>
  <button name="save" value="draft">Save</button><button name="save" value="publish">Publish now</button>
</form>
<form id="far" method="get" action="/answer"><input name="q" value="1"></form><button form="far">Far away</button>
<template><a href="/answer?from=template">In a dialog</a></template>
"""


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/form":
            self.reply(200, FORM)
        elif path == "/gone":
            self.reply(404, "<title>Gone</title><p class='note'>It is not here.</p>")
        else:
            self.reply(200, f"<p>{sorted(parse_qs(query).items())}</p>")

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
        self.reply(200, f"<p>{sorted(sent.items())}</p>")

    def reply(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        person = Visitor("Learner One", f"http://127.0.0.1:{server.server_address[1]}")
        yield person
        person.close()
        server.shutdown()


def test_a_form_is_sent_as_it_stands_with_the_pressed_button(visitor):
    visitor.open("/form").submit({"title": "new"}, button="publish")
    assert visitor.text == str(
        [
            ("save", ["publish"]),
            ("size", ["m"]),
            ("title", ["new"]),
            ("token", ["t1"]),
            ("words", ["two lines"]),
            ("yes", ["on"]),
            ("zone", ["b"]),
        ]
    )


def test_a_button_outside_of_its_form_sends_that_form(visitor):
    visitor.open("/form").submit(button="Far away")
    assert visitor.text == "[('q', ['1'])]"


def test_what_a_script_would_show_from_a_template_can_be_clicked(visitor):
    visitor.open("/form").follow("In a dialog")
    assert visitor.text == "[('from', ['template'])]"


def test_an_error_page_ends_the_step_with_what_it_says(visitor):
    with pytest.raises(DidNotWork, match=r"Learner One is answered 404.*Gone.*It is not here"):
        visitor.open("/gone?secret=1")
    assert "secret" not in visitor.what_is_seen()


def test_a_missing_button_is_named(visitor):
    with pytest.raises(DidNotWork, match="no form with the button “Delete”"):
        visitor.open("/form").submit(button="Delete")


def test_nobody_listening_is_said_without_the_query():
    with pytest.raises(DidNotWork) as refusal:
        Visitor("Learner One", "http://127.0.0.1:9").open("/j/1?pwd=secret")
    assert "127.0.0.1:9/j/1" in str(refusal.value)
    assert "secret" not in str(refusal.value)
