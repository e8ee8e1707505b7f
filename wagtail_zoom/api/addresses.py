"""Which addresses of Zoom are spoken to."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from .ids import is_zoom_host


def is_zoom_address(address: str) -> bool:
    """Tell whether ``address`` is https at zoom.us or a host under it, on the ordinary port and without a user."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    ordinary = port in (None, 443) and parts.username is None and parts.password is None
    return parts.scheme == "https" and ordinary and is_zoom_host(parts.hostname or "")


@lru_cache(maxsize=64)
def choose_api_url(configured: str, from_token: str | None) -> str:
    """Return the address that API calls start with, without a slash at its end.

    Zoom: a token's answer names a regional host, to which "/v2" is to be added. It is used only if it is Zoom's own,
    and only if ``configured`` is; an address of somebody else's (a simulator, a proxy) always wins.
    """
    if from_token and is_zoom_address(configured) and is_zoom_address(from_token):
        return f"https://{urlsplit(from_token).hostname}/v2"
    return configured.rstrip("/")
