"""The filter of the listings by space."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.pages.listing import SiteFilter


class SpacesField(SiteFilter.field_class):  # type: ignore[misc]
    """Some of the spaces that a person may choose from."""

    def _check_values(self, value: Any) -> Any:
        try:
            return super()._check_values(value)
        except OverflowError as error:
            # SQLite has no such number, and says so in its own way.
            raise ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice", params={"value": "…"}
            ) from error


class SpaceFilter(SiteFilter):
    """Pages, or whatever the filter set's method makes of it, in some spaces; ``queryset`` says which may be chosen."""

    field_class = SpacesField

    def __init__(self, **options: Any) -> None:
        super().__init__(label=_("Space"), widget=CheckboxSelectMultiple, **options)
