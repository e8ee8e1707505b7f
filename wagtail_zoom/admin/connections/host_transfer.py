"""All coming lessons of one host go to another: for when somebody has left."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic.edit import FormView
from wagtail.admin import messages
from wagtail.models import Site

from ... import tasks
from ...exceptions import ZoomError
from ...services import endpoints
from ...services.meetings import host_transfer
from ..shared.site_view import SpaceScreen
from .settings_panels import connecting_media


class HandOverForm(forms.Form):
    """From whom, and to whom."""

    former = forms.ChoiceField(label=gettext_lazy("Whose lessons"))
    successor = forms.ChoiceField(
        label=gettext_lazy("Who hosts them from now on"),
        help_text=gettext_lazy("You, the hosts whom an administrator has named, and teachers who have agreed to it."),
    )

    def __init__(self, *args: Any, site: Site, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.formers = {str(row.host.pk): row for row in host_transfer.hosting_in(site)}
        self.successors = {str(host.pk): host for host in host_transfer.successors_in(site, user)}
        self.fields["former"].choices = [(key, _counted(row)) for key, row in self.formers.items()]
        self.fields["successor"].choices = [(key, str(host)) for key, host in self.successors.items()]

    def clean(self) -> dict[str, Any]:
        """Refuse to give somebody their own lessons."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("former") and cleaned.get("former") == cleaned.get("successor"):
            self.add_error("successor", _("These are this host's lessons already. Choose somebody else."))
        return cleaned


class HandOverView(SpaceScreen, FormView):
    """Say what handing lessons over does to their links, and do it."""

    template_name = "wagtail_zoom/admin/hand_over.html"
    form_class = HandOverForm
    page_title = gettext_lazy("Hand lessons over")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form whose lessons and which hosts there are."""
        return {**super().get_form_kwargs(), "site": self.site, "user": self.request.user}

    def form_valid(self, form: HandOverForm) -> HttpResponse:
        """Hand them over; the work on Zoom begins at once, and waits for a yes where it is very much."""
        former, successor = form.formers[form.cleaned_data["former"]], form.successors[form.cleaned_data["successor"]]
        try:
            due = host_transfer.hand_over(self.site, former.host, successor, self.request.user)
        except ZoomError as error:
            form.add_error(None, str(error.user_message))
            return self.form_invalid(form)
        for meeting_id in due:
            tasks.enqueue_reconcile(meeting_id)
        said = ngettext(
            "%(count)d lesson has %(host)s as host now. Its meeting is being made.",
            "%(count)d lessons have %(host)s as host now. Their meetings are being made, the soonest first.",
            len(due),
        )
        messages.success(self.request, said % {"count": len(due), "host": successor})
        return redirect("wagtail_zoom_admin:hosts", self.site.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the template shows besides."""
        return super().get_context_data(
            site=self.site, is_practice=endpoints.is_practice(), media=connecting_media(), **kwargs
        )


def _counted(row: host_transfer.Hosting) -> str:
    text = ngettext("%(host)s (%(count)d coming lesson)", "%(host)s (%(count)d coming lessons)", row.lessons)
    return text % {"host": row.host, "count": row.lessons}
