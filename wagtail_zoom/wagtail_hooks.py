"""Registrations with Wagtail's admin; nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.contrib.settings.registry import register_setting
from wagtail.log_actions import LogActionRegistry

from .admin import attendance, menu, registrants
from .admin.connections import editor_prompt, settings_actions
from .admin.connections import menu as connections_menu
from .admin.lessons import messages
from .admin.operations import approvals, dashboard_panel
from .admin.operations.group_permissions import GroupRightsForm
from .admin.operations.webhook_deliveries import DeliveriesMenuItem
from .models import ZoomSettings
from .services import audit_log


register_setting(ZoomSettings, icon="wz-video")


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLResolver]:
    """Put our screens below ``zoom/`` in the admin."""
    return [path("zoom/", include("wagtail_zoom.admin.urls"))]


@hooks.register("register_icons")
def register_icons(icons: list[str]) -> list[str]:
    """Add our icons to the admin's."""
    return [*icons, "wagtail_zoom/icons/wz-video.svg"]


@hooks.register("register_admin_menu_item")
def register_zoom_menu() -> MenuItem:
    """Add the Zoom menu; its items come by the hook ``register_zoom_menu_item``."""
    return menu.ZoomMenuItem()


@hooks.register("register_zoom_menu_item")
def register_lessons_menu_item() -> MenuItem:
    """Add the listing of lessons."""
    return menu.LessonsMenuItem()


@hooks.register("register_zoom_menu_item")
def register_registrants_menu_item() -> MenuItem:
    """Add the listing of registrants."""
    return registrants.RegistrantsMenuItem()


@hooks.register("register_zoom_menu_item")
def register_my_zoom_menu_item() -> MenuItem:
    """Add "My Zoom", which is in the account menu as well."""
    return connections_menu.MyZoomMenuItem()


@hooks.register("register_reports_menu_item")
@hooks.register("register_zoom_menu_item")
def register_attendance_menu_item() -> MenuItem:
    """Add the attendance of lessons to Wagtail's reports and to the Zoom menu."""
    return attendance.AttendanceMenuItem()


@hooks.register("register_reports_menu_item")
@hooks.register("register_zoom_menu_item")
def register_learners_menu_item() -> MenuItem:
    """Add the attendance of learners to Wagtail's reports and to the Zoom menu."""
    return attendance.LearnersMenuItem()


@hooks.register("register_zoom_menu_item")
def register_deliveries_menu_item() -> MenuItem:
    """Add the webhook inbox."""
    return DeliveriesMenuItem()


@hooks.register("register_group_permission_panel")
def register_group_rights() -> type[GroupRightsForm]:
    """Add the rights of a group in each space to the group form."""
    return GroupRightsForm


@hooks.register("register_zoom_menu_item")
def register_approvals_menu_item() -> MenuItem:
    """Add what waits for a yes."""
    return approvals.ApprovalsMenuItem()


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    """Name what people do about Zoom in Wagtail's audit log."""
    for name, label, message in LOG_ACTIONS:
        actions.register_action(f"wagtail_zoom.{name}", label, message)
    for action, (label, message) in audit_log.ACTIONS.items():
        actions.register_action(action, label, message)


LOG_ACTIONS: Iterable[tuple[str, Any, Any]] = (
    ("assign", _("Zoom: say who somebody was"), _("Said who somebody in the lesson was")),
    ("unassign", _("Zoom: take that back"), _("Took back who somebody in the lesson was")),
    ("override", _("Zoom: decide about completion"), _("Decided otherwise about a learner's completion")),
    ("replay", _("Zoom: handle a message again"), _("Had a message from Zoom handled again")),
    ("show_recording", _("Zoom: show or hide a recording"), _("Showed a recording to learners, or hid it")),
    ("link", _("Zoom: link a meeting"), _("Linked an existing Zoom meeting")),
    ("connected", _("Zoom: connect"), _("Connected a Zoom account")),
    ("disconnected", _("Zoom: disconnect"), _("Disconnected a Zoom account")),
    ("credentials_changed", _("Zoom: change credentials"), _("Changed the credentials of the Zoom app")),
    ("host_mapped", _("Zoom: add a host"), _("Named a Zoom user as host")),
    ("host_unmapped", _("Zoom: remove a host"), _("Removed a host")),
    ("paused", _("Zoom: pause"), _("Paused Zoom for this space")),
    ("resumed", _("Zoom: go on"), _("Let Zoom go on in this space")),
)

hooks.register("construct_homepage_panels", dashboard_panel.add_panel)
hooks.register("register_page_header_buttons", menu.header_buttons)
hooks.register("register_page_header_buttons", registrants.header_buttons)
hooks.register("register_page_header_buttons", attendance.header_buttons)
hooks.register("register_page_listing_more_buttons", menu.listing_buttons)
hooks.register("after_create_page", messages.say_what_was_not_kept)
hooks.register("after_edit_page", messages.say_what_was_not_kept)
hooks.register("after_create_page", editor_prompt.connect_after_saving)
hooks.register("after_edit_page", editor_prompt.connect_after_saving)
hooks.register("after_publish_page", messages.say_state)
hooks.register("after_publish_page", messages.note_linking)
hooks.register("before_delete_page", messages.warn_before_deleting)
hooks.register("before_move_page", messages.warn_before_moving)
hooks.register("before_unpublish_page", messages.confirm_unpublishing)
hooks.register("register_account_menu_item", connections_menu.account_menu_item)
hooks.register("before_edit_setting", settings_actions.before_edit_setting)
hooks.register("after_edit_setting", settings_actions.after_edit_setting)
hooks.register("before_bulk_action", messages.confirm_bulk_action)
