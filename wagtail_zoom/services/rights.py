"""The rights that a group may be given in a space, beside Wagtail's own for pages and settings."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from ..models import ZoomSettings


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
