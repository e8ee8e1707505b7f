"""The setup guide: how to make the app at Zoom, box by box, with the values of one space. It asks Zoom nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings as django_settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Site

from ... import conf
from ...models import App
from ...services import endpoints, permissions
from ...services.connections import connections, zoom_apps
from ...services.connections.scope_picker import (
    CHOICES,
    PRESETS,
    USUAL,
    account_only_scopes,
    group_for_picker,
    scopes_for,
)
from ...services.connections.webhook_status import webhook_status
from ...services.users import email_of
from .next_step import first_lesson_address
from .oauth_redirect import redirect_address
from .settings_actions import settings_address
from .settings_form import KINDS
from .settings_panels import connecting_media, webhook_address


#: Zoom's own names of the events to tick, by the group in which its box shows them, with their technical names.
EVENTS = {
    "Meeting": (
        ("Start Meeting", "meeting.started"),
        ("End Meeting", "meeting.ended"),
        ("Meeting has been created", "meeting.created"),
        ("Meeting has been updated", "meeting.updated"),
        ("Meeting has been deleted", "meeting.deleted"),
        ("Meeting has been permanently deleted", "meeting.permanently_deleted"),
        ("Meeting has been recovered", "meeting.recovered"),
        ("Meeting converted to webinar", "meeting.converted_to_webinar"),
        ("Participant/Host joined meeting", "meeting.participant_joined"),
        ("Participant/Host left meeting", "meeting.participant_left"),
        ("Participant has registered for meeting", "meeting.registration_created"),
        ("Meeting registration has been approved", "meeting.registration_approved"),
        ("Meeting registration has been cancelled", "meeting.registration_cancelled"),
        ("Meeting registration has been denied", "meeting.registration_denied"),
    ),
    "Webinar": (
        ("Start Webinar", "webinar.started"),
        ("End Webinar", "webinar.ended"),
        ("Webinar has been created", "webinar.created"),
        ("Webinar has been updated", "webinar.updated"),
        ("Webinar has been deleted", "webinar.deleted"),
        ("Webinar has been permanently deleted", "webinar.permanently_deleted"),
        ("Webinar has been recovered", "webinar.recovered"),
        ("Webinar converted to meeting", "webinar.converted_to_meeting"),
        ("Participant/Host joined webinar", "webinar.participant_joined"),
        ("Participant/Host left webinar", "webinar.participant_left"),
        ("Participant has registered for webinar", "webinar.registration_created"),
        ("Webinar registration has been approved", "webinar.registration_approved"),
        ("Webinar registration has been cancelled", "webinar.registration_cancelled"),
        ("Webinar registration has been denied", "webinar.registration_denied"),
    ),
    "Recording": (("All Recordings have completed", "recording.completed"),),
}


@dataclass(frozen=True)
class AppWords:
    """What to type into the boxes at Zoom that want words; each is short enough for its box there."""

    name: str
    short: str
    long: str
    scopes: str
    company: str
    contact: str
    email: str
    role: str


def words_for(site: Site, user: Any) -> AppWords:
    """Return the words for an app of ``site`` that ``user`` makes. Zoom's limits are 50, 150, 4000 and 2000 characters."""
    space = zoom_apps.space_name(site)
    return AppWords(
        # Zoom refuses names with "Zoom" in them.
        name=(_("Lessons: %(space)s") % {"space": space})[:50],
        short=_("Live lessons of %(space)s, planned on our own learning platform.") % {"space": space[:80]},
        long=_(
            "Our learning platform %(space)s makes a meeting for each live lesson, keeps it right when the lesson "
            "changes, and lets learners in. The app is used only by our own organisation."
        )
        % {"space": space[:200]},
        scopes=_(
            "Meetings and webinars are made, changed and cancelled together with the lessons on our learning platform. "
            "Learners are registered, and attendance is read to see who was there. Nothing else is read, and nothing is "
            "passed on."
        ),
        company=space,
        contact=connections.label_of(user),
        email=email_of(user),
        role=_("Administrator of the learning platform"),
    )


class _GuideScreen(WagtailAdminTemplateMixin, TemplateView):
    """What both screens of the guide share: whom they let in, and which space they are about."""

    page_title = gettext_lazy("Set up Zoom, step by step")
    header_icon = "wz-video"
    site: Site

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in whoever may connect to this very space, or manages it."""
        self.site = get_object_or_404(Site.objects.select_related("root_page"), pk=kwargs["site_id"])
        if not permissions.may_connect(request.user, self.site):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        """Return which space it is."""
        return zoom_apps.space_name(self.site)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        """Return none: the ways back are links."""
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the ways back, as far as they are open to this person."""
        manages = permissions.may_manage_space(self.request.user, self.site)
        return super().get_context_data(
            site=self.site,
            settings_url=settings_address(self.site) if manages else "",
            my_zoom_url=reverse("wagtail_zoom_admin:my_zoom"),
            is_practice=endpoints.is_practice(),
            media=connecting_media(),
            **kwargs,
        )


class WhichKindView(_GuideScreen):
    """Two questions that lead to one of the two kinds of app."""

    template_name = "wagtail_zoom/admin/guide/which_kind.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the answers lead to; nothing until both are given."""
        whose, whole = self.request.GET.get("whose", ""), self.request.GET.get("whole", "")
        is_answered = whose in ("own", "one") and whole in ("yes", "no")
        return super().get_context_data(
            whose=whose,
            whole=whole,
            is_answered=is_answered,
            advised="server" if (whose, whole) == ("one", "yes") else "general",
            **kwargs,
        )


class GuideView(_GuideScreen):
    """The boxes of one kind of app, in the order in which Zoom shows them."""

    template_name = "wagtail_zoom/admin/guide/guide.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the values of the boxes, the scopes for what is ticked, and how webhooks stand."""
        name = str(self.kwargs["name"])
        kind = next((kind for kind, known in KINDS.items() if known == name), None)
        if kind is None:
            raise Http404
        is_account = kind == App.Kind.SERVER
        preset = PRESETS[name]
        chosen = _chosen(self.request)
        is_preset = self.request.GET.get("preset") == preset.name
        scopes = preset.scopes if is_preset else scopes_for(chosen, is_account=is_account)
        manages = permissions.may_manage_space(self.request.user, self.site)
        app = zoom_apps.app_of(self.site, kind) if manages else None
        values = {
            "name": name,
            "words": words_for(self.site, self.request.user),
            "redirect_address": redirect_address(self.request),
            "choices": [(choice, choice.name in chosen and not is_preset) for choice in CHOICES.values()],
            "preset": preset,
            "is_preset": is_preset,
            "groups": group_for_picker(scopes),
            "scopes": scopes,
            "account_only_scopes": () if is_account or is_preset else account_only_scopes(chosen),
            "webhook_address": webhook_address(self.request, app),
            "listening": webhook_status(app) if app else None,
            "events": EVENTS.items(),
            "icon": static("wagtail_zoom/img/app-icon.png"),
            "own_apps_allowed": zoom_apps.settings_of(self.site).own_apps_allowed and not is_account,
            "first_lesson_url": first_lesson_address(self.request.user, self.site),
        }
        context = super().get_context_data(**{**kwargs, **values})
        return {**context, "for_it": _for_it({**context, "space_name": zoom_apps.space_name(self.site)}, self.request)}


def _chosen(request: HttpRequest) -> tuple[str, ...]:
    """Return what is ticked; the usual while the form was never sent."""
    if "sent" not in request.GET:
        return USUAL
    return tuple(name for name in request.GET.getlist("do") if name in CHOICES)


def _for_it(values: dict[str, Any], request: HttpRequest) -> str:
    """Return the text to send to whoever looks after Zoom: they type the secret in here themselves."""
    site: Site = values["site"]
    base = conf.base_url() or request.build_absolute_uri("/").rstrip("/")
    return render_to_string(
        "wagtail_zoom/admin/guide/for_it.txt",
        {
            **values,
            "entry_address": f"{base}{settings_address(site)}",
            "guide_address": f"{base}{reverse('wagtail_zoom_admin:guide', args=[site.pk, values['name']])}",
            "site_name": getattr(django_settings, "WAGTAIL_SITE_NAME", ""),
        },
    ).strip()
