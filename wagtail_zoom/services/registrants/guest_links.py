"""Addresses of our own for people without an account: who holds one comes in as the person it was written to.

It leads to a view of ours, which decides at the click; Zoom's link is in no letter.
"""

from __future__ import annotations

from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.urls import reverse
from wagtail.models import AbstractPage

from ... import conf
from ...models import Meeting, Registrant


_SALT = "wagtail_zoom.personal_addresses"


def token_of(row: Registrant) -> str:
    """Return what names ``row`` in its person's address; worth nothing once another address stands on the row."""
    return _signer(row).sign(row.uid.hex)


def row_of(meeting: Meeting, token: str) -> Registrant | None:
    """Return the row of ``meeting`` that ``token`` was made for; None for anything else."""
    try:
        uid = UUID(hex=token.partition(Signer().sep)[0])
    except ValueError:
        return None
    row = Registrant.objects.filter(meeting=meeting, uid=uid).first()
    try:
        return row if row is not None and _signer(row).unsign(token) == uid.hex else None
    except BadSignature:
        return None


def address_of(row: Registrant, page: AbstractPage) -> str:
    """Return the whole address at which the person of ``row`` comes into the lesson ``page``."""
    site = page.get_site()
    root = (site.root_url if site else "") or conf.base_url()
    return root + reverse("wagtail_zoom:guest", args=[page.pk, token_of(row)])


def _signer(row: Registrant) -> Signer:
    return Signer(salt=f"{_SALT}:{row.email_key}")
