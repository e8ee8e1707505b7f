"""Somebody can write rows: each sealed column of each model, so that a new one is tried by itself."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

import pytest

from tests.test_secrets import sealed_columns
from wagtail_zoom.fields import CIPHERTEXT_PREFIX, EncryptedValue, ciphertext
from wagtail_zoom.services import encryption


COLUMNS = list(sealed_columns())
NAMES = [f"{model.__name__}.{name}" for model, name in COLUMNS]


def sealed_row(model: Any, name: str, text: str) -> Any:
    row = model(uid=uuid.uuid4())
    encryption.encrypt_field(row, name, text)
    return row


def test_there_are_as_many_as_were_thought_of() -> None:
    assert len(COLUMNS) >= 13


@pytest.mark.parametrize(("model", "name"), COLUMNS, ids=NAMES)
def test_it_opens_in_its_own_place_only(model: Any, name: str) -> None:
    mine, theirs = sealed_row(model, name, "mine"), sealed_row(model, name, "theirs")
    assert encryption.decrypt_field(mine, name) == "mine"
    setattr(mine, name, getattr(theirs, name))
    with pytest.raises(encryption.EncryptionError):
        encryption.decrypt_field(mine, name)


@pytest.mark.parametrize(("here", "there"), list(itertools.permutations(COLUMNS, 2)), ids=lambda pair: f"{pair[0].__name__}.{pair[1]}")  # fmt: skip
def test_it_opens_in_no_other_column_even_of_a_row_with_the_same_number(here: Any, there: Any) -> None:
    row = sealed_row(*here, "a secret")
    other = there[0](uid=row.uid)
    setattr(other, there[1], getattr(row, here[1]))
    with pytest.raises(encryption.EncryptionError):
        encryption.decrypt_field(other, there[1])


@pytest.mark.parametrize(("model", "name"), COLUMNS, ids=NAMES)
def test_what_was_changed_in_a_single_letter_does_not_open(model: Any, name: str) -> None:
    row = sealed_row(model, name, "a secret")
    token = ciphertext(getattr(row, name))
    for changed in (
        token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:],
        token[:-4],
        CIPHERTEXT_PREFIX,
        CIPHERTEXT_PREFIX + "é",
    ):
        setattr(row, name, EncryptedValue(changed))
        with pytest.raises(encryption.EncryptionError):
            encryption.decrypt_field(row, name)


@pytest.mark.parametrize(("model", "name"), COLUMNS, ids=NAMES)
def test_plain_text_never_gets_into_the_column(model: Any, name: str) -> None:
    with pytest.raises(Exception, match="sealed"):
        model._meta.get_field(name).get_prep_value("plain")
