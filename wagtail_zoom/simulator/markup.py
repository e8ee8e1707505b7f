"""Pages from templates: what is filled in is escaped unless it is markup already."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path
from string import Template

from aiohttp import web


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def fill(template: str, **values: object) -> Markup:
    """Return ``pages/{template}.html`` with the values filled in."""
    safe = {name: value if isinstance(value, Markup) else html.escape(str(value)) for name, value in values.items()}
    return Markup(_template(template).substitute(safe))


def page(title: str, body: Markup, *, status: int = 200) -> web.Response:
    """Return a whole page as an answer that nobody caches and whose links tell nobody where one came from."""
    text = fill("layout", title=title, body=body, style=Markup(_style()))
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return web.Response(text=text, content_type="text/html", status=status, headers=headers)


def joined(parts: list[Markup]) -> Markup:
    """Return pieces of markup one after the other."""
    return Markup("\n".join(parts))


@cache
def _template(name: str) -> Template:
    return Template((Path(__file__).with_name("pages") / f"{name}.html").read_text(encoding="utf-8"))


@cache
def _style() -> str:
    return (Path(__file__).with_name("pages") / "style.css").read_text(encoding="utf-8")
