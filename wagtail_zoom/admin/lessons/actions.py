"""What a person decides about a lesson's meeting: a page that says what will happen, and the button that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.edit import FormView
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Page

from ... import tasks
from ...exceptions import ZoomError
from ...models import LessonMeeting, Meeting
from ...services.lessons import lesson_lookup
from ...services.meetings import host_transfer, reconcile
from ...services.status import lesson_status
from .state_context import ACTS, acts_for, may_act
from .state_endpoint import lesson_for


@dataclass(frozen=True)
class Decision:
    """One thing a person can decide: the words on its page, and the service that does it."""

    explanation: Promise | Callable[[Meeting], str]
    done: Promise
    do: Callable[[int, Any], int | None]

    def explain(self, meeting: Meeting) -> str:
        """Return what will happen to ``meeting``."""
        return self.explanation(meeting) if callable(self.explanation) else str(self.explanation)


DECISIONS: Mapping[str, Decision] = {
    "retry": Decision(
        gettext_lazy("This asks Zoom again for what this lesson needs. Nothing is made twice."),
        gettext_lazy("It is being tried again."),
        reconcile.retry,
    ),
    "recreate": Decision(
        gettext_lazy(
            "This makes a new meeting for the lesson. Your learners need to do nothing: "
            "Join on the lesson's page leads to the new meeting. Links that somebody has copied from the old one stay dead."
        ),
        gettext_lazy("A new meeting is being made."),
        reconcile.recreate,
    ),
    "new_link": Decision(
        gettext_lazy(
            "The lesson gets a new meeting with new links; the old one is cancelled once the new one is there. Do this "
            "when somebody has the link who should not. Learners need to do nothing: Join on the lesson's page leads to "
            "the new meeting, and whoever is registered is registered there again."
        ),
        gettext_lazy("A new meeting is being made. The old link stops working in a minute."),
        reconcile.new_link,
    ),
    "take_over": Decision(
        host_transfer.consequence,
        gettext_lazy("The lesson is yours now. Its meeting is being made in your name."),
        host_transfer.take_over,
    ),
    "done": Decision(
        gettext_lazy(
            "Say so when you have changed or deleted the meeting on Zoom yourself. This site then asks no more."
        ),
        gettext_lazy("Thank you. This site takes it that Zoom shows the same as this page."),
        reconcile.mark_done_by_hand,
    ),
    "done_former": Decision(
        gettext_lazy(
            "Say so when you have deleted the former meeting on Zoom yourself. This site then mentions it no more."
        ),
        gettext_lazy("Thank you. This site takes it that the former meeting is on Zoom no more."),
        reconcile.mark_former_done,
    ),
    "keep_here": Decision(
        gettext_lazy(
            "The lesson keeps the meeting that was made in its former space. Its number and host stay; learners notice nothing."
        ),
        gettext_lazy("The lesson keeps its meeting."),
        reconcile.keep_here,
    ),
    "new_here": Decision(
        gettext_lazy(
            "A new meeting is made through this space's connection to Zoom. The old one is cancelled once the new one is "
            "there. Join on the lesson's page leads to the new meeting by itself."
        ),
        gettext_lazy("A new meeting is being made here."),
        reconcile.new_here,
    ),
}


class DecisionView(WagtailAdminTemplateMixin, FormView):
    """A page that says what a button will do to one lesson's meeting, and the button; who may is its children's."""

    template_name = "wagtail_zoom/admin/act.html"
    header_icon = "wz-video"
    form_class = forms.Form
    # Django's form view takes a PUT as a POST.
    http_method_names = ["get", "head", "post", "options"]
    act = ""

    page: Page
    link: LessonMeeting
    state: lesson_status.LessonState
    back: str

    def decide(self, form: forms.Form) -> int | None:
        """Carry the decision out; return the id of the meeting that became due, if any. Raises ZoomError."""
        raise NotImplementedError

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Carry it out and let the background work begin; what cannot be is said in the form."""
        try:
            tasks.enqueue_reconcile(self.decide(form))
        except ZoomError as error:
            form.add_error(None, str(error.user_message))
            return self.form_invalid(form)
        messages.success(self.request, self.get_success_message())
        return HttpResponseRedirect(self.back)

    def get_success_message(self) -> str:
        """Return what is said when it is done."""
        raise NotImplementedError

    def get_page_title(self) -> str:
        """Return what the button said."""
        return str(ACTS[self.act].label)

    def get_page_subtitle(self) -> str:
        """Return which lesson it is about."""
        return str(self.page.get_admin_display_title())

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        """Return none: the header with title and subtitle says where one is."""
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the state, and the way back."""
        return super().get_context_data(page=self.page, state=self.state, back=self.back, **kwargs)


class LessonDecisionView(DecisionView):
    """Ask for a decision about one lesson, and carry it out when it comes by POST."""

    def dispatch(self, request: HttpRequest, page_id: int) -> HttpResponse:
        """Let in whoever may decide about this lesson; say so where there is nothing to decide any more."""
        self.page = lesson_for(request.user, page_id)
        link = lesson_lookup.original_link_of(self.page)
        if not may_act(request.user, self.page, link):
            raise PermissionDenied
        self.back = get_valid_next_url_from_request(request) or reverse("wagtailadmin_pages:edit", args=[self.page.pk])
        self.state = lesson_status.state_of(self.page)
        if link is None or self.act not in acts_for(request.user, self.page, link, self.state):
            messages.info(request, _("There is nothing to decide any more: %(state)s.") % {"state": self.state.title})
            return HttpResponseRedirect(self.back)
        self.link = link
        return super().dispatch(request)


class ActView(LessonDecisionView):
    """A decision that needs no more than a click."""

    def dispatch(self, request: HttpRequest, page_id: int, act: str) -> HttpResponse:
        """Find the decision by its name."""
        if act not in DECISIONS:
            raise Http404
        self.act, self.decision = act, DECISIONS[act]
        return super().dispatch(request, page_id)

    def decide(self, form: forms.Form) -> int | None:
        """Let the service do it, which notes who did it."""
        return self.decision.do(self.link.meeting_id, self.request.user)

    def get_success_message(self) -> str:
        """Return the decision's own words."""
        return str(self.decision.done)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the words of this decision."""
        return super().get_context_data(
            explanation=self.decision.explain(self.link.meeting), button=ACTS[self.act].label, **kwargs
        )
