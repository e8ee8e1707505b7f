"""Numbers, names and secrets as Zoom makes them."""

from __future__ import annotations

import base64
import itertools
import secrets
import string


LONGEST_NUMBER = 18
_PASSCODE_ALPHABET = string.ascii_letters + string.digits
_runs = itertools.count()


def opaque(length: int = 22) -> str:
    """Return a random name of ``length`` URL-safe characters."""
    return secrets.token_urlsafe(length)[:length]


def meeting_number() -> int:
    """Return eleven digits, more than 32 bits hold."""
    return 80_000_000_000 + secrets.randbelow(19_999_999_999)


def number_in(text: str) -> int | None:
    """Return the meeting number that ``text`` is, or None."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else None


def meeting_uuid() -> str:
    """Return base64 of sixteen bytes; every third begins with a slash, every third contains two of them.

    Observed behaviour: such a uuid has to be encoded twice to be used in a path.
    """
    raw = bytearray(secrets.token_bytes(16))
    turn = next(_runs) % 3
    if turn == 1:
        raw[0:3] = b"\xfc\x00\x01"
    if turn == 2:
        raw[0] = 0
        raw[6:9] = b"\xff\xff\xff"
    return base64.b64encode(raw).decode("ascii")


def passcode(length: int, *, digits_only: bool) -> str:
    """Return a random passcode."""
    alphabet = string.digits if digits_only else _PASSCODE_ALPHABET
    return "".join(secrets.choice(alphabet) for _ in range(length))


def pin_code() -> int:
    """Return a participant's code for the telephone."""
    return 100_000 + secrets.randbelow(900_000)
