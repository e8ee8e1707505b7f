"""Whether Zoom's messages arrive: what an administrator sees of an app's webhooks. Reads rows only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from ... import clock, conf
from ...models import App, Connection, WebhookDelivery
from . import zoom_apps


@dataclass(frozen=True)
class Listening:
    """How an app's webhooks stand. ``tone`` is "ok", "warning" or "neutral"; ``last_at`` the newest delivery."""

    tone: str
    sentence: str
    has_secret: bool
    last_at: dt.datetime | None = None


def webhook_status(app: App) -> Listening:
    """Return whether Zoom's messages for ``app`` arrive; their absence is a warning once somebody is connected."""
    has_secret = zoom_apps.has_webhook_secret(app)
    newest = WebhookDelivery.objects.filter(app=app).order_by("-received_at").first()
    if newest is not None:
        if clock.now() - newest.received_at < dt.timedelta(minutes=1):
            sentence = _("Webhooks arrive: the last delivery came just now.")
        else:
            sentence = _("Webhooks arrive: last delivery %(time)s ago.") % {
                "time": timesince(newest.received_at, clock.now())
            }
        return Listening("ok", sentence, has_secret, newest.received_at)
    if not has_secret:
        sentence = _(
            "Webhooks are not set up. Lessons take place all the same, but this site learns only now and then what was "
            "changed on Zoom, and does not show that a lesson is running."
        )
    else:
        sentence = _(
            "The secret token is stored, but no delivery has arrived from Zoom in the last %(days)s days. See at Zoom "
            "whether the address is validated, saved, and has the events below."
        ) % {"days": conf.inbox_days()}
    is_connected = Connection.objects.filter(app=app, status=Connection.Status.CONNECTED).exists()
    return Listening("warning" if is_connected else "neutral", sentence, has_secret)
