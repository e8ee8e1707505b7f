"""What the reports over lessons and over learners have in common."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from wagtail.admin.views.reports import ReportView

from ...models import LessonMeeting
from ...services.permissions import Right, has_anywhere
from ..shared.safe_export import GuardedExportMixin
from ..shared.tables import CountedByName


class HeldLessonsReportView(CountedByName, GuardedExportMixin, ReportView):
    """A report over the lessons held in the spaces whose attendance this person may see."""

    model = LessonMeeting
    paginate_by = 50

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in whoever may see attendance somewhere."""
        if not has_anywhere(request.user, Right.VIEW_ATTENDANCE):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_filename(self) -> str:
        """Name the exported file."""
        return self.export_filename
