"""Pages that a site of its own would have: a folder, and a lesson page made with the mixin."""

from __future__ import annotations

from wagtail.models import Page

from wagtail_zoom.models import ZoomLessonMixin


class FolderPage(Page):
    """A page that may hold anything."""


class ClassPage(ZoomLessonMixin, Page):
    """A site's own lesson page."""

    content_panels = [*Page.content_panels, *ZoomLessonMixin.zoom_panels]
