"""Who is registered: one person, however their name and address were typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from ...untrusted_json import clean_text
from ..users import email_of, name_of


#: Zoom: POST /meetings/{id}/registrants takes a first name and a last name of up to 64 characters, an e-mail
#: address and answers of up to 128.
LONGEST_NAME = 64
LONGEST_EMAIL = 128
LONGEST_ANSWER = 128

#: What the column holds; an address longer than that is nobody's.
LONGEST_KEPT_EMAIL = 254

_AROUND = " \t\r\n\v\f\u00a0\u200b\u200e\u200f\u2060\ufeff"
_NOBODYS_ADDRESS = "no-email:"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to register. ``answers`` maps the questions of Zoom's form, by field name or title, to text."""

    email: str
    first_name: str = ""
    last_name: str = ""
    user: Any = None
    answers: Mapping[str, str] = field(default_factory=dict)


def email_key(email: str) -> str:
    """Return what ``email`` is compared by: trimmed, NFC, in small letters. Zoom's own case is not to be relied on.

    Not casefolded: "ß" and "ss", "ſ" and "s" may be two people's mailboxes, and one must not pass for the other.
    """
    trimmed = unicodedata.normalize("NFC", email.strip(_AROUND).strip())
    return unicodedata.normalize("NFC", trimmed.lower())


def key_of(person: Person) -> str:
    """Return the key of the person's row; who has no address is told apart by their account on this site."""
    return email_key(person.email) or (placeholder_key(person.user) if person.user is not None else "")


def placeholder_key(user: Any) -> str:
    """Return the key of the row of a user who has no address of their own to be registered with."""
    return f"{_NOBODYS_ADDRESS}{user.pk}"


def is_placeholder(key: str) -> bool:
    """Tell whether ``key`` stands for somebody who cannot be registered under any address."""
    return key.startswith(_NOBODYS_ADDRESS)


def of_user(user: Any, answers: Mapping[str, str] | None = None) -> Person:
    """Return the person behind an LMS user, named as their account names them."""
    first, last = (str(getattr(user, name, "") or "") for name in ("first_name", "last_name"))
    if not (first or last):
        first = name_of(user)
    return Person(email=email_of(user), first_name=first, last_name=last, user=user, answers=answers or {})


def tidied(person: Person) -> Person:
    """Return the person with address and names as Zoom takes them; who has no name is called by their address."""
    email = unicodedata.normalize("NFC", clean_text(person.email).strip(_AROUND).strip())
    first, last = _tidy_name(person.first_name), _tidy_name(person.last_name)
    if not first:
        first, last = last, ""
    if not first:
        first = _tidy_name(email.split("@")[0])
    answers = {
        clean_text(str(question)): clean_text(str(answer)).strip()[:LONGEST_ANSWER]
        for question, answer in person.answers.items()
        if str(answer).strip()
    }
    return replace(person, email=email, first_name=first, last_name=last, answers=answers)


def problem_of(person: Person) -> str:
    """Return why Zoom can never register this (tidied) person; a code of `reasons`, '' if it can."""
    if not person.email:
        return "no_email"
    if len(person.email) > LONGEST_EMAIL:
        return "long_email"
    try:
        validate_email(person.email)
    except ValidationError:
        return "bad_email"
    return ""


def _tidy_name(name: str) -> str:
    printable = "".join(" " if character.isspace() else character for character in name if _prints(character))
    return " ".join(unicodedata.normalize("NFC", printable).split())[:LONGEST_NAME].strip()


def _prints(character: str) -> bool:
    """Tell whether a character belongs into a name: not controls, nor marks that turn the direction of writing."""
    return character.isspace() or character.isprintable() or character == "\u200d"
