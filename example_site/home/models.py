"""A school's front page: who we are, our courses, our next lessons."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page
from wagtail_lms.models import CoursePage

from wagtail_zoom.models import LessonPage


class HomePage(Page):
    """The front page of a school. Courses and single lessons live under it."""

    tagline = models.CharField(max_length=200, blank=True)
    introduction = RichTextField(blank=True)

    content_panels = [*Page.content_panels, FieldPanel("tagline"), FieldPanel("introduction")]
    template = "home/home_page.html"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the school's courses and its coming lessons."""
        context = super().get_context(request, *args, **kwargs)
        context["courses"] = CoursePage.objects.child_of(self).live().public()
        context["lessons"] = LessonPage.objects.child_of(self).live().public().order_by("zoom_date", "zoom_time")
        return context
