"""Who may do what with Zoom in a space. Being in the admin is never enough: the object's own site decides."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Site
from wagtail.permission_policies.pages import PagePermissionPolicy

from ..models import ZoomSettings
from .users import name_of


#: Whoever may do one of these somewhere in a space may connect their Zoom account to it.
_EDITING = frozenset({"add_page", "publish_page"})


def may_manage_space(user: Any, site: Site) -> bool:
    """Tell whether ``user`` may change the Zoom settings of ``site``: Wagtail's per-site permission."""
    policy = ZoomSettings.get_permission_policy()
    return bool(policy.user_has_permission_for_instance(user, "change", site))


def may_connect(user: Any, site: Site) -> bool:
    """Tell whether ``user`` may connect a Zoom account to ``site``.

    That is whoever may add or publish pages anywhere in the site's trees, whoever manages its Zoom settings, and whoever
    was given that very right.
    """
    if not (user.is_authenticated and user.is_active):
        return False
    return has_right(user, site, Right.CONNECT) or _may_edit_somewhere(user, site)


def may_edit_lesson(user: Any, page: Page) -> bool:
    """Tell whether ``user`` may edit ``page``."""
    return bool(page.permissions_for_user(user).can_edit())


def sites_of(user: Any) -> list[Site]:
    """Return the spaces to which ``user`` may connect a Zoom account, in the order of their names."""
    sites = Site.objects.select_related("root_page").order_by("site_name", "hostname", "port")
    return [site for site in sites if may_connect(user, site)]


def people_of(site: Site) -> list[Any]:
    """Return the active users who may connect to ``site``, by name: those among whom hosts are chosen."""
    pages = PagePermissionPolicy().users_with_any_permission({"add", "publish"})
    managers = ZoomSettings.get_permission_policy().users_with_any_permission({"change"})
    people = {user.pk: user for user in [*pages, *managers]}
    return sorted(
        (user for user in people.values() if may_connect(user, site)),
        key=lambda user: name_of(user).casefold(),
    )


def _may_edit_somewhere(user: Any, site: Site) -> bool:
    """Tell whether ``user`` may edit in the tree of ``site``; every language of a site has a tree of its own."""
    if _reaches_into(user, site.root_page):
        return True
    several = getattr(settings, "WAGTAIL_I18N_ENABLED", False)
    return several and any(_reaches_into(user, root) for root in site.root_page.get_translations())


def _reaches_into(user: Any, root: Page) -> bool:
    """Tell whether a page permission of ``user`` reaches into the tree of ``root``: from above it, or within it."""
    granted = PagePermissionPolicy().get_cached_permissions_for_user(user)
    return any(
        permission.permission.codename in _EDITING
        and (root.path.startswith(permission.page.path) or permission.page.path.startswith(root.path))
        for permission in granted
    )


class Right(models.TextChoices):
    """Each is a permission ``<right>_zoomsettings``, given to a group for a space."""

    CONNECT = "connect", _("Connect their own Zoom account")
    LINK_ANY = "link_any", _("Link any meeting or webinar of the space's hosts to a lesson")
    VIEW_REGISTRANTS = "view_registrants", _("See who is registered")
    MANAGE_REGISTRANTS = "manage_registrants", _("Register, approve, deny and cancel people")
    VIEW_ATTENDANCE = "view_attendance", _("See who was there")
    MANAGE_ATTENDANCE = "manage_attendance", _("Assign people nobody recognised, decide about completion")

    @property
    def codename(self) -> str:
        """The codename of Django's permission."""
        return f"{self.value}_zoomsettings"


#: Who may change may look.
_INCLUDED_IN: dict[str, tuple[str, ...]] = {
    Right.VIEW_REGISTRANTS: (Right.MANAGE_REGISTRANTS,),
    Right.VIEW_ATTENDANCE: (Right.MANAGE_ATTENDANCE,),
}


def has_right(user: Any, site: Site | None, right: Right) -> bool:
    """Tell whether ``user`` has ``right`` in ``site``. Whoever manages the space's Zoom settings has every right."""
    if site is None:
        return bool(user.is_active and user.is_superuser)
    return bool(ZoomSettings.get_permission_policy().user_has_any_permission_for_instance(user, _actions(right), site))


def has_anywhere(user: Any, right: Right) -> bool:
    """Tell whether ``user`` has ``right`` in some space; asked for each menu, so answered from what Wagtail caches."""
    return bool(ZoomSettings.get_permission_policy().user_has_any_permission(user, _actions(right)))


def sites_with(user: Any, right: Right) -> models.QuerySet[Site]:
    """Return the spaces in which ``user`` has ``right``."""
    sites: models.QuerySet[Site] = ZoomSettings.get_permission_policy().sites_user_has_any_permission_for(
        user, _actions(right)
    )
    return sites


def _actions(right: Right) -> list[str]:
    return ["change", right.value, *_INCLUDED_IN.get(right, ())]
