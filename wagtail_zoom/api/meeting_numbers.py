"""Meeting numbers as people write them, and ids as Zoom's paths want them."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from .base_url import is_zoom_address


_SEPARATORS = re.compile(r"[\s\u00a0\u2009\u202f\-\u2010\u2011\u2013.]+")
_NUMBER_IN_PATH = re.compile(
    r"^/(?:j|w|s|wc/join|wc|meeting/register|webinar/register|meeting|webinar)/(?P<number>\d+)(?:/[\w\-/]*)?$",
    re.ASCII,
)
_LINK = re.compile(r"(?:https?://)?(?P<authority>[^/?#\\@\s]+)(?P<rest>(?:[/?#].*)?)", re.IGNORECASE | re.DOTALL)
_FEWEST_DIGITS, _MOST_DIGITS = 9, 12
_LONGEST_TEXT = 2000


def parse_meeting_number(text: str, is_known: Callable[[str], bool] = is_zoom_address) -> int:
    """Return the meeting number in what a person typed or pasted.

    Accepts the number alone, grouped or not ("123 4567 8901", "123-456-7890"), and join, start, web-client and
    registration links. Everything but the number is dropped: passcodes and tokens in a link go no further.

    ``is_known`` is given the link's address with nothing behind host and port, as https, and tells whether it is
    Zoom's; pass another one to accept, say, a simulator on this machine.

    Raises ValueError with the reason in English (for developers: forms have words of their own).
    """
    text = text.strip()
    if not text or len(text) > _LONGEST_TEXT:
        raise ValueError("no meeting number")
    if "/" in text or ":" in text:
        return _checked(_number_of_link(text, is_known))
    return _checked(_SEPARATORS.sub("", text))


def _number_of_link(text: str, is_known: Callable[[str], bool]) -> str:
    """Return the digits of the meeting number in a link, with or without its scheme."""
    link = _LINK.fullmatch(text)
    # Browsers take a backslash for a slash, so that another host may stand before it; no link of Zoom's names a user.
    if link is None or not is_known(f"https://{link['authority']}"):
        raise ValueError("not a link to Zoom")
    found = _NUMBER_IN_PATH.match(urlsplit(link["rest"]).path)
    if not found:
        raise ValueError("the link names no meeting number")
    return found["number"]


def _checked(digits: str) -> int:
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError("a meeting number consists of digits")
    if not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS or digits.startswith("0"):
        raise ValueError("a meeting number has 9 to 11 digits")
    return int(digits)


def format_meeting_number(number: int) -> str:
    """Return ``number`` grouped as Zoom shows it: 123 456 789, 123 456 7890, 123 4567 8901."""
    digits = str(number)
    middle = 7 if len(digits) > 10 else 6
    return " ".join(part for part in (digits[:3], digits[3:middle], digits[middle:]) if part)


def quote_segment(value: str | int) -> str:
    """Return ``value`` (a Zoom user's id or e-mail address, a registrant's id …) ready to stand in a path.

    Raises ValueError for what would change the path: nothing, "." and "..".
    """
    text = str(value)
    if text.strip() in ("", ".", ".."):
        raise ValueError("an id may not be empty or consist of dots")
    return quote(text, safe="")


def quote_uuid(uuid: str) -> str:
    """Return an instance's uuid ready to stand in a path.

    Zoom: a uuid that starts with "/" or contains "//" must be encoded twice, every other one once.
    """
    once = quote_segment(uuid)
    return quote(once, safe="") if uuid.startswith("/") or "//" in uuid else once
