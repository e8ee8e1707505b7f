"""What a teacher does about attendance: assign, take back, decide otherwise, read again, show a recording."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.messages import error, success
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.log_actions import log

from ... import clock, tasks
from ...models import Attendance, Completion, Instance, LessonMeeting, RecordingFile
from ...services import attendance, recordings
from ...services.permissions import Right
from ...services.users import name_of
from ...untrusted_json import clean_text
from .lesson_detail import link_or_403


#: People shown by one search.
MOST_FOUND = 20


def find_person(request: HttpRequest, page_id: int, row_id: int) -> HttpResponse:
    """Search the site's people for the one that nobody recognised."""
    link = link_or_403(request, page_id, Right.MANAGE_ATTENDANCE)
    row = get_object_or_404(Attendance, pk=row_id, meeting=link.meeting)
    words = clean_text(request.GET.get("q", "")).strip()[:100]
    return render(
        request,
        "wagtail_zoom/admin/attendance/find_person.html",
        {
            "link": link,
            "row": row,
            "words": words,
            "found": _people_called(words) if words else [],
            "remembered": attendance.can_be_remembered(row),
            "page_title": _("Who was this?"),
        },
    )


@require_POST
def assign(request: HttpRequest, page_id: int, row_id: int) -> HttpResponse:
    """Say who an unrecognised person was."""
    link = link_or_403(request, page_id, Right.MANAGE_ATTENDANCE)
    row = get_object_or_404(Attendance.objects.select_related("meeting"), pk=row_id, meeting=link.meeting)
    chosen = request.POST.get("user", "")
    user = _user_with(chosen) if chosen else None
    if user is None:
        error(request, _("Choose a person first."))
        return _back(link)
    called = row.name or _("(no name)")
    remembered = attendance.can_be_remembered(row)
    attendance.assign(row, user, request.user)
    _note(link, "assign", request, {"seen_as": called, "user": user.pk})
    sentence = (
        _("%(seen)s is now counted as %(user)s, here and in later lessons.")
        if remembered
        else _("%(seen)s is now counted as %(user)s in this lesson. Zoom gives no lasting sign of them.")
    )
    success(request, sentence % {"seen": called, "user": name_of(user)})
    return _back(link)


@require_POST
def unassign(request: HttpRequest, page_id: int, row_id: int) -> HttpResponse:
    """Take an assignment back."""
    link = link_or_403(request, page_id, Right.MANAGE_ATTENDANCE)
    row = get_object_or_404(
        Attendance.objects.select_related("meeting"),
        pk=row_id,
        meeting=link.meeting,
        matched_by=Attendance.Match.PERSON,
    )
    due = attendance.unassign(row)
    if due is not None:
        tasks.enqueue_attendance(due)
    _note(link, "unassign", request, {"seen_as": row.name})
    success(request, _("Taken back. %(seen)s is unassigned again.") % {"seen": row.name or _("(no name)")})
    return _back(link)


@require_POST
def override(request: HttpRequest, page_id: int, completion_id: int) -> HttpResponse:
    """Decide otherwise about somebody's completion, with a reason."""
    link = link_or_403(request, page_id, Right.MANAGE_ATTENDANCE)
    completion = get_object_or_404(Completion, pk=completion_id, page_id=link.page_id)
    reason = clean_text(request.POST.get("reason", "")).strip()
    if not reason:
        error(request, _("Say why: whoever reads this later will want to know."))
        return _back(link)
    complete = request.POST.get("complete") == "1"
    attendance.override(completion, is_complete=complete, reason=reason, by=request.user)
    _note(link, "override", request, {"user": completion.user_id, "complete": complete, "reason": reason[:255]})
    success(request, _("Written down."))
    return _back(link)


@require_POST
def read_again(request: HttpRequest, page_id: int) -> HttpResponse:
    """Ask Zoom once more who was there, in the background."""
    link = link_or_403(request, page_id, Right.MANAGE_ATTENDANCE)
    attendance.expect_run_of(link.meeting)
    due = list(Instance.objects.filter(meeting=link.meeting, is_practice=False).values_list("pk", flat=True))
    Instance.objects.filter(pk__in=due).update(read_due_at=clock.now())
    for instance_id in due:
        tasks.enqueue_attendance(instance_id)
    success(request, _("Zoom is being asked. Reload this page in a minute."))
    return _back(link)


@require_POST
def show_recording(request: HttpRequest, page_id: int, recording_id: int) -> HttpResponse:
    """Show a recording to learners, or hide it from them."""
    link = link_or_403(request, page_id, Right.MANAGE_ATTENDANCE)
    recording = get_object_or_404(RecordingFile, pk=recording_id, meeting=link.meeting, gone_at=None)
    recording.is_shown = request.POST.get("shown") == "1"
    recording.save(update_fields=["is_shown"])
    _note(link, "show_recording", request, {"recording": recording.pk, "shown": recording.is_shown})
    if recording.is_shown:
        success(request, _("Learners of this lesson see this recording now."))
    else:
        success(
            request,
            _(
                "Hidden from the lesson page. Whoever kept Zoom's own link can still open it: to revoke it, delete the recording on Zoom."
            ),
        )
    return _back(link)


def open_recording(request: HttpRequest, page_id: int, recording_id: int) -> HttpResponse:
    """Lead the teacher to Zoom's player."""
    link = link_or_403(request, page_id, Right.VIEW_ATTENDANCE)
    recording = get_object_or_404(RecordingFile, pk=recording_id, meeting=link.meeting, gone_at=None)
    address, _passcode = recordings.link_of(recording)
    response = redirect(address)
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response


def _user_with(key: str) -> Any:
    try:
        return get_user_model()._default_manager.filter(pk=key, is_active=True).first()
    except (ValueError, ValidationError):
        # Not a key of this site's users, whatever their keys look like.
        return None


def _people_called(words: str) -> list[Any]:
    model = get_user_model()
    wanted = Q()
    names = {field.name for field in model._meta.get_fields()}
    for word in words.split():
        one = Q(**{f"{model.USERNAME_FIELD}__icontains": word}) | Q(
            **{f"{model.get_email_field_name()}__icontains": word}
        )
        for name in ("first_name", "last_name"):
            if name in names:
                one |= Q(**{f"{name}__icontains": word})
        wanted &= one
    return list(model._default_manager.filter(wanted, is_active=True).order_by(model.USERNAME_FIELD)[:MOST_FOUND])


def _note(link: LessonMeeting, act: str, request: HttpRequest, details: dict[str, Any]) -> None:
    if link.page:
        log(link.page, f"wagtail_zoom.{act}", user=request.user, data=details)


def _back(link: LessonMeeting) -> HttpResponse:
    return redirect(reverse("wagtail_zoom_admin:attendance", args=[link.page_id]))
