"""Which addresses are Zoom's own: the one rule for calls, secrets, links and what screens say of them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Cloud:
    """One of Zoom's clouds, which know nothing of each other's accounts."""

    domain: str

    @property
    def api_url(self) -> str:
        """Return where the REST API lives."""
        return f"https://api.{self.domain}/v2"

    @property
    def oauth_url(self) -> str:
        """Return where authorize, token and revoke live."""
        return f"https://{self.domain}/oauth"


COMMERCIAL = Cloud("zoom.us")
#: Zoom for Government.
GOVERNMENT = Cloud("zoomgov.com")
_CLOUDS = {cloud.domain: cloud for cloud in (COMMERCIAL, GOVERNMENT)}

#: What stands between "https://" and the path of an address of Zoom's, in any case: a regular expression that Python
#: and JavaScript read alike. No user, no other port than https's own, no dot at the end, nothing but ASCII.
AUTHORITY = rf"(?:[a-z0-9-]+\.)*(?:{'|'.join(map(re.escape, _CLOUDS))})(?::443)?"
# Browsers take a backslash for a slash, and drop line ends and tabs: an address that has any of them is nobody's.
_ADDRESS = re.compile(
    rf"https://(?P<authority>{AUTHORITY})(?:[/?#][^\\\x00-\x20\x7f-\xa0\u2028\u2029]*)?", re.ASCII | re.IGNORECASE
)


def cloud_of(address: object) -> Cloud | None:
    """Return the cloud to which ``address`` leads; None for what is not https at a host of Zoom's."""
    found = _ADDRESS.fullmatch(address) if isinstance(address, str) else None
    if found is None:
        return None
    host = found["authority"].lower().removesuffix(":443")
    return _CLOUDS[".".join(host.rsplit(".", 2)[-2:])]


def is_zoom_address(address: object) -> bool:
    """Tell whether ``address`` is https at zoom.us, zoomgov.com or a host under one of them."""
    return cloud_of(address) is not None


def may_get_secrets(address: str, allowed_hosts: Collection[str]) -> bool:
    """Tell whether client secrets may go to ``address``: it is Zoom's, or its host (and port) is named as allowed."""
    if is_zoom_address(address):
        return True
    try:
        parts = urlsplit(address)
        names = {parts.hostname or "", parts.netloc.rpartition("@")[2].lower()} - {""}
    except ValueError:
        return False
    return bool(names & {host.lower() for host in allowed_hosts})


@lru_cache(maxsize=64)
def choose_api_url(configured: str, from_token: str | None) -> str:
    """Return the address that API calls start with, without a slash at its end.

    Zoom: a token's answer names a regional host, to which "/v2" is to be added. It is used only if it is of the same
    cloud as ``configured``; an address of somebody else's (a simulator, a proxy) always wins.
    """
    if from_token and cloud_of(from_token) and cloud_of(from_token) == cloud_of(configured):
        return f"https://{urlsplit(from_token).hostname}/v2"
    return configured.rstrip("/")


def api_url_in(region: str, configured: str) -> str:
    """Return where the API of ``region`` (a host name; '' to let Zoom choose) lives, without a slash at its end.

    An address of somebody else's that is ``configured`` wins.
    """
    if region and is_zoom_address(configured):
        return f"https://{region}/v2"
    return configured.rstrip("/")


def oauth_url_in(region: str, configured: str) -> str:
    """Return where OAuth for an account in ``region`` lives, without a slash at its end; as for `api_url_in`."""
    of_region, of_configured = cloud_of(f"https://{region}"), cloud_of(configured)
    if of_region and of_configured and of_region != of_configured:
        return of_region.oauth_url
    return configured.rstrip("/")
