"""Wagtail tells what happens to lesson pages; here it becomes rows and due work.

Nothing in here may stop a publish: each handler writes in a savepoint of its own, and logs whatever goes wrong. What
is lost that way is found by ``sync_zoom``, which starts from the pages themselves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models.signals import pre_delete
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

from . import clock, tasks
from .error_reporting import hide_local_variables
from .models import Installation
from .services import attendance
from .services.lessons.pages import lesson_models
from .services.meetings import reconcile


logger = logging.getLogger("wagtail_zoom")


def connect() -> None:
    """Listen to the lesson pages of this site."""
    for model in lesson_models():
        name = model._meta.label
        page_published.connect(on_published, sender=model, dispatch_uid=f"wagtail_zoom_published_{name}")
        page_unpublished.connect(on_unpublished, sender=model, dispatch_uid=f"wagtail_zoom_unpublished_{name}")
        pre_delete.connect(on_delete, sender=model, dispatch_uid=f"wagtail_zoom_delete_{name}")
        post_page_move.connect(on_moved, sender=model, dispatch_uid=f"wagtail_zoom_moved_{name}")


def note_installation(using: str = DEFAULT_DB_ALIAS, **named: Any) -> None:
    """Store when the tables of this app were first made: lessons published before wait for a person's yes."""
    # The signal comes after "migrate wagtail_zoom zero" and partial migrations too: then there is no table.
    has_table = Installation._meta.db_table in connections[using].introspection.table_names()
    if has_table and not Installation.objects.using(using).exists():
        Installation.objects.using(using).create(installed_at=clock.now())


def on_published(sender: type[Page], instance: Any, **named: Any) -> None:
    """Want what the published page wishes. Not for an alias, nor for a page that is only scheduled (it is not live)."""
    if instance.live and not named.get("alias"):
        _carry_out(reconcile.want, instance, then=tasks.enqueue_reconcile)
        # The lesson may have another rule of completion now.
        _carry_out(attendance.meeting_with_report, instance, then=tasks.enqueue_judging)


def on_unpublished(sender: type[Page], instance: Any, **named: Any) -> None:
    """Keep or cancel the meeting of a page that was unpublished or has expired, as its space has decided."""
    _carry_out(reconcile.unwant, instance, "unpublished")


def on_delete(sender: type[Page], instance: Any, **named: Any) -> None:
    """Cancel the meeting of a page that is being deleted, by itself or with a page above it, drafts included."""
    _carry_out(reconcile.unwant, instance, "deleted")


def on_moved(sender: type[Page], instance: Page, **named: Any) -> None:
    """Mark the meeting of a lesson that was moved to another space. Wagtail hands over the base page."""
    page = instance.specific
    if page.live:
        _carry_out(reconcile.want, page, then=tasks.enqueue_reconcile)


@hide_local_variables
def _carry_out(
    act: Callable[..., int | None], page: Page, *arguments: Any, then: Callable[[int | None], None] | None = None
) -> None:
    """Let ``act`` write its rows, and ``then`` have what became due taken up after commit.

    Cancelling is left to ``sync_zoom``: it sees the whole of an act over many pages before any of it is carried out.
    """
    try:
        with transaction.atomic():
            became_due = act(page, *arguments)
    except Exception:
        logger.exception("Page %s: its Zoom meeting could not be noted; sync_zoom will look at it.", page.pk)
        return
    if then is not None:
        then(became_due)
