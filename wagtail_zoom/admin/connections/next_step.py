"""The one next step of a space that is connected and has no lesson yet."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from wagtail.models import Site

from ...models import Meeting
from ...services.connections import diagnosis


def first_lesson_address(user: Any, site: Site) -> str:
    """Return where ``user`` creates the first lesson of ``site``; '' before it is connected, and when one was made."""
    if diagnosis.space_state(site).code != "connected" or Meeting.objects.filter(site=site).exists():
        return ""
    root = site.root_page
    if root.permissions_for_user(user).can_add_subpage():
        return reverse("wagtailadmin_pages:add_subpage", args=[root.pk])
    return reverse("wagtailadmin_explore", args=[root.pk])
