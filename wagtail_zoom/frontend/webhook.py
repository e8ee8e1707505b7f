"""Zoom's deliveries come in here: one address per app, with an unguessable part."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .. import conf, tasks
from ..exceptions import ZoomConfigurationError, ZoomWebhookError
from ..services import webhooks
from .rate_limit import MINUTE, is_rate_limited


logger = logging.getLogger("wagtail_zoom.webhooks")

TIMESTAMP_HEADER = "x-zm-request-timestamp"
SIGNATURE_HEADER = "x-zm-signature"


# A delivery must be stored even if what follows fails, so the view opens no transaction around itself.
@transaction.non_atomic_requests
@csrf_exempt
@login_not_required
@never_cache
@require_POST
def receive(request: HttpRequest, path: str) -> HttpResponse:
    """Take a delivery in: 200 or 204 within Zoom's three seconds, 4xx for what cannot be trusted or read.

    An unknown address is answered like an empty one, 404 without a word, and nothing is stored for it.
    """
    app = webhooks.app_at(path)
    if app is None:
        # Known addresses are never made to wait: Zoom sends as much as it has, and from many machines.
        guesses = is_rate_limited(request, "webhook", limit=conf.refusals_per_minute(), seconds=MINUTE)
        return HttpResponse(status=429 if guesses else 404)
    try:
        receipt = webhooks.receive(
            app,
            body=_body(request),
            timestamp=request.headers.get(TIMESTAMP_HEADER, ""),
            signature=request.headers.get(SIGNATURE_HEADER, ""),
        )
    except ZoomWebhookError as refusal:
        logger.warning("A delivery for Zoom app %s was refused: %s", app.pk, refusal.detail)
        return HttpResponse(status=refusal.status)
    except ZoomConfigurationError as trouble:
        # Zoom tries again, by which time the key may be back.
        logger.error("A delivery for Zoom app %s cannot be stored: %s", app.pk, trouble.detail)
        return HttpResponse(status=503)
    if receipt.answer is not None:
        return JsonResponse(receipt.answer)
    if receipt.is_stored:
        tasks.enqueue_inbox()
    return HttpResponse(status=204)


def _body(request: HttpRequest) -> bytes:
    try:
        length = int(request.headers.get("content-length") or 0)
        if length > webhooks.LARGEST_BODY:
            raise ZoomWebhookError("the delivery is too large", status=413)
        return request.body
    except (ValueError, RequestDataTooBig) as error:
        raise ZoomWebhookError("the delivery is too large", status=413) from error
