"""Mass acts that wait for a person's yes: the question with its figures, asked of the space's administrators."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from ... import tasks
from ...models import Approval
from ...services import permissions
from ...services.approvals import approvals, prompts
from ...url_utils import row_number


class ApprovalsView(WagtailAdminTemplateMixin, TemplateView):
    """The open questions of the spaces that one manages."""

    template_name = "wagtail_zoom/admin/approvals.html"
    page_title = gettext_lazy("Waiting for your yes")
    header_icon = "wz-video"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in whoever manages the Zoom settings of some space."""
        user = request.user
        if not any(permissions.may_manage_space(user, site) for site in permissions.sites_of(user)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Store an answer and let the work begin."""
        asked = request.POST.get("approval", "")
        approval = get_object_or_404(Approval.objects.select_related("site"), pk=row_number(asked))
        if not prompts.may_answer(request.user, approval):
            raise PermissionDenied
        answer = request.POST.get("answer")
        if answer in ("yes", "no"):
            due = approvals.answer(approval.pk, yes=answer == "yes", by=request.user)
            for meeting_id in due:
                tasks.enqueue_reconcile(meeting_id)
            self._confirm(len(due), yes=answer == "yes")
        return redirect("wagtail_zoom_admin:approvals")

    def _confirm(self, count: int, *, yes: bool) -> None:
        if not yes:
            messages.success(self.request, _("Nothing is changed on Zoom. Each lesson says so in its editor."))
        elif count:
            sentence = ngettext("%(count)d meeting is taken up now.", "%(count)d meetings are taken up now.", count)
            messages.success(self.request, sentence % {"count": count})
        else:
            messages.success(self.request, _("Thank you. It is done within a few minutes."))

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        """Return none: the header's title says where one is."""
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the questions."""
        return super().get_context_data(questions=prompts.for_person(self.request.user), **kwargs)


class ApprovalsMenuItem(MenuItem):
    """The open questions with their number; in the menu only while there are some for this person."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Waiting for your yes"),
            reverse("wagtail_zoom_admin:approvals"),
            icon_name="warning",
            name="zoom-approvals",
            order=300,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether a question waits for this person."""
        return bool(prompts.for_person(request.user))

    def render_component(self, request: HttpRequest) -> Any:
        """Put the number behind the label."""
        component = super().render_component(request)
        component.label = _("Waiting for your yes (%(count)s)") % {"count": len(prompts.for_person(request.user))}
        return component
