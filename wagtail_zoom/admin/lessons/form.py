"""What the page editor's form does for lessons: checks that never stop a draft, and the typed options.

Attached to every page class with `ZoomLessonMixin` when Django starts; a ``base_form_class`` that the site gave its
page stays in force below it.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.models import Page, Site

from ...models import Host, ZoomLessonMixin
from ...models.lessons import Audience, LessonKind
from ...services import lms
from ...services.connections.hosts import hosts_of, may_schedule_as
from ...services.connections.zoom_apps import settings_of
from ...services.lessons.lesson_lookup import original_link_of
from ...services.lessons.options import options_from, options_of
from ...services.lessons.pages import lesson_models
from ...services.lessons.schedule import lesson_times, minutes_of, when, zone_name
from ...services.users import name_of
from ..connections import editor_prompt
from .fields import LongSelect, NumberOrLinkField, native_date_input, native_time_input, timezone_choices
from .options import EXISTING, KINDS, MOST_AMOUNT, OptionFields, field_name, initial_of, options_with


WISHES = (
    "zoom_kind",
    "zoom_number",
    "zoom_date",
    "zoom_time",
    "zoom_timezone",
    "zoom_duration",
    "zoom_host",
    "zoom_audience",
)
OPTIONS = tuple(field_name(option) for option in KINDS)
OWN_FIELDS = frozenset({*WISHES, *OPTIONS, "zoom_options"})

_NEW = ("zoom_host", "zoom_audience", "zoom_date", "zoom_time", "zoom_timezone", "zoom_duration", *OPTIONS)
#: Which fields can be wrong at all for a kind: what is hidden stops nobody.
CHECKED = {
    LessonKind.NONE: frozenset[str](),
    LessonKind.MEETING: frozenset(_NEW),
    LessonKind.WEBINAR: frozenset(_NEW),
    LessonKind.EXISTING: frozenset(
        {"zoom_number", "zoom_audience", *(field_name(option) for option, kinds in KINDS.items() if EXISTING in kinds)}
    ),
}


class LessonPageForm(OptionFields, WagtailAdminPageForm):
    """The page form of a lesson.

    What is typed about Zoom is an error only when the action is *publish*, and only for what can never work. A draft,
    an autosave or a submission for moderation keeps what was stored where the new text cannot be read. Who saves in
    order to connect to Zoom leaves the form at once, and would not notice that: then what cannot be read is an error.
    """

    zoom_number = NumberOrLinkField(
        label=_("Number or link"),
        required=False,
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Paste the meeting's number or its link from Zoom. Only the number is kept."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._remove_unshown_fields()
        if "zoom_kind" not in self.fields:
            return
        self.zoom_site = _site_of(self.instance, self.parent_page)
        self.zoom_space = settings_of(self.zoom_site) if self.zoom_site else None
        self._was_over = self.instance.pk is not None and lesson_times(self.instance, self.zoom_space).is_over
        self._prepare_wishes()
        self._prepare_audience()
        self._prepare_options()

    @property
    def is_publishing(self) -> bool:
        """Tell whether the person pressed *Publish* and may. (Wagtail defers validation where it only saves.)"""
        return bool(self.data.get("action-publish")) and not self.is_deferred_validation

    def add_error(self, field: str | None, error: Any) -> None:
        """Record an error, unless it is about Zoom and the action is not *publish*; then the stored value stays."""
        if field is None and hasattr(error, "error_dict"):
            kept = {name: errors for name, errors in error.error_dict.items() if not self._is_tolerated(name)}
            for name in error.error_dict.keys() - kept.keys():
                setattr(self.instance, name, self.initial.get(name))
            if kept:
                super().add_error(None, ValidationError(kept))
            return
        if field and self._is_tolerated(field):
            self.cleaned_data.pop(field, None)
            return
        super().add_error(field, error)

    def clean_zoom_kind(self) -> str:
        """Keep the stored kind where none was sent."""
        return self.cleaned_data["zoom_kind"] or self.instance.zoom_kind

    def _post_clean(self) -> None:
        super()._post_clean()
        if "zoom_kind" not in self.fields:
            return
        zone = self._zone()
        chosen = options_with(options_of(self.instance), self.cleaned_data, zone)
        self.instance.zoom_options = {**_as_dict(self.instance.zoom_options), **chosen.to_json()}
        for name, message in self._publish_errors() if self.is_publishing else ():
            self.add_error(name, ValidationError(message, code="impossible"))

    def _publish_errors(self) -> list[tuple[str, Any]]:
        """Return what can never work about the wishes, by field."""
        page = self.instance
        if page.zoom_kind == LessonKind.NONE:
            return []
        wrong_amount = self._wrong_amount()
        if page.zoom_kind == LessonKind.EXISTING:
            missing = page.zoom_number is None and "zoom_number" not in self.errors
            number = [("zoom_number", _("Paste the number or link of the meeting, or choose one."))] if missing else []
            return number + wrong_amount
        missing_fields = [
            (name, message)
            for name, message in (
                ("zoom_date", _("Give the date of the lesson: Zoom needs to know when it begins.")),
                ("zoom_time", _("Give the time of day at which the lesson begins.")),
            )
            if getattr(page, name) is None and name not in self.errors
        ]
        if missing_fields or lesson_times(page, self.zoom_space).problem != "nonexistent":
            return missing_fields + wrong_amount
        gap = _("This time does not exist: the clocks are put forward over it on that day.")
        return [("zoom_time", gap), *wrong_amount]

    def _wrong_amount(self) -> list[tuple[str, Any]]:
        """Return what is wrong about the amount of the lesson's own completion rule."""
        name, options = field_name("completion_amount"), options_of(self.instance)
        most = MOST_AMOUNT.get(options.completion_rule)
        if most is None or name not in self.fields or name in self.errors:
            return []
        if not options.completion_amount:
            return [(name, _("Say how many minutes, or how many per cent of the lesson."))]
        return [(name, _("More than 100 per cent cannot be reached."))] if options.completion_amount > most else []

    def _is_tolerated(self, field: str) -> bool:
        """Tell whether an error of ``field`` must not stop this act."""
        if field not in OWN_FIELDS or field == NON_FIELD_ERRORS:
            return False
        if not (self.is_publishing or editor_prompt.is_wished(self.data)) or self._was_over:
            return True
        sent = self.data.get(self.add_prefix("zoom_kind")) or self.instance.zoom_kind
        return field not in CHECKED.get(sent, frozenset())

    def _remove_unshown_fields(self) -> None:
        """Leave wishes alone that this request does not carry: no panel shows them, or another program sent the form."""
        shown = set(self._meta.fields or ())
        sent = not self.is_bound or self.add_prefix("zoom_kind") in self.data
        for name in OWN_FIELDS & set(self.fields):
            if name not in shown or not sent:
                del self.fields[name]

    def _prepare_wishes(self) -> None:
        page, space = self.instance, self.zoom_space
        for name in set(WISHES) & set(self.fields):
            self.fields[name].required = False
        if "zoom_date" in self.fields:
            self.fields["zoom_date"].widget = native_date_input()
        if "zoom_time" in self.fields:
            self.fields["zoom_time"].widget = native_time_input()
        if "zoom_duration" in self.fields:
            default = minutes_of(_nothing_chosen(page), space)
            self.fields["zoom_duration"] = forms.IntegerField(
                label=self.fields["zoom_duration"].label,
                required=False,
                min_value=1,
                max_value=1440,
                widget=forms.NumberInput(attrs={"placeholder": str(default)}),
            )
        if "zoom_timezone" in self.fields:
            default_zone = zone_name(_nothing_chosen(page), space)
            self.fields["zoom_timezone"] = forms.ChoiceField(
                label=self.fields["zoom_timezone"].label,
                required=False,
                widget=LongSelect,
                choices=timezone_choices(str(_("As usual here: %s") % default_zone), page.zoom_timezone),
                help_text=_("Date and time above are meant as they are read there."),
            )
        if "zoom_host" in self.fields:
            self._prepare_host()

    def _prepare_host(self) -> None:
        """Offer the space's hosts in whose name this person may schedule, and whoever is chosen already."""
        field = self.fields["zoom_host"]
        current = self.instance.zoom_host_id
        offered = {
            host.pk
            for host in (hosts_of(self.zoom_site, self.zoom_space) if self.zoom_site else ())
            if host.pk == current or self.for_user is None or may_schedule_as(self.for_user, host)
        }
        field.queryset = Host.objects.filter(pk__in={*offered, current} - {None}).order_by("name", "pk")
        owner = self.instance.owner or self.for_user
        name = name_of(owner) if owner else _("not known")
        field.empty_label = _("Whoever created this page: %s") % name
        field.help_text = _("This person has to be there to start it.")

    def _prepare_audience(self) -> None:
        """Begin a new lesson that the LMS knows to lie outside of courses as one for everybody who is logged in.

        Nobody is enrolled there. It is what the form shows and no more: an editor sees and changes it, and what is
        stored already, or made without this form, stays as it is.
        """
        is_new = self.instance.pk is None and not self.is_bound
        if not is_new or "zoom_audience" not in self.fields or self.instance.zoom_audience != Audience.ENROLLED:
            return
        if self.parent_page is not None and lms.in_course(self.parent_page) is False:
            self.initial["zoom_audience"] = Audience.LOGGED_IN

    def _prepare_options(self) -> None:
        space = self.zoom_space
        is_new = self.instance.pk is None and not self.instance.zoom_options
        stored = options_from(space.default_options) if is_new and space else options_of(self.instance)
        for name, value in initial_of(stored, self._zone()).items():
            if name in self.fields:
                self.initial.setdefault(name, value)

    def _zone(self) -> ZoneInfo:
        """Return the zone in which times are typed: the lesson's, which for a linked meeting is the one that Zoom has."""
        page = self.instance
        link = original_link_of(page) if page.pk and page.zoom_kind == LessonKind.EXISTING else None
        return when(page, link, self.zoom_space).zone


def attach_lesson_form() -> None:
    """Give every page class with lessons the lesson form, above the form that the site chose for it."""
    for model in lesson_models():
        model.base_form_class = form_above(getattr(model, "base_form_class", None))
        handler = model.__dict__.get("edit_handler")
        if getattr(handler, "base_form_class", None):
            handler.base_form_class = form_above(handler.base_form_class)


def form_above(chosen: type[WagtailAdminPageForm] | None) -> type[LessonPageForm]:
    """Return a form class that is a lesson form and, below it, the form that the site ``chosen``."""
    if chosen is None or issubclass(LessonPageForm, chosen):
        return LessonPageForm
    if issubclass(chosen, LessonPageForm):
        return chosen

    class SiteLessonPageForm(LessonPageForm, chosen):  # type: ignore[misc, valid-type]
        """The site's own page form, with the lesson form's checks."""

    return SiteLessonPageForm


def _site_of(page: Page, parent: Page | None) -> Site | None:
    """Return the space of a page, or the one it is going to be in."""
    place = page if page.pk else parent
    return place.get_site() if place is not None else None


def _nothing_chosen(page: ZoomLessonMixin) -> ZoomLessonMixin:
    """Return an empty page of the same class: what holds for it are the defaults."""
    return type(page)(zoom_timezone="", zoom_duration=None)


def _as_dict(stored: object) -> dict[str, Any]:
    return stored if isinstance(stored, dict) else {}
