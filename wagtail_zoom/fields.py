"""Columns of our own: sealed text, and text that compares byte for byte."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


MASK = "••••••••"
CIPHERTEXT_PREFIX = "sealed:1:"


class EncryptedValue:
    """A secret as the database holds it. Only a service can open it; everything else sees whether it is there."""

    __slots__ = ("_token",)

    def __init__(self, token: str = "") -> None:
        """Wrap ``token``, the text in the column: '' or ciphertext behind the prefix."""
        if token and not token.startswith(CIPHERTEXT_PREFIX):
            raise ValidationError(_("A secret can be stored only after it was sealed."))
        self._token = token

    def __bool__(self) -> bool:
        """Tell whether there is a secret at all."""
        return bool(self._token)

    def __eq__(self, other: object) -> bool:
        """Compare ciphertexts."""
        return isinstance(other, EncryptedValue) and other._token == self._token

    def __hash__(self) -> int:
        """Hash the ciphertext."""
        return hash(self._token)

    def __str__(self) -> str:
        """Return a mask: what a template prints."""
        return MASK if self._token else ""

    def __repr__(self) -> str:
        """Return a mask: what a traceback prints."""
        return f"Sealed({str(self)!r})"


def ciphertext(sealed: EncryptedValue) -> str:
    """Return the ciphertext. A function, not an attribute: templates cannot call it."""
    return sealed._token


class EncryptedTextField(models.TextField):
    """Text that is encrypted before it comes here; reading it yields a `EncryptedValue`.

    Opening cannot fail while rows are read, so listings and forms work without the right key.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take the arguments of ``TextField``; it is blank and empty unless told otherwise."""
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", EncryptedValue)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> EncryptedValue:
        """Wrap what the column holds."""
        return EncryptedValue(value or "")

    def to_python(self, value: object) -> EncryptedValue:
        """Wrap what a fixture holds."""
        return value if isinstance(value, EncryptedValue) else EncryptedValue(str(value or ""))

    def get_prep_value(self, value: object) -> str:
        """Return the ciphertext; plain text is refused, so that it can never reach the column."""
        return ciphertext(self.to_python(value))

    def value_to_string(self, obj: models.Model) -> str:
        """Return the ciphertext: ``dumpdata`` carries it, ``loaddata`` takes it back."""
        return self.get_prep_value(self.value_from_object(obj))


class CaseSensitiveCharField(models.CharField):
    """Text that compares byte for byte on every database; MariaDB would take josé for jose."""

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        """Ask for a binary collation where the default one folds accents and case."""
        parameters = super().db_parameters(connection)
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_bin"
        return parameters
