"""One registrant: what is known, what happened when by whom, and who they are on this site."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from ...models import Registrant
from ...services import registrants
from ...services.permissions import Right, has_right
from ...services.registrants import error_messages, status
from .bulk_actions import ACTS
from .permissions import visible_to


#: Who did something, where it was no person.
_BY = {
    "us": gettext_lazy("this site"),
    "zoom": gettext_lazy("somebody on Zoom"),
    "webhook": gettext_lazy("somebody on Zoom"),
    "enrolment": gettext_lazy("the list of enrolments"),
    "self": gettext_lazy("the person themselves"),
}

#: Lines of history that are shown.
MOST_LINES = 200


class AccountForm(forms.Form):
    """Which account of this site a registrant is."""

    account = forms.CharField(
        label=gettext_lazy("Account on this site"),
        help_text=gettext_lazy("Their user name. Only a person can say so: an e-mail address proves nothing."),
        max_length=254,
    )

    def clean_account(self) -> Any:
        """Return the account with this user name."""
        found = get_user_model()._default_manager.filter(is_active=True)
        name = get_user_model().USERNAME_FIELD
        user = found.filter(**{name: self.cleaned_data["account"].strip()}).first()
        if user is None:
            raise ValidationError(_("There is no account with this user name."))
        return user


def person(request: HttpRequest, registrant_id: int) -> HttpResponse:
    """Show one registrant; assign them to an account where that is still open."""
    rows = visible_to(request.user).annotate(state=status.state_column()).select_related("meeting__site", "user")
    row = get_object_or_404(rows.defer("join_url"), pk=registrant_id)
    may_manage = has_right(request.user, row.meeting.site, Right.MANAGE_REGISTRANTS)
    form = AccountForm(request.POST or None) if may_manage and row.user_id is None else None
    if form is not None and form.is_valid():
        registrants.assign(row, form.cleaned_data["account"])
        messages.success(request, _("From now on this registration is theirs."))
        return redirect("wagtail_zoom_admin:registrant", row.pk)
    return render(
        request,
        "wagtail_zoom/admin/registrants/person.html",
        {
            "page_title": f"{row.first_name} {row.last_name}".strip() or row.email,
            "page_subtitle": str(row.meeting),
            "header_icon": "user",
            "row": row,
            "state": status.STATES[row.state],
            "sentence": error_messages.sentence(row.error, row.error_params),
            "has_link": Registrant.objects.filter(pk=row.pk).exclude(join_url="").exists(),
            "history": [
                (line, _words(line.what, line.before, line.after), _BY.get(line.by, line.by))
                for line in row.changes.all()[:MOST_LINES]
            ],
            "acts": ACTS if may_manage else {},
            "form": form,
        },
    )


def _words(what: str, before: str, after: str) -> str:
    """Return one line of the history in words."""
    if what == "letter":
        return _("A letter was sent.")
    if what == "error":
        return error_messages.sentence(after) or _("Tried again.")
    labels = dict(Registrant.Wanted.choices if what == "wanted" else Registrant.Actual.choices)
    told = _("Wanted: %(before)s → %(after)s") if what == "wanted" else _("On Zoom: %(before)s → %(after)s")
    return told % {"before": labels.get(before, before or "–"), "after": labels.get(after, after)}
