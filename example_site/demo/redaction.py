"""What the demo prints never contains the query of an address: join and start links carry their secrets there."""

from __future__ import annotations

import logging
import re


QUERY = re.compile(r"(?<=[\w/%.-])\?[^\s\"'<>|]+")


def without_queries(text: str) -> str:
    """Return ``text`` with the query of every address cut off."""
    return QUERY.sub("", text)


class WithoutQueries(logging.Filter):
    """Cut queries off log records, the request log's included."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record's message; let every record pass."""
        record.msg = without_queries(record.getMessage())
        record.args = ()
        return True
