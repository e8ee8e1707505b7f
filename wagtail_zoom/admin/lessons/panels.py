"""The Zoom panel of the page editor: what the editor wishes, and above it what became of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, Panel
from wagtail.admin.staticfiles import versioned_static

from ...api import base_url
from ...models.lessons import LessonKind
from ...services import endpoints
from .options import ALL, BOTH, KINDS, MOST_AMOUNT, OptionComparison, field_name, option_of
from .state_context import describe_draft, describe_state


def editor_media() -> forms.Media:
    """Return script and style of the lesson panels."""
    return forms.Media(
        js=[versioned_static(f"wagtail_zoom/js/{name}.js") for name in ("asking", "lesson-editor")],
        css={"all": [versioned_static("wagtail_zoom/css/admin.css")]},
    )


def shown_for(*kinds: str, **also: Sequence[str]) -> dict[str, str]:
    """Return attributes by which Wagtail's own ``w-rules`` shows an element for these kinds only.

    ``also`` names further fields and the values one of which they must have. Without script everything is shown.
    """
    rules = {"zoom_kind": [str(kind) for kind in kinds], **{name: list(values) for name, values in also.items()}}
    return {"data-w-rules-target": "show", "data-w-rules": json.dumps(rules)}


def lesson_panels() -> list[Panel]:
    """Return the panels within the lesson panel, in the order in which a teacher thinks."""
    return [
        ZoomStatePanel(),
        FieldPanel("zoom_kind", widget=forms.RadioSelect),
        ExistingMeetingPanel("zoom_number", attrs=shown_for(LessonKind.EXISTING)),
        FieldRowPanel(
            [FieldPanel("zoom_date"), FieldPanel("zoom_time"), FieldPanel("zoom_duration")], attrs=shown_for(*BOTH)
        ),
        FieldPanel("zoom_timezone", attrs=shown_for(*BOTH)),
        FieldPanel("zoom_host", attrs=shown_for(*BOTH)),
        FieldPanel("zoom_audience", attrs=shown_for(*ALL)),
        OptionsPanel(
            [_option(name) for name in ("agenda", "alternative_hosts", *_SWITCHES, "auto_recording")],
            heading=_("More options"),
            attrs=shown_for(*BOTH),
        ),
        OptionsPanel(
            [_option("registration"), *(_option(name, registration=["on"]) for name in _REGISTRATION)],
            heading=_("Registration"),
            attrs=shown_for(*ALL),
        ),
        OptionsPanel(
            [_option("completion_rule"), _option("completion_amount", completion_rule=tuple(MOST_AMOUNT))],
            heading=_("Completion"),
            attrs=shown_for(*ALL),
        ),
    ]


_SWITCHES = ("waiting_room", "join_before_host", "mute_upon_entry", "practice_session")
_REGISTRATION = ("approval", "places", "closes_at")


def _option(name: str, **also: Sequence[str]) -> FieldPanel:
    others = {field_name(other): values for other, values in also.items()}
    return OptionPanel(field_name(name), attrs=shown_for(*KINDS[name], **others))


class LessonPanel(MultiFieldPanel):
    """The Zoom wishes of a lesson page, and what became of them."""

    def __init__(self, children: list[Panel] | None = None, *args: Any, **kwargs: Any) -> None:
        """Take the arguments of ``MultiFieldPanel``; without ``children`` the fields are our own."""
        kwargs["heading"] = kwargs.get("heading") or _("Zoom")
        kwargs["icon"] = kwargs.get("icon") or "wz-video"
        kwargs["classname"] = kwargs.get("classname") or "wz-lesson"
        kwargs["attrs"] = {
            "data-controller": "w-rules",
            "data-action": "change->w-rules#resolve",
            **(kwargs.get("attrs") or {}),
        }
        super().__init__(children or lesson_panels(), *args, **kwargs)


class OptionPanel(FieldPanel):
    """A typed option, which stands in the form but is no field of the page."""

    class BoundPanel(FieldPanel.BoundPanel):
        """The panel within one form."""

        def get_comparison(self) -> list[Any]:
            """Compare what two versions of the page have stored for it."""
            return [partial(OptionComparison, option_of(self.field_name))]


class OptionsPanel(MultiFieldPanel):
    """Fields behind a heading that opens them; a plain ``<details>``, so it needs no script."""

    class BoundPanel(MultiFieldPanel.BoundPanel):
        """The panel within one form."""

        template_name = "wagtail_zoom/admin/panels/options.html"

        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            # The summary is the heading; the group around would print it a second time.
            self.summary, self.heading = self.heading, ""

        @property
        def has_errors(self) -> bool:
            """Tell whether a field within is wrong, so that it must be open."""
            names = self.panel.get_form_options().get("fields", [])
            return self.form is not None and any(name in self.form.errors for name in names)


class ExistingMeetingPanel(FieldPanel):
    """The number or link of an existing meeting, and the list to choose it from."""

    class BoundPanel(FieldPanel.BoundPanel):
        """The panel within one form."""

        template_name = "wagtail_zoom/admin/panels/existing_meeting.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Add where the list is, and which hosts' links count besides Zoom's."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            site = getattr(self.form, "zoom_site", None)
            address = reverse("wagtail_zoom_admin:choose_meeting")
            return {
                **context,
                "choose_url": f"{address}?{urlencode({'site': site.pk})}" if site else "",
                "zoom_authority": base_url.AUTHORITY,
                "own_hosts": json.dumps(sorted(endpoints.own_hosts())),
                "dialog_id": f"{self.prefix}-choose",
            }


class ZoomStatePanel(Panel):
    """The live state of the lesson on Zoom. It updates itself; nothing is asked of Zoom to show it."""

    class BoundPanel(Panel.BoundPanel):
        """The panel within one editor."""

        template_name = "wagtail_zoom/admin/panels/state.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Describe the live page's lesson, and what publishing this draft would change about it."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            if self.instance is None or self.instance.pk is None:
                return {**context, **describe_draft(getattr(self.form, "zoom_site", None), self.request.user)}
            return {**context, **describe_state(self.instance, self.request.user, draft=self.instance)}

        @property
        def media(self) -> forms.Media:
            """Script and style."""
            return editor_media()
