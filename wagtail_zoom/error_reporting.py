"""Error pages, and the mails that Django sends to ADMINS about errors, without secrets.

Django prints the variables of every function on the way to an error, and the form and query of the request. Here secrets
pass through many of them, and through the libraries below.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.debug import SafeExceptionReporterFilter
from django.views.decorators.debug import sensitive_variables


#: While a site is developed, variables are shown but for these modules', and for whatever they call.
_SILENT = re.compile(
    r"(wagtail_zoom\.(services|api|webhooks|fields|tasks|conf|admin\.connections)|django\.forms)(\.|$)"
)
_SILENT_NAMES = re.compile(r"token|secret|pass|code|key|link|url|address|body|header|post|form|value|data|kwargs", re.I)


class SecretSafeReporterFilter(SafeExceptionReporterFilter):
    """Shows no variable of a request of ours in production, and no secret one anywhere."""

    def is_active(self, request: HttpRequest | None) -> bool:
        """Be active while a site is developed too: a developer's screen is shared more often than a server's."""
        return True

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: Any) -> Iterable[tuple[str, Any]]:
        """Return the names of the variables, with their values where those may be seen."""
        shown = settings.DEBUG and not _is_sensitive_frame(tb_frame)
        return [
            (
                name,
                self.cleanse_special_types(request, value)
                if shown and not _SILENT_NAMES.search(name)
                else self.cleansed_substitute,
            )
            for name, value in tb_frame.f_locals.items()
        ]


def _is_sensitive_frame(frame: Any) -> bool:
    while frame is not None:
        if _SILENT.match(frame.f_globals.get("__name__", "")):
            return True
        frame = frame.f_back
    return False


#: For what runs without a request: no variable of it, or of what it calls, is shown.
hide_local_variables = sensitive_variables()


def mark_sensitive(request: HttpRequest) -> None:
    """Keep what an error in ``request`` shows free of secrets, be it on a page or in a mail."""
    marked: Any = request
    marked.exception_reporter_filter = SecretSafeReporterFilter()
    marked.sensitive_post_parameters = "__ALL__"


def discreet(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let ``view`` show no secret where it fails, neither its variables nor its query and form."""

    @wraps(view)
    @hide_local_variables
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mark_sensitive(request)
        try:
            return view(request, *args, **kwargs)
        except Exception:
            if "code" in request.GET:
                # Zoom brings its code in the address, which is quoted wherever the error is told.
                request.META["QUERY_STRING"] = ""
                request.GET = QueryDict()  # type: ignore[assignment]
            raise

    return inner
