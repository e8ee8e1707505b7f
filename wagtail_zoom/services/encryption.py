"""Encryption of stored secrets: MultiFernet with rotating keys, bound to the row and the field.

The binding travels inside the ciphertext, so a ciphertext copied to another row or column does not open there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import conf
from ..exceptions import ZoomConfigurationError
from ..fields import CIPHERTEXT_PREFIX, EncryptedTextField, EncryptedValue, ciphertext


if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_UNREADABLE = _(
    "A stored secret cannot be read with this site's encryption keys. Enter it again, or ask whoever runs this site to "
    "bring back the former key."
)


class EncryptedRow(Protocol):
    """A model with a ``uid`` of its own, made before the row is saved."""

    uid: UUID


class EncryptionError(ZoomConfigurationError):
    """A secret cannot be sealed or opened with the keys that this installation has."""

    def __init__(self, sentence: StrPromise | str | None = None) -> None:
        """Take the sentence, which is for people and for logs alike."""
        super().__init__(str(sentence or ""), user_message=sentence)


def has_keys() -> bool:
    """Tell whether secrets can be saved at all."""
    return bool(conf.encryption_keys())


def key_digest() -> str:
    """Return a digest of the newest key, '' without keys; tells installations apart without giving the key away."""
    return key_digests()[0] if has_keys() else ""


def key_digests() -> list[str]:
    """Return such a digest of every key, the newest first."""
    return [hashlib.sha256(b"wagtail-zoom-key:" + key.encode()).hexdigest() for key in conf.encryption_keys()]


def encrypt_field(row: EncryptedRow, field: str, text: str) -> None:
    """Put ``text`` into ``row.field`` sealed; '' empties it. The row is not saved.

    Raises `EncryptionError` when ``ENCRYPTION_KEYS`` is missing or malformed.
    """
    setattr(row, field, seal_text(_binding(row, field), text))


def decrypt_field(row: EncryptedRow, field: str) -> str:
    """Return the text sealed in ``row.field``, '' if there is none.

    Raises `EncryptionError` when no key fits, or when the ciphertext belongs to another row or field.
    """
    return open_text(_binding(row, field), getattr(row, field))


def seal_text(binding: str, text: str) -> EncryptedValue:
    """Return ``text`` sealed for the place that ``binding`` names; use it where there is no row, as in the cache."""
    if not text:
        return EncryptedValue()
    letter = json.dumps([binding, text]).encode()
    return EncryptedValue(CIPHERTEXT_PREFIX + _fernet().encrypt(letter).decode())


def open_text(binding: str, sealed: EncryptedValue) -> str:
    """Return what `seal_text` sealed for the same ``binding``. Raises `EncryptionError`."""
    token = ciphertext(sealed)
    if not token:
        return ""
    try:
        bound_to, text = json.loads(_fernet().decrypt(token.removeprefix(CIPHERTEXT_PREFIX).encode()))
    except (InvalidToken, ValueError) as error:
        raise EncryptionError(_UNREADABLE) from error
    if bound_to != binding:
        raise EncryptionError(_("A stored secret does not belong where it was found."))
    return str(text)


def reencrypt(sealed: EncryptedValue) -> EncryptedValue:
    """Return ``sealed`` encrypted anew with the newest key. Raises `EncryptionError`."""
    token = ciphertext(sealed)
    if not token:
        return sealed
    try:
        return EncryptedValue(
            CIPHERTEXT_PREFIX + _fernet().rotate(token.removeprefix(CIPHERTEXT_PREFIX).encode()).decode()
        )
    except InvalidToken as error:
        raise EncryptionError(_UNREADABLE) from error


def _binding(row: EncryptedRow, field: str) -> str:
    label = row._meta.label_lower if isinstance(row, models.Model) else type(row).__name__
    return f"{label}.{field}:{row.uid}"


def _fernet() -> MultiFernet:
    keys = conf.encryption_keys()
    if not keys:
        raise EncryptionError(
            _('Secrets cannot be stored yet: add "ENCRYPTION_KEYS" to WAGTAIL_ZOOM in this site\'s settings.')
        )
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise EncryptionError(_("A key in ENCRYPTION_KEYS is not a Fernet key.")) from error


@dataclass(frozen=True)
class Rotated:
    """What became of one column: how many secrets were encrypted anew, and which rows no key decrypts."""

    label: str
    changed: int
    unreadable: tuple[int, ...]


def rotate(*, dry_run: bool = False) -> Iterator[Rotated]:
    """Seal every secret of this installation with the newest key; yield what became of each column.

    A secret that changes meanwhile is left alone: whoever changed it has used the newest key. ``dry_run`` writes nothing
    and tells what could be read. Raises EncryptionError without keys.
    """
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedTextField):
                yield _rotate_column(model, field.name, dry_run=dry_run)


def _rotate_column(model: type[models.Model], name: str, *, dry_run: bool) -> Rotated:
    changed = 0
    unreadable = []
    rows = model._default_manager.exclude(**{name: ""}).order_by("pk").values_list("pk", name)
    for key, sealed in rows.iterator(chunk_size=500):
        try:
            renewed = reencrypt(sealed)
        except EncryptionError:
            unreadable.append(key)
            continue
        if dry_run:
            changed += 1
        else:
            changed += model._default_manager.filter(pk=key, **{name: sealed}).update(**{name: renewed})
    return Rotated(f"{model._meta.label}.{name}", changed, tuple(unreadable))
