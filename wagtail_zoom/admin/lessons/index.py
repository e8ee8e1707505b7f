"""Lessons: all live lessons of the spaces that one may edit, with what became of them on Zoom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When
from django.forms import RadioSelect
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, Table, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView
from wagtail.models import Page, Site
from wagtail.permission_policies.pages import PagePermissionPolicy

from ... import clock
from ...models import Host, Meeting
from ...models.lessons import LessonKind
from ...services import endpoints
from ...services.lessons import schedule
from ...services.lessons.pages import lesson_models
from ...services.lessons.site_settings import Spaces
from ...services.lessons.time_format import format_range
from ...services.status import lesson_status
from ..menu import spaces_for
from ..operations import leftovers
from ..operations.pause_banners import banners_for
from ..shared.site_filter import SpaceFilter
from ..shared.tables import CountedByName
from .fields import native_date_input


MEETING = "zoom_link__meeting__"

Actual, Wanted = Meeting.Actual, Meeting.Wanted


def _of_meeting(**conditions: Any) -> Q:
    return Q(**{MEETING + name: value for name, value in conditions.items()})


def _is_over() -> Q:
    return _of_meeting(ends_at__lte=clock.now())


def _wants_attention() -> Q:
    return ~_of_meeting(attention="") & Q(zoom_link__isnull=False)


#: What each choice of the state filter means in the database: close to what `services.status.lesson_status` says of single lessons.
STATES: Mapping[str, tuple[Promise, Callable[[], Q]]] = {
    "attention": (_("Needs attention"), lambda: _wants_attention() & ~_is_over()),
    "needs_host": (
        _("Needs a host"),
        lambda: _of_meeting(attention__in=["host_left", "host_gone", "no_host", "host_disconnected"]) & ~_is_over(),
    ),
    "waiting": (
        _("Being created"),
        lambda: (
            Q(live=True)
            & (Q(zoom_link__isnull=True) | _of_meeting(actual__in=[Actual.ABSENT, Actual.DOUBT], wanted=Wanted.PRESENT))
            & ~_wants_attention()
        ),
    ),
    "ready": (
        _("Ready"),
        lambda: (
            _of_meeting(actual=Actual.PRESENT, wanted=Wanted.PRESENT, attention="", is_moved=False, live_since=None)
            & Q(live=True)
            & ~_is_over()
        ),
    ),
    "live": (_("Live now"), lambda: _of_meeting(live_since__isnull=False)),
    "moved": (_("Moved from another space"), lambda: _of_meeting(is_moved=True)),
    "draft": (_("Not published"), lambda: Q(live=False)),
    "cancelled": (_("Cancelled"), lambda: _of_meeting(actual=Actual.CANCELLED)),
    "over": (_("Over"), _is_over),
}


class LessonFilterSet(WagtailFilterSet):
    """State, time and space."""

    state = django_filters.ChoiceFilter(
        label=_("State on Zoom"),
        choices=[(code, label) for code, (label, _condition) in STATES.items()],
        empty_label=_("Any"),
        method="filter_state",
        widget=RadioSelect,
    )
    since = django_filters.DateFilter(label=_("From"), method="filter_since", widget=native_date_input())
    until = django_filters.DateFilter(label=_("Until"), method="filter_until", widget=native_date_input())
    site = SpaceFilter(queryset=lambda request: _sites_of(request))

    class Meta:
        model = Page
        fields: list[str] = []

    def filter_state(self, queryset: QuerySet[Page], name: str, value: str) -> QuerySet[Page]:
        """Leave the lessons in one state."""
        return queryset.filter(STATES[value][1]())

    def filter_since(self, queryset: QuerySet[Page], name: str, value: dt.date) -> QuerySet[Page]:
        """Leave the lessons that begin on this day or later, as days are counted in the admin's zone."""
        return queryset.filter(_of_meeting(starts_at__gte=_midnight(value)))

    def filter_until(self, queryset: QuerySet[Page], name: str, value: dt.date) -> QuerySet[Page]:
        """Leave the lessons that begin on this day or earlier."""
        return queryset.filter(_of_meeting(starts_at__lt=_midnight(value + dt.timedelta(days=1))))


class LessonTable(Table):
    """A table of lesson pages that knows what was looked up for all its rows at once, by page id."""

    def __init__(self, columns: Iterable[Column], data: Iterable[Page], **kwargs: Any) -> None:
        pages = list(data)
        self.lessons = described(pages)
        super().__init__(columns, pages, **kwargs)


class LessonColumn(Column):
    """A column about the lesson of the row."""

    def get_cell_context_data(self, instance: Page, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """Take the value from what the table looked up."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return {**context, "value": context["table"].lessons[instance.pk][self.name]}

    def get_value(self, instance: Page) -> str:
        """Return nothing: the value comes from the table."""
        return ""


class StateColumn(LessonColumn):
    """The state as a tag, with its sentence for whoever points at it or listens."""

    cell_template_name = "wagtail_zoom/admin/state_cell.html"


class LessonsView(CountedByName, BaseListingView):
    """The Lessons of the spaces in which this person may edit."""

    page_title = _("Lessons")
    header_icon = "wz-video"
    template_name = "wagtail_zoom/admin/listing.html"
    results_template_name = "wagtail_zoom/admin/lessons_results.html"
    index_url_name = "wagtail_zoom_admin:lessons"
    index_results_url_name = "wagtail_zoom_admin:lessons_results"
    filterset_class = LessonFilterSet
    is_searchable = True
    # Plain database search: filters and order look at the meeting, which no search index knows.
    search_backend_name = None
    paginate_by = 50
    verbose_name = _("lesson")
    verbose_name_plural = _("lessons")
    table_class = LessonTable
    _show_breadcrumbs = True
    columns = [
        TitleColumn(
            "title",
            label=_("Title"),
            accessor="get_admin_display_title",
            get_url=lambda page: reverse("wagtailadmin_pages:edit", args=[page.pk]),
        ),
        LessonColumn("when", label=_("When")),
        LessonColumn("host", label=_("Host")),
        LessonColumn("number", label=_("Number")),
        StateColumn("state", label=_("On Zoom")),
    ]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in whoever may edit in some space."""
        if not spaces_for(request):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_base_queryset(self) -> QuerySet[Page]:
        """Return the lessons, coming ones first, then those without a time, then past ones, the latest first."""
        starts, now = MEETING + "starts_at", clock.now()
        past = When(_of_meeting(ends_at__lte=now), then=Value(True))
        return (
            PagePermissionPolicy()
            .instances_user_has_any_permission_for(self.request.user, {"add", "change", "publish"})
            .filter(lessons_only())
            .annotate(is_past=Case(past, default=Value(False), output_field=BooleanField()))
            .order_by(
                "is_past",
                Case(When(is_past=False, then=F(starts))).asc(nulls_last=True),
                Case(When(is_past=True, then=F(starts))).desc(nulls_last=True),
                "title",
                "pk",
            )
            .defer_streamfields()
            .specific()
        )

    def order_queryset(self, queryset: QuerySet[Page]) -> QuerySet[Page]:
        """Keep the order: it is the one in which lessons are looked for."""
        return queryset

    def search_queryset(self, queryset: QuerySet[Page]) -> QuerySet[Page]:
        """Search titles, hosts and numbers, grouped or not."""
        if not self.is_searching:
            return queryset
        words = self.search_query
        wanted = Q(title__icontains=words) | Q(draft_title__icontains=words) | _of_meeting(host_label__icontains=words)
        digits = "".join(words.split()).replace("-", "")
        if digits.isascii() and digits.isdecimal() and len(digits) < 19:
            wanted |= _of_meeting(zoom_id=int(digits))
        return queryset.filter(wanted)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whether this is practice, what keeps everything from being sent to Zoom, and what is left there."""
        user, sites = self.request.user, spaces_for(self.request)
        stopped = [*banners_for(user, sites), *leftovers.banners_for(user, sites)]
        return super().get_context_data(is_practice=endpoints.is_practice(), stopped=stopped, **kwargs)


def lessons_only() -> Q:
    """Return what makes a page a lesson: its model has the wishes, and it wants a meeting or has one."""
    wanted = Q(zoom_link__isnull=False)
    for model in lesson_models():
        wanted |= Q(pk__in=model._default_manager.exclude(zoom_kind=LessonKind.NONE).values("pk"))
    return wanted


def described(pages: list[Page]) -> dict[int, dict[str, Any]]:
    """Return what the columns show, by page id, in a number of queries that does not grow with ``pages``."""
    spaces, now = Spaces(), clock.now()
    links = lesson_status.links_of(pages)
    names = _host_names(page for page in pages if page.pk not in links)
    rows = {}
    for page in pages:
        link = links.get(page.pk)
        state = lesson_status.state_of(page, link, now, spaces)
        moment = schedule.when(page, link, spaces.settings_of(spaces.site_of(page)))
        rows[page.pk] = {
            "state": state,
            "when": format_range(moment.starts_at, moment.ends_at, moment.zone) if moment.starts_at else "",
            "host": link.meeting.host_label if link else names.get(page.zoom_host_id, ""),
            "number": state.number,
        }
    return rows


def _host_names(pages: Iterable[Page]) -> dict[int | None, str]:
    wanted = {page.zoom_host_id for page in pages} - {None}
    return {pk: str(host) for pk, host in Host.objects.in_bulk(wanted).items()} if wanted else {}


def _sites_of(request: HttpRequest) -> QuerySet[Any]:

    mine = [site.pk for site in spaces_for(request)]
    return Site.objects.filter(pk__in=mine).select_related("root_page")


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
