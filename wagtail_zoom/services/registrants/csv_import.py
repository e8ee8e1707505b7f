"""People in a file: whatever encoding, separator and headings it has. Pure: bytes in, people and problems out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .person import Person, email_key, problem_of, tidied


#: Files larger than that are no class lists.
LARGEST_FILE = 5 * 1024 * 1024
MOST_LINES = 20_000

_SAMPLE = 64 * 1024
_SEPARATORS = ",;\t|"
_LONGEST_FIELD = 10_000

#: What columns are called, in lower case without spaces and marks, in the languages in which schools export lists.
_HEADINGS: Mapping[str, frozenset[str]] = {
    "email": frozenset({"email", "mail", "emailaddress", "mailaddress", "emailadresse", "courriel", "correo", "correoelectronico"}),
    "first_name": frozenset({"firstname", "givenname", "forename", "vorname", "prenom", "nombre", "nome", "name"}),
    "last_name": frozenset({"lastname", "surname", "familyname", "nachname", "familienname", "nomdefamille", "apellido", "apellidos", "cognome"}),
}  # fmt: skip
COLUMNS = tuple(_HEADINGS)


class UnreadableRoster(ValueError):
    """The file is not a list of people; the sentence says why and what to do."""


@dataclass(frozen=True)
class Roster:
    """A file that was read: its lines, each with its number in the file.

    ``columns`` are the positions of e-mail, first and last name as far as they were recognised.
    """

    headings: tuple[str, ...]
    lines: tuple[tuple[int, tuple[str, ...]], ...]
    columns: Mapping[str, int]

    @property
    def is_understood(self) -> bool:
        """Tell whether it is known in which column the e-mail addresses are."""
        return "email" in self.columns


@dataclass(frozen=True)
class RosterLine:
    """One line: its number in the file, the person in it, and why they cannot be registered; a code of `reasons`."""

    number: int
    person: Person
    problem: str


def read_roster(content: bytes) -> Roster:
    """Read a file of people with or without a line of headings.

    Raises `UnreadableRoster` for what is too large, empty, or no text.
    """
    if len(content) > LARGEST_FILE:
        raise UnreadableRoster(_("This file is larger than 5 MB. Leave only the columns with addresses and names."))
    text = _decoded(content)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
        rows = [(reader.line_num, tuple(cell.strip() for cell in row)) for row in reader]
    except csv.Error as error:
        raise UnreadableRoster(_("This file is not a table: save it as CSV in your spreadsheet program.")) from error
    filled = [(number, row) for number, row in rows if any(row)]
    if not filled:
        raise UnreadableRoster(_("There is nobody in this file."))
    if len(filled) > MOST_LINES:
        raise UnreadableRoster(_("There are more than 20,000 lines in this file. Divide it."))
    return _understood(filled)


def people_in(roster: Roster, columns: Mapping[str, int]) -> list[RosterLine]:
    """Return the people in ``roster``, reading each value from the position that ``columns`` names for it.

    The same person on two lines is a problem of the second.
    """
    found = []
    seen: set[str] = set()
    for number, line in roster.lines:
        email, first_name, last_name = (_cell(line, columns.get(name)) for name in COLUMNS)
        person = tidied(Person(email, first_name, last_name))
        key = email_key(person.email)
        problem = problem_of(person) or ("twice" if key in seen else "")
        seen.add(key)
        found.append(RosterLine(number, person, problem))
    return found


def _decoded(content: bytes) -> str:
    """Return the text: as its mark says, else UTF-8, else as old Windows programs write it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _as(content, "utf-16")
    if b"\x00" in content[:_SAMPLE]:
        raise UnreadableRoster(_("This file is not text: save it as CSV in your spreadsheet program."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _as(content, "cp1252")


def _as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableRoster(_("The letters in this file cannot be read. Save it as CSV in UTF-8.")) from error


def _separator(text: str) -> str:
    """Return what separates the columns: whatever the first lines have most evenly."""
    head = [line for line in text[:_SAMPLE].splitlines() if line.strip()][:20]

    def evenness(separator: str) -> tuple[int, int]:
        counts = [line.count(separator) for line in head]
        return (min(counts), sum(counts)) if counts else (0, 0)

    best = max(_SEPARATORS, key=evenness)
    return best if evenness(best)[1] else ","


def _understood(filled: list[tuple[int, tuple[str, ...]]]) -> Roster:
    _number, first = filled[0]
    named = {column: place for column in COLUMNS if (place := _place(first, _HEADINGS[column])) is not None}
    has_headings = bool(named) or not any("@" in cell for cell in first)
    lines = filled[1:] if has_headings else filled
    width = max(len(row) for _number, row in filled)
    headings = (
        first if has_headings else tuple(_("Column %(number)d") % {"number": place + 1} for place in range(width))
    )
    return Roster(
        headings=headings,
        lines=tuple(lines),
        columns=named or _by_content([row for _number, row in lines]),
    )


def _place(headings: Iterable[str], names: frozenset[str]) -> int | None:
    for place, heading in enumerate(headings):
        if "".join(letter for letter in heading.casefold() if letter.isalnum()) in names:
            return place
    return None


def _by_content(lines: list[tuple[str, ...]]) -> dict[str, int]:
    """Recognise the one column in which every line has an address; names cannot be told apart by looking at them."""
    width = min((len(line) for line in lines), default=0)
    places = [place for place in range(width) if all("@" in line[place] for line in lines)]
    return {"email": places[0]} if len(places) == 1 else {}


def _cell(line: tuple[str, ...], place: int | None) -> str:
    return line[place][:_LONGEST_FIELD] if place is not None and 0 <= place < len(line) else ""
