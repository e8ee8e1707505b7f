"""Registrants: everybody whom one may see, filtered, counted, exported, and chosen for bulk actions."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView

from ... import tasks
from ...models import Meeting, Registrant
from ...services import endpoints
from ...services.permissions import Right, has_anywhere
from ...services.registrants import error_messages, status
from ..lessons.state_context import engine_problem
from ..shared.safe_export import GuardedExportMixin
from .bulk_actions import ACTS
from .filters import RegistrantFilterSet, searched
from .permissions import Desk, desk_for, visible_to
from .refresh import Reading, reading_of


#: Milliseconds: a worker is at it all the time, ``sync_zoom`` once a minute.
_OFTEN, _SELDOM = 3_000, 15_000


class StateColumn(Column):
    """The state as a tag, with the reason in words."""

    cell_template_name = "wagtail_zoom/admin/registrants/state_cell.html"

    def get_value(self, instance: Registrant) -> dict[str, str]:
        """Return what the cell shows."""
        state = status.STATES[instance.state]  # type: ignore[attr-defined]
        return {
            "title": str(state.label),
            "tone": state.tone,
            "sentence": error_messages.sentence(instance.error, instance.error_params),
        }


class ChoiceColumn(Column):
    """A box to choose the row for a bulk action."""

    cell_template_name = "wagtail_zoom/admin/registrants/choice_cell.html"

    def get_value(self, instance: Registrant) -> int:
        """Return the row's key."""
        return int(instance.pk)


class RegistrantsView(GuardedExportMixin, BaseListingView):
    """The registrants of one meeting, or of all spaces in which this person may see people."""

    page_title = _("Registrants")
    header_icon = "group"
    template_name = "wagtail_zoom/admin/registrants/listing.html"
    results_template_name = "wagtail_zoom/admin/registrants/listing_results.html"
    index_url_name = "wagtail_zoom_admin:registrants"
    index_results_url_name = "wagtail_zoom_admin:registrants_results"
    filterset_class = RegistrantFilterSet
    model = Registrant
    is_searchable = True
    # Plain database search: addresses and names are columns of the row itself.
    search_backend_name = None
    paginate_by = 50
    default_ordering = ("email_key", "pk")
    verbose_name = _("registrant")
    verbose_name_plural = _("registrants")
    _show_breadcrumbs = True
    list_export: ClassVar[list[str]] = [
        "email",
        "first_name",
        "last_name",
        "meeting",
        "get_wanted_display",
        "get_actual_display",
        "get_source_display",
        "reason",
        "created_at",
    ]
    export_headings: ClassVar[dict[str, Any]] = {
        "email": _("E-mail"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "meeting": _("Meeting"),
        "get_wanted_display": _("Wanted"),
        "get_actual_display": _("On Zoom"),
        "get_source_display": _("Where from"),
        "reason": _("Reason"),
        "created_at": _("Since"),
    }

    desk: Desk | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in whoever may see people somewhere; with a meeting, whoever edits one of its lessons too."""
        if request.GET.get("meeting"):
            self.desk = desk_for(request.user, request.GET["meeting"])
        elif not has_anywhere(request.user, Right.VIEW_REGISTRANTS):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def may_view(self) -> bool:
        """Tell whether people are shown, not only their number."""
        return self.desk is None or self.desk.may_view

    @property
    def may_manage(self) -> bool:
        """Tell whether anything may be done about the people shown."""
        if self.desk is not None:
            return self.desk.may_manage
        return has_anywhere(self.request.user, Right.MANAGE_REGISTRANTS)

    @cached_property
    def columns(self) -> list[Column]:
        """The columns: boxes only for whoever may act, the meeting only where there are several."""
        boxes = [ChoiceColumn("pk", label=_("Choose"), width="4%")] if self.may_manage else []
        meeting = [Column("meeting", label=_("Meeting"), accessor="meeting.topic")] if self.desk is None else []
        return [
            *boxes,
            TitleColumn(
                "email_key",
                label=_("Person"),
                accessor=_name_of,
                sort_key="email_key",
                get_url=lambda row: reverse("wagtail_zoom_admin:registrant", args=[row.pk]),
            ),
            *meeting,
            StateColumn("state", label=_("State"), sort_key="wanted"),
            Column("source", label=_("Where from"), accessor="get_source_display", sort_key="source"),
            DateColumn("updated_at", label=_("Updated"), sort_key="updated_at"),
        ]

    def get_base_queryset(self) -> QuerySet[Registrant]:
        """Return the people of the meeting, or of all spaces with the right to see them; without secrets."""
        return (
            self._everybody()
            .annotate(state=status.state_column())
            # Beside each person their meeting would be sorted, too, with all that Zoom said about it.
            .prefetch_related(Prefetch("meeting", Meeting.objects.defer("join_url", "passcode", "registration_url")))
            .defer("join_url", "answers")
        )

    def _everybody(self) -> QuerySet[Registrant]:
        if self.desk is None:
            return visible_to(self.request.user)
        people = Registrant.objects.filter(meeting=self.desk.meeting)
        return people if self.desk.may_view else people.none()

    def search_queryset(self, queryset: QuerySet[Registrant]) -> QuerySet[Registrant]:
        """Search addresses and names."""
        return searched(queryset, self.search_query or "") if self.is_searching else queryset

    def get_index_results_url(self) -> str:
        """Return the address of the table alone, with the meeting: searching and filtering begin with it as it is.

        Links for sorting and pages repeat the whole query by themselves, so our own address goes without.
        """
        address = reverse(self.index_results_url_name)
        return f"{address}?meeting={self.desk.meeting.pk}" if self.desk else address

    def get_filename(self) -> str:
        """Name the file after the meeting's number."""
        return f"registrants-{self.desk.meeting.zoom_id}" if self.desk else "registrants"

    def get_page_subtitle(self) -> str:
        """Name the meeting."""
        return str(self.desk.meeting) if self.desk else ""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> Any:
        """Return the page, or the file that was asked for."""
        if self.is_export:
            return self.as_spreadsheet(context["object_list"], self.request.GET.get("export"))
        return super().render_to_response(context, **kwargs)

    def to_row_dict(self, item: Registrant) -> dict[str, Any]:
        """Return one line of the export, with the reason in words."""
        item.reason = error_messages.sentence(item.error, item.error_params)  # type: ignore[attr-defined]
        line: dict[str, Any] = super().to_row_dict(item)
        return line

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add counts, what is under way, and what may be done."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if self.is_export:
            return context
        people = Registrant.objects.filter(meeting=self.desk.meeting) if self.desk else self._everybody()
        counts = status.counts_of(people)
        obstacle = _obstacle(self.desk)
        reading = reading_of(self.desk)
        context.update(
            desk=self.desk,
            may_view=self.may_view,
            may_manage=self.may_manage,
            counts=[(status.STATES[code], count) for code, count in counts.items()],
            under_way=counts.get("on_its_way", 0),
            reading=reading,
            interval=_interval(counts.get("on_its_way", 0), reading, is_held=bool(obstacle)),
            total=sum(counts.values()),
            settled=sum(counts.values()) - counts.get("on_its_way", 0),
            engine=tasks.engine(),
            engine_problem=engine_problem() if counts.get("on_its_way") else "",
            acts=ACTS,
            obstacle=obstacle,
            query=self.request.GET.urlencode(),
            is_practice=endpoints.is_practice(),
        )
        return context


def _name_of(row: Registrant) -> str:
    name = f"{row.first_name} {row.last_name}".strip()
    return " · ".join(part for part in (name, row.email) if part)


def _interval(under_way: int, reading: Reading | None, *, is_held: bool) -> int:
    """Return after how many milliseconds the screen asks again how far it is; 0: not by itself."""
    if not under_way and not (reading and reading.is_under_way):
        return 0
    return _SELDOM if is_held or tasks.runs_inline() else _OFTEN


def _obstacle(desk: Desk | None) -> str:
    ledger = getattr(desk.meeting, "ledger", None) if desk else None
    return error_messages.sentence(ledger.error, ledger.error_params) if ledger is not None else ""
