"""What stands before every address of a lesson: the page's own doors, and what keeps answers out of caches."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.handlers.exception import response_for_exception
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, Resolver404, reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from wagtail import hooks
from wagtail.models import AbstractPage, Page, Site
from wagtail.wagtail_hooks import check_request_method

from ..models import ZoomLessonMixin
from ..models.lessons import LessonKind
from ..url_utils import match_of


Answer = Callable[[HttpRequest, Any], HttpResponse]

SEE_OTHER = 303

#: Under the first, browsers send forms with "Origin: null", which Django refuses; our own pages with a form change it for
#: themselves (``referrer.html``). Under the second, other sites are told no more.
NO_REFERRER, FOR_FORMS = "no-referrer", "same-origin"


def serve_through_page_hooks(request: HttpRequest, page_id: int, answer: Answer) -> HttpResponse:
    """Return what ``answer(request, page)`` says, if this visitor would be shown the lesson page itself.

    Wagtail's own chain of hooks around serving a page is walked, so that whatever guards the page (view restrictions,
    its own and inherited, and the hooks of other packages) guards its Join, Start and calendar just so.

    Raises Http404 for everything that the page's own address would not serve here, and for pages without a lesson.
    """
    page = lesson_or_404(request, page_id)

    def last(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponse:
        ours = answer(request, page)
        ours["Referrer-Policy"] = NO_REFERRER
        return ours

    chain: Any = last
    for hook in reversed(hooks.get_hooks("on_serve_page")):
        chain = hook(chain)
    with _language_of(page):
        for hook in hooks.get_hooks("before_serve_page"):
            if hook is check_request_method:
                continue  # Which methods the page takes says nothing about Start, which is a POST of ours.
            refusal = hook(page, request, [], {})
            if isinstance(refusal, HttpResponse):
                return _of_the_page(refusal)
        response: HttpResponse = _of_the_page(chain(page, request, [], {}))
        render = getattr(response, "render", None)
        return render() if callable(render) else response


def lesson_or_404(request: HttpRequest, page_id: int) -> AbstractPage:
    """Return the live lesson page that this host name serves under any path, in any language. Raises Http404."""
    site = Site.find_for_request(request)
    page = Page.objects.live().filter(pk=page_id).first()
    if page is None or site is None or not _is_served(page, site):
        raise Http404
    lesson = page.specific
    if not isinstance(lesson, ZoomLessonMixin) or lesson.zoom_kind == LessonKind.NONE:
        raise Http404
    return lesson


def _is_served(page: AbstractPage, site: Site) -> bool:
    """Tell whether ``page`` lies in the tree of ``site``; every language of a site has a tree of its own."""
    if page.path.startswith(site.root_page.path):
        return True
    roots = Site.get_site_root_paths()
    return any(root.site_id == site.pk and page.url_path.startswith(root.root_path) for root in roots)


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep the answer out of every cache, and its address out of what other sites are told.

    What a browser fetches in advance, or as a picture that somebody put on a page, is refused: it would count as
    somebody's click, and might register them.
    """

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = HttpResponse(status=503) if _is_prefetch(request) else view(request, *args, **kwargs)
        except Http404 as missing:
            # Left to Django it could be kept, and a lesson that is published later would still not be found.
            response = response_for_exception(request, missing)
        # Written over, not patched: a page's own hooks may have promised something else for the page.
        response["Cache-Control"] = "private, no-store"
        if response.get("Referrer-Policy") != FOR_FORMS:
            response["Referrer-Policy"] = NO_REFERRER
        response["X-Robots-Tag"] = "noindex"
        patch_vary_headers(response, ["Cookie"])
        return response

    return inner


def to_login(request: HttpRequest, come_back_to: str | None = None) -> HttpResponse:
    """Send the visitor to the site's login, and from there back to this address (or to another of this site)."""
    return redirect_to_login(come_back_to or request.get_full_path(), login_address())


def see_other(address: str) -> HttpResponse:
    """Send the visitor on to ``address``, which is asked for by GET whatever brought them here."""
    response = HttpResponseRedirect(address)
    response.status_code = SEE_OTHER
    return response


def login_address() -> str:
    """Return where visitors log in: as Wagtail's settings say, else Django's, else Wagtail's own page."""
    chosen = getattr(settings, "WAGTAIL_FRONTEND_LOGIN_URL", None)
    if chosen:
        return resolve_url(chosen)
    try:
        address = resolve_url(settings.LOGIN_URL)
        if urlsplit(address).netloc:
            return address
        found = match_of(address)
    except (NoReverseMatch, Resolver404):
        return reverse("wagtailcore_login")
    # Wagtail's pages answer to every path; Django's default, /accounts/login/, is hardly one of them.
    return reverse("wagtailcore_login") if found.url_name == "wagtail_serve" else address


def _of_the_page(response: HttpResponse) -> HttpResponse:
    """Let what answers instead of us have forms: it may be Wagtail's page that asks for a password."""
    response.setdefault("Referrer-Policy", FOR_FORMS)
    return response


def _is_prefetch(request: HttpRequest) -> bool:
    purposes = (request.headers.get(name, "").lower() for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    if any(said in purpose for purpose in purposes for said in ("prefetch", "prerender", "preview")):
        return True
    # Browsers say what they fetch something for; a page, or a page's script, is the only thing to come here for.
    return request.headers.get("Sec-Fetch-Dest", "") not in ("", "document", "iframe", "frame", "empty")


def _language_of(page: AbstractPage) -> Any:
    # These addresses carry no language of their own, unlike the pages of a site with several.
    several = getattr(settings, "WAGTAIL_I18N_ENABLED", False)
    return translation.override(page.locale.language_code if several else translation.get_language())
