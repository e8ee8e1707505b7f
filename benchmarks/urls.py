"""The addresses of the tests' site, and a bare view beside the inbox."""

from __future__ import annotations

import json
import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from tests.urls import urlpatterns as site
from wagtail_zoom import clock
from wagtail_zoom.models import Heartbeat


@csrf_exempt
def bare(request: HttpRequest) -> HttpResponse:
    """Store one row and nothing else: what a view of a few lines would do with a delivery."""
    Heartbeat.objects.create(name=uuid.uuid4().hex, seen_at=clock.now(), detail=json.loads(request.body))
    return HttpResponse(status=204)


urlpatterns = [path("bare/", bare), *site]
