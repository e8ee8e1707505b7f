"""Addresses of the attendance screens, below ``zoom/attendance/`` in the admin."""

from __future__ import annotations

from django.urls import path

from . import acts
from .learners import LearnersReportView
from .lesson import LessonAttendanceView
from .report import AttendanceReportView


urlpatterns = [
    path("", AttendanceReportView.as_view(), name="attendance_report"),
    path("results/", AttendanceReportView.as_view(results_only=True), name="attendance_report_results"),
    path("learners/", LearnersReportView.as_view(), name="attendance_learners"),
    path("learners/results/", LearnersReportView.as_view(results_only=True), name="attendance_learners_results"),
    path("<zoom_row:page_id>/", LessonAttendanceView.as_view(), name="attendance"),
    path("<zoom_row:page_id>/results/", LessonAttendanceView.as_view(results_only=True), name="attendance_results"),
    path("<zoom_row:page_id>/read/", acts.read_again, name="attendance_read"),
    path("<zoom_row:page_id>/people/<zoom_row:row_id>/", acts.find_person, name="attendance_find"),
    path("<zoom_row:page_id>/people/<zoom_row:row_id>/assign/", acts.assign, name="attendance_assign"),
    path("<zoom_row:page_id>/people/<zoom_row:row_id>/unassign/", acts.unassign, name="attendance_unassign"),
    path("<zoom_row:page_id>/completions/<zoom_row:completion_id>/", acts.override, name="attendance_override"),
    path("<zoom_row:page_id>/recordings/<zoom_row:recording_id>/", acts.open_recording, name="recording"),
    path("<zoom_row:page_id>/recordings/<zoom_row:recording_id>/show/", acts.show_recording, name="recording_show"),
]
