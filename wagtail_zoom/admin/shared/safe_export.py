"""Spreadsheets that do what they look like: a name that begins like a formula stays a name."""

from __future__ import annotations

import re
from typing import Any

from wagtail.admin.views.mixins import SpreadsheetExportMixin


#: What spreadsheet programs take for the beginning of a formula or a command, also in its wide form.
_FORMULA = r"[=+\-@＝＋－＠\t\r\n]"

#: In CSV also behind what another program, or another country's, takes for the end of a cell.
_BEGINNINGS = {
    SpreadsheetExportMixin.FORMAT_CSV: re.compile(rf'(^|[;,|\t\r\n"]\s*)(?={_FORMULA})'),
    SpreadsheetExportMixin.FORMAT_XLSX: re.compile(rf"(^)(?={_FORMULA})"),
}


def guarded(text: str, export_format: str = SpreadsheetExportMixin.FORMAT_CSV) -> str:
    """Return ``text`` with an apostrophe wherever a spreadsheet would take what follows for a formula."""
    return _BEGINNINGS[export_format].sub(r"\1'", text)


class GuardedExportMixin(SpreadsheetExportMixin):
    """Wagtail's CSV and XLSX export, with every text guarded. Put it before the view class."""

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        """Return what is written into a cell; what only becomes text there, like a meeting, is guarded as well."""
        written = super().preprocess_field_value(field, value, export_format)
        return guarded(written, export_format) if isinstance(written, str) else written
