"""What learners and guests are asked for: Zoom's own questions, and a guest's name and address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..services.registrants.form_questions import Question
from ..services.registrants.person import LONGEST_ANSWER, LONGEST_EMAIL, LONGEST_NAME


if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

#: Zoom: the standard questions of the registration form, by field name.
_LABELS: Mapping[str, StrPromise] = {
    "last_name": _("Last name"),
    "address": _("Address"),
    "city": _("City"),
    "country": _("Country, as two letters"),
    "zip": _("Postal code"),
    "state": _("State or province"),
    "phone": _("Telephone"),
    "industry": _("Industry"),
    "org": _("Organisation"),
    "job_title": _("Job title"),
    "purchasing_time_frame": _("Purchasing time frame"),
    "role_in_purchase_process": _("Role in the purchase process"),
    "no_of_employees": _("Number of employees"),
    "comments": _("Questions and comments"),
}

#: Zoom: POST /meetings/{id}/registrants takes nothing else for these.
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "purchasing_time_frame": ("Within a month", "1-3 months", "4-6 months", "More than 6 months", "No timeframe"),
    "role_in_purchase_process": ("Decision Maker", "Evaluator/Recommender", "Influencer", "Not involved"),
    "no_of_employees": (
        "1-20", "21-50", "51-100", "101-500", "500-1,000", "1,001-5,000", "5,001-10,000", "More than 10,000",
    ),
}  # fmt: skip


class QuestionsForm(forms.Form):
    """Zoom's questions, as far as they are open. ``answers`` are the given ones by question, once the form is valid."""

    def __init__(self, questions: Iterable[Question], *args: Any, **kwargs: Any) -> None:
        """Take the questions that are to be asked."""
        super().__init__(*args, **kwargs)
        self._questions = {f"question_{number}": question for number, question in enumerate(questions)}
        for name, question in self._questions.items():
            self.fields[name] = _field(question)

    @property
    def answers(self) -> dict[str, str]:
        """The answers by the question's name; who left a question open is not in it."""
        given = {question.name: self.cleaned_data.get(name, "") for name, question in self._questions.items()}
        return {name: _in_one(answer) for name, answer in given.items() if answer}


class GuestForm(QuestionsForm):
    """A guest's name and e-mail address, and Zoom's questions."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=LONGEST_EMAIL,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


def _field(question: Question) -> forms.Field:
    label = question.name if question.custom else _LABELS.get(question.name, question.name)
    choices = question.choices or _CHOICES.get(question.name, ())
    common: dict[str, Any] = {"label": label, "required": question.required}
    if choices and question.type == "multiple":
        options = [(choice, choice) for choice in choices]
        return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **common)
    if choices:
        return forms.ChoiceField(choices=[("", _("Choose one")), *((choice, choice) for choice in choices)], **common)
    return forms.CharField(max_length=2 if question.name == "country" else LONGEST_ANSWER, **common)


def _in_one(answer: str | list[str]) -> str:
    return answer if isinstance(answer, str) else ", ".join(answer)
