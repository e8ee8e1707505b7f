"""Who is at the door: somebody logged in, a stranger, or a guest who shows the address that was written to them."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest
from wagtail.models import AbstractPage

from ..services.access import join_policy
from ..services.access.join_policy import Decision
from ..services.lessons.lesson_lookup import original_link_of
from ..services.registrants import guest_links
from .lesson_urls import LessonAddresses, served_addresses


@dataclass(frozen=True)
class Visitor:
    """One request at one lesson. ``token`` is the guest's, '' for everybody else."""

    request: HttpRequest
    page: AbstractPage
    token: str = ""

    @property
    def addresses(self) -> LessonAddresses:
        """Where this visitor goes on."""
        return served_addresses(self.page, self.token)

    def decide(self) -> Decision:
        """Decide anew about this visitor. Raises Http404 for a token that is nobody's."""
        if not self.token:
            return join_policy.decide(self.page, self.request.user)
        link = original_link_of(self.page)
        guest = guest_links.row_of(link.meeting, self.token) if link else None
        if guest is None:
            raise Http404
        return join_policy.decide(self.page, AnonymousUser(), guest=guest)
