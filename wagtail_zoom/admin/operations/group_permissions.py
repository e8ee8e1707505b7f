"""A panel on Wagtail's group form: which rights the group has in which space."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group, Permission
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from wagtail.models import GroupSitePermission, Site

from ...models import ZoomSettings
from ...services.permissions import Right


class GroupRightsForm(forms.Form):
    """One row of spaces per right. Wagtail shows it as a panel, and calls ``is_valid`` and ``save``."""

    def __init__(self, *args: Any, instance: Group | None = None, **kwargs: Any) -> None:
        """Take the group; None or unsaved while it is being made."""
        kwargs.setdefault("prefix", "wagtail_zoom_rights")
        super().__init__(*args, **kwargs)
        self.instance = instance
        given = self._given()
        for right in Right:
            self.fields[right.value] = forms.ModelMultipleChoiceField(
                queryset=Site.objects.order_by("site_name", "hostname", "port"),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                label=right.label,
                initial=[site_id for codename, site_id in given if codename == right.codename],
            )

    def as_admin_panel(self) -> str:
        """Return the panel's HTML."""
        return render_to_string(
            "wagtail_zoom/admin/group_rights.html",
            {"heading": _("Zoom in a space"), "form": self, "panel_id": "wagtail-zoom-rights"},
        )

    def save(self) -> None:
        """Give and take rights so that they are as ticked."""
        given = self._given()
        permissions = {row.codename: row for row in _permissions()}
        for right in Right:
            before = {site_id for codename, site_id in given if codename == right.codename}
            after = {site.pk for site in self.cleaned_data[right.value]}
            permission = permissions[right.codename]
            for site_id in after - before:
                GroupSitePermission.objects.get_or_create(group=self.instance, site_id=site_id, permission=permission)
            GroupSitePermission.objects.filter(
                group=self.instance, permission=permission, site_id__in=before - after
            ).delete()

    def _given(self) -> list[tuple[str, int]]:
        if self.instance is None or self.instance.pk is None:
            return []
        rows = GroupSitePermission.objects.filter(group=self.instance, permission__in=_permissions())
        return list(rows.values_list("permission__codename", "site_id"))


def _permissions() -> Any:
    return Permission.objects.filter(
        content_type__app_label=ZoomSettings._meta.app_label,
        content_type__model=ZoomSettings._meta.model_name,
        codename__in=[right.codename for right in Right],
    )
