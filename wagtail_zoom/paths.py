"""Addresses as browsers see them: a site may lie below a path of its host (``SCRIPT_NAME``), which its URLs do not name."""

from __future__ import annotations

from django.urls import Resolver404, ResolverMatch, get_script_prefix, resolve


def match_of(address: str) -> ResolverMatch:
    """Return what of this site answers at ``address``, a path with or without a query. Raises Resolver404."""
    path, prefix = address.partition("?")[0], get_script_prefix()
    if not path.startswith(prefix):
        raise Resolver404({"path": path})
    return resolve(f"/{path.removeprefix(prefix)}")
