"""Access tokens, and where the client gets them from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Protocol

from ..exceptions import ZoomAuthenticationError


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token of Zoom.

    ``expires_at`` is an aware instant; ``scopes`` is what the token answer named; ``api_url`` the regional address it
    gave, if any; ``generation`` counts the renewals of its connection, so that who comes late sees that somebody else
    has renewed already. The representation never shows the value.
    """

    value: str = field(repr=False)
    expires_at: dt.datetime
    scopes: frozenset[str] = frozenset()
    api_url: str | None = None
    generation: int = 0


class TokenSource(Protocol):
    """Whoever keeps tokens: a row in the database, a cache, or a constant."""

    def token(self) -> AccessToken:
        """Return a token that should still be valid."""

    def renewed(self, rejected: AccessToken) -> AccessToken:
        """Return another token than ``rejected``, which Zoom has just refused.

        Raises ZoomAuthenticationError (or its child ZoomGrantDead) if there is none to be had.
        """


@dataclass(frozen=True, slots=True)
class StaticToken:
    """A token that cannot be renewed: for scripts, tests and tokens pasted by hand."""

    access_token: AccessToken

    def token(self) -> AccessToken:
        """Return the one token."""
        return self.access_token

    def renewed(self, rejected: AccessToken) -> AccessToken:
        """Raise ZoomAuthenticationError: there is no other."""
        raise ZoomAuthenticationError(401, 124, "the token was refused, and there is no way to renew it")


class SealedText:
    """Text that must not be kept or shown, such as a ZAK or a start link: only :meth:`reveal` gives it away."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text: call this where it is used, at once."""
        return self._text

    def __repr__(self) -> str:
        return "SealedText(…)"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a sealed text is not stored or sent elsewhere")
