"""What our tables have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.middleware.csrf import get_token
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import Column


class CountedByName:
    """A listing that counts its rows by the view's ``verbose_name``: Wagtail takes the name of the rows' model."""

    def get_paginator(self, *args: Any, **kwargs: Any) -> WagtailPaginator:
        """Tell the paginator what it counts."""
        paginator: WagtailPaginator = super().get_paginator(*args, **kwargs)  # type: ignore[misc]
        paginator.verbose_name, paginator.verbose_name_plural = self.verbose_name, self.verbose_name_plural  # type: ignore[attr-defined]
        return paginator


class ActsColumn(Column):
    """A column of forms: a table renders its cells without what the page around it knows, their token among it."""

    def get_cell_context_data(self, instance: Any, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """Add the token."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return {**context, "csrf_token": get_token(context["request"])}

    def get_value(self, instance: Any) -> str:
        """Return nothing: the forms are made from the row."""
        return ""
