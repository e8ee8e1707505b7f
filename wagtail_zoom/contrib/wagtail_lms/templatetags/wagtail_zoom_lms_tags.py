"""For the site's own course templates: ``{% load wagtail_zoom_lms_tags %}{% live_lessons page as lessons %}``."""

from __future__ import annotations

from typing import Any

from django import template
from wagtail.models import AbstractPage

from wagtail_zoom.services.lessons.lesson_lookup import links_of, times_of
from wagtail_zoom.services.lessons.schedule import LessonTimes
from wagtail_zoom.services.lessons.time_format import format_range

from ..courses import lessons_of


register = template.Library()


@register.simple_tag
def live_lessons(course: AbstractPage) -> list[dict[str, Any]]:
    """Return the live lessons of ``course`` that use Zoom: ``page``, its ``times``, and ``when`` in words (None without a time)."""
    if not course.pk:
        return []
    lessons = lessons_of(course)
    links = links_of(lessons)
    return [_described(lesson, times_of(lesson, links.get(lesson.pk))) for lesson in lessons]


def _described(lesson: Any, times: LessonTimes) -> dict[str, Any]:
    when = format_range(times.starts_at, times.ends_at, times.zone)
    return {"page": lesson, "times": times, "when": when}
