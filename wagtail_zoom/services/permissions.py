"""Who may do what with Zoom in a space. Being in the admin is never enough: the object's own site decides."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from wagtail.models import Page, Site
from wagtail.permission_policies.pages import PagePermissionPolicy

from ..models import ZoomSettings
from .accounts import name_of
from .rights import Right, has_right


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
