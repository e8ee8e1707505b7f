"""Who sent this? Zoom signs each delivery with the app's secret token."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re

from ..exceptions import ZoomWebhookError


#: Seconds that a delivery's timestamp may be off. Zoom signs repeated deliveries afresh (observed behaviour).
TOLERANCE = 300

_PLAIN_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of ``body`` (raw bytes) sent at ``timestamp`` (epoch seconds as text).

    Zoom: "Using webhooks", HMAC-SHA256 over ``v0:timestamp:body``, hexadecimal, behind ``v0=``.
    """
    return "v0=" + _digest(secret, b"v0:" + timestamp.encode() + b":" + body)


def verify(secret: str, timestamp: str, signature: str, body: bytes, *, now: dt.datetime) -> None:
    """Return if ``body`` was signed with ``secret`` within five minutes of ``now`` (aware).

    Raises `ZoomWebhookError` otherwise. The body is compared as it came: serialising it again would change it.
    """
    if not secret:
        raise ZoomWebhookError("the app has no webhook secret token", status=403)
    if not signature or not timestamp:
        raise ZoomWebhookError("unsigned delivery")
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise ZoomWebhookError("the timestamp is no number")
    if abs(int(timestamp) - now.timestamp()) > TOLERANCE:
        raise ZoomWebhookError("the timestamp is more than five minutes off")
    if not hmac.compare_digest(sign(secret, timestamp, body).encode(), signature.encode()):
        raise ZoomWebhookError("the signature does not fit")


def validation_answer(secret: str, plain_token: object) -> dict[str, str]:
    """Return the answer to ``endpoint.url_validation``.

    Answering whatever is asked would make this a signing oracle: a token of the form ``v0:timestamp:body`` would come
    back as the valid signature of that body. So only plain words without a colon are answered.

    Raises `ZoomWebhookError` for anything else.
    """
    if not secret:
        raise ZoomWebhookError("the app has no webhook secret token", status=403)
    if not isinstance(plain_token, str) or not _PLAIN_TOKEN.fullmatch(plain_token):
        raise ZoomWebhookError("the token to validate is not a plain word", status=400)
    return {"plainToken": plain_token, "encryptedToken": _digest(secret, plain_token.encode())}


def _digest(secret: str, text: bytes) -> str:
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
