"""Spreadsheets that do what they look like: a name that begins like a formula stays a name."""

from __future__ import annotations

from typing import Any, ClassVar

from wagtail.admin.views.mixins import SpreadsheetExportMixin


#: What spreadsheet programs take for the beginning of a formula or a command.
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n")


def guarded(text: str) -> str:
    """Return ``text`` with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_BEGINNINGS) else text


class GuardedExportMixin(SpreadsheetExportMixin):
    """Wagtail's CSV and XLSX export, with every text guarded. Put it before the view class."""

    custom_value_preprocess: ClassVar[dict[Any, dict[str, Any]]] = {
        **SpreadsheetExportMixin.custom_value_preprocess,
        str: {SpreadsheetExportMixin.FORMAT_CSV: guarded, SpreadsheetExportMixin.FORMAT_XLSX: guarded},
    }
