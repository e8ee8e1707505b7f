"""What the editor is told about a lesson on Zoom: read from rows alone, the same in the panel and while it updates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Page, Site

from ... import clock, tasks
from ...models import LessonMeeting, Meeting, ZoomSettings
from ...models.lessons import LessonKind
from ...services import endpoints, permissions
from ...services.lessons import lesson_lookup
from ...services.lessons.site_settings import Spaces
from ...services.meetings import actions, desired_state, end, host_transfer, leftovers
from ...services.problems import describe
from ...services.status import impact, lesson_status, linked_notices
from ..connections.editor_prompt import Invitation, edit_address, invitation_for, my_zoom_address


#: What a draft would lack that somebody who is invited to connect is told more clearly there.
_SAID_BY_INVITATION = ("no_host", "host_disconnected")

#: Milliseconds until the state is asked for again; 0: nothing more will happen by itself.
INTERVALS = {"waiting": 3_000, "attention": 30_000, "live": 30_000}

ICONS = {"ok": "circle-check", "busy": "rotate", "warning": "warning", "error": "warning", "neutral": "info-circle"}


@dataclass(frozen=True)
class Act:
    """A button under the state: ``at_once`` acts on the click, the others first say what they do."""

    name: str
    label: Promise
    at_once: bool = False


ACTS = {
    act.name: act
    for act in (
        Act("retry", gettext_lazy("Try again now"), at_once=True),
        Act("recreate", gettext_lazy("Make a new meeting")),
        Act("done", gettext_lazy("Done: I changed it on Zoom"), at_once=True),
        Act("done_former", gettext_lazy("Done: I deleted the former one"), at_once=True),
        Act("settle", gettext_lazy("Say whether it is there")),
        Act("keep_here", gettext_lazy("Keep the meeting it has")),
        Act("new_here", gettext_lazy("Make a new meeting here")),
        Act("take_over", gettext_lazy("Take over: I am the host")),
        Act("new_link", gettext_lazy("New link")),
        Act("end", gettext_lazy("End for everyone")),
    )
}


def describe_draft(site: Site | None, user: Any) -> dict[str, Any]:
    """Return what the panel shows ``user`` for a page that was never saved."""
    return {
        "state": None,
        "is_practice": endpoints.is_practice(),
        "interval": 0,
        "site": site,
        "invitation": invitation_for(user, site),
        "invitation_by_kind": True,
    }


def describe_state(page: Page, user: Any, draft: Page | None = None) -> dict[str, Any]:
    """Return what panel and endpoint show of the lesson ``page`` (saved) to ``user``.

    ``draft`` is what the editor sees in the form, where it may differ from the live page: what publishing it would
    change is said too.
    """
    live = type(page)._default_manager.get(pk=page.pk)
    link = lesson_lookup.original_link_of(live)
    spaces = Spaces()
    state = lesson_status.state_of(live, link=link, spaces=spaces)
    invitation = _invitation(draft or live, user, state)
    notices = [
        *state.notices,
        *(() if state.code in ("over", "none", "cancelled") else linked_notices.notices_of(draft or live, link)),
        *_about_ending(link, user),
        *(_about_draft(draft, live, link, state, invitation, spaces) if draft is not None else ()),
    ]
    offered = acts_for(user, live, link, state, spaces) if may_act(user, live, link) else ()
    if link is not None and end.can_end(link.meeting, user):
        offered = (*offered, "end")
    # Who can take the lesson over is connected here: to be sent to connect would lead nowhere.
    has_to_connect = "connect" in state.actions and "take_over" not in offered
    return {
        "page": live,
        "state": state,
        "icon_name": ICONS.get(state.tone, "info-circle"),
        "notices": notices,
        "formers": _formers(link),
        "acts": [{"act": ACTS[name], "url": act_address(live, name)} for name in offered if name in ACTS],
        "invitation": invitation,
        "invitation_by_kind": state.code in ("draft", "none"),
        "connect_url": my_zoom_address(edit_address(live))
        if has_to_connect and not (invitation and invitation.button)
        else "",
        "approvals_url": reverse("wagtail_zoom_admin:approvals")
        if state.code == "held" and _administers(user, live, link)
        else "",
        "for_administrators": state.for_administrators if _administers(user, live, link) else "",
        "lesson_address": live.full_url if live.live and state.number and live.zoom_kind != LessonKind.NONE else "",
        "zoom_address": "" if state.code in ("gone", "cancelled") else state.zoom_address,
        "engine_problem": engine_problem() if state.code == "waiting" or (link and link.meeting.due_at) else "",
        "is_practice": endpoints.is_practice(),
        "interval": _interval(state, link.meeting if link else None),
        "state_url": reverse("wagtail_zoom_admin:state", args=[live.pk]),
    }


def _interval(state: lesson_status.LessonState, meeting: Meeting | None) -> int:
    """Return after how many milliseconds the open panel asks again, 0 for never.

    A lesson that is ready goes live by itself: near its time that is looked for, before that only now and then.
    """
    if state.code != "ready" or meeting is None or meeting.starts_at is None:
        return INTERVALS.get(state.code, 0)
    ahead = meeting.starts_at - clock.now()
    if ahead > dt.timedelta(days=1):
        return 0
    return INTERVALS["live"] if ahead < dt.timedelta(hours=1) else 2 * INTERVALS["live"]


def render_state(context: dict[str, Any]) -> str:
    """Return the part of the panel that changes, as HTML."""
    return render_to_string("wagtail_zoom/admin/lesson_state.html", context)


def announcement_of(context: dict[str, Any]) -> str:
    """Return what a screen reader says when the state has changed."""
    state = context["state"]
    return f"{state.title}. {state.sentence}".strip()


def act_address(page: Page, act: str) -> str:
    """Return the address of ``act`` for the lesson, which leads back to its editor."""
    address = reverse("wagtail_zoom_admin:act", args=[page.pk, act])
    return f"{address}?{urlencode({'next': edit_address(page)})}"


def may_act(user: Any, page: Page, link: LessonMeeting | None) -> bool:
    """Tell whether ``user`` may decide about the lesson's meeting: by the page, and by the meeting's own space.

    The two differ for a lesson that was moved to another space.
    """
    if not permissions.may_edit_lesson(user, page):
        return False
    site = link.meeting.site if link else None
    home = page.get_site()
    return site is None or (home is not None and site.pk == home.pk) or permissions.may_connect(user, site)


def acts_for(
    user: Any, page: Page, link: LessonMeeting | None, state: lesson_status.LessonState, spaces: Spaces | None = None
) -> tuple[str, ...]:
    """Return what ``user`` may decide: what helps in this state, and what is offered for any coming lesson."""
    offered = []
    site, space = _space_of(page, spaces or Spaces())
    if host_transfer.may_take_over(user, page, link, site, space):
        offered.append("take_over")
    if link is not None and state.code in ("ready", "attention") and actions.may_have_new_link(link.meeting):
        offered.append("new_link")
    if _left_behind(link):
        offered.append("done_former")
    return (*state.actions, *offered)


def _left_behind(link: LessonMeeting | None) -> list[Meeting]:
    """Return what this lesson had before and is still on Zoom, once its successor is there."""
    if link is None or link.meeting.actual != Meeting.Actual.PRESENT:
        return []
    return list(leftovers.of_lesson(link.meeting))


def _formers(link: LessonMeeting | None) -> list[dict[str, str]]:
    """Say which meetings that this lesson had before are still on Zoom, and where a person deletes them."""
    sentence = _(
        "The former meeting %(number)s is still on Zoom, since this site may not delete it there. Whoever has its "
        "link can still open it: delete it on Zoom, and press Done."
    )
    return [
        {
            "number": lesson_status.spoken_number(former),
            "sentence": sentence % {"number": lesson_status.spoken_number(former)},
            "address": lesson_status.zoom_address(former),
        }
        for former in _left_behind(link)
    ]


def _about_ending(link: LessonMeeting | None, user: Any) -> list[str]:
    """Say to whoever may end the running meeting what will probably keep Zoom from doing it."""
    if link is None or not end.can_end(link.meeting, user):
        return []
    missing = end.prospect_of(link.meeting).missing
    return [probably_not_allowed(missing)] if missing else []


def probably_not_allowed(scopes: Sequence[str]) -> str:
    """Say that ending the meeting from here lacks ``scopes``, and who can add them."""
    return _(
        "Ending the meeting from here is probably not allowed: the Zoom app lacks the scope %(scopes)s. Whoever looks "
        "after the app at Zoom can add it there; you can try it anyway."
    ) % {"scopes": ", ".join(scopes)}


def _administers(user: Any, page: Page, link: LessonMeeting | None) -> bool:
    site = link.meeting.site if link and link.meeting.site else page.get_site()
    return site is not None and permissions.may_manage_space(user, site)


def _invitation(page: Page, user: Any, state: lesson_status.LessonState) -> Invitation | None:
    """Return the invitation to connect where the lesson waits for it, or would once it is published."""
    if state.code not in ("draft", "none") and "connect" not in state.actions:
        return None
    lock = page.get_lock()
    if lock is not None and lock.for_user(user):
        # Nothing can be saved: the way is My Zoom, without the form.
        return None
    return invitation_for(user, page.get_site(), page)


def _space_of(page: Page, spaces: Spaces) -> tuple[Site | None, ZoomSettings | None]:
    site = spaces.site_of(page)
    return site, spaces.settings_of(site)


def _about_draft(
    draft: Page,
    live: Page,
    link: LessonMeeting | None,
    state: lesson_status.LessonState,
    invitation: Invitation | None,
    spaces: Spaces,
) -> list[str]:
    """Return sentences about what the draft would do, beyond what the state says already."""
    if draft.zoom_kind == LessonKind.NONE and live.zoom_kind != LessonKind.NONE:
        return impact.of_wanting_none(live)
    if state.code in ("over", "none"):
        return (
            []
            if draft.zoom_date == live.zoom_date and draft.zoom_kind == live.zoom_kind
            else _problems(draft, state, invitation, spaces)
        )
    sentences = _problems(draft, state, invitation, spaces)
    if (
        link is not None
        and link.role == LessonMeeting.Role.OWNER
        and link.meeting.zoom_id
        and _needs_another(draft, live)
    ):
        sentences.append(
            _(
                "This draft is about another meeting: publishing it makes a new one on Zoom. The present one is "
                "cancelled once the new one is there."
            )
        )
    return sentences


def _problems(
    draft: Page, state: lesson_status.LessonState, invitation: Invitation | None, spaces: Spaces
) -> list[str]:
    said = (state.attention, *(_SAID_BY_INVITATION if invitation else ()))
    return [
        describe.describe(problem.code, problem.params).sentence
        for problem in desired_state.desired_meeting_for(draft, *_space_of(draft, spaces)).problems
        if problem.code not in said
    ]


def _needs_another(draft: Page, live: Page) -> bool:
    kinds_differ = draft.zoom_kind != live.zoom_kind
    hosts_differ = draft.zoom_host_id != live.zoom_host_id and draft.zoom_kind != LessonKind.EXISTING
    return draft.zoom_kind != LessonKind.NONE and (kinds_differ or hosts_differ)


def engine_problem() -> str:
    """Return why nothing goes on in the background, in words for an editor; empty while it does."""
    engine = tasks.engine()
    if engine.healthy:
        return ""
    if engine.last_seen is None:
        return _("Nothing is working on Zoom in the background on this site. Ask its operators to run “sync_zoom”.")
    return _(
        "Nothing has worked on Zoom in the background for more than ten minutes. Ask this site's operators to look at "
        "“sync_zoom”."
    )
