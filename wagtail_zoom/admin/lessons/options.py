"""The typed form fields behind the page's one JSON field: what they are called, and how they are stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.formats import localize
from django.utils.translation import gettext as _said
from django.utils.translation import gettext_lazy as _
from wagtail.admin.compare import FieldComparison
from wagtail.admin.widgets import AdminAutoHeightTextInput

from ...models import ZoomLessonMixin, ZoomSettings
from ...services.lessons.options import MOST_PLACES, LessonOptions, options_of
from .fields import AddressesField, WallClockField


#: Zoom: an agenda has at most 2,000 characters; the last line is ours.
LONGEST_AGENDA = 1800

PREFIX = "zoom_option_"

MEETING, WEBINAR, EXISTING = "meeting", "webinar", "existing"
BOTH = (MEETING, WEBINAR)
ALL = (*BOTH, EXISTING)

#: For which kinds an option means anything: webinars show only what webinars have, and of what exists on Zoom all but
#: who is registered from here belongs to Zoom.
KINDS: Mapping[str, tuple[str, ...]] = {
    "agenda": BOTH,
    "alternative_hosts": BOTH,
    "waiting_room": (MEETING,),
    "join_before_host": (MEETING,),
    "mute_upon_entry": (MEETING,),
    "practice_session": (WEBINAR,),
    "auto_recording": BOTH,
    "registration": ALL,
    "approval": ALL,
    "places": ALL,
    "closes_at": ALL,
    "completion_rule": ALL,
    "completion_amount": ALL,
}
#: How the form says that a lesson has no rule of its own: nothing sent at all means "as it was".
SPACES_RULE = "space"
#: The rules that need an amount, and the most that it can be.
MOST_AMOUNT: Mapping[str, int] = {"minutes": 1440, "percent": 100}


class OptionFields(forms.Form):
    """A form field for every option of a lesson. None is required."""

    zoom_option_agenda = forms.CharField(
        label=_("Agenda"),
        required=False,
        widget=AdminAutoHeightTextInput(attrs={"rows": 2, "maxlength": LONGEST_AGENDA}),
        help_text=_("Shown in Zoom's invitation and calendar. The address of this page is added to it."),
    )
    zoom_option_alternative_hosts = AddressesField(
        label=_("Alternative hosts"),
        required=False,
        widget=AdminAutoHeightTextInput(attrs={"rows": 1}),
        help_text=_(
            "E-mail addresses of people with a licence in the same Zoom account who may start it too; one a line."
        ),
    )
    zoom_option_waiting_room = forms.BooleanField(
        label=_("Waiting room"), required=False, help_text=_("The host lets everybody in one by one.")
    )
    zoom_option_join_before_host = forms.BooleanField(
        label=_("Learners may come in before the host"),
        required=False,
        help_text=_("Without effect while there is a waiting room."),
    )
    zoom_option_mute_upon_entry = forms.BooleanField(label=_("Mute people when they come in"), required=False)
    zoom_option_practice_session = forms.BooleanField(
        label=_("Practice session"),
        required=False,
        help_text=_("Host and panelists can rehearse before the webinar begins for everybody."),
    )
    zoom_option_auto_recording = forms.ChoiceField(
        label=_("Record by itself"),
        required=False,
        choices=[
            ("none", _("No")),
            ("cloud", _("Yes, in Zoom's cloud")),
            ("local", _("Yes, on the host's computer")),
        ],
    )
    zoom_option_registration = forms.ChoiceField(
        label=_("Registration"),
        required=False,
        choices=[("off", _("Off: people just join")), ("on", _("On: people register, each gets a personal link"))],
        help_text=_(
            "A new meeting or webinar needs a host with a Zoom licence for it. For one that exists on Zoom, registration "
            "has to be switched on there; this site never changes that."
        ),
    )
    zoom_option_approval = forms.ChoiceField(
        label=_("Who is admitted"),
        required=False,
        choices=[
            ("enrolled", _("Enrolled learners at once, others when a person approves them")),
            ("by_hand", _("Everybody when a person approves them")),
            ("everyone", _("Everybody at once")),
        ],
    )
    zoom_option_places = forms.IntegerField(
        label=_("Places"),
        required=False,
        min_value=1,
        max_value=MOST_PLACES,
        help_text=_("How many people may register. Empty: as many as Zoom admits."),
    )
    zoom_option_closes_at = WallClockField(
        label=_("Registration closes"),
        required=False,
        help_text=_("In the lesson's time zone. Empty: it stays open until the end."),
    )
    zoom_option_completion_rule = forms.ChoiceField(
        label=_("This lesson is complete for whoever"),
        required=False,
        choices=[(SPACES_RULE, _("as in the settings of this space")), *ZoomSettings.CompletionRule.choices],
        help_text=_("A change counts from the next time that the attendance is read."),
    )
    zoom_option_completion_amount = forms.IntegerField(
        label=_("How many minutes, or per cent"), required=False, min_value=1, max_value=max(MOST_AMOUNT.values())
    )


def field_name(option: str) -> str:
    """Return the name that ``option`` has in the form."""
    return PREFIX + option


def option_of(form_name: str) -> str:
    """Return the option that the field ``form_name`` is about."""
    return form_name.removeprefix(PREFIX)


def initial_of(options: LessonOptions, zone: ZoneInfo) -> dict[str, Any]:
    """Return initial values by form field name; times as wall-clock times in ``zone``."""
    values = {field_name(field.name): getattr(options, field.name) for field in fields(options)}
    values[field_name("completion_rule")] = options.completion_rule or SPACES_RULE
    values[field_name("completion_amount")] = options.completion_amount or None
    if options.closes_at:
        values[field_name("closes_at")] = options.closes_at.astimezone(zone).replace(tzinfo=None)
    return values


def options_with(options: LessonOptions, cleaned: Mapping[str, Any], zone: ZoneInfo) -> LessonOptions:
    """Return ``options`` changed to what the form's ``cleaned`` data say; what they do not say stays as it was."""
    chosen = {name: cleaned[field_name(name)] for name in KINDS if field_name(name) in cleaned}
    # Nothing sent for a choice means "as it was", never an empty choice.
    chosen = {name: value for name, value in chosen.items() if value != "" or name == "agenda"}
    if chosen.get("completion_rule") == SPACES_RULE:
        chosen["completion_rule"] = ""
    if "completion_amount" in chosen:
        chosen["completion_amount"] = chosen["completion_amount"] or 0
    closes_at: dt.datetime | None = chosen.get("closes_at")
    if closes_at is not None:
        chosen["closes_at"] = closes_at.replace(tzinfo=zone).astimezone(dt.UTC)
    return replace(options, **chosen)


class OptionComparison(FieldComparison):
    """An option in two versions of a lesson, for Wagtail's comparison of revisions."""

    def __init__(self, option: str, former: ZoomLessonMixin, latter: ZoomLessonMixin) -> None:
        self.form_field = OptionFields.base_fields[field_name(option)]
        self.val_a, self.val_b = (self._spoken(getattr(options_of(page), option)) for page in (former, latter))

    def field_label(self) -> str:
        """Return the label that the option has in the editor."""
        return str(self.form_field.label)

    def _spoken(self, value: object) -> str:
        if isinstance(value, bool):
            return _said("Yes") if value else _said("No")
        if isinstance(value, tuple):
            return ", ".join(value)
        if isinstance(value, dt.datetime):
            return localize(value.astimezone(dt.UTC)) + " UTC"
        labels = dict(getattr(self.form_field, "choices", ()))
        return "" if value is None else str(labels.get(value, value))
