"""Choose a meeting that exists on Zoom: in the editor's dialog, or on a page of its own where there is no script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page as ListPage
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Site

from ...api.meeting_numbers import parse_meeting_number
from ...exceptions import ZoomError
from ...models import Host
from ...services import endpoints, permissions
from ...services.meetings import existing
from ...url_utils import row_number


PER_PAGE = 20


@dataclass
class Found:
    """What the screen shows beside the form: a list, or one meeting looked at closely, or why there is neither."""

    host: Host | None = None
    meetings: ListPage | None = None
    gaps: tuple[str, ...] = ()
    scopes: str = ""
    one: existing.Choice | None = None
    problem: str = ""


class ChooseMeetingView(WagtailAdminTemplateMixin, TemplateView):
    """The upcoming meetings and webinars of a host, read from Zoom at this very click.

    ``site`` names the space, ``host`` whose meetings, ``q`` words to search for, or a number or link to look up.
    """

    http_method_names = ["get", "head"]
    template_name = "wagtail_zoom/admin/choose_meeting.html"
    part_template_name = "wagtail_zoom/admin/choose_meeting_part.html"
    page_title = _("Choose a meeting or webinar")
    header_icon = "wz-video"
    is_part = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in whoever may edit in the space; what they see are the hosts whose meetings they may link."""
        self.site = _site_asked_for(request)
        if not permissions.may_connect(request.user, self.site):
            raise PermissionDenied
        self.is_part = request.headers.get("X-Requested-With") == "XMLHttpRequest"
        response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        """Return none: the header's title says where one is."""
        return []

    def get_template_names(self) -> list[str]:
        """Return the part for the dialog, the whole page otherwise."""
        return [self.part_template_name if self.is_part else self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the list, or look one meeting up."""
        mine = existing.hosts_for(self.request.user, self.site)
        words = self.request.GET.get("q", "").strip()
        return super().get_context_data(
            site=self.site,
            hosts=mine,
            words=words,
            found=self._found(mine, words),
            is_practice=endpoints.is_practice(),
            is_part=self.is_part,
            **kwargs,
        )

    def _found(self, mine: list[Host], words: str) -> Found:
        host = _host_asked_for(mine, self.request.GET.get("host", ""))
        if host is None:
            return Found()
        number = _number_in(words)
        try:
            if number is not None:
                return Found(host, one=existing.choice_of(host, number))
            choices = existing.choices_of(host)
        except ZoomError as error:
            return Found(host, problem=str(error.user_message))
        listed = Paginator(choices.matching(words), PER_PAGE).get_page(self.request.GET.get("p"))
        is_administrator = permissions.may_manage_space(self.request.user, self.site)
        scopes = ", ".join(choices.missing) if is_administrator else ""
        return Found(host, meetings=listed, gaps=choices.gaps, scopes=scopes)


def _site_asked_for(request: HttpRequest) -> Site:
    asked = request.GET.get("site", "")
    if asked.isdecimal():
        return get_object_or_404(Site.objects.select_related("root_page"), pk=row_number(asked))
    mine = permissions.sites_of(request.user)
    if not mine:
        raise PermissionDenied
    return mine[0]


def _host_asked_for(mine: list[Host], asked: str) -> Host | None:
    """Return the host with the id ``asked``; where there is one only, that one. Others' ids choose nobody."""
    if len(mine) == 1:
        return mine[0]
    return next((host for host in mine if str(host.pk) == asked), None)


def _number_in(words: str) -> int | None:
    """Return the meeting number that ``words`` are, if they are one."""
    try:
        return parse_meeting_number(words, endpoints.is_known)
    except ValueError:
        return None
