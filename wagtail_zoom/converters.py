"""Numbers of rows as they come in addresses and forms: never one that a database cannot hold."""

from __future__ import annotations

from django.urls import register_converter


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
