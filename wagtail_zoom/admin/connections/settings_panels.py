"""The panels of Settings → Zoom. What they show is read from rows alone."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet
from django import forms
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, Panel
from wagtail.admin.staticfiles import versioned_static

from ... import conf, tasks
from ...models import App, Connection
from ...services import encryption, endpoints
from ...services.connections import connections, diagnosis, oauth_flow, zoom_apps
from ...services.connections.webhook_status import webhook_status
from ...services.connections.zoom_apps import space_name
from ...services.installation import clone_guard
from ...services.status import impact
from ..lessons.options import field_name
from .next_step import first_lesson_address
from .oauth_redirect import address_here, canonical_path, redirect_address
from .settings_form import KINDS, PRESET_OPTIONS


def connecting_media() -> forms.Media:
    """Return the style of the screens about connecting."""
    sheets = ("admin.css", "connecting.css")
    return forms.Media(css={"all": [versioned_static(f"wagtail_zoom/css/{sheet}") for sheet in sheets]})


class SpaceStatePanel(Panel):
    """How the space stands with Zoom: status, what is missing, and what to do next."""

    class BoundPanel(Panel.BoundPanel):
        """The panel within one form."""

        template_name = "wagtail_zoom/admin/settings/state.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Read the state of the space, and whether this person once set out for Zoom and never came back."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            site = self.instance.site
            unfinished = oauth_flow.unfinished_attempt(self.request.user, site)
            return {
                **context,
                "site": site,
                "state": diagnosis.space_state(site),
                "is_practice": endpoints.is_practice(),
                "is_paused": self.instance.is_paused,
                "is_all_paused": conf.is_paused(),
                "is_stopped": self.instance.is_paused or conf.is_paused() or clone_guard.is_clone(),
                "place": clone_guard.place(),
                "home_url": reverse("wagtail_zoom_admin:home"),
                "engine": tasks.engine(),
                "pause_url": reverse("wagtail_zoom_admin:pause", args=[site.pk]),
                "is_configured": bool(zoom_apps.apps_of(site)),
                "example_key": "" if encryption.has_keys() else Fernet.generate_key().decode(),
                "unfinished_reasons": oauth_flow.unfinished_reasons(unfinished) if unfinished else [],
                "hosts_url": reverse("wagtail_zoom_admin:hosts", args=[site.pk]),
                "my_zoom_url": reverse("wagtail_zoom_admin:my_zoom"),
                "which_kind_url": reverse("wagtail_zoom_admin:which_kind", args=[site.pk]),
                "first_lesson_url": first_lesson_address(self.request.user, site),
            }

        @property
        def media(self) -> forms.Media:
            """Style."""
            return connecting_media()


class AppNotePanel(Panel):
    """What is known of one of the space's two possible apps, above or below its fields."""

    def __init__(self, kind: str = App.Kind.GENERAL, template_name: str = "", **kwargs: Any) -> None:
        """Take the app's kind and the template of the note."""
        super().__init__(**kwargs)
        self.kind = kind
        self.template_name = template_name

    def clone_kwargs(self) -> dict[str, Any]:
        """Keep both when Wagtail binds the panel to the model."""
        return {**super().clone_kwargs(), "kind": self.kind, "template_name": self.template_name}

    class BoundPanel(Panel.BoundPanel):
        """The panel within one form."""

        @property
        def template_name(self) -> str:
            """The note's template."""
            return str(self.panel.template_name)

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Describe the app, who else uses it, and what the viewer's connection through it is good for."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            site, kind = self.instance.site, self.panel.kind
            app = zoom_apps.app_of(site, kind)
            connection = _connection_to_show(app, self.request.user)
            return {
                **context,
                "app": app,
                "name": KINDS[App.Kind(kind)],
                "is_locked": zoom_apps.is_locked(site, kind),
                "others": [space_name(other) for other in zoom_apps.sites_using(app) if other.pk != site.pk]
                if app
                else [],
                "if_replaced": impact.of_replacing_app(site, app) if app else [],
                "listening": webhook_status(app) if app else None,
                "guide_url": reverse("wagtail_zoom_admin:guide", args=[site.pk, KINDS[App.Kind(kind)]]),
                "diagnosis": diagnosis.diagnosis_of(connection) if connection else None,
                "redirect_address": redirect_address(self.request),
                "webhook_address": webhook_address(self.request, app),
                "may_validate": app is not None and zoom_apps.has_webhook_secret(app),
            }


class AppPanel(MultiFieldPanel):
    """The fields of one kind of app; closed while the other kind is the one in use."""

    def __init__(self, kind: str = App.Kind.GENERAL, children: Any = None, **kwargs: Any) -> None:
        """Take the app's kind; the fields are our own unless ``children`` are given."""
        kwargs["heading"] = kwargs.get("heading") or App.Kind(kind).label
        super().__init__(children or _app_children(kind), **kwargs)
        self.kind = kind

    def clone_kwargs(self) -> dict[str, Any]:
        """Keep the kind when Wagtail binds the panel to the model."""
        return {**super().clone_kwargs(), "kind": self.kind}

    class BoundPanel(MultiFieldPanel.BoundPanel):
        """The panel within one form."""

        def classes(self) -> list[str]:
            """Close the panel of an app that this space does not have, while it has one of the other kind."""
            classes: list[str] = list(super().classes())
            name = KINDS[App.Kind(self.panel.kind)]
            kinds = {app.kind for app in zoom_apps.apps_of(self.instance.site)}
            has_errors = any(field.startswith(f"{name}_") for field in self.form.errors)
            if kinds and self.panel.kind not in kinds and not has_errors:
                classes.append("collapsed")
            return classes


class LessonDefaultsPanel(MultiFieldPanel):
    """What new lessons of the space begin with, and what becomes of a meeting when its lesson goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take the arguments of ``MultiFieldPanel``; the fields are our own."""
        fields = ("default_duration", "default_timezone", *map(field_name, PRESET_OPTIONS), "when_unpublished")
        after = ("writes_to_people", "completion_rule", "completion_amount", "clip_to_lesson")
        _fill(kwargs, _("Lessons"), *fields, *after)
        super().__init__(*args, **kwargs)


class LimitsPanel(MultiFieldPanel):
    """How fast Zoom may be asked, and where; and the switch that stops everything."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take the arguments of ``MultiFieldPanel``; the fields are our own."""
        _fill(kwargs, _("Advanced"), "plan", "share", "region", "is_paused")
        kwargs["classname"] = kwargs.get("classname") or "collapsed"
        super().__init__(*args, **kwargs)


#: Where the model's own words are too short for whoever sees nothing but the box.
_SAID_BETTER: dict[str, dict[str, Any]] = {
    "completion_amount": {
        "heading": _("How many minutes, or per cent"),
        "help_text": _("Without meaning for whoever “was there at all”."),
    },
}


def _fill(kwargs: dict[str, Any], heading: Any, *fields: str) -> None:
    kwargs["heading"] = kwargs.get("heading") or heading
    kwargs["children"] = kwargs.get("children") or [
        FieldPanel(field, **_SAID_BETTER.get(field, {})) for field in fields
    ]


def _app_children(kind: str) -> list[Panel]:
    name = KINDS[App.Kind(kind)]
    folder = "wagtail_zoom/admin/settings"
    return [
        AppNotePanel(kind, f"{folder}/{name}_before.html"),
        *([FieldPanel("server_account_id")] if kind == App.Kind.SERVER else []),
        FieldPanel(f"{name}_client_id"),
        FieldPanel(f"{name}_client_secret"),
        *_who_may(kind),
        FieldPanel(f"{name}_webhook_secret"),
        AppNotePanel(kind, f"{folder}/app_after.html"),
    ]


def _who_may(kind: str) -> list[Panel]:
    if kind != App.Kind.GENERAL:
        return []
    return [FieldPanel("space_app_allowed"), FieldPanel("own_apps_allowed")]


def _connection_to_show(app: App | None, user: Any) -> Connection | None:
    """Return the account's connection, or the viewer's own; other people's are not the viewer's to see."""
    if app is None:
        return None
    if app.kind == App.Kind.SERVER:
        return connections.account_connection(app)
    key = connections.person_key_of(user)
    return Connection.objects.select_related("app").filter(app=app, person_key=key).first()


def webhook_address(request: HttpRequest, app: App | None) -> str:
    """Return the address at which Zoom delivers the webhooks of ``app``; '' without an app."""
    if app is None:
        return ""
    try:
        return address_here(request, canonical_path("webhook", app.webhook_path))
    except NoReverseMatch:
        return ""
