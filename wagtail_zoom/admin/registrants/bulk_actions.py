"""Bulk decisions about registrants: first what they would do, said without asking Zoom; then, confirmed, the decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from ... import tasks
from ...models import Meeting, Registrant
from ...services import audit_log, registrants
from ...services.permissions import Right, has_right
from ...services.registrants import Decided, Forecast
from ...url_utils import row_number
from .filters import matching
from .permissions import managed_by


#: Meetings whose dry run is shown one by one; beyond, acts are for one meeting at a time.
MOST_MEETINGS = 20


@dataclass(frozen=True)
class Act:
    """One bulk action: its button, what the question says, what becomes wanted, and the service that does it."""

    label: Promise
    question: Promise
    wanted: str
    do: Callable[[Any, Any], Decided]
    is_serious: bool = False


ACTS: Mapping[str, Act] = {
    "approve": Act(
        gettext_lazy("Register or approve"),
        gettext_lazy("These people are let in. Whoever is not on Zoom yet is registered there."),
        "approved",
        registrants.approve,
    ),
    "deny": Act(
        gettext_lazy("Deny"),
        gettext_lazy("These people are turned down. Enrolling does not let them in again; only an editor does."),
        "denied",
        registrants.deny,
    ),
    "cancel": Act(
        gettext_lazy("Cancel registration"),
        gettext_lazy("These people lose their registration. It can be given again."),
        "cancelled",
        registrants.cancel,
    ),
    "delete": Act(
        gettext_lazy("Delete"),
        gettext_lazy(
            "These people's registration is deleted on Zoom, with its history there. To keep the history, cancel it."
        ),
        "deleted",
        registrants.delete,
        is_serious=True,
    ),
    "retry": Act(
        gettext_lazy("Try again"),
        gettext_lazy("Whatever did not work for these people is tried again now."),
        "",
        registrants.retry,
    ),
}


@require_POST
def decide(request: HttpRequest, act: str) -> HttpResponse:
    """Show what ``act`` would do to the people chosen, or do it once it was confirmed."""
    if act not in ACTS:
        raise Http404
    chosen = chosen_people(request)
    back = _back(request.POST.get("query", ""))
    meetings = list(
        Meeting.objects.filter(registrants__in=chosen).select_related("site", "connection__app", "host").distinct()
    )
    if not meetings:
        messages.warning(request, _("Choose at least one person first."))
        return redirect(back)
    if len(meetings) > MOST_MEETINGS:
        messages.warning(request, _("These people belong to too many meetings at once. Look at one lesson at a time."))
        return redirect(back)
    if not all(has_right(request.user, meeting.site, Right.MANAGE_REGISTRANTS) for meeting in meetings):
        raise PermissionDenied
    if request.POST.get("confirmed"):
        return _carry_out(request, act, chosen, meetings, back)
    return render(
        request,
        "wagtail_zoom/admin/registrants/confirm.html",
        {
            "page_title": ACTS[act].label,
            "header_icon": "group",
            "act": act,
            "question": ACTS[act].question,
            "is_serious": ACTS[act].is_serious,
            "button": ACTS[act].label,
            "count": chosen.count(),
            "forecasts": [(meeting, _forecast(act, meeting, chosen)) for meeting in meetings],
            "action": reverse("wagtail_zoom_admin:registrants_decide", args=[act]),
            "hidden": _hidden(request),
            "back": back,
        },
    )


def chosen_people(request: HttpRequest) -> QuerySet[Registrant]:
    """Return the people chosen by their boxes, or everybody whom the filters of the listing leave."""
    mine = managed_by(request.user)
    if request.POST.get("all"):
        return mine.filter(pk__in=matching(mine, QueryDict(request.POST.get("query", ""))).values("pk"))
    return mine.filter(pk__in=[row_number(key) for key in request.POST.getlist("person")])


def _carry_out(
    request: HttpRequest, act: str, chosen: QuerySet[Registrant], meetings: list[Meeting], back: str
) -> HttpResponse:
    decided = ACTS[act].do(chosen, request.user)
    for meeting in meetings:
        for link in meeting.lessons.select_related("page"):
            audit_log.note(link.page, f"registrants_{act}", request.user, people=decided.changed)
    for meeting_id in decided.due:
        tasks.enqueue_register_people(meeting_id)
    words = ngettext("%(count)d person: it is under way.", "%(count)d people: it is under way.", decided.changed)
    if decided.changed:
        messages.success(request, words % {"count": decided.changed})
    else:
        messages.info(request, _("Nothing had to be changed: everybody chosen is as you wish already."))
    return redirect(back)


def _forecast(act: str, meeting: Meeting, chosen: QuerySet[Registrant]) -> Forecast:
    people = chosen.filter(meeting=meeting)
    return registrants.plan_decision(meeting, people, ACTS[act].wanted)


def _hidden(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what the confirmation sends again: who was chosen, and where to go back to."""
    fields = [("person", key) for key in request.POST.getlist("person") if row_number(key)]
    every = [("all", "1")] if request.POST.get("all") else []
    return [*(every or fields), ("query", request.POST.get("query", ""))]


def _back(query: str) -> str:
    address = reverse("wagtail_zoom_admin:registrants")
    kept = QueryDict(query, mutable=True)
    kept.pop("p", None)
    return f"{address}?{kept.urlencode()}" if kept else address
