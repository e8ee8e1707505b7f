"""Changing the encryption key: every stored secret is sealed anew with the newest key, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models

from ...fields import SealedTextField
from .. import sealing


@dataclass(frozen=True)
class Rotated:
    """What became of one column: how many secrets were sealed anew, and which rows no key opens."""

    label: str
    changed: int
    unreadable: tuple[int, ...]


def rotate(*, dry_run: bool = False) -> Iterator[Rotated]:
    """Seal every secret of this installation with the newest key; yield what became of each column.

    A secret that changes meanwhile is left alone: whoever changed it has used the newest key. ``dry_run`` writes nothing
    and tells what could be read. Raises SealingError without keys.
    """
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, SealedTextField):
                yield _rotate_column(model, field.name, dry_run=dry_run)


def _rotate_column(model: type[models.Model], name: str, *, dry_run: bool) -> Rotated:
    changed = 0
    unreadable = []
    rows = model._default_manager.exclude(**{name: ""}).order_by("pk").values_list("pk", name)
    for key, sealed in rows.iterator(chunk_size=500):
        try:
            renewed = sealing.resealed(sealed)
        except sealing.SealingError:
            unreadable.append(key)
            continue
        if dry_run:
            changed += 1
        else:
            changed += model._default_manager.filter(pk=key, **{name: sealed}).update(**{name: renewed})
    return Rotated(f"{model._meta.label}.{name}", changed, tuple(unreadable))
