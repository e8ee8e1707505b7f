"""The running lesson ends for everybody: a page that says who has to leave, and the button that does it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request

from ...services import permissions
from ...services.lessons import lesson_lookup
from ...services.meetings import end
from ...services.status import lesson_status
from .actions import DecisionView
from .state_context import ACTS, probably_not_allowed
from .state_endpoint import any_lesson


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class EndView(DecisionView):
    """End for everyone, after a confirmation. The click waits for Zoom up to ten seconds."""

    act = "end"

    def dispatch(self, request: HttpRequest, page_id: int) -> HttpResponse:
        """Let in the lesson's host and who manages the meeting's space; whatever is over already is told as done."""
        self.page = any_lesson(page_id)
        link = lesson_lookup.original_link_of(self.page)
        if link is None or not end.may_end(link.meeting, request.user):
            raise PermissionDenied
        self.link = link
        self.state = lesson_status.state_of(self.page)
        self.back = get_valid_next_url_from_request(request) or self._way_back()
        if not end.is_running(link.meeting):
            messages.success(request, _("The meeting is over already."))
            return HttpResponseRedirect(self.back)
        return super().dispatch(request)

    def decide(self, form: forms.Form) -> None:
        """Have Zoom end the run."""
        end.end_for_everyone(self.page, self.link.meeting, self.request.user)

    def get_success_message(self) -> str:
        """Return what became of the people."""
        return _("The meeting has ended for everybody.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say who has to leave, and what Zoom will probably not allow."""
        prospect = end.prospect_of(self.link.meeting)
        return super().get_context_data(
            explanation=prospect.sentence,
            warning=probably_not_allowed(prospect.missing) if prospect.missing else "",
            button=_("Try it anyway") if prospect.missing else ACTS[self.act].label,
            is_serious=True,
            **kwargs,
        )

    def _way_back(self) -> str:
        if permissions.may_edit_lesson(self.request.user, self.page):
            return reverse("wagtailadmin_pages:edit", args=[self.page.pk])
        return reverse("wagtail_zoom_admin:lessons")
