"""Wagtail's audit log: an entry for what a person did about Zoom. What machines do stands in `Change`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log


if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

#: What is logged, with its label and the sentence in the history of a page; registered with Wagtail by a hook.
ACTIONS: Mapping[str, tuple[StrPromise, StrPromise]] = {
    "wagtail_zoom.retry": (_("Zoom: try again"), _("Had the Zoom meeting tried again")),
    "wagtail_zoom.recreate": (_("Zoom: new meeting"), _("Had a new Zoom meeting made")),
    "wagtail_zoom.done_by_hand": (_("Zoom: done by hand"), _("Said that the change was made on Zoom")),
    "wagtail_zoom.settle_doubt": (_("Zoom: looked it up"), _("Said whether the meeting is on Zoom")),
    "wagtail_zoom.keep_here": (_("Zoom: keep meeting"), _("Kept the meeting of the former space")),
    "wagtail_zoom.new_here": (_("Zoom: meeting in this space"), _("Had a new meeting made in this space")),
    "wagtail_zoom.new_link": (_("Zoom: new link"), _("Had a new meeting made, with new links")),
    "wagtail_zoom.end_live": (_("Zoom: end for everyone"), _("Ended the running meeting for everyone")),
    "wagtail_zoom.take_over": (_("Zoom: take over"), _("Took the lesson over as its host")),
    "wagtail_zoom.hand_over": (_("Zoom: hand over"), _("Gave the lesson to another host")),
    "wagtail_zoom.registrants_added": (_("Zoom: register people"), _("Registered people")),
    "wagtail_zoom.registrants_everyone": (_("Zoom: register the course"), _("Registered everyone on the course")),
    "wagtail_zoom.registrants_approve": (_("Zoom: approve people"), _("Let registered people in")),
    "wagtail_zoom.registrants_deny": (_("Zoom: deny people"), _("Turned registered people down")),
    "wagtail_zoom.registrants_cancel": (_("Zoom: cancel registrations"), _("Cancelled people's registrations")),
    "wagtail_zoom.registrants_delete": (_("Zoom: delete registrations"), _("Deleted people's registrations")),
    "wagtail_zoom.registrants_retry": (_("Zoom: register again"), _("Had registrations tried again")),
    "wagtail_zoom.mass_act_allowed": (_("Zoom: yes to many"), _("Allowed an act over many Zoom meetings")),
    "wagtail_zoom.mass_act_refused": (_("Zoom: no to many"), _("Refused an act over many Zoom meetings")),
}


def note(subject: models.Model | None, action: str, by: Any, **particulars: Any) -> None:
    """Write that the person ``by`` did ``action`` (without its prefix) about ``subject``, a page or another row."""
    if subject is not None:
        log(subject, f"wagtail_zoom.{action}", user=by, data=particulars or None)
