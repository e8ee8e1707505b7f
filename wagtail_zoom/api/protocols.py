"""How fast calls may leave: decided elsewhere, asked here."""

from __future__ import annotations

from typing import Protocol


class Pacer(Protocol):
    """Whoever shares an account's allowance among everybody who uses it."""

    def acquire(self, label: str, *, urgent: bool) -> None:
        """Return as soon as one call with ``label`` ("light", "medium" or "heavy") may leave.

        ``urgent`` calls are those for which a person waits. Raises ZoomRateLimited, with ``retry_at``, instead of
        waiting long.
        """
