"""Every catalogue is complete, says what the code says today, and keeps every placeholder.

``make messages`` brings the catalogues up to date; what it prints wants translating.
"""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation.template import templatize

import wagtail_zoom
from wagtail_zoom.exceptions import ZoomFull


PACKAGE = Path(wagtail_zoom.__file__).parent
LANGUAGES = sorted(path.parent.parent.name for path in PACKAGE.glob("locale/*/LC_MESSAGES/django.po"))
FUNCTIONS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|<[^>]+>|https?://[^\s<\"“”]+[^\s<\"“”.]|--\w+")
ENTRY = re.compile(r"^(msgid_plural|msgid|msgstr(?:\[\d\])?) (\".*\")$")

#: A sentence, and its plural or nothing.
Sentence = tuple[str, str]


@cache
def entries(language: str) -> dict[Sentence, tuple[str, ...]]:
    """Return what the catalogue's text has: per sentence its translations, singular first."""
    text = (PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    found: dict[Sentence, tuple[str, ...]] = {}
    for block in text.split("\n\n"):
        parts: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            begun = ENTRY.match(line)
            if begun:
                name = begun[1]
            if begun or (name and line.startswith('"')):
                parts[name] = parts.get(name, "") + ast.literal_eval(begun[2] if begun else line)
        if parts.get("msgid"):
            said = tuple(value for key, value in sorted(parts.items()) if key.startswith("msgstr"))
            found[parts["msgid"], parts.get("msgid_plural", "")] = said
    return found


def sentences_in(code: str) -> Iterator[Sentence]:
    """Yield what a piece of Python marks for translation."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
            texts = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            if texts:
                yield texts[0], texts[1] if node.func.id.startswith("n") else ""


def sentences_of_template(text: str) -> Iterator[Sentence]:
    """Yield what a template marks for translation, read as Django's own makemessages reads it."""
    for line in re.findall(
        r"\b(?:_|n?gettext)\((?:[^()\"']|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')*\)", templatize(text)
    ):
        yield from sentences_in(line.replace("\n", " "))


@cache
def sentences() -> frozenset[Sentence]:
    """Return every sentence of the package."""
    modules = (path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    templates = (path for path in PACKAGE.rglob("templates/**/*") if path.suffix in (".html", ".txt"))
    found = {sentence for module in modules for sentence in sentences_in(module)}
    for path in templates:
        found.update(sentences_of_template(path.read_text(encoding="utf-8")))
    return frozenset(found)


def test_the_sentences_of_code_and_templates_are_found() -> None:
    assert ("This Zoom meeting is full: its plan does not admit more people.", "") in sentences()
    assert ("Which kind do I need?", "") in sentences()
    assert (
        "Join opens %(minutes)s minute before the start.",
        "Join opens %(minutes)s minutes before the start.",
    ) in sentences()
    assert len(sentences()) > 1000


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    missing = [one for one, plural in sentences() if not all(entries(language).get((one, plural), ("",)))]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_translated_that_is_said_no_more(language: str) -> None:
    assert sorted(set(entries(language)) - sentences()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_was_merely_guessed(language: str) -> None:
    text = (PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    assert "fuzzy" not in text
    assert "#~" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_placeholder_tag_and_address_survives(language: str) -> None:
    def kept(text: str) -> list[str]:
        return sorted(PLACEHOLDER.findall(text))

    wrong = [
        (source, said)
        for sentence, translations in entries(language).items()
        for source, said in zip((part for part in sentence if part), translations, strict=True)
        if kept(source) != kept(said)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_spaces_and_lines_at_the_ends_survive(language: str) -> None:
    for (source, _plural), said in entries(language).items():
        assert (source != source.strip()) == (said[0] != said[0].strip()), source
        assert source.count("\n") == said[0].count("\n"), source


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_read_at_work_is_what_was_translated(language: str) -> None:
    with (PACKAGE / "locale" / language / "LC_MESSAGES" / "django.mo").open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)
    for (one, plural), said in entries(language).items():
        if plural:
            assert (catalogue.ngettext(one, plural, 1), catalogue.ngettext(one, plural, 2)) == said
        else:
            assert catalogue.gettext(one) == said[0]


def test_german_is_spoken_to_whoever_reads_german() -> None:
    assert "de" in LANGUAGES
    with translation.override("de"):
        assert str(ZoomFull().user_message) == "Dieses Zoom-Meeting ist voll: Sein Tarif lässt nicht mehr Personen zu."
    with translation.override("en"):
        assert str(ZoomFull().user_message).startswith("This Zoom meeting is full")
