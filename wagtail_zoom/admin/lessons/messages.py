"""What Wagtail's own acts mean on Zoom, said where they are done: after publishing, before deleting and moving."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin import messages
from wagtail.log_actions import log
from wagtail.models import Page, PageLogEntry

from ...api.meeting_numbers import format_meeting_number
from ...models import ZoomLessonMixin
from ...models.lessons import LessonKind
from ...services.status import impact, lesson_status
from .fields import unreadable


logger = logging.getLogger("wagtail_zoom")

#: In the POST data of a second, confirmed request.
CONFIRMED = "zoom_confirmed"


def say_state(request: HttpRequest, page: Page) -> None:
    """After publishing: say what became of the lesson on Zoom. A failure here must not spoil the publish."""
    if not isinstance(page, ZoomLessonMixin):
        return
    try:
        state = lesson_status.state_of(page)
    except Exception:
        logger.exception("The state of a published lesson could not be read")
        return
    if state.code == "none":
        return
    title = f"{state.title}, {state.number}" if state.number else state.title
    sentence = _("On Zoom: %(title)s. %(sentence)s") % {"title": title, "sentence": state.sentence}
    say = {"ok": messages.success, "busy": messages.info, "neutral": messages.info}.get(state.tone, messages.warning)
    say(request, sentence)


def note_linking(request: HttpRequest, page: Page) -> None:
    """After publishing: note in the audit log who linked the lesson to which existing meeting, once for each number."""
    if not isinstance(page, ZoomLessonMixin) or page.zoom_kind != LessonKind.EXISTING or not page.zoom_number:
        return
    last = PageLogEntry.objects.filter(page=page.pk, action="wagtail_zoom.link").order_by("-timestamp").first()
    number = format_meeting_number(page.zoom_number)
    if last is None or last.data.get("number") != number:
        log(instance=page, action="wagtail_zoom.link", user=request.user, data={"number": number})


def say_what_was_not_kept(request: HttpRequest, page: Page) -> None:
    """After saving a draft: name what was typed about Zoom and could not be read. (An autosave shows no messages.)"""
    if isinstance(page, ZoomLessonMixin) and request.method == "POST" and request.accepts("text/html"):
        for label in unreadable(request.POST):
            messages.warning(
                request, _("What was typed as “%(field)s” could not be read, so it was not kept.") % {"field": label}
            )


def warn_before_deleting(request: HttpRequest, page: Page) -> None:
    """On Wagtail's own question whether to delete: what becomes of the meetings of this page and those below it."""
    if request.method == "GET":
        for sentence in impact.of_deleting(page):
            messages.warning(request, sentence)


def warn_before_moving(request: HttpRequest, page: Page, destination: Page) -> None:
    """On Wagtail's own question whether to move: what becomes of meetings that leave their space."""
    if request.method == "GET":
        count = impact.leaving_space(page, destination)
        if count:
            messages.info(
                request,
                ngettext(
                    "The lesson goes to another space. It keeps its Zoom meeting; afterwards you choose in its editor "
                    "whether it stays with it or gets a new one there.",
                    "%(count)s lessons go to another space. They keep their Zoom meetings; afterwards you choose in the "
                    "editor of each whether it stays with it or gets a new one there.",
                    count,
                )
                % {"count": count},
            )


def confirm_unpublishing(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Before unpublishing: where that cancels meetings, ask once more, since Wagtail's question could not say so."""
    with_children = bool(request.POST.get("include_descendants"))
    return _asked_once_more(request, impact.of_unpublishing(page, with_children=with_children), _("Unpublish"))


def confirm_bulk_action(request: HttpRequest, action_type: str, objects: list[Any], action: Any) -> HttpResponse | None:
    """Before deleting or unpublishing many pages at once: say what becomes of their meetings, and ask once more."""
    pages = [item for item in objects if isinstance(item, Page)]
    if action_type == "delete":
        return _asked_once_more(request, impact.of_deleting(*pages), _("Delete"))
    if action_type == "unpublish":
        with_children = bool(request.POST.get("include_descendants"))
        sentences = impact.of_unpublishing(*pages, with_children=with_children)
        return _asked_once_more(request, sentences, _("Unpublish"))
    return None


def _asked_once_more(request: HttpRequest, sentences: list[str], button: str) -> HttpResponse | None:
    if not sentences or CONFIRMED in request.POST:
        return None
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in ("csrfmiddlewaretoken", CONFIRMED)
    ]
    return TemplateResponse(
        request,
        "wagtail_zoom/admin/confirm_once_more.html",
        {
            "page_title": _("This changes meetings on Zoom"),
            "header_title": _("This changes meetings on Zoom"),
            "header_icon": "wz-video",
            "sentences": sentences,
            "kept": kept,
            "confirmed": CONFIRMED,
            "action_url": request.get_full_path(),
            "button": button,
        },
    )
