"""How much a walk asks of a person: presses of the mouse and boxes filled in, counted by the browser itself."""

from __future__ import annotations

from playwright.sync_api import Page


_LISTEN = """
addEventListener("pointerdown", (event) => { if (event.isTrusted) tally("press", ""); }, true);
addEventListener("input", (event) => {
  const { type, name } = event.target;
  if (name && !["checkbox", "radio"].includes(type)) tally("fill", location.pathname + " " + name);
}, true);
"""


class Tally:
    """Counts what happens in one window from now on, Zoom's own pages included."""

    def __init__(self, page: Page) -> None:
        self.presses = 0
        self._filled: set[str] = set()
        page.expose_function("tally", self._count)
        page.add_init_script(_LISTEN)

    @property
    def boxes(self) -> int:
        """How many boxes were filled in, each once however long the text."""
        return len(self._filled)

    def _count(self, what: str, where: str) -> None:
        if what == "press":
            self.presses += 1
        else:
            self._filled.add(where)
