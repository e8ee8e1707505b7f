"""Addresses of the attendance screens, below ``zoom/attendance/`` in the admin."""

from __future__ import annotations

from django.urls import path

from . import actions
from .learner_report import LearnersReportView
from .lesson_detail import LessonAttendanceView
from .lesson_report import AttendanceReportView


urlpatterns = [
    path("", AttendanceReportView.as_view(), name="attendance_report"),
    path("results/", AttendanceReportView.as_view(results_only=True), name="attendance_report_results"),
    path("learners/", LearnersReportView.as_view(), name="attendance_learners"),
    path("learners/results/", LearnersReportView.as_view(results_only=True), name="attendance_learners_results"),
    path("<zoom_row:page_id>/", LessonAttendanceView.as_view(), name="attendance"),
    path("<zoom_row:page_id>/results/", LessonAttendanceView.as_view(results_only=True), name="attendance_results"),
    path("<zoom_row:page_id>/read/", actions.read_again, name="attendance_read"),
    path("<zoom_row:page_id>/people/<zoom_row:row_id>/", actions.find_person, name="attendance_find"),
    path("<zoom_row:page_id>/people/<zoom_row:row_id>/assign/", actions.assign, name="attendance_assign"),
    path("<zoom_row:page_id>/people/<zoom_row:row_id>/unassign/", actions.unassign, name="attendance_unassign"),
    path("<zoom_row:page_id>/completions/<zoom_row:completion_id>/", actions.override, name="attendance_override"),
    path("<zoom_row:page_id>/recordings/<zoom_row:recording_id>/", actions.open_recording, name="recording"),
    path("<zoom_row:page_id>/recordings/<zoom_row:recording_id>/show/", actions.show_recording, name="recording_show"),
]
