"""Pages of a list: a token stands for the rest of the list as it was when the first page was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .clock import Clock
from .errors import bad_request, invalid
from .identifiers import opaque


TOKEN_SECONDS = 15 * 60


class Page(NamedTuple):
    """Some items of a list and what is needed to go on."""

    items: Sequence[Any]
    next_page_token: str
    total: int
    size: int

    def envelope(self) -> dict[str, Any]:
        """Return the keys that every paged answer has."""
        return {
            "page_count": -(-self.total // self.size),
            "page_size": self.size,
            "total_records": self.total,
            "next_page_token": self.next_page_token,
        }


class PageTokens:
    """The tokens given out, each good for fifteen minutes of the clock."""

    __slots__ = ("_clock", "_rest")

    def __init__(self, clock: Clock) -> None:
        """Start without any."""
        self._clock = clock
        self._rest: dict[str, tuple[str, Sequence[Any], int, int, float]] = {}

    def page(self, key: str, items: Sequence[Any], query: dict[str, Any]) -> Page:
        """Return the page that ``query`` asks for, by its token or (deprecated) its number, else the first one.

        ``key`` says which list it is, so that tokens cannot be mixed up. Raises ``ApiError`` 300 for what cannot be.
        """
        size = query["page_size"]
        if size < 1:
            raise invalid(("page_size", "Invalid field: the value is less than 1."))
        if query.get("next_page_token"):
            return self._next(key, query["next_page_token"], size)
        number = query.get("page_number", 1)
        if number > 1:
            offset = (number - 1) * size
            return Page(items[offset : offset + size], "", len(items), size)
        return self._page(key, items, 0, size)

    def _next(self, key: str, token: str, size: int) -> Page:
        known, items, offset, first_size, expires = self._rest.get(token, ("", (), 0, 0, 0.0))
        if known != key or first_size != size or expires <= self._clock.timestamp():
            # Unknown, too old, of another list, or asked for with another page size.
            raise bad_request(300, "The next page token is invalid or expired.")
        return self._page(key, items, offset, size)

    def _page(self, key: str, items: Sequence[Any], offset: int, size: int) -> Page:
        end = offset + size
        token = ""
        if end < len(items):
            self._forget_old()
            token = opaque(40)
            self._rest[token] = (key, items, end, size, self._clock.timestamp() + TOKEN_SECONDS)
        return Page(items[offset:end], token, len(items), size)

    def _forget_old(self) -> None:
        now = self._clock.timestamp()
        for token in [token for token, rest in self._rest.items() if rest[4] <= now]:
            del self._rest[token]
