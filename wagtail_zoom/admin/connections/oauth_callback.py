"""The address to which Zoom sends people back after its consent page."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET
from wagtail.admin import messages
from wagtail.log_actions import log

from ...models import AuthorizationAttempt
from ...services.connections import zoom_apps
from ...services.connections.oauth_flow import AuthorizationResult, finish_authorization
from .editor_prompt import is_editor, words_for_editor
from .next_step import first_lesson_address
from .oauth_redirect import session_binding


@require_GET
@never_cache
@transaction.non_atomic_requests
@sensitive_variables("code")
def oauth_callback(request: HttpRequest) -> HttpResponse:
    """Finish an authorisation and go back to where it was begun, saying how it ended."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), login_url=reverse("wagtailadmin_login"))
    code = request.GET.get("code", "")
    finished = finish_authorization(
        state=request.GET.get("state", ""),
        code=code,
        error=request.GET.get("error", ""),
        user=request.user,
        session_key=session_binding(request),
    )
    if finished.outcome == AuthorizationAttempt.Outcome.CONNECTED:
        _say_connected(request, finished)
        if finished.site is not None:
            log(instance=zoom_apps.settings_of(finished.site), action="wagtail_zoom.connected", user=request.user)
    else:
        messages.error(request, finished.sentence)
    response = redirect(finished.return_to or reverse("wagtail_zoom_admin:my_zoom"))
    response["Referrer-Policy"] = "no-referrer"
    return response


def _say_connected(request: HttpRequest, finished: AuthorizationResult) -> None:
    """Say it with the one next step: back in a lesson that is to go on with it, elsewhere to make the first one."""
    if is_editor(finished.return_to):
        messages.success(request, f"{finished.sentence} {words_for_editor()}")
        return
    address = first_lesson_address(request.user, finished.site) if finished.site is not None else ""
    buttons = [messages.button(address, _("Create your first lesson"))] if address else None
    messages.success(request, finished.sentence, buttons=buttons)
