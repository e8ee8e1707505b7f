"""A person with a browser, as far as the story needs one: pages, forms, cookies, redirects. No script."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from urllib.parse import urljoin, urlsplit

import requests
from bs4 import BeautifulSoup, CData, NavigableString, Tag
from bs4.element import TemplateString

from .redaction import without_queries


class DidNotWork(Exception):
    """Something that the story needs did not happen; the message says what was seen instead."""


#: Seconds; on a busy machine everything takes its time, and only a hang is a fault.
PATIENCE = 60

#: A page's script shows what stands in templates, so it counts as written there.
WORDS = (NavigableString, CData, TemplateString)


def words_of(tag: Tag) -> str:
    """Return what an element says, in one line."""
    return " ".join(tag.get_text(" ", types=WORDS).split())


class Visitor:
    """Somebody with cookies of their own, looking at one page at a time."""

    def __init__(self, name: str, home: str):
        """Take the person's name, and the address of the site at which they begin."""
        self.name = name
        self.home = home
        self.address = home
        self.page = BeautifulSoup("", "html.parser")
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["User-Agent"] = "wagtail-zoom demo"

    def close(self) -> None:
        """Close the browser."""
        self._session.close()

    def open(self, address: str) -> Visitor:
        """Go to an address, relative to where one is, or to the site's front page when it begins with a slash."""
        target = urljoin(self.home, address) if address.startswith("/") else urljoin(self.address, address)
        return self._arrive("GET", target)

    def follow(self, text: str, *, selector: str = "a") -> Visitor:
        """Click the first link with ``text``."""
        link = self._first(selector, text)
        if link is None:
            raise DidNotWork(f"{self.name} finds no link “{text}”. {self.what_is_seen()}")
        return self.open(str(link["href"]))

    def submit(self, values: Mapping[str, str] | None = None, *, button: str = "", form: str = "form") -> Visitor:
        """Fill in the form matching ``form`` (or the one holding the button) and press the button with this text."""
        found = self._form_of(button, form)
        action = urljoin(self.address, str(found.get("action") or "") or self.address)
        method = str(found.get("method", "get")).upper()
        filled = _values_of(found)
        pressed = _button_of(found, button)
        if pressed is not None:
            if pressed.get("name"):
                filled[str(pressed["name"])] = str(pressed.get("value", ""))
            if pressed.get("formaction"):
                action = urljoin(self.address, str(pressed["formaction"]))
        filled.update(values or {})
        return self._arrive(method, action, filled)

    def wait_for(
        self, shown: Callable[[Visitor], bool], *, address: str, what: str, seconds: float = PATIENCE
    ) -> Visitor:
        """Look at ``address`` again and again until it shows what is wanted."""
        deadline = time.monotonic() + seconds
        while not shown(self.open(address)):
            if time.monotonic() > deadline:
                raise DidNotWork(f"{what} did not come within {seconds:.0f} s. {self.what_is_seen()}")
            time.sleep(0.25)
        return self

    def expect(self, words: str) -> None:
        """Raise DidNotWork unless the page says ``words``, capitals or not."""
        if words.casefold() not in self.text.casefold():
            raise DidNotWork(f"“{words}” was expected. {self.what_is_seen()}")

    @property
    def text(self) -> str:
        """What the page says, in one line."""
        return words_of(self.page)

    @property
    def host(self) -> str:
        """Host and port of the page that one is looking at."""
        return urlsplit(self.address).netloc

    def what_is_seen(self) -> str:
        """Say, for an error message, where one is and what stands there."""
        notes = [
            words_of(note)
            for note in self.page.select(".messages li, .errorlist li, .error-message, .note, .problem, .help-critical")
        ]
        title = words_of(self.page.title) if self.page.title else ""
        said = (
            " · ".join(dict.fromkeys(note for note in notes if note))
            or words_of(self.page.select_one("main") or self.page)[:300]
        )
        return f"Seen at {without_queries(self.address)}: “{title}” {said}"

    def _arrive(self, method: str, address: str, fields: Mapping[str, str] | None = None) -> Visitor:
        headers = {"Referer": without_queries(self.address)}
        try:
            if method == "GET":
                answer = self._session.get(address, params=fields or None, headers=headers, timeout=PATIENCE)
            else:
                answer = self._session.post(address, data=dict(fields or {}), headers=headers, timeout=PATIENCE)
        except requests.RequestException as error:
            # The error's own words hold the address with its query.
            where = f"{urlsplit(address).netloc}{urlsplit(address).path}"
            raise DidNotWork(f"{self.name} gets no answer from {where} ({type(error).__name__}).") from None
        self.address = answer.url
        self.page = BeautifulSoup(answer.text, "html.parser")
        for template in self.page.find_all("template"):
            # Selectors do not look into templates; the page's script would have put them into the page.
            template.unwrap()
        if answer.status_code >= 400:
            raise DidNotWork(f"{self.name} is answered {answer.status_code}. {self.what_is_seen()}")
        return self

    def _first(self, selector: str, text: str) -> Tag | None:
        wanted = text.casefold()
        return next(
            (tag for tag in self.page.select(selector) if wanted in words_of(tag).casefold()),
            None,
        )

    def _form_of(self, button: str, selector: str) -> Tag:
        for candidate in self.page.select(selector):
            if candidate.name == "form" and (not button or _button_of(candidate, button) is not None):
                return candidate
        # Wagtail keeps the buttons of some forms outside of them, tied by the form's id.
        for pressed in self.page.select("button[form], input[type=submit][form]"):
            if button and _says(pressed, button):
                owner = self.page.find("form", id=str(pressed["form"]))
                if isinstance(owner, Tag):
                    return owner
        raise DidNotWork(
            f"{self.name} finds no form{f' with the button “{button}”' if button else ''}. " + self.what_is_seen()
        )


def _button_of(form: Tag, text: str) -> Tag | None:
    if not text:
        return None
    candidates = form.select("button, input[type=submit]")
    return next((each for each in candidates if each.get("type") != "button" and _says(each, text)), None)


def _says(button: Tag, text: str) -> bool:
    said = f"{words_of(button)} {button.get('value', '')} {button.get('aria-label', '')}"
    return text.casefold() in said.casefold()


def _values_of(form: Tag) -> dict[str, str]:
    """Return what a browser would send of a form that nobody touched, buttons left out."""
    values: dict[str, str] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        name = str(field["name"])
        if field.has_attr("disabled"):
            continue
        kind = str(field.get("type", "text")) if field.name == "input" else field.name
        if kind in ("submit", "button", "image", "file", "reset"):
            continue
        if kind in ("checkbox", "radio"):
            if field.has_attr("checked"):
                values[name] = str(field.get("value", "on"))
        elif kind == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            if chosen is not None and not field.has_attr("multiple"):
                values[name] = str(chosen.get("value", chosen.get_text()))
        elif kind == "textarea":
            # A browser leaves out the line break right after the tag.
            values[name] = field.get_text().removeprefix("\n")
        else:
            values[name] = str(field.get("value", ""))
    return values
