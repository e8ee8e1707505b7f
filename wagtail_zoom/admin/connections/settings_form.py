"""The form of Settings → Zoom. It checks and stores; it never calls Zoom."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings as django_settings
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.log_actions import log

from ... import clock
from ...models import App, ZoomSettings
from ...services.connections import zoom_apps
from ...services.connections.zoom_apps import AppRefused
from ...services.lessons.options import options_from
from ..lessons.options import OptionFields, field_name, options_with


KINDS = {App.Kind.GENERAL: "general", App.Kind.SERVER: "server"}

#: The options of new lessons that a space may preset.
PRESET_OPTIONS = ("waiting_room", "join_before_host", "mute_upon_entry", "auto_recording")


_WEBHOOK_HELP = _(
    "Optional. With it Zoom tells this site at once what happens; without it this site asks now and then."
)


def secret_field(label: Any, help_text: Any = "") -> forms.CharField:
    """Return a field for a secret: what is stored never leaves, and leaving it empty keeps what is stored."""
    widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=500, strip=True, widget=widget)


def plain_field(label: Any) -> forms.CharField:
    """Return a field for one of the values that Zoom shows in the open."""
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, required=False, max_length=100, strip=True, widget=widget)


def _zone_choices() -> list[tuple[str, Any]]:
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    unset = _("As this site: %(zone)s") % {"zone": django_settings.TIME_ZONE}
    return [("", unset), ("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


def _preset(option: str) -> forms.Field:
    return deepcopy(OptionFields.base_fields[field_name(option)])


class ZoomSettingsForm(WagtailAdminModelForm):
    """Credentials of the space's two possible apps, defaults for lessons, limits."""

    general_client_id = plain_field(_("Client ID"))
    general_client_secret = secret_field(_("Client secret"))
    general_webhook_secret = secret_field(_("Webhook secret token"), _WEBHOOK_HELP)
    server_account_id = plain_field(_("Account ID"))
    server_client_id = plain_field(_("Client ID"))
    server_client_secret = secret_field(_("Client secret"))
    server_webhook_secret = secret_field(_("Webhook secret token"), _WEBHOOK_HELP)
    default_timezone = forms.ChoiceField(label=_("Time zone"), required=False, choices=_zone_choices)
    zoom_option_waiting_room = _preset("waiting_room")
    zoom_option_join_before_host = _preset("join_before_host")
    zoom_option_mute_upon_entry = _preset("mute_upon_entry")
    zoom_option_auto_recording = _preset("auto_recording")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.has_new_credentials = False
        options = options_from(self.instance.default_options)
        for option in PRESET_OPTIONS:
            self.initial.setdefault(field_name(option), getattr(options, option))
        for kind, name in KINDS.items():
            self._prepare(kind, name)

    def clean(self) -> dict[str, Any]:
        """Refuse credentials that cannot be stored, beside the box that has to be corrected."""
        cleaned: dict[str, Any] = super().clean() or {}
        ids = [cleaned.get(f"{name}_client_id") for name in KINDS.values()]
        if ids[0] and ids[0] == ids[1]:
            self.add_error("server_client_id", _("The two apps need a client ID each: this is the General App's."))
        for kind, name in KINDS.items():
            if f"{name}_client_id" in self.fields and not self._has_errors(name):
                self._check(kind, name, cleaned)
        return cleaned

    def save(self, commit: bool = True) -> ZoomSettings:
        """Store the settings, then the apps; note who changed credentials or paused the space."""
        saved: ZoomSettings = self.instance
        chosen = options_with(options_from(saved.default_options), self.cleaned_data, ZoneInfo("UTC"))
        saved.default_options = {**saved.default_options, **_only_presets(chosen.to_json())}
        if "is_paused" in self.changed_data:
            saved.paused_at = clock.now() if saved.is_paused else None
            saved.paused_by = self.for_user if saved.is_paused else None
        super().save(commit=commit)
        for kind, name in KINDS.items():
            if f"{name}_client_id" in self.fields:
                self._save_app(kind, name)
        saved.refresh_from_db(fields=list(zoom_apps.COLUMNS.values()))
        if saved.has_new_credentials:
            log(instance=saved, action="wagtail_zoom.credentials_changed", user=self.for_user)
        if "is_paused" in self.changed_data:
            log(
                instance=saved,
                action="wagtail_zoom.paused" if saved.is_paused else "wagtail_zoom.resumed",
                user=self.for_user,
            )
        return saved

    def _prepare(self, kind: str, name: str) -> None:
        """Fill in what may be shown of an app; lock the fields whose values come from settings or environment."""
        if zoom_apps.is_locked(self.instance.site, kind):
            for field in [field for field in self.fields if field.startswith(f"{name}_")]:
                del self.fields[field]
            return
        app = zoom_apps.app_of(self.instance.site, kind)
        if app is None:
            return
        self.initial.setdefault(f"{name}_client_id", app.client_id)
        if kind == App.Kind.SERVER:
            self.initial.setdefault("server_account_id", app.account_id)
        for field, is_kept in (
            ("client_secret", zoom_apps.has_secret(app)),
            ("webhook_secret", bool(app.webhook_secret)),
        ):
            if is_kept:
                self.fields[f"{name}_{field}"].help_text = _("A secret is stored. Leave this empty to keep it.")
                self.fields[f"{name}_{field}"].widget.attrs["placeholder"] = "••••••••"

    def _has_errors(self, name: str) -> bool:
        return any(field.startswith(f"{name}_") for field in self.errors)

    def _check(self, kind: str, name: str, cleaned: dict[str, Any]) -> None:
        client_id = cleaned.get(f"{name}_client_id")
        typed = [field for field in self.fields if field.startswith(f"{name}_") and cleaned.get(field)]
        if not client_id:
            if any(field in self.changed_data for field in typed):
                self.add_error(f"{name}_client_id", _("Enter the client ID that Zoom shows on the app's page."))
            return
        if kind == App.Kind.SERVER and not cleaned.get("server_account_id"):
            self.add_error("server_account_id", _("Enter the account ID that Zoom shows beside the client ID."))
        try:
            zoom_apps.check_credentials(
                kind=kind,
                client_id=client_id,
                client_secret=cleaned.get(f"{name}_client_secret"),
                webhook_secret=cleaned.get(f"{name}_webhook_secret"),
                site=self.instance.site,
                by=self.for_user,
            )
        except AppRefused as error:
            self.add_error(f"{name}_{error.field}", str(error.user_message))

    def _save_app(self, kind: str, name: str) -> None:
        changed = [field for field in self.changed_data if field.startswith(f"{name}_")]
        if not changed:
            return
        self.instance.has_new_credentials = True
        cleaned = self.cleaned_data
        if not cleaned[f"{name}_client_id"]:
            zoom_apps.detach_app(self.instance.site, kind)
            return
        zoom_apps.save_app(
            site=self.instance.site,
            kind=kind,
            client_id=cleaned[f"{name}_client_id"],
            client_secret=cleaned[f"{name}_client_secret"] or None,
            account_id=cleaned.get("server_account_id", "") if kind == App.Kind.SERVER else "",
            webhook_secret=cleaned[f"{name}_webhook_secret"] or None,
            by=self.for_user,
        )


def _only_presets(options: dict[str, Any]) -> dict[str, Any]:
    return {name: options[name] for name in PRESET_OPTIONS}


def attach_settings_form() -> None:
    """Let Wagtail's settings view use our form."""
    ZoomSettings.base_form_class = ZoomSettingsForm
