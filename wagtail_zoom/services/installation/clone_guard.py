"""Where this installation lives: a copy of its database on another address or under another key does nothing on Zoom.

The database remembers the base address and the digest of the encryption key for which it first spoke to Zoom. Both
stand outside the database, so that a copy of it finds itself elsewhere, and stays silent until an administrator has said
what it is. Without a base address (``BASE_URL`` or ``WAGTAILADMIN_BASE_URL``) nothing can be told apart: all is home.
"""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from ... import clock, conf
from ...exceptions import ZoomConfigurationError
from ...models import Heartbeat, Installation
from .. import encryption


Place = Literal["home", "unknown", "copy"]

#: Remembers for which address and key an administrator said "this is a copy".
_COPY = "said to be a copy"


class ClonedDatabaseError(ZoomConfigurationError):
    """Nothing is sent to Zoom from here: this database belongs to another installation, or is a copy."""

    default_message = _(
        "Nothing was sent to Zoom: this database was set up for another address. An administrator has to say under "
        "Settings → Zoom whether this is its new home or a copy."
    )


def place() -> Place:
    """Return where this is: at home (or nobody can tell), at a place that nobody has explained, or in a copy."""
    row = _row()
    if row is None or not row.home_url or not conf.base_url() or _is_home(row):
        return "home"
    said = Heartbeat.objects.filter(name=_COPY).values_list("detail", flat=True).first()
    return "copy" if said == _here() else "unknown"


def is_clone() -> bool:
    """Tell whether nothing may be sent to Zoom from here, and nobody be written to."""
    return place() != "home"


def check() -> None:
    """Let whoever wants to speak to Zoom pass, if this is home; the first to come makes it so. Raises `ClonedDatabaseError`."""
    row = _row()
    if row is None or not conf.base_url():
        return
    if not row.home_url:
        _settle_here()
    elif not _is_home(row):
        raise ClonedDatabaseError(f"this database belongs to {row.home_url}")
    elif encryption.has_keys() and row.home_key_digest != encryption.key_digest():
        # A newer key was put in front of the one that is known.
        _settle_here()


def home_address() -> str:
    """Return the address for which this database was set up, '' while there is none."""
    row = _row()
    return row.home_url if row is not None else ""


def confirm_move() -> None:
    """Take an administrator's word that this is the new home: work goes on here."""
    Heartbeat.objects.filter(name=_COPY).delete()
    _settle_here()


def confirm_clone() -> None:
    """Take an administrator's word that this is a copy: it stays silent for good."""
    Heartbeat.objects.update_or_create(name=_COPY, defaults={"seen_at": clock.now(), "detail": _here()})


def _is_home(row: Installation) -> bool:
    known = row.home_key_digest
    return row.home_url == conf.base_url() and (
        not known or not encryption.has_keys() or known in encryption.key_digests()
    )


def _settle_here() -> None:
    Installation.objects.update(home_url=conf.base_url()[:255], home_key_digest=encryption.key_digest())


def _here() -> dict[str, Any]:
    return {"address": conf.base_url(), "key": encryption.key_digest()}


def _row() -> Installation | None:
    return Installation.objects.order_by("pk").first()
