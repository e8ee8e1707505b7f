"""Addresses of this site: resolved below a path of the host (``SCRIPT_NAME``), and with numbers that a database can hold."""

from __future__ import annotations

from django.urls import Resolver404, ResolverMatch, get_script_prefix, register_converter, resolve


class RowConverter:
    """Eighteen digits at most, which every database takes; a longer number is nobody's address."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_url(self, value: object) -> str:
        """Return the digits."""
        return str(value)


register_converter(RowConverter, "zoom_row")


def row_number(text: str) -> int:
    """Return the number that ``text`` is, 0 (which no row has) for anything else and for what no database can hold."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def match_of(address: str) -> ResolverMatch:
    """Return what of this site answers at ``address``, a path with or without a query. Raises Resolver404."""
    path, prefix = address.partition("?")[0], get_script_prefix()
    if not path.startswith(prefix):
        raise Resolver404({"path": path})
    return resolve(f"/{path.removeprefix(prefix)}")
