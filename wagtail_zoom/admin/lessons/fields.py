"""Form fields of the lesson page: a number or link, a time zone, a host, addresses of colleagues."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from ...api.meeting_numbers import format_meeting_number, parse_meeting_number
from ...models.lessons import LessonKind
from ...services import endpoints
from ...services.lessons.schedule import known_zones


_PLACES = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_ADDRESS_SEPARATORS = str.maketrans(";\n\r\t", ",,,,")


class NumberOrLinkField(forms.CharField):
    """A meeting number as people write or paste it. Only the number leaves this field; passcodes stay behind."""

    default_error_messages = {
        "number": _(
            "This is no Zoom meeting number and no link to a Zoom meeting. A number has 9 to 11 digits; "
            "a link looks like https://zoom.us/j/12345678901."
        )
    }

    def to_python(self, value: object) -> int | None:
        """Return the number, or None for nothing. Raises ValidationError for what names no meeting."""
        if isinstance(value, int):
            return value
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_meeting_number(text, endpoints.is_known)
        except ValueError as error:
            raise ValidationError(self.error_messages["number"], code="number") from error

    def validate(self, value: object) -> None:
        """Let ``Field`` check whether it is required; the text's own checks are done."""
        forms.Field.validate(self, value)

    def run_validators(self, value: object) -> None:
        """Run none: validators of text do not apply to a number."""

    def prepare_value(self, value: object) -> object:
        """Show a stored number grouped as Zoom shows it."""
        return format_meeting_number(value) if isinstance(value, int) else value

    def has_changed(self, initial: object, data: object) -> bool:
        """Compare numbers, not how they are written."""
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class AddressesField(forms.CharField):
    """E-mail addresses, one a line or separated by commas or semicolons."""

    widget = forms.Textarea

    default_error_messages = {"address": _("“%(address)s” is no e-mail address.")}

    def to_python(self, value: object) -> tuple[str, ...]:
        """Return the addresses, each once, in the order given. Raises ValidationError that names a wrong one."""
        if isinstance(value, list | tuple):
            return tuple(value)
        text = str(value or "").translate(_ADDRESS_SEPARATORS)
        addresses = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        for address in addresses:
            try:
                validate_email(address)
            except ValidationError as error:
                raise ValidationError(
                    self.error_messages["address"], code="address", params={"address": address[:100]}
                ) from error
        return addresses

    def validate(self, value: object) -> None:
        """Let ``Field`` check whether it is required."""
        forms.Field.validate(self, value)

    def run_validators(self, value: object) -> None:
        """Run none: validators of text do not apply to several addresses."""

    def prepare_value(self, value: object) -> object:
        """Show one address a line."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def has_changed(self, initial: object, data: object) -> bool:
        """Compare the addresses, not how they are separated."""
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class WallClockField(forms.Field):
    """A date and time of day without a zone; the lesson's zone is added where it is known.

    Django's own field would read it in the *editor's* zone.
    """

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    default_error_messages = {"moment": _("This is no date and time, such as 2026-11-24T10:00.")}

    def to_python(self, value: object) -> dt.datetime | None:
        """Return a naive date-time, or None for nothing. Raises ValidationError for what is none."""
        if value in self.empty_values:
            return None
        try:
            return dt.datetime.fromisoformat(str(value).strip()).replace(tzinfo=None)
        except ValueError as error:
            raise ValidationError(self.error_messages["moment"], code="moment") from error


class LongSelect(forms.Select):
    """A select of hundreds of options, rendered in one go: Django's own includes a template for each of them."""

    template_name = "wagtail_zoom/admin/widgets/long_select.html"


def timezone_choices(empty_label: str, *more: str) -> list[tuple[str, Any]]:
    """Return choices for a select of time zones, grouped by part of the world.

    ``empty_label`` names what holds when nothing is chosen; ``more`` are names to offer besides the known places,
    such as a stored zone that this machine's database has dropped.
    """
    groups: dict[str, list[tuple[str, str]]] = {place: [] for place in _PLACES}
    for name in sorted(known_zones()):
        place, _slash, city = name.partition("/")
        if city and place in groups:
            groups[place].append((name, city.replace("_", " ").replace("/", " / ")))
    others = [(name, name) for name in dict.fromkeys(("UTC", *more)) if name and not _is_listed(name, groups.values())]
    return [("", empty_label), *others, *((place, cities) for place, cities in groups.items() if cities)]


def _is_listed(name: str, groups: Iterable[list[tuple[str, str]]]) -> bool:
    return any(name == listed for group in groups for listed, _city in group)


def native_date_input() -> forms.DateInput:
    """Return the browser's own date input: keyboard, phone and dark theme work without a line of script."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def native_time_input() -> forms.TimeInput:
    """Return the browser's own time input, in steps of a minute."""
    return forms.TimeInput(format="%H:%M", attrs={"type": "time"})


def unreadable(data: Mapping[str, str]) -> list[str]:
    """Return the labels of those fields about Zoom in ``data``, a form as it was sent, whose text cannot be read."""
    kind = data.get("zoom_kind")
    if kind == LessonKind.EXISTING:
        typed: dict[str, forms.Field] = {"zoom_number": NumberOrLinkField(label=_("Number or link"), required=False)}
    elif kind in (LessonKind.MEETING, LessonKind.WEBINAR):
        typed = {
            "zoom_date": forms.DateField(label=_("date"), required=False),
            "zoom_time": forms.TimeField(label=_("time"), required=False),
            "zoom_duration": forms.IntegerField(label=_("minutes"), required=False, min_value=1, max_value=1440),
            "zoom_option_alternative_hosts": AddressesField(label=_("Alternative hosts"), required=False),
        }
    else:
        return []
    return [str(field.label) for name, field in typed.items() if not _is_readable(field, data.get(name, ""))]


def _is_readable(field: forms.Field, text: str) -> bool:
    try:
        field.clean(text)
    except ValidationError:
        return False
    return True
