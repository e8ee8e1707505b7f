"""The tag that puts a live lesson on a page: ``{% load wagtail_zoom_tags %}{% zoom_lesson page %}``."""

from __future__ import annotations

from typing import Any

from django import template

from .. import conf
from ..frontend.lesson_urls import addresses_of
from ..models import LessonMeeting, ZoomLessonMixin
from ..models.lessons import LessonKind
from ..services import endpoints
from ..services.access import registration_status
from ..services.lessons.lesson_lookup import original_link_of, times_of
from ..services.lessons.time_format import format_range
from ..services.users import full_name_of


register = template.Library()


@register.inclusion_tag("wagtail_zoom/lesson.html")
def zoom_lesson(page: Any, *, assets: bool = True) -> dict[str, Any]:
    """Show when the lesson is, with whom, and Join. ``assets=False`` where the page loads style and script itself.

    Nothing for a page without a live lesson. The same for everybody: the page around it may be cached.
    """
    if not isinstance(page, ZoomLessonMixin) or page.zoom_kind == LessonKind.NONE:
        return {"page": None}
    link = original_link_of(page) if page.pk else None
    times = times_of(page, link)
    return {
        "page": page,
        "assets": assets,
        "addresses": addresses_of(page),
        "times": times,
        "when": format_range(times.starts_at, times.ends_at, times.zone),
        "opens_before": conf.join_opens_before(),
        "host_name": _host_name(page, link),
        "guest_title": _title_on_zoom(page, link),
        "takes_registrations": registration_status.takes_registrations(page),
    }


@register.inclusion_tag("wagtail_zoom/admin/practice_notice.html")
def zoom_practice_notice() -> dict[str, bool]:
    """Say on a screen of the admin that this is practice, where it is."""
    return {"is_practice": endpoints.is_practice()}


@register.inclusion_tag("wagtail_zoom/practice.html")
def zoom_practice() -> dict[str, bool]:
    """Say on a page for learners that this is practice, where it is."""
    return {"is_practice": endpoints.is_practice()}


def _host_name(page: Any, link: LessonMeeting | None) -> str:
    """Return who holds the lesson, by name; an e-mail address is nobody's business."""
    host = link.meeting.host if link else page.zoom_host
    user = host.user if host else (page.owner if link is None or link.meeting.is_owned else None)
    name = (host.name if host else "") or (full_name_of(user) if user else "")
    return "" if "@" in name else name


def _title_on_zoom(page: Any, link: LessonMeeting | None) -> str:
    """Return the title that people meet on Zoom, where it is not the page's."""
    if link is None or link.role != LessonMeeting.Role.GUEST:
        return ""
    title = str(link.meeting.actual_payload.get("topic") or "")
    return "" if title == page.title else title
