"""Registering from the admin: everyone on the course, one person by hand, and a list from a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from ... import tasks
from ...models import Meeting, Registrant
from ...services import audit_log, lms, registrants
from ...services.registrants import Person, Registered, csv_import, error_messages, hooks, of_user
from .permissions import managed_desk


#: Lines of a file that are shown before they are registered; the mistakes are shown all.
MOST_SHOWN = 50

_SALT = "wagtail_zoom.registrants.roster"
_UPLOAD_HOURS = 2

#: Bytes that a form sends besides the file that it keeps.
_OTHER_FIELDS = 20_000


class PersonForm(forms.Form):
    """One person by hand."""

    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=128)
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=64, required=False)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=64, required=False)


class FileForm(forms.Form):
    """A file with people."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "A CSV file as any spreadsheet program saves it: one person per line, with their e-mail address and, if you "
            "like, first and last name. A line of headings may stand above."
        ),
    )


class ColumnsForm(forms.Form):
    """In which columns of a file address and names stand."""

    def __init__(self, roster: csv_import.Roster, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[tuple[str, str | Promise]] = [
            (str(place), heading or str(place + 1)) for place, heading in enumerate(roster.headings)
        ]
        none = [("", gettext_lazy("none"))]
        for name, label in _COLUMN_LABELS.items():
            self.fields[name] = forms.ChoiceField(
                label=label,
                choices=choices if name == "email" else [*none, *choices],
                required=name == "email",
                initial=str(roster.columns.get(name, "")),
            )

    @property
    def columns(self) -> dict[str, int]:
        """The positions chosen, by name."""
        return {name: int(value) for name, value in self.cleaned_data.items() if value}


_COLUMN_LABELS = {
    "email": gettext_lazy("E-mail addresses are in"),
    "first_name": gettext_lazy("First names are in"),
    "last_name": gettext_lazy("Last names are in"),
}


def add_one(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Register one person by hand."""
    meeting = managed_desk(request.user, meeting_id).meeting
    form = PersonForm(request.POST or None)
    if form.is_valid():
        person = Person(form.cleaned_data["email"], form.cleaned_data["first_name"], form.cleaned_data["last_name"])
        return _registered(request, meeting, [person], Registrant.Source.EDITOR)
    return _page(request, meeting, "add.html", _("Register one person"), form=form)


def add_everyone(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Show what registering everyone on the course would do; do it, and follow the enrolments, once confirmed."""
    meeting = managed_desk(request.user, meeting_id).meeting
    if request.method == "POST":
        synced = registrants.follow(meeting, by=request.user)
        _note(meeting, "registrants_everyone", request.user, people=synced.registered)
        for meeting_id in synced.due:
            tasks.enqueue_register_people(meeting_id)
        _say_everyone(request, synced)
        return redirect(_address(meeting))
    people, unknown = _enrolled(meeting)
    forecast = registrants.plan_registering(meeting, people) if people else None
    return _page(
        request,
        meeting,
        "everyone.html",
        _("Register everyone on this course"),
        forecasts=[(meeting, forecast)] if forecast else [],
        count=len(people),
        unknown=unknown,
        is_open=any(registrants.is_open(link.page.specific) for link in meeting.lessons.all() if link.page),
    )


def upload(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Register the people in a file: read it, show each line's problem, and register the others once confirmed.

    Between the steps the file travels signed in the page itself, so nothing of it stays on the server.
    """
    meeting = managed_desk(request.user, meeting_id).meeting
    kept = request.POST.get("roster", "")
    form = FileForm(request.POST or None, request.FILES or None)
    if kept:
        return _uploaded(request, meeting, kept)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > csv_import.LARGEST_FILE:
                raise csv_import.UnreadableRoster(_("This file is larger than 5 MB. Leave only addresses and names."))
            roster = csv_import.read_roster(file.read())
        except csv_import.UnreadableRoster as error:
            form.add_error("file", str(error))
        else:
            if not _is_too_much(_kept(roster, meeting)):
                return _preview(request, meeting, roster, ColumnsForm(roster), roster.columns)
            form.add_error(
                "file", _("There is too much in this file. Leave only the columns with addresses and names.")
            )
    return _page(request, meeting, "upload.html", _("Register people from a file"), form=form)


def _uploaded(request: HttpRequest, meeting: Meeting, kept: str) -> HttpResponse:
    """Go on with a file that was read before: other columns, or the confirmation."""
    try:
        roster = _restored(kept, meeting)
    except signing.BadSignature:
        messages.error(request, _("This page was open for too long. Choose the file again."))
        return redirect("wagtail_zoom_admin:registrants_upload", meeting.pk)
    form = ColumnsForm(roster, request.POST)
    if not form.is_valid():
        return _preview(request, meeting, roster, form, {})
    lines = csv_import.people_in(roster, form.columns)
    if request.POST.get("confirmed"):
        people = [line.person for line in lines if not line.problem]
        return _registered(request, meeting, people, Registrant.Source.CSV)
    return _preview(request, meeting, roster, form, form.columns)


def _preview(
    request: HttpRequest, meeting: Meeting, roster: csv_import.Roster, form: ColumnsForm, columns: dict[str, int] | Any
) -> HttpResponse:
    lines = csv_import.people_in(roster, columns) if "email" in columns else []
    good = [line for line in lines if not line.problem]
    bad = [(line, error_messages.sentence(line.problem)) for line in lines if line.problem]
    forecast = registrants.plan_registering(meeting, [line.person for line in good]) if good else None
    return _page(
        request,
        meeting,
        "preview.html",
        _("Register people from a file"),
        form=form,
        roster=_kept(roster, meeting),
        is_understood="email" in columns,
        good=good[:MOST_SHOWN],
        more=max(0, len(good) - MOST_SHOWN),
        number=len(good),
        bad=bad,
        forecasts=[(meeting, forecast)] if forecast else [],
    )


def _kept(roster: csv_import.Roster, meeting: Meeting) -> str:
    """Return the roster as the page keeps it, signed for this meeting alone."""
    return signing.dumps([roster.headings, roster.lines, roster.columns], salt=f"{_SALT}:{meeting.pk}", compress=True)


def _is_too_much(kept: str) -> bool:
    """Tell whether Django would refuse a form that brings this back."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return most is not None and len(kept) + _OTHER_FIELDS > most


def _restored(kept: str, meeting: Meeting) -> csv_import.Roster:
    headings, lines, columns = signing.loads(kept, salt=f"{_SALT}:{meeting.pk}", max_age=_UPLOAD_HOURS * 3600)
    return csv_import.Roster(tuple(headings), tuple((number, tuple(row)) for number, row in lines), columns)


def _registered(request: HttpRequest, meeting: Meeting, people: list[Person], source: str) -> HttpResponse:
    try:
        done = registrants.register(meeting, people, source=source, by=request.user)
    except hooks.RulesFailed:
        messages.error(
            request, _("This site's own rules for registering failed. Nothing was changed; try again later.")
        )
        return redirect(_address(meeting))
    _note(meeting, "registrants_added", request.user, people=done.new + done.changed)
    for meeting_id in done.due:
        tasks.enqueue_register_people(meeting_id)
    _say_registered(request, done)
    return redirect(_address(meeting))


def _say_registered(request: HttpRequest, done: Registered) -> None:
    count = done.new + done.changed
    if count:
        words = ngettext("%(count)d person is being registered.", "%(count)d people are being registered.", count)
        messages.success(request, words % {"count": count})
    if done.same:
        words = ngettext(
            "%(count)d person was registered already.", "%(count)d people were registered already.", done.same
        )
        messages.info(request, words % {"count": done.same})
    for refused in done.refused:
        messages.warning(request, f"{refused.person.email}: {error_messages.sentence(refused.code)}")


def _say_everyone(request: HttpRequest, synced: registrants.Synced) -> None:
    if synced.status == "unknown":
        messages.warning(
            request,
            _(
                "Who is enrolled could not be read for every lesson of this meeting. Those who are known are registered."
            ),
        )
    words = (
        _("Registered: %(count)d. From now on, who enrols is registered.")
        if synced.status == "open"
        else _("Registered: %(count)d. From now on enrolling and leaving is followed.")
    )
    messages.success(request, words % {"count": synced.registered})


def _enrolled(meeting: Meeting) -> tuple[list[Person], list[str]]:
    """Return everybody enrolled in the meeting's lessons, and the titles of lessons whose list is unknown."""
    people: list[Person] = []
    unknown = []
    for link in meeting.lessons.select_related("page"):
        users = lms.enrolled(link.page.specific) if link.page else None
        if users is None:
            unknown.append(link.page_title)
        people += [of_user(user) for user in users or ()]
    return people, unknown


def _page(request: HttpRequest, meeting: Meeting, template: str, title: str, **context: Any) -> HttpResponse:
    return render(
        request,
        f"wagtail_zoom/admin/registrants/{template}",
        {
            "page_title": title,
            "page_subtitle": str(meeting),
            "header_icon": "group",
            "back": _address(meeting),
            **context,
        },
    )


def _address(meeting: Meeting) -> str:
    return f"{reverse('wagtail_zoom_admin:registrants')}?meeting={meeting.pk}"


def _note(meeting: Meeting, action: str, by: Any, **particulars: Any) -> None:
    for link in meeting.lessons.select_related("page"):
        audit_log.note(link.page, action, by, **particulars)
