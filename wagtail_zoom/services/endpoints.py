"""Where this site speaks to Zoom, and what else counts as Zoom's address here: a practice Zoom's, where that is set."""

from __future__ import annotations

from urllib.parse import urlsplit

from .. import conf
from ..api import base_url
from ..models import Connection


def api_url(region: str) -> str:
    """Return where calls for an account in ``region`` (a host name; '' to let Zoom choose) start."""
    return base_url.api_url_in(region, conf.api_url())


def oauth_url(region: str) -> str:
    """Return where OAuth for an account in ``region`` lives."""
    return base_url.oauth_url_in(region, conf.oauth_url())


def web_origin(connection: Connection | None) -> str:
    """Return scheme and host of the site where people of the account of ``connection`` see their meetings."""
    configured = conf.oauth_url()
    cloud = base_url.cloud_of(connection.api_url) if connection is not None else None
    if cloud is not None and base_url.cloud_of(configured) not in (None, cloud):
        configured = cloud.oauth_url
    parts = urlsplit(configured)
    return f"{parts.scheme}://{parts.netloc}"


def own_hosts() -> frozenset[str]:
    """Return the host names other than Zoom's with which this site speaks as if they were Zoom's."""
    configured = (conf.api_url(), conf.oauth_url())
    return frozenset(_host_of(address) for address in configured if not base_url.is_zoom_address(address)) - {""}


def is_known(address: str) -> bool:
    """Tell whether ``address`` is Zoom's own, or at a host with which this site speaks as if it were."""
    return base_url.is_zoom_address(address) or _host_of(address) in own_hosts()


def is_practice() -> bool:
    """Tell whether this site talks to anything but Zoom itself, so that its screens can say so."""
    return not all(base_url.is_zoom_address(address) for address in (conf.api_url(), conf.oauth_url()))


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
