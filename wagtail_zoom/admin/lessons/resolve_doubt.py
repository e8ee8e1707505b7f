"""What a person found on Zoom where a meeting may or may not have been made."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...services.meetings import reconcile
from .actions import LessonDecisionView
from .fields import NumberOrLinkField


class DoubtForm(forms.Form):
    """What a person found when they looked for the meeting on Zoom."""

    THERE, ABSENT, LATER = "there", "absent", "later"

    found = forms.ChoiceField(
        label=gettext_lazy("What did you find on Zoom?"),
        choices=[
            (THERE, gettext_lazy("It is there; its link is below")),
            (ABSENT, gettext_lazy("It is not there: make it")),
            (LATER, gettext_lazy("Decide later")),
        ],
        widget=forms.RadioSelect,
    )
    number = NumberOrLinkField(
        label=gettext_lazy("Invitation link, or number"),
        required=False,
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Best the whole link from Zoom's invitation: this site may not be allowed to ask Zoom for it. It is stored encrypted."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the number of a meeting that is there."""
        cleaned = super().clean() or {}
        if cleaned.get("found") == self.THERE and not cleaned.get("number") and "number" not in self.errors:
            self.add_error(
                "number", ValidationError(_("Paste the link or the number that Zoom shows for the meeting."))
            )
        return cleaned

    @property
    def pasted_link(self) -> str:
        """The link that was pasted, '' where it was a number. `NumberOrLinkField` has seen that it leads to Zoom."""
        text = str(self.data.get("number", "")).strip()
        return text if text.startswith("https://") or text.startswith("http://") else ""


class SettleView(LessonDecisionView):
    """Say whether a meeting in doubt is on Zoom."""

    act = "settle"
    form_class = DoubtForm

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Do nothing where the person wants to decide later."""
        if form.cleaned_data["found"] == DoubtForm.LATER:
            return HttpResponseRedirect(self.back)
        return super().form_valid(form)

    def decide(self, form: forms.Form) -> int | None:
        """Let the service go on from what was found."""
        assert isinstance(form, DoubtForm)  # noqa: S101 (for the type checker)
        is_there = form.cleaned_data["found"] == DoubtForm.THERE
        return reconcile.settle_doubt(
            self.link.meeting_id,
            form.cleaned_data["number"] if is_there else None,
            self.request.user,
            join_link=form.pasted_link if is_there else "",
        )

    def get_success_message(self) -> str:
        """Thank, since this took a person some minutes."""
        return _("Thank you. The lesson goes on from here.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say why a person has to look."""
        return super().get_context_data(
            explanation=_(
                "Look carefully before you decide: a wrong “It is not there” makes a second meeting on Zoom."
            ),
            button=_("Save"),
            **kwargs,
        )
