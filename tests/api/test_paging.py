"""Lists come whole and in order, however they are cut into pages."""

from __future__ import annotations

import datetime as dt
import json
from urllib.parse import parse_qs, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from wagtail_zoom.api import AccessToken, StaticToken, ZoomClient

from .servers import ScriptedServer, wire


TOKEN = StaticToken(AccessToken("x", dt.datetime(2026, 11, 21, tzinfo=dt.UTC)))
# Zoom's tokens are opaque: nothing may depend on what they look like. But NUL never gets in.
tokens = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=6), st.data())
def test_every_item_comes_once_and_in_order(sizes, data):
    names = data.draw(st.lists(tokens, min_size=len(sizes) - 1, max_size=len(sizes) - 1, unique=True))
    ids = iter(range(1, 1000))
    pages = [[next(ids) for _ in range(size)] for size in sizes]
    asked = []

    def serve(connection, request):
        query = parse_qs(urlsplit(request.split()[1].decode()).query, keep_blank_values=True)
        asked.append(query)
        position = 1 + names.index(query["next_page_token"][0]) if "next_page_token" in query else 0
        following = names[position] if position < len(names) else ""
        body = {"meetings": [{"id": number} for number in pages[position]], "next_page_token": following}
        connection.sendall(wire(body=json.dumps(body).encode()))
        return True

    with ScriptedServer(serve) as server, ZoomClient(base_url=server.url, tokens=TOKEN) as client:
        assert [each.id for each in client.meetings.list("me")] == [number for page in pages for number in page]
        assert server.connections == 1
    assert len(asked) == len(pages)
    assert {query["page_size"][0] for query in asked} == {"300"}
